#!/usr/bin/env python3
"""page_test.py CNNSPEC: the pages that `cnnspec report --html` makes, in a real browser.

The checkers of pages are in checkers.py; each is shown a page that it must reject, too (TheCheckers).
"""

import json
import sys
import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from browser import HERE, Browser, serve
from checkers import (charts, controls_on_paper, faint_texts, messages, ran_hostile_code, requests, too_wide, undrawn,
                      unnamed_pictures)

ALL = sorted(path.stem for path in HERE.glob("*.json"))
CHART = "const chart = Chart.getChart(document.querySelector('canvas'));"
CNNSPEC = ""
BROWSER = None


def setUpModule():
    global BROWSER
    BROWSER = Browser(CNNSPEC)


def tearDownModule():
    BROWSER.close()


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
                self.assertEqual([], undrawn(BROWSER))
                self.assertEqual([], unnamed_pictures(BROWSER))
                self.assertEqual([], too_wide(BROWSER))
                BROWSER.width(360)
                self.assertEqual([], too_wide(BROWSER))
                self.assertEqual([], ran_hostile_code(BROWSER))
                self.assertEqual([], messages(BROWSER))
                self.assertEqual([], requests(BROWSER))

    def test_can_be_read_in_light_and_dark(self):
        backgrounds = set()
        for name in ALL:
            BROWSER.open(BROWSER.page_of(name))
            for scheme in ("light", "dark"):
                with self.subTest(f"{name}, {scheme}"):
                    BROWSER.media(prefers_color_scheme=scheme)
                    self.assertEqual([], faint_texts(BROWSER))
                    backgrounds.add(BROWSER.script("return getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(2, len(backgrounds))

    def test_says_its_verdict_in_words(self):
        words = {"judge_pass": "pass", "judge_fail": "fail", "judge_vacuous": "vacuous", "judge_network": "fail",
                 "gradcheck": "pass", "gradcheck_fail": "fail", "census": "proved", "census_disproved": "disproved",
                 "mutants": "fail", "bench": "measured"}
        for name, word in words.items():
            BROWSER.open(BROWSER.page_of(name))
            self.assertRegex(BROWSER.one(".verdict").text, rf"^\W*{word}\s+\S+", name)


class Charts(unittest.TestCase):
    def test_show_the_numbers_of_the_result(self):
        result = fixture("judge_pass")
        BROWSER.open(BROWSER.page_of("judge_pass"))
        self.assertEqual({"ratios": [len(result["ratio_edges"])]}, charts(BROWSER))  # none, and each interval
        bars = BROWSER.script(CHART + "return chart.data.datasets[0].data")
        self.assertEqual(sum(o["ratios"]["zero"] for o in result["operations"]), bars[0])
        self.assertEqual(sum(o["ratios"]["counts"][-1] for o in result["operations"]), bars[-1] or 0)

    def test_show_one_operation_when_it_is_chosen(self):
        result = fixture("judge_pass")
        BROWSER.open(BROWSER.page_of("judge_pass"))
        before = BROWSER.one("canvas").get_attribute("aria-label")
        Select(BROWSER.one("[data-part=ratios] select")).select_by_visible_text("conv2d_backward_input f32")
        bars = BROWSER.script(CHART + "return chart.data.datasets[0].data")
        self.assertEqual(result["operations"][1]["ratios"]["zero"], bars[0])
        self.assertNotEqual(before, BROWSER.one("canvas").get_attribute("aria-label"))

    def test_are_left_out_where_nothing_rounds(self):
        BROWSER.open(BROWSER.page_of("judge_vacuous"))
        self.assertEqual({}, charts(BROWSER))
        self.assertIn("No element was judged by a bound.", BROWSER.one("[data-part=ratios]").text)

    def test_have_a_curve_for_each_scalar_and_the_exact_one_lies_below_all(self):
        curves = fixture("gradcheck")["sweep"]["curves"]
        BROWSER.open(BROWSER.page_of("gradcheck"))
        self.assertEqual({"sweep": [len(c["points"]) for c in curves]}, charts(BROWSER))
        heights = BROWSER.script(
            CHART + "return chart.data.datasets.map((d) => d.data.map((p) => p.y))")
        exact = heights[[c["scalar"] for c in curves].index("exact")]
        self.assertEqual(1, len(set(exact)))
        self.assertLess(exact[0], min(min(h) for h, c in zip(heights, curves) if c["scalar"] != "exact"))
        ticks = BROWSER.script(CHART + "return chart.scales.y.ticks.map((t) => t.label)")
        self.assertIn("0 (exact)", ticks)

    def test_of_mutants_have_a_bar_for_each_check_and_of_the_benchmark_a_point_for_each_measurement(self):
        BROWSER.open(BROWSER.page_of("mutants"))
        checks = len(fixture("mutants")["checks"])
        self.assertEqual({"kills": [checks, checks]}, charts(BROWSER))
        BROWSER.open(BROWSER.page_of("bench"))
        curves = fixture("bench")["series"][0]["curves"]
        self.assertEqual({"series": [len(c["points"]) for c in curves]}, charts(BROWSER))

    def test_of_the_benchmark_stand_beside_how_they_were_measured(self):
        BROWSER.open(BROWSER.page_of("bench"))
        text = BROWSER.script("return document.body.textContent")
        self.assertIn("load average 0.12 at the start, 1.05 at the end.", text)
        self.assertEqual(1, text.count("with --quick"))

    def test_change_their_colours_with_the_page(self):
        BROWSER.open(BROWSER.page_of("gradcheck"))
        colours = CHART + """
            const style = getComputedStyle(document.documentElement);
            return [[style.getPropertyValue('--c1'), style.getPropertyValue('--muted')],
                    [chart.data.datasets[0].borderColor, Chart.defaults.color]]"""
        seen = []
        for scheme in ("light", "dark"):
            BROWSER.media(prefers_color_scheme=scheme)
            soon(lambda: len(set(map(tuple, BROWSER.script(colours)))) == 1)
            seen.append(BROWSER.script(colours)[1])
        self.assertTrue(all(light != dark for light, dark in zip(*seen)), seen)


class Census(unittest.TestCase):
    def test_the_copy_button_yields_the_command_that_shows_it_again(self):
        BROWSER.open(BROWSER.page_of("census_disproved"))
        press_copy(BROWSER.one("[data-part='disproved'] button.copy"))
        self.assertEqual(fixture("census_disproved")["first_disproved"][0]["repro"], paste())

    def test_says_what_is_assumed(self):
        BROWSER.open(BROWSER.page_of("census"))
        self.assertIn("for all inputs; 288 of them assuming that no window looks at cells of another one",
                      BROWSER.one("section.result").text)
        BROWSER.open(BROWSER.page_of("census_disproved"))
        self.assertIn("in all 2 shards", BROWSER.one("section.result").text)


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
        point = lambda e: ActionChains(BROWSER.driver).move_to_element(e).perform()
        focus = lambda e: BROWSER.script("arguments[0].focus()", e)
        for look in (point, focus):
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
            marked = BROWSER.script("return arguments[0].map((row) => row.querySelector('.kill') !== null)", rows)
            self.assertEqual([bool(m["killed_by"]) for m in own], marked)

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
            if focused("return document.activeElement.tagName") == "BODY":
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
        for keys, place in ((Keys.ARROW_RIGHT, [0, 1]), (Keys.ARROW_DOWN, [1, 1]), (Keys.END, [1, 8]),
                            (Keys.ARROW_RIGHT, [1, 8]), (Keys.ARROW_UP, [0, 8]), (Keys.ARROW_UP, [0, 8]),
                            (Keys.HOME, [0, 0]), (Keys.ARROW_LEFT, [0, 0])):
            press(keys)
            self.assertEqual([*place, 0, 1], focused(where))


    def test_what_has_the_focus_is_not_behind_the_headers_that_stay(self):
        BROWSER.open(BROWSER.page_of("mutants"), 360)
        Select(BROWSER.one("[data-part=matrix] select")).select_by_value("relu.hpp")
        BROWSER.script("document.querySelector(\"table[data-grid=kills] td[tabindex='0']\").focus()")
        for keys in ([Keys.END], [Keys.PAGE_DOWN], [Keys.PAGE_DOWN], [Keys.HOME], [Keys.PAGE_UP], [Keys.ARROW_UP]):
            press(*keys)
            self.assertTrue(focused("""
                const e = document.activeElement, box = e.getBoundingClientRect();
                const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return e.matches('td') && seen === e"""), keys)


class Elsewhere(unittest.TestCase):
    def test_on_paper_all_is_open_and_nothing_waits_for_a_click(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        BROWSER.media(prefers_color_scheme="dark")
        closed = len(BROWSER.all("main details:not([open])"))
        self.assertGreater(closed, 0)
        BROWSER.media("print", prefers_color_scheme="dark")
        soon(lambda: controls_on_paper(BROWSER) == [])
        for name, colour in (("background-color", "rgba(255, 255, 255, 1)"), ("color", "rgba(0, 0, 0, 1)")):
            self.assertEqual(colour, BROWSER.one("body").value_of_css_property(name))
        self.assertEqual([], undrawn(BROWSER))
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
        ask = BROWSER.driver.execute_cdp_cmd
        ask("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            BROWSER.open(BROWSER.page_of("judge_hostile"))
            root = ask("DOM.getDocument", {})["root"]
            found = ask("DOM.querySelector", {"nodeId": root["nodeId"], "selector": "noscript pre"})
            html = ask("DOM.getOuterHTML", found)["outerHTML"]
            box = ask("DOM.getBoxModel", found)["model"]
        finally:
            ask("Emulation.setScriptExecutionDisabled", {"value": False})
        self.assertGreater(box["height"], 50)
        self.assertIn("1 of 1 cases are wrong", html)
        self.assertNotIn("<img", html)
        self.assertIn("&lt;img", html)

    def test_several_results_have_a_table_of_contents(self):
        names = ("judge_fail", "gradcheck", "census", "judge_hostile")
        BROWSER.open(BROWSER.page_of(*names))
        links = BROWSER.all("nav.contents a")
        sections = BROWSER.all("section.result")
        self.assertEqual([e.get_attribute("id") for e in sections],
                         [e.get_attribute("href").split("#")[1] for e in links])
        self.assertEqual([fixture(name)["type"] for name in names], [e.get_attribute("data-type") for e in sections])
        ids = BROWSER.script("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual([], messages(BROWSER))

    def test_hostile_text_appears_as_it_is(self):
        result = fixture("judge_hostile")
        BROWSER.open(BROWSER.page_of("judge_hostile"))
        text = BROWSER.script("return document.querySelector('main').textContent")
        for part in (result["kernel"], result["sentence"]):
            self.assertIn(part, text)
        for failure in result["failures"]:
            for key in ("descriptor", "detail", "data", "repro"):
                self.assertIn(failure.get(key, ""), text)
        self.assertIn(result["kernel"], BROWSER.driver.title)

    def test_a_script_that_gets_in_nevertheless_reaches_nothing(self):
        BROWSER.open(BROWSER.page_of("judge_pass"))
        blocked = BROWSER.driver.execute_async_script("""
            const done = arguments[0];
            let asked = 0;
            try { document.body.innerHTML = '<b>x</b>'; } catch { ++asked; }
            fetch('data:,x').then(() => done('fetched'), () => done(asked))""")
        self.assertEqual(1, blocked)


class TheCheckers(unittest.TestCase):
    """Each rejects a page that is broken in its way."""

    def rejects(self, checker, html, width=1280):
        BROWSER.open(BROWSER.write("broken", html), width)
        self.assertNotEqual([], checker(BROWSER), html)

    def test_accept_a_plain_page(self):
        BROWSER.open(BROWSER.write("plain", "<p>Plain."))
        for checker in (messages, requests, too_wide, unnamed_pictures, undrawn, faint_texts, controls_on_paper,
                        ran_hostile_code):
            self.assertEqual([], checker(BROWSER))

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
        self.rejects(too_wide, "<div style='width: 1300px'>x</div>")
        self.rejects(too_wide, "<p style='white-space: nowrap'>" + "wide " * 30, 360)

    def test_reject_pictures_without_words_and_canvases_without_charts(self):
        self.rejects(unnamed_pictures, "<canvas role=img></canvas>")
        self.rejects(unnamed_pictures, "<canvas role=img aria-label='A finding'></canvas>")
        self.rejects(undrawn, "<canvas data-chart=ratios></canvas>")

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
