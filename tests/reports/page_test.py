#!/usr/bin/env python3
"""page_test.py CNNSPEC WRONG_KERNEL EMBED: the pages that `cnnspec report --html` makes, in a real browser.

WRONG_KERNEL: a library with a mistake, to be judged. EMBED: the CMake script that makes the parts of a page C++.
The checkers of pages are in checkers.py; each is shown a page that it must reject, too (TheCheckers).
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from browser import HERE, Browser, serve
from checkers import (charts, controls_on_paper, faint_graphics, faint_texts, messages, ran_hostile_code, requests,
                      too_wide, too_wide_for_paper, undrawn, unnamed_pictures, unseen_characters)
from examples import element, failure, linear_coverage, plainest, wrong_values

ALL = sorted(path.stem for path in HERE.glob("*.json"))
CHART = "const chart = Chart.getChart(document.querySelector('canvas'));"
FOLDED = "main details:not([open]):not(details details)"
PAPER = 717  # pixels between the margins of A4
CNNSPEC, WRONG_KERNEL, EMBED = "", "", ""
BROWSER = None


def setUpModule():
    global BROWSER
    BROWSER = Browser(CNNSPEC)


def tearDownModule():
    BROWSER.close()


def fixture(name):
    return json.loads((HERE / f"{name}.json").read_text())


def open_changed(name, change):
    """The page of a fixture that `change` has changed."""
    result = fixture(name)
    change(result)
    return BROWSER.open(BROWSER.page_of_results(result))


def open_failures(*failures):
    return open_changed("judge_fail", lambda result: result.update(failures=list(failures)))


def visible(text, unseen=r"[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]"):
    """The text with characters that cannot be seen replaced, as on the page."""
    return re.sub(unseen, lambda c: f"\\u{ord(c[0]):04x}", text)


def visible_line(text):
    return visible(visible(text), r"[\t\n]")


def soon(holds):
    """Waits until this holds on the page, which takes a moment."""
    BROWSER.soon(holds)


def press_copy(button):
    """Presses the button, and waits until the page says "Copied". It shows this only briefly."""
    said = button.find_element(By.XPATH, "following-sibling::*[@role='status']")
    BROWSER.script("""
        const status = arguments[0];
        window.said = [];
        new MutationObserver(() => window.said.push(status.textContent)).observe(status, {childList: true})""", said)
    button.click()
    soon(lambda: "Copied" in BROWSER.script("return window.said"))


def paste():
    """The content of the clipboard, pasted as a person would do it."""
    BROWSER.script("""
        const area = document.createElement('textarea');
        area.id = 'pasted';
        document.body.append(area);
        area.focus()""")
    ActionChains(BROWSER.driver).key_down(Keys.CONTROL).send_keys("v").key_up(Keys.CONTROL).perform()
    soon(lambda: BROWSER.script("return document.getElementById('pasted').value !== ''"))
    text = BROWSER.script("const a = document.getElementById('pasted'); const t = a.value; a.remove(); return t")
    return text


def focused(script="return document.activeElement.className"):
    return BROWSER.script(script)


class PageTest(unittest.TestCase):
    """When the driver returns from a click, a key or a choice, the page has not yet reacted."""

    def becomes(self, expected, read):
        """Waits until `read` gives what is expected."""
        seen = []

        def is_expected():
            seen[:] = [read()]
            return seen == [expected]
        BROWSER.soon(is_expected, lambda: f"expected {expected!r}, got {seen}")

    def comes_to_say(self, part, selector):
        """Waits until an element says this, too."""
        BROWSER.soon(lambda: part in BROWSER.one(selector).text,
                     lambda: f"expected {part!r} in {BROWSER.one(selector).text!r}")


class EveryPage(PageTest):
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
                self.assertEqual([], unseen_characters(BROWSER))
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
                    self.assertEqual([], faint_graphics(BROWSER))
                    backgrounds.add(BROWSER.script("return getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(2, len(backgrounds))

    def test_says_its_verdict_in_words(self):
        words = {"judge_pass": "pass", "judge_fail": "fail", "judge_vacuous": "vacuous", "judge_network": "fail",
                 "judge_differs": "differs",
                 "gradcheck": "pass", "gradcheck_fail": "fail", "census": "proved", "census_disproved": "disproved",
                 "mutants": "fail", "bench": "measured"}
        for name, word in words.items():
            BROWSER.open(BROWSER.page_of(name))
            self.assertRegex(BROWSER.one(".verdict").text, rf"^\W*{word}\s+\S+", name)


class Charts(PageTest):
    def test_show_the_numbers_of_the_result(self):
        result = fixture("judge_pass")
        BROWSER.open(BROWSER.page_of("judge_pass"))
        self.assertEqual({"ratios": [len(result["ratio_edges"])]}, charts(BROWSER))  # none, and each interval
        bars = BROWSER.script(CHART + "return chart.data.datasets[0].data")
        self.assertEqual(sum(o["ratios"]["zero"] for o in result["operations"]), bars[0])
        self.assertEqual(sum(o["ratios"]["counts"][-1] for o in result["operations"]), bars[-1] or 0)

    def test_show_one_operation_when_it_is_chosen(self):
        chosen = [o for o in fixture("judge_pass")["operations"] if o["ratios"]["zero"]][1]
        BROWSER.open(BROWSER.page_of("judge_pass"))
        before = BROWSER.one("canvas").get_attribute("aria-label")
        Select(BROWSER.one("[data-part=ratios] select")).select_by_visible_text(f"{chosen['op']} {chosen['dtype']}")
        self.becomes(chosen["ratios"]["zero"], lambda: BROWSER.script(CHART + "return chart.data.datasets[0].data[0]"))
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
        errors = [p["error"] for p in next(c for c in curves if c["scalar"] == "exact")["points"]]
        self.assertEqual(0, errors[-1])  # of the smallest step
        self.assertEqual(1, len({height for height, error in zip(exact, errors) if error == 0}))
        self.assertLess(exact[-1], min(min(h) for h, c in zip(heights, curves) if c["scalar"] != "exact"))
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
        text = BROWSER.script("return document.body.innerText")
        self.assertIn("load average 0.12 at the start, 1.05 at the end.", text)
        self.assertEqual(1, text.count("with --quick"))

    def test_of_the_benchmark_are_told_apart_by_their_groups(self):
        BROWSER.open(BROWSER.page_of("bench"))
        self.assertIn("Gradient check, Specification, Judge · 2024-05-06", BROWSER.one("p.facts").text)

    def test_change_their_colours_with_the_page(self):
        BROWSER.open(BROWSER.page_of("gradcheck"))
        colours = CHART + """
            const style = getComputedStyle(document.documentElement);
            return [[style.getPropertyValue('--c1'), style.getPropertyValue('--muted')],
                    [chart.data.datasets[0].borderColor, Chart.defaults.color]]"""
        seen = []
        for scheme in ("light", "dark"):
            BROWSER.media(prefers_color_scheme=scheme)
            style, chart = BROWSER.script(colours)
            self.assertEqual(style, chart)
            seen.append(chart)
        self.assertTrue(all(light != dark for light, dark in zip(*seen)), seen)


class Census(PageTest):
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


class Judge(PageTest):
    def test_the_copy_buttons_yield_the_commands(self):
        failures = fixture("judge_fail")["failures"]
        BROWSER.open(BROWSER.page_of("judge_fail"))
        BROWSER.script("for (const d of document.querySelectorAll('details.alike')) d.open = true")
        soon(lambda: len(BROWSER.all(".failure")) == len(failures))
        commands = [f[key] for f in failures for key in ("shrunk_repro", "repro") if key in f]
        buttons = BROWSER.all(".failure button.copy")
        self.assertEqual(len(commands), len(buttons))
        for button, command in zip(buttons, commands):
            press_copy(button)
            self.assertEqual(command, paste())

    def test_the_copy_button_works_where_the_clipboard_is_out_of_reach(self):
        open_failures(failure("crash", repro="cnnspec judge 'a b' --seed 3"))
        BROWSER.script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        press_copy(BROWSER.one(".failure button.copy"))
        self.assertEqual("cnnspec judge 'a b' --seed 3", paste())

    def test_the_map_says_what_was_expected_on_hover_and_on_focus(self):
        open_failures(wrong_values())
        right, wrong = (BROWSER.one(f"td.{kind}") for kind in ("right", "wrong"))
        point = lambda e: ActionChains(BROWSER.driver).move_to_element(e).perform()
        focus = lambda e: BROWSER.script("arguments[0].focus()", e)
        said = lambda: BROWSER.one(".says").text
        for look in (point, focus):
            look(wrong)
            self.becomes("y[0,1,0,7]: expected -1.25, actual -1.5; off by 250 times what rounding explains", said)
            look(right)
            self.becomes("y[0,1,0,0]: right", said)

    def test_the_map_has_a_square_for_each_element_and_marks_the_wrong_ones(self):
        open_failures(wrong_values())
        grids = BROWSER.all("table[data-grid=map]")
        self.assertEqual(2, len(grids))  # of four planes; nothing is wrong in the others
        self.assertEqual([7 * 9] * 2, [len(g.find_elements(By.TAG_NAME, "td")) for g in grids])
        self.assertEqual([4, 1], [len(g.find_elements(By.CSS_SELECTOR, "td.wrong")) for g in grids])
        self.assertIn("In 2 planes everything is right.", BROWSER.one(".failure").text)

    def test_a_map_out_of_sight_takes_the_room_that_it_will_take(self):
        wide = wrong_values()
        wide["map"]["extents"] = [2, 2, 7, 20]  # of smaller squares
        for failed in (wrong_values(), wide):
            open_failures(failed)
            sizes = ("return [...document.querySelectorAll('.scroll.map')].map((e) => { e.style.contentVisibility = "
                     "arguments[0]; return [e.offsetWidth, e.offsetHeight] })")
            self.assertEqual(BROWSER.script(sizes, "visible"), BROWSER.script(sizes, "hidden"))

    def test_the_map_has_its_numbers_in_a_table(self):
        many = [element(0, 0, row, column) for row in range(7) for column in range(9)]
        failed = wrong_values()
        failed["map"]["elements"] = many
        open_failures(failed)
        BROWSER.one(".map-box summary").click()
        self.comes_to_say("the result lists 31 more", ".map-box")
        rows = [row.text for row in BROWSER.all("table[data-table=map] tbody tr")]
        self.assertEqual("y[0,0,0,0] -1.25 -1.5 250.000", rows[0])
        self.assertEqual(32, len(rows))

    def test_a_crash_has_no_map_but_its_kind_and_detail(self):
        open_failures(failure("crash", detail="signal 11 (segmentation fault), 8 bytes beyond dx"))
        card = BROWSER.one(".failure")
        self.assertEqual([], card.find_elements(By.TAG_NAME, "table"))
        self.assertIn("The kernel crashed: signal 11 (segmentation fault), 8 bytes beyond dx", card.text)

    def test_a_picture_is_named_by_what_it_shows(self):
        open_failures(failure("wrong-value", picture=["..#", ".+#"]))
        self.assertEqual("The planes of the output over each other. Of 6 places, 2 wrong in all planes, 1 in some",
                         BROWSER.one("pre[role=img]").get_attribute("aria-label"))

    def test_the_coverage_marks_and_lists_the_pairs_that_no_case_had(self):
        open_changed("judge_fail", lambda result: result.update(coverage=[linear_coverage()]))
        section = BROWSER.one("[data-family=linear]")
        self.assertEqual(3, len(section.find_elements(By.CSS_SELECTOR, "td.none")))
        self.assertIn("6 cases met 4 of the 8 combinations of all 3 axes, and 9 of 12 pairs of levels.", section.text)
        self.assertIn("input features multiple of 8 with batch 2+", section.text)

    def test_the_sizes_are_counted_and_those_that_no_case_had_are_marked(self):
        def change(result):
            result.update(size_levels=["below 8", "8", "9", "beyond 9"], sizes_not_met="sizes not met: 1 of 4")
            for operation in result["operations"]:
                operation["sizes"] = []
            result["operations"][0]["sizes"] = [{"axis": "batch", "counts": [5, 1, 2, 0]},
                                                {"axis": "groups", "counts": [7, 0, 1, 0]}]
        open_changed("judge_fail", change)
        part = BROWSER.one("[data-part=sizes]")
        self.assertIn("sizes not met: 1 of 4.", part.text)
        part.find_element(By.TAG_NAME, "summary").click()
        soon(lambda: BROWSER.all("[data-part=sizes] table"))
        self.assertEqual("conv2d_forward f32: 3 of 4 sizes met", part.find_element(By.TAG_NAME, "summary").text)
        rows = [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
                for row in BROWSER.all("[data-part=sizes] tbody tr")]
        self.assertEqual([["5", "1", "2", ""], ["7", "✗", "1", ""]], rows)
        BROWSER.script("arguments[0].focus()", part.find_element(By.CSS_SELECTOR, "td.none"))
        self.comes_to_say("groups 8: no case", "[data-part=sizes] .says")

    def test_a_seed_of_64_bits_is_shown_to_its_last_digit(self):
        BROWSER.open(BROWSER.page_of("judge_pass"))
        self.assertIn(f"seed {fixture('judge_pass')['seed']}", BROWSER.one(".facts").text)

    def test_an_integer_that_javascript_cannot_hold_is_no_number_of_the_page(self):
        page = BROWSER.page_of("judge_pass").read_text()
        data = re.search(r'id="results">(.*?)</script>', page, re.DOTALL)[1]
        seen = []
        json.loads(data, parse_int=lambda digits: seen.append(int(digits)))
        self.assertIn(fixture("judge_pass")["cases"], seen)
        self.assertEqual([], [n for n in seen if abs(n) >= 2 ** 53])
        self.assertIn(f'"{fixture("judge_pass")["seed"]}"', data)

    def test_a_kernel_that_hangs_or_leaves_its_tensors_is_told_of_in_words(self):
        told = {"hang": ("hang", "The kernel did not come back in time: after 10 s"),
                "out-of-bounds": ("out of bounds", "The kernel read or wrote beyond a tensor: after 10 s")}
        for kind, (badge, sentence) in told.items():
            open_failures(failure(kind, detail="after 10 s"))
            card = BROWSER.one(".failure")
            self.assertEqual(badge, card.find_element(By.CSS_SELECTOR, ".badge").text.lstrip("✗ \n"))
            self.assertIn(sentence, card.text)

    def test_one_wrong_element_is_wrong(self):
        open_failures(wrong_values(elements_wrong=1))
        self.assertIn("1 of 252 elements of y is wrong.", BROWSER.one(".failure").text)

    def test_failures_that_are_alike_are_folded_behind_the_first(self):
        alike = (wrong_values(seed=n) for n in (11, 12, 13))
        open_failures(failure("crash"), *alike, failure("hang"), failure("crash"))
        self.assertEqual(["0", "1", "4", "5"], [e.get_attribute("data-failure") for e in BROWSER.all(".failure")])
        self.assertEqual(1, len(BROWSER.all("details.alike")))
        folded = BROWSER.one("details.alike")
        self.assertEqual("2 more cases of conv2d_forward f32, wrong in the same way", folded.text)
        folded.find_element(By.TAG_NAME, "summary").click()
        soon(lambda: "seed 13" in folded.text)
        self.assertIn("seed 12", folded.text)
        self.assertNotIn("seed 11", folded.text)
        self.assertEqual([str(n) for n in range(6)], [e.get_attribute("data-failure") for e in BROWSER.all(".failure")])

    def test_an_operation_without_a_case_has_none_rather_than_no_support(self):
        open_changed("judge_pass", lambda r: r["operations"][-1].update(cases=0, unsupported=0))
        row = BROWSER.all("table[data-table=operations] tbody tr")[-1].text
        self.assertIn("no case", row)
        self.assertNotIn("unsupported", row)

    def test_numbers_do_not_read_as_what_they_are_not_quite(self):
        near = {"worst_ratio": 0.9996, "sensitivity": 0.99999999999, "least_sensitivity": 0.9996}
        open_changed("judge_pass", lambda r: r["operations"][0].update(near))
        row = BROWSER.one("table[data-table=operations] tbody tr").text
        self.assertIn("0.9996", row)
        self.assertIn("99.9% 99.9%", row)
        self.assertNotIn("100.0%", row)

    def test_values_are_written_as_programs_read_them(self):
        written = {-0.0: "-0", -1.5e-300: "-1.5e-300", "-inf": "-inf", "nan": "nan", 0.1: "0.1"}
        for value, text in written.items():
            open_failures(wrong_values(expected=value))
            self.assertEqual(text, BROWSER.one(".failure .expected").text)

    def test_wrong_elements_have_a_ratio_and_a_bar(self):
        def change(result):
            for operation in result["operations"]:
                operation.update(worst_ratio=0.25, worst_wrong_ratio=None)
                operation["ratios"].update(zero=5, wrong=0)
            result["operations"][0].update(cases=9, unsupported=0, worst_ratio=0, worst_wrong_ratio=404.25,
                                           sensitivity=None, least_sensitivity=None)
            result["operations"][0]["ratios"].update(wrong=7, zero=0, counts=[])
            result.update(sensitivity=None, worst_ratio=0)
        open_changed("judge_fail", change)
        self.assertIn("404.250", BROWSER.one(".summary").text)
        self.assertIn("sensitivity\n–", BROWSER.one(".summary").text)
        self.assertIn("404.250 – –", BROWSER.one("table[data-table=operations] tbody tr").text)
        bars = BROWSER.script(CHART + "const d = chart.data; return [d.labels.at(-1), d.datasets[0].data.at(-1)]")
        self.assertEqual(["wrong", 7], bars)
        Select(BROWSER.one("[data-part=ratios] select")).select_by_index(1)
        self.comes_to_say(": 7 elements are wrong, by up to 404 times the bound.", "[data-part=ratios] figcaption")
        self.assertTrue(BROWSER.one("[data-part=ratios] figcaption").text.endswith("the bound."))

    def test_what_the_kernel_declined_is_told_from_what_it_was_not_asked(self):
        family = linear_coverage({"levels": [1, 0, 0], "cases": 0, "unsupported": 3})
        open_changed("judge_fail", lambda result: result.update(coverage=[family]))
        section = BROWSER.one("[data-family=linear]")
        self.assertEqual(2, len(section.find_elements(By.CSS_SELECTOR, "td.declined")))
        BROWSER.script("arguments[0].focus()", section.find_element(By.CSS_SELECTOR, "td.declined"))
        self.comes_to_say("the kernel declined all 3 cases", "[data-family=linear] .says")
        listed = lambda kind: section.find_element(By.CSS_SELECTOR, f"[data-kind={kind}]").text
        self.assertIn("input features multiple of 8 with batch 2+", listed("declined"))
        self.assertEqual("output features multiple of 8 with input features other", listed("none"))

    def test_a_map_calls_right_only_what_was_judged(self):
        for judged, words in ((True, "y[0,1,0,0]: right"), (False, "y[0,1,0,0]: right, or not judged")):
            failed = wrong_values()
            failed["map"]["all_judged"] = judged
            open_failures(failed)
            BROWSER.script("arguments[0].focus()", BROWSER.one("td.right"))
            self.becomes(words, lambda: BROWSER.one(".says").text)
            self.assertEqual(judged, "not judged" not in BROWSER.one("[data-part=failures] .legend").text)

    def test_a_tap_says_what_a_square_stands_for(self):
        open_failures(wrong_values())
        BROWSER.width(360)
        BROWSER.tap(BROWSER.one("td.wrong"))
        soon(lambda: BROWSER.one(".says").text.startswith("y[0,1,0,7]: expected "))


class JudgeOfANetwork(PageTest):
    def test_says_what_the_result_says(self):
        result = fixture("judge_network")
        BROWSER.open(BROWSER.page_of("judge_network"))
        self.assertEqual(result["sentence"].lower(), BROWSER.one(".sentence").text.lower())
        press_copy(BROWSER.one("[data-part=again] button.copy"))
        self.assertEqual(result["repro"], paste())

    def test_the_first_wrong_layer_is_marked(self):
        BROWSER.open(BROWSER.page_of("judge_network"))
        rows = BROWSER.all("table[data-table=steps] tbody tr")
        wrong = [step["verdict"] for step in fixture("judge_network")["steps"]].index("fail")
        self.assertEqual([wrong], [n for n, row in enumerate(rows) if "first wrong layer" in row.text])

    def test_each_wrong_step_has_a_card_with_its_layer(self):
        wrong = [step for step in fixture("judge_network")["steps"] if "failure" in step]
        BROWSER.open(BROWSER.page_of("judge_network"))
        cards = BROWSER.all(".failure")
        self.assertEqual(len(wrong), len(cards))
        for step, card in zip(wrong, cards):
            self.assertTrue(card.text.startswith(f"{step['layer']}: {step['op']}"), card.text)
            self.assertIn(step["failure"]["repro"], card.text)


class ARealRun(PageTest):
    """From a wrong kernel to its page, to the line that is copied from it, to the same failure."""

    def test_the_command_that_is_copied_shows_the_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "wrong.html"
            kernel = pathlib.Path(folder) / "it's a wrong kernel.so"
            shutil.copy(WRONG_KERNEL, kernel)
            judged = subprocess.run([CNNSPEC, "judge", str(kernel), "--dtype", "f32", "--cases", "20", "--html",
                                     str(page)], capture_output=True, text=True)
            self.assertEqual(1, judged.returncode, judged.stderr)
            BROWSER.open(page)
            self.assertRegex(BROWSER.one(".verdict").text, r"^\W*fail\s+")
            self.assertEqual([], messages(BROWSER))
            for button in BROWSER.all(".failure button.copy")[:2]:
                press_copy(button)
                line = paste()
                path = f"{pathlib.Path(CNNSPEC).parent}{os.pathsep}{os.environ['PATH']}"
                environment = {**os.environ, "PATH": path}
                again = subprocess.run(line, shell=True, capture_output=True, text=True, env=environment)
                self.assertEqual(1, again.returncode, (line, again.stderr))
                self.assertIn("linear_backward_bias f32", again.stdout)


class Gradcheck(PageTest):
    def test_a_page_without_curves_says_how_to_have_them(self):
        result = fixture("gradcheck")
        BROWSER.open(BROWSER.page_of("gradcheck"))
        self.assertEqual([], BROWSER.all("[data-part=no-sweep]"))
        del result["sweep"]
        BROWSER.open(BROWSER.page_of_results(result))
        self.assertIn("--sweep", BROWSER.one("[data-part=no-sweep]").text)
        press_copy(BROWSER.one("[data-part=no-sweep] button.copy"))
        self.assertEqual(result["repro"] + " --sweep --html gradcheck.html", paste())

    def test_what_is_wrong_is_told_of_once_with_its_count(self):
        def change(result):
            result["failure"] = "a sentence"
            result["tensors"][0].update(wrong=1, compared=40, name="w", first_wrong={
                "index": [0, 2], "output": 7, "backward": "-12", "finite_difference": "-8"})
        open_changed("gradcheck_fail", change)
        self.assertIn("1 of 40 derivatives by w is wrong. The first, w[0,2], of output 7: backward says -12, the "
                      "finite difference is -8.", BROWSER.one(".failure").text)
        self.assertNotIn("a sentence", BROWSER.one(".failure").text)

    def test_a_tensor_of_which_agreement_says_nothing_is_marked(self):
        def change(result):
            for n, tensor in enumerate(result["tensors"]):
                tensor.update(exact=False, bound=2.5, vacuous=n == 1)
            result["verdict"] = "vacuous"
        open_changed("gradcheck", change)
        marked = [n for n, row in enumerate(BROWSER.all("table[data-table=tensors] tbody tr")) if "vacuous" in row.text]
        self.assertEqual([1], marked)
        self.assertIn("Vacuous: the bound on rounding", BROWSER.one("[data-part=tensors]").text)


class Mutants(PageTest):
    def test_the_kill_matrix_shows_the_header_that_is_chosen(self):
        result = fixture("mutants")
        BROWSER.open(BROWSER.page_of("mutants"))
        for header in result["headers"]:
            Select(BROWSER.one("[data-part=matrix] select")).select_by_value(header["file"])
            self.comes_to_say(f"of {header['file']}, ", "[data-matrix=place]")
            rows = BROWSER.all("table[data-grid=kills] tbody tr")
            own = [m for m in result["mutants"] if m["file"] == header["file"] and m["status"] != "invalid"]
            self.assertEqual(len(own), len(rows))
            marked = BROWSER.script("return arguments[0].map((row) => row.querySelector('.kill') !== null)", rows)
            self.assertEqual([bool(m["killed_by"]) for m in own], marked)
            BROWSER.media("print")
            self.assertIn(f"of {header['file']}, ", BROWSER.one("[data-part=matrix]").text)
            BROWSER.media()

    def test_the_kinds_of_checks_have_a_row_each_and_what_passes_gradients_is_told(self):
        result = fixture("mutants")
        BROWSER.open(BROWSER.page_of("mutants"))
        rows = [row.text.split("\n")[0] for row in BROWSER.all("table[data-table=kinds] tbody tr")]
        most_first = sorted(sorted(result["kinds"].items()), key=lambda item: -item[1]["kills"])
        for (name, kind), row in zip(most_first, rows, strict=True):
            self.assertEqual(f"{name} {kind['ran']} {kind['kills']} {kind['alone']}", row)
        self.assertIn(f"{result['beyond_gradients']['pass_gradients']} pass them all", BROWSER.one("[data-part=kinds]").text)

    def test_those_alive_are_listed_with_their_lines(self):
        BROWSER.open(BROWSER.page_of("mutants"))
        (alive,) = [m for m in fixture("mutants")["mutants"] if m["status"] == "survived"]
        self.assertIn(alive["source"], BROWSER.one("[data-status=survived]").text)


class Keyboard(PageTest):
    def test_the_first_stop_skips_to_the_results(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        BROWSER.press(Keys.TAB)
        self.becomes("skip", focused)
        self.assertGreaterEqual(BROWSER.script("return document.activeElement.getBoundingClientRect().left"), 0)
        BROWSER.press(Keys.ENTER)
        self.becomes("main", lambda: focused("return document.activeElement.id"))

    def test_tab_reaches_every_copy_button_and_grid_and_shows_where_it_is(self):
        open_failures(wrong_values(**plainest()), failure("crash"))
        buttons, grids = len(BROWSER.all("button.copy")), len(BROWSER.all("table.grid"))
        reached = []
        for _ in range(80):
            BROWSER.press(Keys.TAB)
            reached.append(BROWSER.script("""
                const e = document.activeElement;
                return [e.className === 'copy' ? 'copy' : e.getAttribute('role'), getComputedStyle(e).outlineStyle]"""))
            if focused("return document.activeElement.tagName") == "BODY":
                break
        kinds = [kind for kind, _ in reached]
        self.assertEqual((buttons, grids), (kinds.count("copy"), kinds.count("gridcell")))
        self.assertNotIn("none", [outline for kind, outline in reached if kind in ("copy", "gridcell")])

    def test_arrow_keys_move_in_a_grid(self):
        open_failures(wrong_values())
        BROWSER.script("document.querySelector(\".failure td[tabindex='0']\").focus()")
        where = ("const e = document.activeElement; return [e.parentElement.rowIndex, e.cellIndex, e.tabIndex, "
                 "e.closest('table').querySelectorAll(\"[tabindex='0']\").length]")
        self.assertEqual([0, 0, 0, 1], focused(where))
        for keys, place in ((Keys.ARROW_RIGHT, [0, 1]), (Keys.ARROW_DOWN, [1, 1]), (Keys.END, [1, 8]),
                            (Keys.ARROW_RIGHT, [1, 8]), (Keys.ARROW_UP, [0, 8]), (Keys.ARROW_UP, [0, 8]),
                            (Keys.HOME, [0, 0]), (Keys.ARROW_LEFT, [0, 0])):
            BROWSER.press(keys)
            self.becomes([*place, 0, 1], lambda: focused(where))

    def test_what_has_the_focus_is_not_behind_the_headers_that_stay(self):
        BROWSER.open(BROWSER.page_of("mutants"), 360)
        Select(BROWSER.one("[data-part=matrix] select")).select_by_value("relu.hpp")
        self.comes_to_say("of relu.hpp, ", "[data-matrix=place]")
        BROWSER.script("document.querySelector(\"table[data-grid=kills] td[tabindex='0']\").focus()")
        for keys in ([Keys.END], [Keys.PAGE_DOWN], [Keys.PAGE_DOWN], [Keys.HOME], [Keys.PAGE_UP], [Keys.ARROW_UP]):
            BROWSER.press(*keys)
            self.assertTrue(focused("""
                const e = document.activeElement, box = e.getBoundingClientRect();
                const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return e.matches('td') && seen === e"""), keys)


class Elsewhere(PageTest):
    def test_on_paper_all_is_open_and_nothing_waits_for_a_click(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        BROWSER.media(prefers_color_scheme="dark")
        closed = len(BROWSER.all(FOLDED))
        self.assertGreater(closed, 0)
        BROWSER.media("print", prefers_color_scheme="dark")
        soon(lambda: controls_on_paper(BROWSER) == [])
        for name, colour in (("background-color", "rgba(255, 255, 255, 1)"), ("color", "rgba(0, 0, 0, 1)")):
            self.assertEqual(colour, BROWSER.one("body").value_of_css_property(name))
        self.assertEqual([], undrawn(BROWSER))
        self.assertEqual([], faint_texts(BROWSER))
        BROWSER.media(prefers_color_scheme="dark")
        soon(lambda: len(BROWSER.all(FOLDED)) == closed)

    def test_on_paper_there_is_what_was_not_yet_made(self):
        open_failures(wrong_values(), wrong_values(seed=77))
        self.assertNotIn("seed 77", BROWSER.one("main").text)
        BROWSER.media("print")
        soon(lambda: controls_on_paper(BROWSER) == [])
        self.assertIn("seed 77", BROWSER.one("main").text)
        self.assertEqual(2, len(BROWSER.all("table[data-table=map]")))

    def test_fits_on_paper(self):
        for name in ("judge_pass", "judge_fail", "judge_network", "gradcheck", "census_disproved", "bench"):
            with self.subTest(name):
                BROWSER.open(BROWSER.page_of(name), PAPER)
                BROWSER.media("print")
                soon(lambda: controls_on_paper(BROWSER) == [])
                self.assertEqual([], too_wide_for_paper(BROWSER))

    def test_is_printed_light_and_open_and_is_as_before_afterwards(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        BROWSER.media(prefers_color_scheme="dark")
        state = CHART + """
            return [getComputedStyle(document.documentElement).getPropertyValue('--accent').trim(),
                    chart.data.datasets[0].backgroundColor[1],
                    document.querySelectorAll('""" + FOLDED + """').length]"""
        before = BROWSER.script(state)
        BROWSER.script("addEventListener('beforeprint', () => { window.printed = (() => {" + state + "})() })")
        pdf = BROWSER.pdf()
        self.assertTrue(pdf.startswith(b"%PDF"))
        printed = BROWSER.script("return window.printed")
        self.assertEqual(0, printed[2])
        self.assertGreater(before[2], 0)
        self.assertEqual(printed[0], printed[1])
        self.assertNotEqual(before[0], printed[0])
        soon(lambda: BROWSER.script(state) == before)

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
            self.assertEqual([], BROWSER.all("main > *"))  # which a script would make
            html, height = BROWSER.script("const e = document.querySelector('noscript pre'); "
                                          "return [e.outerHTML, e.offsetHeight]")
        finally:
            ask("Emulation.setScriptExecutionDisabled", {"value": False})
        self.assertGreater(height, 50)
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
        BROWSER.media("print")  # opens what is folded
        soon(lambda: controls_on_paper(BROWSER) == [])
        text = BROWSER.script("return document.querySelector('main').textContent")
        for part in (result["kernel"], result["sentence"]):
            self.assertIn(visible(part), text)
        for shown in result["failures"]:
            for key in ("descriptor", "detail", "data"):
                self.assertIn(visible(shown.get(key, "")), text)
            self.assertIn(visible_line(shown["repro"]), text)
        self.assertIn("</script><img", BROWSER.driver.title)

    def test_what_cannot_be_seen_is_shown_and_not_copied(self):
        def change(result):
            result["kernel"] = "./\u202egpj.so"
            result["failures"] = [failure("crash", repro="cnnspec judge x\nrm y\u202e # \u200b",
                                          detail="first line\n\u001b[31msecond\u0007 line")]
        open_changed("judge_fail", change)
        self.assertEqual([], unseen_characters(BROWSER))
        self.assertIn("\\u202egpj.so", BROWSER.one("h2").text)
        command = BROWSER.one(".failure .command")
        self.assertIn("cnnspec judge x\\u000arm y\\u202e # \\u200b", command.text)
        self.assertIn("Not to be copied", command.text)
        self.assertEqual([], command.find_elements(By.TAG_NAME, "button"))
        self.assertIn("first line\n\\u001b[31msecond\\u0007 line", BROWSER.one(".detail").text)

    def test_two_results_of_a_kind_are_told_apart_by_their_links(self):
        first, second = fixture("judge_pass"), fixture("judge_pass")
        second["seed"] = 7
        BROWSER.open(BROWSER.page_of_results(first, second))
        links = [e.text for e in BROWSER.all("nav.contents li")]
        self.assertEqual(2, len(set(links)), links)
        self.assertIn("seed 7", links[1])

    def test_boxes_that_scroll_are_no_landmarks(self):
        BROWSER.open(BROWSER.page_of("judge_fail"))
        self.assertEqual([], BROWSER.all("[role=region]"))
        twice = BROWSER.script("""
            return [...document.querySelectorAll('.scroll[aria-label] > [aria-label]')].map((e) => e.outerHTML)""")
        self.assertEqual([], twice)

    def test_the_licence_of_the_library_is_a_part_of_the_page(self):
        page = BROWSER.page_of("judge_pass").read_text()
        self.assertIn("Permission is hereby granted", page)
        BROWSER.open(BROWSER.page_of("judge_pass"))
        BROWSER.one(".colophon summary").click()
        soon(lambda: "Permission is hereby granted" in " ".join(BROWSER.one(".colophon").text.split()))

    def test_a_script_that_is_none_of_the_page_is_not_run(self):
        page = BROWSER.page_of("judge_pass").read_text()
        bad = "<script>window.broken = 1</script><img src=x onerror='window.broken = 1'>"
        path = pathlib.Path(BROWSER.folder.name) / "injected.html"
        path.write_text(page.replace("<main", bad + "<main", 1))
        BROWSER.open(path)
        self.assertIsNone(BROWSER.script("return window.broken ?? null"))
        soon(lambda: any("Content Security Policy" in message for message in messages(BROWSER)))
        self.assertEqual([], undrawn(BROWSER))

    def test_a_script_that_gets_in_nevertheless_reaches_nothing(self):
        BROWSER.open(BROWSER.page_of("judge_pass"))
        blocked = BROWSER.driver.execute_async_script("""
            const done = arguments[0];
            let asked = 0;
            try { document.body.innerHTML = '<b>x</b>'; } catch { ++asked; }
            fetch('data:,x').then(() => done('fetched'), () => done(asked))""")
        self.assertEqual(1, blocked)


class TheCheckers(PageTest):
    """Each checker rejects a page that is broken in its way."""

    def rejects(self, checker, html, width=1280):
        BROWSER.open(BROWSER.write("broken", html), width)
        BROWSER.soon(lambda: checker(BROWSER), lambda: f"no complaint about {html}")

    def test_accept_a_plain_page(self):
        BROWSER.open(BROWSER.write("plain", "<p>Plain."))
        for checker in (messages, requests, too_wide, unnamed_pictures, undrawn, faint_texts, controls_on_paper,
                        ran_hostile_code, faint_graphics, unseen_characters, too_wide_for_paper):
            self.assertEqual([], checker(BROWSER))

    def test_reject_a_page_that_has_not_followed(self):
        for lag in ("Chart.defaults.color = '#123456'", CHART + "chart.resize(300, 300)", CHART + "chart.destroy()",
                    "document.documentElement.classList.add('on-paper')"):
            BROWSER.open(BROWSER.page_of("judge_pass"))
            BROWSER.script("history.pushState(null, '', '#main')")  # is the same page
            self.assertEqual([], BROWSER.behind())
            BROWSER.script(lag)
            self.assertEqual(1, len(BROWSER.behind()), lag)
        for attribute, other in (("wide", 1000), ("shown_as", ("print", {})), ("url", "file:///elsewhere"),
                                 ("shown_as", ("", {"prefers-color-scheme": "dark"}))):
            BROWSER.open(BROWSER.page_of("judge_pass"))
            setattr(BROWSER, attribute, other)
            self.assertEqual(1, len(BROWSER.behind()), attribute)

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
        self.rejects(unnamed_pictures, "<pre role=img>#.#</pre>")
        self.rejects(unnamed_pictures, "<table role=grid><tr><td>1</table>")
        self.rejects(unnamed_pictures, "<div class=map-box><table role=grid aria-label=x><tr><td>#</table></div>")
        self.rejects(unnamed_pictures, "<table role=grid aria-label=x><tr><td class=shade1></table>")

    def test_reject_faint_texts(self):
        self.rejects(faint_texts, "<p style='color: #888; background: #fff'>faint</p>")
        self.rejects(faint_texts, "<div style='background: #333'><p style='color: #000'>faint</p></div>")

    def test_reject_faint_graphics(self):
        self.rejects(faint_graphics, "<button style='border: 1px solid #ccc'>x</button>")
        self.rejects(faint_graphics, "<canvas></canvas><script>window.Chart = {getChart: () => "
                                     "({data: {datasets: [{backgroundColor: ['#000', '#ddd']}]}})}</script>")

    def test_reject_what_cannot_be_seen(self):
        for text in ("a&#x202e;b", "<b aria-label='a&#x200b;b'>x</b>", "a&#x1b;b"):
            self.rejects(unseen_characters, f"<p>{text}")

    def test_reject_what_paper_cuts_off(self):
        self.rejects(too_wide_for_paper, "<main><p style='width: 1300px'>x</main>")
        self.rejects(too_wide_for_paper, "<main><canvas style='width: 300px; height: 300px'></canvas></main>")

    def test_reject_controls_on_paper(self):
        self.rejects(controls_on_paper, "<button>Copy</button>")
        self.rejects(controls_on_paper, "<main><details><summary>more</summary>folded</details></main>")

    def test_reject_hostile_text_that_is_not_escaped(self):
        kernel = fixture("judge_hostile")["kernel"]
        self.rejects(ran_hostile_code, f"<main>{kernel}</main>")
        self.rejects(ran_hostile_code, "<main></main><script>window.broken = 1</script>")


class Embedding(unittest.TestCase):
    """A build refuses parts that would change their meaning inside a page."""

    def embed(self, chart, licence):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "chart.js").write_text(chart)
            (folder / "licence").write_text(licence)
            reports = pathlib.Path(EMBED).parent
            run = subprocess.run(["cmake", f"-Dout={folder / 'out.cpp'}", f"-Dpage={reports / 'page'}",
                                  f"-Dschema={reports / 'schema'}", f"-Dchart_js={folder / 'chart.js'}",
                                  f"-Dchart_licence={folder / 'licence'}", "-P", EMBED], capture_output=True, text=True)
            return run.returncode

    def test_takes_a_script_and_its_licence(self):
        self.assertEqual(0, self.embed("let a = 1;", "Permission is hereby granted"))

    def test_refuses_what_ends_a_script_or_opens_a_comment_and_what_is_no_licence(self):
        self.assertNotEqual(0, self.embed("let a = '</ScRipt>';", "Permission is hereby granted"))
        self.assertNotEqual(0, self.embed("let a = '<!--';", "Permission is hereby granted"))
        self.assertNotEqual(0, self.embed("let a = 1;", "Permission is hereby granted </script>"))
        self.assertNotEqual(0, self.embed("let a = 1;", ""))


if __name__ == "__main__":
    EMBED = sys.argv.pop(3)
    WRONG_KERNEL = sys.argv.pop(2)
    CNNSPEC = sys.argv.pop(1)
    unittest.main()
