// Tables of figures, in a box that scrolls where the page is too narrow.
(function(page) {
"use strict";

// Only what scrolls is a stop of the Tab key.
const sizes = new ResizeObserver((entries) => {
  for (const {target} of entries) {
    const box = target.closest(".scroll");
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls)
      box.setAttribute("tabindex", "0");
    else
      box.removeAttribute("tabindex");
  }
});

// label: null where the content has a name of its own.
page.scroll = (label, content, kind = "") => {
  const box = page.el("div", {class: `scroll ${kind}`.trim(), role: "group", "aria-label": label}, content);
  sizes.observe(box);
  sizes.observe(content);
  return box;
};

// columns: [{title, text: true, wrap: true}] (numbers are set to the right, text to the left, and may wrap); rows:
// arrays of text or elements. The first cell of a row names it.
page.table = (name, label, columns, rows, look = "") => {
  const kind = (n) => (columns[n].text ? "text" : "number") + (columns[n].wrap ? " wrap" : "");
  const cell = (content, n) =>
      n === 0 ? page.el("th", {scope: "row", class: kind(n)}, content) : page.el("td", {class: kind(n)}, content);
  const table = page.el(
      "table", {class: `figures ${look}`, "data-table": name, "aria-label": label},
      page.el(
          "thead", {},
          page.el("tr", {}, columns.map((c, n) => page.el("th", {scope: "col", class: kind(n)}, c.title)))),
      page.el("tbody", {}, rows.map((row) => page.el("tr", {}, row.map(cell)))));
  return page.scroll(null, table);
};

// The few numbers that sum a result up: [[label, number, note]]
page.summary = (figures) => page.el(
    "dl", {class: "summary"},
    figures.filter(Boolean).map(
        ([label, number, note]) => page.el(
            "div", {}, page.el("dt", {}, label), page.el("dd", {}, number, note ? page.el("small", {}, note) : null))));
})(globalThis.cnnspecPage ??= {});
