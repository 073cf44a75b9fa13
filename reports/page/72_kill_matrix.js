// The kill matrix: which check killed which mutant, a header at a time.
(function(page) {
"use strict";

// "conv2d<double> L4: padding = ..." -> "conv2d L4": the column of a check, named as in the result's "checks".
const columnOf = (killer) =>
    killer.split(":")[0].replaceAll("<double>", "").replaceAll(" with relu", "").replaceAll(" without relu", "");

function killersOf(mutant) {
  const by = new Map();
  for (const killer of mutant.killed_by) {
    const column = columnOf(killer);
    by.set(column, [...(by.get(column) || []), killer.slice(killer.indexOf(":") + 1).trim()]);
  }
  return by;
}

function columnsOf(all) {
  const counts = new Map();
  for (const {by} of all)
    for (const column of by.keys()) counts.set(column, (counts.get(column) || 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([column]) => column);
}

function cellOf({mutant, by}, column) {
  const name = () => `${mutant.file}:${mutant.line} ${mutant.mutation}`;
  const said = by.get(column);
  if (said)
    return {
      kind: by.size === 1 ? "kill alone" : "kill",
      text: by.size === 1 ? "●" : "•",
      says: () => `${name()}: killed by ${column}${by.size === 1 ? " alone" : ""}: ${said[0]}`
    };
  const unnoticed = mutant.status === "survived" ? "alive" : "equivalent";
  return {
    kind: by.size ? "" : unnoticed,
    text: "",
    says: () => `${name()}: ${by.size ? "not noticed by" : `${mutant.status},`} ${column}`
  };
}

const header = (mutant) =>
    page.el("th", {scope: "row"}, page.el("span", {class: "line"}, mutant.line), " ", page.code(mutant.mutation));

function matrixOf(mutants, file) {
  const all = mutants.filter((m) => m.file === file && m.status !== "invalid")
                  .map((mutant) => ({mutant, by: killersOf(mutant)}));
  const columns = columnsOf(all);
  if (!columns.length) return page.note("No check killed a mutant of this header.");
  const size = `${page.plural(all.length, "mutant")} of ${file}, ${page.plural(columns.length, "check")}`;
  const grid = page.grid({
    name: "kills",
    kind: "kills",
    label: `Kill matrix: ${size}`,
    hint: "Tap or point at a square, or use the arrow keys.",
    head: [[
      page.el("th", {scope: "col", class: "corner"}, "line, mutation"),
      columns.map((c) => page.el("th", {scope: "col"}, page.el("span", {}, c)))
    ]],
    rows: all.map((one) => ({header: [header(one.mutant)], cells: columns.map((c) => cellOf(one, c))})),
  });
  return [page.note(`${size}.`), grid];  // of which header: print has no list to choose from
}

page.killMatrix = (r) => {
  const files = r.headers.map((h) => h.file);
  const place = page.el("div", {"data-matrix": "place"});
  const show = (file) => page.replace(place, file === undefined ? "There is no mutant." : matrixOf(r.mutants, file));
  show(files[0]);
  return page.part(
      "matrix", "Kill matrix",
      page.lead("A row for each mutant that compiles, a column for each check that noticed one."),
      page.select("Mutants of", files.map((f) => [f, f]), show), page.legend([
        ["kill", "•", "noticed"], ["kill alone", "●", "noticed by this check alone"], ["alive", "", "alive"],
        ["equivalent", "", "equivalent"]
      ]),
      place);
};
})(globalThis.cnnspecPage ??= {});
