"""A browser for the tests of pages: Debian's chromium and chromium-driver.

A page reacts with a delay: to other media at its next frame, and to a new width after its layout. So everything here
that changes a page waits until the page has reacted, or fails if it does not. Nothing waits for a fixed time.
"""

import base64
import http.server
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, TimeoutException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

HERE = pathlib.Path(__file__).resolve().parent
QUIET = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --disable-dev-shm-usage").split()
PATIENCE = 60  # seconds until an unmet condition is an error

# The changes that a page has not followed yet. Pages other than the reports have nothing that could lag behind.
BEHIND = """
    const [url, wide, media, features] = arguments;
    const queries = [...(media ? [media] : []), ...Object.entries(features).map(([name, value]) => `(${name}: ${value})`)];
    const behind = queries.filter((query) => !matchMedia(query).matches);
    const [here] = location.href.split('#');
    if (here !== url || document.readyState !== 'complete') behind.push(`${here} is ${document.readyState}`);
    if (innerWidth !== wide) behind.push(`it is ${innerWidth} wide`);
    if (!window.cnnspecPage) return behind;
    const root = document.documentElement;
    if (root.classList.contains('on-paper') !== matchMedia('print').matches) behind.push('it is open for other media');
    for (const chart of [...document.querySelectorAll('canvas')].map((canvas) => Chart.getChart(canvas))) {
      const room = chart?.canvas.parentElement.getBoundingClientRect().width;
      if (!chart) behind.push('a chart is not drawn');
      else if (Math.abs(chart.width - room) > 1) behind.push(`a chart is ${chart.width} wide, not ${room}`);
      else if (Chart.defaults.color !== getComputedStyle(root).getPropertyValue('--muted').trim())
        behind.push('a chart has the colours of another scheme');
    }
    return behind"""


class Browser:
    """A Chromium with an empty profile, and the folder of its pages."""

    def __init__(self, cnnspec):
        self.cnnspec = cnnspec
        self.folder = tempfile.TemporaryDirectory()
        options = Options()
        options.binary_location = shutil.which("chromium")
        for argument in [*QUIET, f"--user-data-dir={self.folder.name}/profile"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.pages = {}

    def close(self):
        self.driver.quit()
        self.folder.cleanup()

    def page_of(self, *names):
        """The file of the page that joins these results."""
        if names not in self.pages:
            path = pathlib.Path(self.folder.name) / f"{'-'.join(names)[:60]}.html"
            results = [str(HERE / f"{name}.json") for name in names]
            subprocess.run([self.cnnspec, "report", *results, "--html", str(path)], check=True)
            self.pages[names] = path
        return self.pages[names]

    def page_of_results(self, *results):
        """The same for results that are not yet in files."""
        paths = []
        for n, result in enumerate(results):
            paths.append(pathlib.Path(self.folder.name) / f"result-{n}.json")
            paths[-1].write_text(json.dumps(result))
        page = pathlib.Path(self.folder.name) / "results.html"
        subprocess.run([self.cnnspec, "report", *map(str, paths), "--html", str(page)], check=True)
        return page

    def write(self, name, html):
        path = pathlib.Path(self.folder.name) / f"{name}.html"
        path.write_text(f"<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,>{html}")
        return path

    def soon(self, holds, otherwise=lambda: "it does not hold"):
        """Waits until `holds` returns something true, and returns it. An element that is missing, or was just replaced,
        counts as false."""
        passing = (NoSuchElementException, StaleElementReferenceException)
        try:
            return WebDriverWait(self.driver, PATIENCE, 0.02, passing).until(lambda _: holds())
        except TimeoutException:
            raise AssertionError(f"after {PATIENCE} s: {otherwise()}") from None

    def behind(self):
        """What the page still lacks: it must be loaded, and have the width, the media and the colours that it was given
        last."""
        return self.script(BEHIND, self.url, self.wide, *self.shown_as)

    def follows(self):
        self.soon(lambda: self.behind() == [], self.behind)

    def emulate(self, width, media, **features):
        self.wide, self.shown_as = width, (media, {name.replace("_", "-"): value for name, value in features.items()})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False})
        named = [{"name": name, "value": value} for name, value in self.shown_as[1].items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": named})

    def media(self, media="", **features):
        self.emulate(self.wide, media, **features)
        self.follows()

    def pdf(self):
        """The page as it is printed on A4."""
        paper = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False}
        return base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", paper)["data"])

    def tap(self, element):
        """Touches the middle of an element, as a finger does."""
        self.script("arguments[0].scrollIntoView({block: 'center'})", element)
        x, y = self.script("const b = arguments[0].getBoundingClientRect(); "
                           "return [b.x + b.width / 2, b.y + b.height / 2]", element)
        touch = self.driver.execute_cdp_cmd
        touch("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def press(self, *keys):
        """Presses the keys, and waits until the page has seen the last of them go up."""
        self.script("if (window.released === undefined) addEventListener('keyup', () => ++window.released, true);"
                    "window.released = 0")
        ActionChains(self.driver).send_keys(*keys).perform()
        self.soon(lambda: self.script("return window.released") == len(keys), lambda: f"the page has not seen {keys}")

    def width(self, width):
        self.emulate(width, self.shown_as[0], **self.shown_as[1])
        self.follows()

    def open(self, path, width=1280):
        self.emulate(width, "", prefers_reduced_motion="reduce")  # what glides cannot be clicked
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.url = path.as_uri()
        self.driver.get(self.url)
        self.follows()
        return self.driver

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)


def serve():
    """A server that offers nothing: every request fails."""
    class Nothing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
