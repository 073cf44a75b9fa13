// Which configurations the cases had, and which none had: every pair of levels of two axes.
(function(page) {
"use strict";

const key = (axis, level, other, otherLevel) => `${axis},${level},${other},${otherLevel}`;

const nothing = {
  cases: 0,
  declined: 0
};

// Cases of each pair of levels, and those that the kernel declined; of an axis with itself: of the level alone.
function pairs(family) {
  const counts = new Map();
  for (const {levels, cases, unsupported} of family.cells)
    for (let a = 0; a < levels.length; ++a)
      for (let b = 0; b <= a; ++b) {
        const k = key(a, levels[a], b, levels[b]);
        const before = counts.get(k) || nothing;
        counts.set(k, {cases: before.cases + cases, declined: before.declined + unsupported});
      }
  return counts;
}

function impossible(family) {
  const found = new Set();
  for (const [a, la, b, lb] of family.impossible) found.add(a > b ? key(a, la, b, lb) : key(b, lb, a, la));
  return found;
}

// Combinations of levels of all axes that a valid problem can have: axes without an impossible level only multiply.
function combinations(axes, excluded, chosen = []) {
  const a = chosen.length;
  if (a === axes.length) return 1;
  const levels = axes[a].levels.length;
  if (![...excluded].some((pair) => pair.startsWith(`${a},`) || pair.split(",")[2] === String(a)))
    return levels * combinations(axes, excluded, [...chosen, 0]);
  let count = 0;
  for (let level = 0; level < levels; ++level)
    if (!chosen.some((other, b) => excluded.has(key(a, level, b, other))))
      count += combinations(axes, excluded, [...chosen, level]);
  return count;
}

// 3 digits at the most: 12, 999, 1k, 45k
page.shortCount = (n) => ["", "k", "M", "G"].map((unit, p) => [Math.floor(n / 1000 ** p), unit])
                         .find(([some]) => some < 1000).join("");

// From 1, for one case, to 4, for as many as any square has.
page.shade = (cases, most) => `shade${Math.min(4, 1 + Math.floor((4 * Math.log(cases)) / Math.log(most + 1)))}`;

const named = (axis, level) => `${axis.name} ${axis.levels[level]}`;

// The squares of the grid: a row for each level, and in it a cell for each level of the same axis and those before.
function cellOf({axes, counts, excluded, most}, a, la, b, lb) {
  if (a === b && la !== lb) return {kind: "empty", text: "", says: `${axes[a].name}: one level at a time`};
  const what = a === b ? named(axes[a], la) : `${named(axes[a], la)}, ${named(axes[b], lb)}`;
  if (excluded.has(key(a, la, b, lb))) return {kind: "cannot", text: "–", says: `${what}: no problem can have both`};
  const {cases, declined} = counts.get(key(a, la, b, lb)) || nothing;
  if (cases === 0 && declined > 0) {
    const all = declined === 1 ? "the one case" : `all ${page.count(declined)} cases`;
    return {kind: "declined", text: "○", says: `${what}: the kernel declined ${all}`};
  }
  if (cases === 0) return {kind: "none", text: "✗", says: `${what}: no case`};
  return {
    kind: page.shade(cases, most),
    text: page.shortCount(cases),
    says: `${what}: ${page.plural(cases, "case")}${declined ? `; ${page.count(declined)} more were declined` : ""}`
  };
}

function rowsOf(space) {
  const {axes} = space;
  const rows = [];
  axes.forEach((axis, a) => axis.levels.forEach((level, la) => {
    const cells = [];
    for (let b = 0; b <= a; ++b)
      axes[b].levels.forEach((_, lb) => {
        const cell = cellOf(space, a, la, b, lb);
        if (lb === 0 && b > 0) cell.kind += " begins";
        if (la === 0 && a > 0) cell.kind += " tops";
        cells.push({...cell, pair: [a, la, b, lb]});
      });
    const first =
        la === 0 ? page.el("th", {scope: "rowgroup", rowspan: axis.levels.length, class: "axis"}, axis.name) : null;
    rows.push({header: [first, page.el("th", {scope: "row", class: "level"}, level)], cells});
  }));
  return rows;
}

function headOf(axes) {
  const levels = axes.flatMap(
      (axis) => axis.levels.map(
          (level, n) => page.el(
              "th", {scope: "col", class: n === 0 ? "begins" : ""},
              page.el("span", {}, page.el("b", {}, axis.name), ` ${level}`))));
  return [[page.el("td", {colspan: 2}), levels]];
}

// "kernel 2x2 with groups depthwise and stride 3+", for the squares of one kind
function wordsOf(axes, cells, kind, alone) {
  const by = new Map();
  for (const cell of cells.filter((c) => c.kind.startsWith(kind))) {
    const [a, la, b, lb] = cell.pair;
    const own = named(axes[a], la);
    by.set(own, [...(by.get(own) || []), a === b ? alone : named(axes[b], lb)]);
  }
  return [...by].map(
      ([own, others]) => page.el(
          "li", {}, page.el("b", {}, own), others.includes(alone) ? `: ${alone}` : ` with ${page.listed(others)}`));
}

// The squares of one kind, in words; folded where they are many.
function listOf(family, cells, {kind, title, alone}) {
  const words = wordsOf(family.axes, cells, kind, alone);
  if (!words.length) return null;
  const list = page.el("ul", {class: "missing", "data-missing": family.family, "data-kind": kind}, words);
  const count = page.plural(words.length, "level");
  return words.length <= 6 ? [page.el("p", {class: "what"}, title), list] : page.details(`${title}: ${count}`, list);
}

function sentence(family, space, {met, missed, declined}) {
  const cases = family.cells.reduce((n, c) => n + c.cases, 0);
  const some = family.cells.filter((c) => c.cases > 0).length;
  const all = combinations(family.axes, space.excluded);
  const start = `${page.plural(cases, "case")} met`;
  const count = met + missed + declined;
  const refused = declined ? `; the kernel declined ${page.count(declined)} more` : "";
  if (family.axes.length === 1) return `${start} ${met} of ${page.plural(count, "level")}${refused}.`;
  const full = `${page.count(some)} of the ${page.plural(all, "combination")}`;
  const two = `${page.count(met)} of ${page.plural(count, "pair")} of levels`;
  return `${start} ${full} of all ${family.axes.length} axes, and ${two}${refused}.`;
}

const lists = [
  {kind: "none", title: "No case had", alone: "no case at all"},
  {kind: "declined", title: "The kernel declined", alone: "every case"}
];

function familyOf(family) {
  const counts = pairs(family);
  const most = Math.max(1, ...[...counts.values()].map((n) => n.cases));
  const space = {axes: family.axes, counts, excluded: impossible(family), most};
  const rows = rowsOf(space);
  const cells = rows.flatMap((r) => r.cells);
  const pairCells = cells.filter(({pair: [a, , b]}) => family.axes.length === 1 || a !== b);
  const number = (kind) => pairCells.filter((c) => c.kind.startsWith(kind)).length;
  const numbers = {met: number("shade"), missed: number("none"), declined: number("declined")};
  const heading = page.newId("family");
  return page.el(
      "section", {class: "family", "data-family": family.family, "aria-labelledby": heading},
      page.el("h4", {id: heading}, family.family), page.el("p", {}, sentence(family, space, numbers)), page.grid({
        name: `coverage-${family.family}`,
        kind: "coverage",
        label: `Cases of ${family.family} by pairs of levels`,
        hint: "Each square is a pair of levels, with its cases; tap or point at one, or move with the arrow keys.",
        head: headOf(family.axes),
        rows
      }),
      lists.map((kind) => listOf(family, cells, kind)));
}

const hasDeclined = (families) => families.some((f) => f.cells.some((c) => c.unsupported > 0));

page.coverage = (families) => page.part(
    "coverage", "What was covered",
    page.lead(
        "Each problem has one level of each axis: one kind of kernel, of stride, of padding. Mistakes hide where " +
        "two of them meet, so every pair is counted."),
    page.legend([
      [["shade1", "shade2", "shade3", "shade4"], "", "from few cases to many"],
      ["none", "✗", "no case"], ...(hasDeclined(families) ? [["declined", "○", "declined by the kernel"]] : []),
      ["cannot", "–", "cannot be"]
    ]),
    families.map(familyOf));
})(globalThis.cnnspecPage ??= {});
