"""A browser for the tests of pages: Debian's chromium and chromium-driver."""

import base64
import http.server
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

HERE = pathlib.Path(__file__).resolve().parent
QUIET = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --disable-dev-shm-usage").split()


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
        """The same of results that are no files yet."""
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

    def media(self, media="", **features):
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": named})

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

    def width(self, width):
        self.wide = width
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False})

    def open(self, path, width=1280):
        self.width(width)
        self.media(prefers_reduced_motion="reduce")  # what glides cannot be clicked
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(path.as_uri())
        return self.driver

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)


def serve():
    """A server of nothing: what is asked of it fails."""
    class Nothing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
