#!/usr/bin/env python3
"""page_test.py CNNSPEC: the pages that `cnnspec report --html` makes, in a real browser (Debian: chromium-driver).

A checker of pages is a function that returns complaints. Each is shown a page that it must reject, too (TestTheCheckers).
"""

import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

HERE = pathlib.Path(__file__).resolve().parent
CNNSPEC = ""
ALL = sorted(path.stem for path in HERE.glob("*.json"))
QUIET = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --disable-dev-shm-usage").split()


class Browser:
    """A Chromium with an empty profile, and the folder of its pages."""

    def __init__(self):
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
            subprocess.run([CNNSPEC, "report", *results, "--html", str(path)], check=True)
            self.pages[names] = path
        return self.pages[names]

    def write(self, name, html):
        path = pathlib.Path(self.folder.name) / f"{name}.html"
        path.write_text(f"<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,>{html}")
        return path

    def media(self, media="", **features):
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": named})

    def width(self, width):
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


BROWSER = None


def setUpModule():
    global BROWSER
    BROWSER = Browser()


def tearDownModule():
    BROWSER.close()


# Checkers: of the page that is open.


def messages():
    """What the console was told: the page has no reason to say anything."""
    return [entry["message"] for entry in BROWSER.driver.get_log("browser") if entry["level"] not in ("DEBUG", "INFO")]


def requests():
    """What was asked for, but for the page itself and what it holds."""
    own = BROWSER.driver.current_url
    urls = []
    for entry in BROWSER.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            urls.append(message["params"]["request"]["url"])
    return [url for url in urls if url.split("#")[0] != own.split("#")[0] and not url.startswith("data:")]


def overflow(width):
    """Whether the page has to be scrolled sideways."""
    wide = BROWSER.script("return document.scrollingElement.scrollWidth")
    return [] if wide <= width else [f"{wide} wide, not {width}"]


def unnamed_pictures():
    """Pictures without a text, and charts without their numbers."""
    return BROWSER.script("""
        const unnamed = [...document.querySelectorAll('canvas, svg, img')]
          .filter((e) => e.getAttribute('role') !== 'img' || !(e.getAttribute('aria-label') || '').trim());
        const bare = [...document.querySelectorAll('canvas')].filter((c) => !c.closest('figure')?.querySelector('details table td'));
        return [...unnamed.map((e) => 'no name: ' + e.outerHTML), ...bare.map((e) => 'no numbers: ' + e.outerHTML)]""")


CONTRAST = """
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
    const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
    const root = matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
    function behind(e) {
      for (; e; e = e.parentElement) {
        const [r, g, b, a = 1] = numbers(getComputedStyle(e).backgroundColor);
        if (a > 0) return [r, g, b];
      }
      return root;
    }
    const seen = new Map();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let t = texts.nextNode(); t; t = texts.nextNode()) {
      const e = t.parentElement, style = getComputedStyle(e);
      if (!t.data.trim() || parseFloat(style.fontSize) === 0 || !e.checkVisibility({checkVisibilityCSS: true})) continue;
      const back = behind(e), c = contrast(numbers(style.color), back);
      const name = `${e.tagName}.${e.className} ${style.color} on ${back}: ${c.toFixed(2)}`;
      if (c < 4.5) seen.set(name, t.data.trim().slice(0, 20));
    }
    return [...seen].map(([name, text]) => `${name} (${text})`)"""


def faint_texts():
    """Texts whose contrast with what is behind them is below 4.5, what WCAG 2 asks for (AA)."""
    return BROWSER.script(CONTRAST)


def controls_on_paper():
    """While media is print: what cannot be used on paper, yet is shown; and what is folded away."""
    return BROWSER.script("""
        const shown = [...document.querySelectorAll('button, select, .skip')].filter((e) => e.checkVisibility());
        const folded = [...document.querySelectorAll('main details:not([open])')];
        return [...shown, ...folded].map((e) => e.outerHTML.slice(0, 60))""")


def charts():
    """{name: [points of each curve or bars of each colour]}, and complaints on a canvas without a chart."""
    found = BROWSER.script("""
        return [...document.querySelectorAll('canvas')].map((c) => {
          const chart = window.Chart && Chart.getChart(c);
          return [c.dataset.chart, chart && chart.width > 100 && chart.height > 100 ? chart.data.datasets.map((d) => d.data.length) : null]; })""")
    return dict(found), [name for name, data in found if not data]


def ran_hostile_code():
    """Marks that the hostile texts leave if they are taken for more than text."""
    return BROWSER.script("""
        return [window.broken ? 'it ran' : null, ...[...document.querySelectorAll('img, main script, main b > b')].map((e) => e.outerHTML)]
          .filter(Boolean)""")


def fixture(name):
    return json.loads((HERE / f"{name}.json").read_text())


def soon(holds):
    """Waits for what the page does in a moment."""
    WebDriverWait(BROWSER.driver, 5, 0.02).until(lambda _: holds())


def press_copy(button):
    """And waits until the page says that it has copied."""
    button.click()
    said = button.find_element(By.XPATH, "following-sibling::*[@role='status']")
    soon(lambda: said.text == "Copied")


def paste():
    """What the clipboard holds, read as a person would."""
    BROWSER.script("""
        const area = document.createElement('textarea');
        area.id = 'pasted';
        document.body.append(area);
        area.focus()""")
    ActionChains(BROWSER.driver).key_down(Keys.CONTROL).send_keys("v").key_up(Keys.CONTROL).perform()
    text = BROWSER.script("const a = document.getElementById('pasted'); const t = a.value; a.remove(); return t")
    return text


def press(*keys):
    ActionChains(BROWSER.driver).send_keys(*keys).perform()


def focused(script="return document.activeElement.className"):
    return BROWSER.script(script)


class EveryPage(unittest.TestCase):
    def test_is_silent_and_asks_for_nothing_and_draws_and_fits(self):
        for name in ALL:
            with self.subTest(name):
                BROWSER.open(BROWSER.page_of(name))
                self.assertEqual([], charts()[1])
                self.assertEqual([], unnamed_pictures())
                self.assertEqual([], overflow(1280))
                BROWSER.width(360)
                self.assertEqual([], overflow(360))
                self.assertEqual([], ran_hostile_code())
                self.assertEqual([], messages())
                self.assertEqual([], requests())

    def test_can_be_read_in_light_and_dark(self):
        backgrounds = set()
        for name in ALL:
            BROWSER.open(BROWSER.page_of(name))
            for scheme in ("light", "dark"):
                with self.subTest(f"{name}, {scheme}"):
                    BROWSER.media(prefers_color_scheme=scheme)
                    self.assertEqual([], faint_texts())
                    backgrounds.add(BROWSER.script("return getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(2, len(backgrounds))

    def test_says_its_verdict_in_words(self):
        words = {"judge_pass": "pass", "judge_fail": "fail", "judge_vacuous": "vacuous", "judge_network": "fail", "gradcheck": "pass",
                 "gradcheck_fail": "fail", "census": "proved", "census_disproved": "disproved", "mutants": "fail", "bench": "measured"}
        for name, word in words.items():
            BROWSER.open(BROWSER.page_of(name))
            self.assertRegex(BROWSER.one(".verdict").text, rf"^\W*{word}\s+\S+", name)


class Charts(unittest.TestCase):
    def test_show_the_numbers_of_the_result(self):
        result = fixture("judge_pass")
        BROWSER.open(BROWSER.page_of("judge_pass"))
        self.assertEqual({"ratios": [len(result["ratio_edges"])]}, charts()[0])  # none, and each interval
        bars = BROWSER.script("return Chart.getChart(document.querySelector('canvas')).data.datasets[0].data")
        self.assertEqual(sum(o["ratios"]["zero"] for o in result["operations"]), bars[0])
        self.assertEqual(sum(o["ratios"]["counts"][-1] for o in result["operations"]), bars[-1] or 0)

    def test_show_one_operation_when_it_is_chosen(self):
        result = fixture("judge_pass")
        BROWSER.open(BROWSER.page_of("judge_pass"))
        before = BROWSER.one("canvas").get_attribute("aria-label")
        Select(BROWSER.one("[data-part=ratios] select")).select_by_visible_text("conv2d_backward_input f32")
        bars = BROWSER.script("return Chart.getChart(document.querySelector('canvas')).data.datasets[0].data")
        self.assertEqual(result["operations"][1]["ratios"]["zero"], bars[0])
        self.assertNotEqual(before, BROWSER.one("canvas").get_attribute("aria-label"))

    def test_have_a_curve_for_each_scalar_and_the_exact_one_lies_below_all(self):
        curves = fixture("gradcheck")["sweep"]["curves"]
        BROWSER.open(BROWSER.page_of("gradcheck"))
        self.assertEqual({"sweep": [len(c["points"]) for c in curves]}, charts()[0])
        heights = BROWSER.script(
            "return Chart.getChart(document.querySelector('canvas')).data.datasets.map((d) => d.data.map((p) => p.y))")
        exact = heights[[c["scalar"] for c in curves].index("exact")]
        self.assertEqual(1, len(set(exact)))
        self.assertLess(exact[0], min(min(h) for h, c in zip(heights, curves) if c["scalar"] != "exact"))
        ticks = BROWSER.script("return Chart.getChart(document.querySelector('canvas')).scales.y.ticks.map((t) => t.label)")
        self.assertIn("0 (exact)", ticks)

    def test_of_mutants_have_a_bar_for_each_check_and_of_the_benchmark_a_point_for_each_measurement(self):
        BROWSER.open(BROWSER.page_of("mutants"))
        checks = len(fixture("mutants")["checks"])
        self.assertEqual({"kills": [checks, checks]}, charts()[0])
        BROWSER.open(BROWSER.page_of("bench"))
        self.assertEqual({"series": [len(c["points"]) for c in fixture("bench")["series"][0]["curves"]]}, charts()[0])

    def test_change_their_colours_with_the_page(self):
        BROWSER.open(BROWSER.page_of("gradcheck"))
        colours = """const s = getComputedStyle(document.documentElement), c = Chart.getChart(document.querySelector('canvas'));
            return [[s.getPropertyValue('--c1'), s.getPropertyValue('--muted')], [c.data.datasets[0].borderColor, Chart.defaults.color]]"""
        seen = []
        for scheme in ("light", "dark"):
            BROWSER.media(prefers_color_scheme=scheme)
            soon(lambda: len(set(map(tuple, BROWSER.script(colours)))) == 1)
            seen.append(BROWSER.script(colours)[1])
        self.assertTrue(all(light != dark for light, dark in zip(*seen)), seen)


class Judge(unittest.TestCase):
    def test_the_copy_buttons_yield_the_commands(self):
        failures = fixture("judge_fail")["failures"]
        BROWSER.open(BROWSER.page_of("judge_fail"))
        commands = [f[key] for f in failures for key in ("shrunk_repro", "repro") if key in f]
        buttons = BROWSER.all(".failure button.copy")
        self.assertEqual(len(commands), len(buttons))
        for button, command in zip(buttons, commands):
            press_copy(button)
            self.assertEqual(command, paste())

    def test_the_copy_button_works_where_the_clipboard_is_out_of_reach(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        BROWSER.script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        press_copy(BROWSER.all(".failure button.copy")[-1])
        self.assertEqual(fixture("judge_fail")["failures"][-1]["repro"], paste())

    def test_the_map_says_what_was_expected_on_hover_and_on_focus(self):
        element = fixture("judge_fail")["failures"][0]["map"]["elements"][0]
        BROWSER.open(BROWSER.page_of("judge_fail"))
        problem = BROWSER.all("[data-failure='0'] .problem")[1]
        right, wrong = (problem.find_element(By.CSS_SELECTOR, f"td.{kind}") for kind in ("right", "wrong"))
        says = problem.find_element(By.CSS_SELECTOR, ".says")
        place = f"y[{','.join(map(str, element['index']))}]"
        number = str(element["expected"]).removesuffix(".0").replace("-", "−")
        for look in (lambda e: ActionChains(BROWSER.driver).move_to_element(e).perform(), lambda e: BROWSER.script("arguments[0].focus()", e)):
            look(wrong)
            self.assertTrue(says.text.startswith(f"{place}: expected {number}, actual "), says.text)
            look(right)
            self.assertTrue(says.text.endswith(": right"), says.text)

    def test_the_map_has_a_square_for_each_element_and_marks_the_wrong_ones(self):
        shown = fixture("judge_fail")["failures"][0]["map"]
        BROWSER.open(BROWSER.page_of("judge_fail"))
        grids = BROWSER.all("[data-failure='0'] .problem:last-child table[data-grid=map]")
        self.assertEqual(2, len(grids))  # of four planes; nothing is wrong in the others
        height, width = shown["extents"][2:]
        self.assertEqual(2 * height * width, sum(len(g.find_elements(By.TAG_NAME, "td")) for g in grids))
        self.assertEqual(len(shown["elements"]), sum(len(g.find_elements(By.CSS_SELECTOR, "td.wrong")) for g in grids))

    def test_a_crash_has_no_map_but_its_kind_and_detail(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        card = BROWSER.one("[data-failure='2']")
        self.assertEqual([], card.find_elements(By.TAG_NAME, "table"))
        self.assertIn("The kernel crashed: signal 11 (segmentation fault), 8 bytes beyond dx", card.text)

    def test_the_coverage_marks_and_lists_the_pairs_that_no_case_had(self):
        family = fixture("judge_fail")["coverage"][1]
        met = {tuple(pair) for c in family["cells"] for pair in
               ((a, c["levels"][a], b, c["levels"][b]) for a in range(3) for b in range(a))}
        BROWSER.open(BROWSER.page_of("judge_fail"))
        section = BROWSER.one("[data-family=linear]")
        self.assertEqual(12 - len(met), len(section.find_elements(By.CSS_SELECTOR, "td.none")))
        self.assertIn(f"{len(met)} of 12 pairs", section.text)
        self.assertIn("input features multiple of 8 with batch 2+", section.text)
        self.assertIn(f"met {len(family['cells'])} of the 8 combinations", section.text)

    def test_a_seed_of_64_bits_is_shown_to_its_last_digit(self):
        BROWSER.open(BROWSER.page_of("judge_pass"))
        self.assertIn(f"seed {fixture('judge_pass')['seed']}", BROWSER.one(".facts").text)

    def test_the_first_wrong_layer_is_marked(self):
        BROWSER.open(BROWSER.page_of("judge_network"))
        rows = BROWSER.all("table[data-table=steps] tbody tr")
        self.assertEqual([2], [n for n, row in enumerate(rows) if "first wrong layer" in row.text])


class Mutants(unittest.TestCase):
    def test_the_kill_matrix_shows_the_header_that_is_chosen(self):
        result = fixture("mutants")
        BROWSER.open(BROWSER.page_of("mutants"))
        for header in result["headers"]:
            Select(BROWSER.one("[data-part=matrix] select")).select_by_value(header["file"])
            rows = BROWSER.all("table[data-grid=kills] tbody tr")
            own = [m for m in result["mutants"] if m["file"] == header["file"] and m["status"] != "invalid"]
            self.assertEqual(len(own), len(rows))
            kills = BROWSER.script("return [...document.querySelectorAll('table[data-grid=kills] tbody tr')].map((r) => r.querySelectorAll('.kill').length > 0)")
            self.assertEqual([bool(m["killed_by"]) for m in own], kills)

    def test_those_alive_are_listed_with_their_lines(self):
        BROWSER.open(BROWSER.page_of("mutants"))
        (alive,) = [m for m in fixture("mutants")["mutants"] if m["status"] == "survived"]
        self.assertIn(alive["source"], BROWSER.one("[data-status=survived]").text)


class Keyboard(unittest.TestCase):
    def test_the_first_stop_skips_to_the_results(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        press(Keys.TAB)
        self.assertEqual("skip", focused())
        self.assertGreaterEqual(BROWSER.script("return document.activeElement.getBoundingClientRect().left"), 0)
        press(Keys.ENTER)
        self.assertEqual("main", focused("return document.activeElement.id"))

    def test_tab_reaches_every_copy_button_and_grid_and_shows_where_it_is(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        buttons, grids = len(BROWSER.all("button.copy")), len(BROWSER.all("table.grid"))
        reached = []
        for _ in range(80):
            press(Keys.TAB)
            reached.append(BROWSER.script("""
                const e = document.activeElement;
                return [e.className === 'copy' ? 'copy' : e.getAttribute('role'), getComputedStyle(e).outlineStyle]"""))
            if reached[-1][0] is None and len(reached) > 5 and focused("return document.activeElement.tagName") == "BODY":
                break
        kinds = [kind for kind, _ in reached]
        self.assertEqual((buttons, grids), (kinds.count("copy"), kinds.count("gridcell")))
        self.assertNotIn("none", [outline for kind, outline in reached if kind in ("copy", "gridcell")])

    def test_arrow_keys_move_in_a_grid(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        BROWSER.script("document.querySelector(\"[data-failure='0'] .problem:last-child td[tabindex='0']\").focus()")
        where = ("const e = document.activeElement; return [e.parentElement.rowIndex, e.cellIndex, e.tabIndex, "
                 "e.closest('table').querySelectorAll(\"[tabindex='0']\").length]")
        self.assertEqual([0, 0, 0, 1], focused(where))
        for keys, place in ((Keys.ARROW_RIGHT, [0, 1]), (Keys.ARROW_DOWN, [1, 1]), (Keys.END, [1, 8]), (Keys.ARROW_RIGHT, [1, 8]),
                            (Keys.ARROW_UP, [0, 8]), (Keys.ARROW_UP, [0, 8]), (Keys.HOME, [0, 0]), (Keys.ARROW_LEFT, [0, 0])):
            press(keys)
            self.assertEqual([*place, 0, 1], focused(where))


class Elsewhere(unittest.TestCase):
    def test_on_paper_all_is_open_and_nothing_waits_for_a_click(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        BROWSER.media(prefers_color_scheme="dark")
        closed = len(BROWSER.all("main details:not([open])"))
        self.assertGreater(closed, 0)
        BROWSER.media("print", prefers_color_scheme="dark")
        soon(lambda: controls_on_paper() == [])
        self.assertEqual(["rgb(255, 255, 255)", "rgb(0, 0, 0)"],
                         BROWSER.script("const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"))
        self.assertEqual([], charts()[1])
        BROWSER.media(prefers_color_scheme="dark")
        soon(lambda: len(BROWSER.all("main details:not([open])")) == closed)

    def test_nothing_glides_where_less_motion_is_wanted(self):
        BROWSER.open(BROWSER.page_of("judge_pass"))
        BROWSER.media()
        behaviour = "return getComputedStyle(document.documentElement).scrollBehavior"
        self.assertEqual("smooth", BROWSER.script(behaviour))
        BROWSER.media(prefers_reduced_motion="reduce")
        self.assertEqual("auto", BROWSER.script(behaviour))

    def test_without_scripts_the_result_is_there_as_text(self):
        BROWSER.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            BROWSER.open(BROWSER.page_of("judge_hostile"))
            root = BROWSER.driver.execute_cdp_cmd("DOM.getDocument", {"depth": -1})["root"]
            found = BROWSER.driver.execute_cdp_cmd("DOM.querySelector", {"nodeId": root["nodeId"], "selector": "noscript pre"})
            self.assertNotEqual(0, found["nodeId"])
            html = BROWSER.driver.execute_cdp_cmd("DOM.getOuterHTML", {"nodeId": found["nodeId"]})["outerHTML"]
            box = BROWSER.driver.execute_cdp_cmd("DOM.getBoxModel", {"nodeId": found["nodeId"]})["model"]
        finally:
            BROWSER.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        self.assertGreater(box["height"], 50)
        self.assertIn("1 of 1 cases are wrong", html)
        self.assertNotIn("<img", html)
        self.assertIn("&lt;img", html)

    def test_several_results_have_a_table_of_contents(self):
        names = ("judge_fail", "gradcheck", "census", "judge_hostile")
        BROWSER.open(BROWSER.page_of(*names))
        links = BROWSER.all("nav.contents a")
        self.assertEqual([f"result-{n + 1}" for n in range(len(names))], [e.get_attribute("href").split("#")[1] for e in links])
        self.assertEqual([fixture(name)["type"] for name in names], [e.get_attribute("data-type") for e in BROWSER.all("section.result")])
        ids = BROWSER.script("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual([], messages())

    def test_hostile_text_appears_as_it_is(self):
        result = fixture("judge_hostile")
        BROWSER.open(BROWSER.page_of("judge_hostile"))
        text = BROWSER.script("return document.querySelector('main').textContent")
        for part in (result["kernel"], result["sentence"], *(f[key] for f in result["failures"] for key in ("descriptor", "detail", "data", "repro") if key in f)):
            self.assertIn(part, text)
        self.assertIn(result["kernel"], BROWSER.driver.title)

    def test_a_script_that_gets_in_nevertheless_reaches_nothing(self):
        BROWSER.open(BROWSER.page_of("judge_pass"))
        blocked = BROWSER.driver.execute_async_script("""
            const done = arguments[0];
            let asked = 0;
            try { document.body.innerHTML = '<b>x</b>'; } catch { ++asked; }
            fetch('data:,x').then(() => done('fetched'), () => done(asked))""")
        self.assertEqual(1, blocked)


def serve():
    """A server of nothing: what is asked of it fails."""
    handler = type("Silent", (http.server.BaseHTTPRequestHandler,), {"do_GET": lambda self: self.send_error(404), "log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class TheCheckers(unittest.TestCase):
    """Each rejects a page that is broken in its way."""

    def rejects(self, checker, html, width=1280):
        BROWSER.open(BROWSER.write("broken", html), width)
        self.assertNotEqual([], checker(), html)

    def test_accept_a_plain_page(self):
        BROWSER.open(BROWSER.write("plain", "<p>Plain."))
        for checker in (messages, requests, lambda: overflow(1280), unnamed_pictures, faint_texts, controls_on_paper, ran_hostile_code, lambda: charts()[1]):
            self.assertEqual([], checker())

    def test_reject_messages_and_requests(self):
        server = serve()
        try:
            self.rejects(requests, f"<img role=img aria-label=x src=http://127.0.0.1:{server.server_port}/x.png>")
            self.rejects(requests, f"<script>fetch('http://127.0.0.1:{server.server_port}/').catch(() => 0)</script>")
        finally:
            server.shutdown()
            server.server_close()
        self.rejects(messages, "<script>console.error('no')</script>")
        self.rejects(messages, "<script>console.warn('no')</script>")
        self.rejects(messages, "<script>throw new Error('no')</script>")

    def test_reject_what_is_too_wide(self):
        self.rejects(lambda: overflow(1280), "<div style='width: 1300px'>x</div>")
        self.rejects(lambda: overflow(360), "<table><tr><td style='white-space: nowrap'>" + "wide " * 30 + "</table>", 360)

    def test_reject_pictures_without_words_and_canvases_without_charts(self):
        self.rejects(unnamed_pictures, "<canvas role=img></canvas>")
        self.rejects(unnamed_pictures, "<canvas role=img aria-label='A finding'></canvas>")
        self.rejects(lambda: charts()[1], "<canvas data-chart=ratios></canvas>")

    def test_reject_faint_texts(self):
        self.rejects(faint_texts, "<p style='color: #888; background: #fff'>faint</p>")
        self.rejects(faint_texts, "<div style='background: #333'><p style='color: #000'>faint</p></div>")

    def test_reject_controls_on_paper(self):
        self.rejects(controls_on_paper, "<button>Copy</button>")
        self.rejects(controls_on_paper, "<main><details><summary>more</summary>folded</details></main>")

    def test_reject_hostile_text_that_is_not_escaped(self):
        kernel = fixture("judge_hostile")["kernel"]
        self.rejects(ran_hostile_code, f"<main>{kernel}</main>")
        self.rejects(ran_hostile_code, "<main></main><script>window.broken = 1</script>")


if __name__ == "__main__":
    CNNSPEC = sys.argv.pop(1)
    unittest.main()
