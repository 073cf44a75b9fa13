"""Checkers of the page that a browser shows: each returns its complaints."""

import json


def messages(browser):
    """The messages on the console: a page should write none."""
    return [entry["message"] for entry in browser.driver.get_log("browser") if entry["level"] not in ("DEBUG", "INFO")]


def requests(browser):
    """All requests, except for the page itself and its content."""
    own = browser.driver.current_url
    urls = []
    for entry in browser.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            urls.append(message["params"]["request"]["url"])
    return [url for url in urls if url.split("#")[0] != own.split("#")[0] and not url.startswith("data:")]


def too_wide(browser):
    """Whether the page has to be scrolled sideways."""
    wide = browser.script("return document.scrollingElement.scrollWidth")
    return [] if wide <= browser.wide else [f"{wide} wide, not {browser.wide}"]


def unnamed_pictures(browser):
    """Pictures and grids without a text, and charts and maps without their numbers."""
    return browser.script("""
        const named = (e) => (e.getAttribute('aria-label') || '').trim();
        const unnamed = [...document.querySelectorAll('canvas, svg, img, [role=img], [role=grid]')]
          .filter((e) => !['img', 'grid'].includes(e.getAttribute('role')) || !named(e));
        const bare = [...document.querySelectorAll('canvas, .map-box')]
          .filter((e) => !(e.closest('.map-box') || e.closest('figure'))?.querySelector('details table td'));
        const blank = [...document.querySelectorAll('[class*=shade]:is(td)')].filter((e) => !/[0-9]/.test(e.innerText));
        return [...unnamed.map((e) => 'no name: ' + e.outerHTML), ...bare.map((e) => 'no numbers: ' + e.outerHTML),
                ...blank.map((e) => 'no count: ' + e.outerHTML)]""")


CONTRASTS = """
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
    const contrast = (a, b) => {
      const [x, y] = [luminance(a), luminance(b)];
      return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    };
    const root = matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
    function behind(e) {
      for (; e; e = e.parentElement) {
        const [r, g, b, a = 1] = numbers(getComputedStyle(e).backgroundColor);
        if (a > 0) return [r, g, b];
      }
      return root;
    }
    const seen = new Map();
    """
FAINT_TEXTS = CONTRASTS + """
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let t = texts.nextNode(); t; t = texts.nextNode()) {
      const e = t.parentElement, style = getComputedStyle(e);
      if (!t.data.trim()) continue;
      if (!e.checkVisibility({checkVisibilityCSS: true})) continue;
      const back = behind(e), c = contrast(numbers(style.color), back);
      const name = `${e.tagName}.${e.className} ${style.color} on ${back}: ${c.toFixed(2)}`;
      if (c < 4.5) seen.set(name, t.data.trim().slice(0, 20));
    }
    return [...seen].map(([name, text]) => `${name} (${text})`)"""


def faint_texts(browser):
    """Texts whose contrast with what is behind them is below 4.5, what WCAG 2 asks for (AA)."""
    return browser.script(FAINT_TEXTS)


FAINT_GRAPHICS = CONTRASTS + """
    const colour = (css) => {
      const probe = document.createElement('i');
      probe.style.color = css;
      document.body.append(probe);
      const found = numbers(getComputedStyle(probe).color);
      probe.remove();
      return found;
    };
    const drawn = [...document.querySelectorAll('canvas')].flatMap((canvas) => {
      const sets = window.Chart && Chart.getChart(canvas) ? Chart.getChart(canvas).data.datasets : [];
      return sets.flatMap((set) => [set.backgroundColor].flat().map((css) => [canvas, css]));
    });
    const edges = [...document.querySelectorAll('button, select')]
      .filter((e) => e.checkVisibility()).map((e) => [e, getComputedStyle(e).borderTopColor]);
    for (const [e, css] of [...drawn, ...edges]) {
      const back = behind(e.parentElement), c = contrast(colour(css), back);
      if (c < 3) seen.set(`${e.tagName} ${css} on ${back}: ${c.toFixed(2)}`);
    }
    return [...seen.keys()]"""


def faint_graphics(browser):
    """Bars, curves and the borders of controls with a contrast below 3, what WCAG 2 asks for (1.4.11)."""
    return browser.script(FAINT_GRAPHICS)


def unseen_characters(browser):
    """Texts and names with characters that cannot be seen, or that reverse the order of others. The text for browsers
    without scripts is left out: it is Markdown, which uses U+2060 to break up what GitHub would link."""
    return browser.script(r"""
        const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
        for (let t = texts.nextNode(); t; t = texts.nextNode())
          if (!t.parentElement.matches('script, noscript') && unseen.test(t.data)) found.push(t.data);
        for (const e of document.querySelectorAll('[aria-label]'))
          if (unseen.test(e.getAttribute('aria-label'))) found.push(e.getAttribute('aria-label'));
        return found.map(escape)""")


def too_wide_for_paper(browser):
    """For print: elements that are cut off at the right, because paper does not scroll; and distorted pictures."""
    return browser.script("""
        const wide = document.documentElement.clientWidth;
        const cut = [...document.querySelectorAll('main *')]
          .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > wide + 1);
        const bent = [...document.querySelectorAll('canvas')].filter((c) => {
          const box = c.getBoundingClientRect();
          return Math.abs((box.width / box.height) / (c.width / c.height) - 1) > 0.02;
        });
        const name = (e) => `${e.outerHTML.slice(0, 80)}: ${e.getBoundingClientRect().right}`;
        return [...cut, ...bent].map(name)""")


def controls_on_paper(browser):
    """For print: elements that are shown but useless on paper; and content that is folded away."""
    return browser.script("""
        const shown = [...document.querySelectorAll('button, select, .skip')].filter((e) => e.checkVisibility());
        const folded = [...document.querySelectorAll('main details:not([open])')];
        return [...shown, ...folded].map((e) => e.outerHTML.slice(0, 60))""")


def charts(browser):
    """{name: [points of each curve, or bars of each colour]}; None for a canvas without a chart."""
    return dict(browser.script("""
        return [...document.querySelectorAll('canvas')].map((c) => {
          const chart = window.Chart && Chart.getChart(c);
          const drawn = chart && chart.width > 100 && chart.height > 100;
          return [c.dataset.chart, drawn ? chart.data.datasets.map((d) => d.data.length) : null];
        })"""))


def undrawn(browser):
    return [name for name, data in charts(browser).items() if not data]


def ran_hostile_code(browser):
    """Marks that the hostile texts leave if the page treats them as more than text."""
    return browser.script("""
        const marks = [...document.querySelectorAll('img, main script, main b > b')].map((e) => e.outerHTML);
        return window.broken ? ['it ran', ...marks] : marks""")
