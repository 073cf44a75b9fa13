// Grids of cells: one stop of the Tab key, arrow keys inside; a line says what the cell under the pointer or the focus
// stands for.
(function(page) {
"use strict";

const steps = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0]
};
const clamped = (n, count) => Math.min(Math.max(n, 0), count - 1);

// Where a key leads from (r, c), in rows of different lengths; null for keys that lead nowhere.
function target(key, all, r, c, rows) {
  if (key === "Home") return [all ? 0 : r, 0];
  if (key === "End") return [all ? rows.length - 1 : r, Infinity];
  if (!steps[key]) return null;
  return [clamped(r + steps[key][0], rows.length), Math.max(c + steps[key][1], 0)];
}

page.sayingLine = (hint) => page.el("p", {class: "says", role: "status"}, hint);

// rows: [{header: [th...], cells: [{text, kind, says}]}]; `says`: what the cell stands for, or a function that tells.
// head: rows of th. shared: the line of several grids, which the caller places.
page.grid = ({name, label, hint, head, rows, kind, shared}) => {
  const line = shared || page.sayingLine(hint);
  const says = new Map();
  const where = new Map();
  const cells = rows.map((row, r) => row.cells.map((cell, c) => {
    const td = page.el("td", {role: "gridcell", tabindex: -1, class: cell.kind}, cell.text);
    says.set(td, cell.says);
    where.set(td, [r, c]);
    return td;
  }));
  let current = cells.find((row) => row.length)?.[0];
  current?.setAttribute("tabindex", "0");

  function say(td) {
    const text = says.get(td);
    page.replace(line, typeof text === "function" ? text() : text);
    return line.textContent;
  }
  function enter(td) {
    current.setAttribute("tabindex", "-1");
    current = td;
    td.setAttribute("tabindex", "0");
    td.setAttribute("aria-label", say(td));
  }
  function move(event) {
    const at = where.get(event.target);
    const to = at && target(event.key, event.ctrlKey, ...at, cells);
    if (!to) return;
    event.preventDefault();
    const row = cells[to[0]];
    row[clamped(to[1], row.length)]?.focus();
  }
  const table = page.el(
      "table", {
        class: `grid ${kind}`,
        role: "grid",
        "data-grid": name,
        "aria-label": label,
        onkeydown: move,
        onfocusin: (e) => where.has(e.target) && enter(e.target),
        onpointerover: (e) => says.has(e.target) && say(e.target),
        onpointerleave: () => (table.contains(document.activeElement) ? say(current) : page.replace(line, hint))
      },
      head ? page.el("thead", {}, head.map((row) => page.el("tr", {}, row))) : null,
      page.el("tbody", {}, rows.map((row, r) => page.el("tr", {}, row.header, cells[r]))));
  return page.el("div", {class: "grid-box"}, shared ? null : line, page.scroll(null, table, kind));
};

// What the colours of a grid mean: [[kind, or several, sign, words]]
page.legend = (entries) => page.el(
    "ul", {class: "legend"},
    entries.map(
        ([kinds, sign, words]) => page.el(
            "li", {},
            page.el(
                "span", {class: "swatches", "aria-hidden": "true"},
                [kinds].flat().map((kind) => page.el("span", {class: `swatch ${kind}`}, sign))),
            words)));
})(globalThis.cnnspecPage ??= {});
