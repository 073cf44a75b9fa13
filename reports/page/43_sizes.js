// Which sizes the cases of each operation had: the values around which fast code branches, on every axis.
(function(page) {
"use strict";

// "8": a value that cases are to have; "between", "beyond 257": what lies beside them
const isValue = (level) => /^\d+$/.test(level);

function cellOf(levels, most, {axis, counts}, n) {
  const cases = counts[n] || 0;
  const what = `${axis} ${levels[n]}`;
  if (cases > 0) {
    return {
      kind: page.shade(cases, most),
      text: page.shortCount(cases),
      says: `${what}: ${page.plural(cases, "case")}`
    };
  }
  return isValue(levels[n]) ? {kind: "none", text: "✗", says: `${what}: no case`} :
                              {kind: "empty", text: "", says: `${what}: no case, and none is needed`};
}

const gridOf = (levels, o) => {
  const most = Math.max(1, ...o.sizes.flatMap((s) => s.counts));
  return page.grid({
    name: `sizes-${o.op}-${o.dtype}`,
    kind: "coverage",
    label: `Cases of ${o.op} ${o.dtype} by size`,
    hint: "Each square is a size, with its cases; tap or point at one, or move with the arrow keys.",
    head: [[
      page.el("td", {}),
      levels.map((level) => page.el("th", {scope: "col"}, page.el("span", {}, level)))
    ]],
    rows: o.sizes.map((s) => ({
                        header: page.el("th", {scope: "row", class: "level"}, s.axis),
                        cells: levels.map((_, n) => cellOf(levels, most, s, n))
                      }))
  });
};

function rowOf(levels, o) {
  const wanted = o.sizes.flatMap((s) => s.counts.filter((_, n) => n < levels.length && isValue(levels[n])));
  const met = wanted.filter((cases) => cases > 0).length;
  const start = met === wanted.length ? "all" : `${page.count(met)} of`;
  const words = `${o.op} ${o.dtype}: ${start} ${page.plural(wanted.length, "size")} met`;
  return page.detailsLater(words, "sizes", () => [gridOf(levels, o)]);
}

// Nothing where the kernel computed no case.
page.sizes = (r) => {
  const rows = r.operations.filter((o) => o.cases > o.unsupported && o.sizes.length > 0);
  if (!rows.length) return null;
  return page.part(
      "sizes", "Sizes",
      page.lead(
          "Fast code branches beside powers of two: it blocks, vectorises, and treats what remains apart. Each of " +
          "these sizes on each axis counts the cases that had exactly it."),
      r.sizes_not_met ? page.note(`${r.sizes_not_met}.`) : null, rows.map((o) => rowOf(r.size_levels, o)));
};
})(globalThis.cnnspecPage ??= {});
