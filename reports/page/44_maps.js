// Where a tensor is wrong: a grid of its elements for each plane.
(function(page) {
"use strict";

const mostPlanes = 6, mostRows = 24, mostColumns = 36, mostSquares = 2600;
const hint = "Tap or point at a square, or use the arrow keys.";
const mostListed = 32;

const volume = (extents) => extents.reduce((a, b) => a * b, 1);

// Rows and columns are the last two axes that have more than one place; the others tell planes apart.
function axesOf(extents) {
  const wide = extents.map((_, axis) => axis).filter((axis) => extents[axis] > 1);
  const column = wide.at(-1) ?? extents.length - 1;
  return {row: wide.at(-2) ?? column - 1, column};  // row -1: there is none
}

const extent = (map, axis) => (axis < 0 ? 1 : map.extents[axis]);
const outside = (axes, numbers) => numbers.map((n, axis) => (axis === axes.row || axis === axes.column ? "·" : n));

// Wrong elements by plane: Map of "0,2,·,·" -> Map of "row,column" -> element
function planesOf(map, axes) {
  const planes = new Map();
  for (const element of map.elements) {
    const plane = outside(axes, element.index).join(",");
    if (!planes.has(plane)) planes.set(plane, new Map());
    planes.get(plane).set(`${element.index[axes.row] ?? 0},${element.index[axes.column]}`, element);
  }
  return planes;
}

// How wrong, of 1 to 4: by the bound where there is one; where nothing rounds, relative to the right value.
function severity({expected, actual, ratio}) {
  const times = page.number(ratio);
  const by = Number.isFinite(times) ?
      Math.log2(times) / 4 :
      4 + Math.log10(Math.abs(page.number(actual) - page.number(expected)) / Math.abs(page.number(expected)));
  return Number.isNaN(by) ? 4 : 1 + Math.min(3, Math.max(0, Math.floor(by)));
}

page.offBy = (bound, ratio) => {
  if (page.number(bound) === 0) return "nothing rounds here, so only equality is right";
  return `off by ${page.times(ratio)} what rounding explains`;
};

const rightWord = (map) => (map.all_judged ? "right" : "right, or not judged");

// Wrong elements are listed in the order of the memory, the first of them if there are many.
function isBeyondTheList(map, index) {
  if (map.complete) return false;
  const last = map.elements.at(-1).index;
  const axis = index.findIndex((n, a) => n !== last[a]);
  return axis >= 0 && index[axis] > last[axis];
}

function cellOf(map, tensor, index, element) {
  const place = page.place(tensor, index);
  if (!element && isBeyondTheList(map, index)) return {kind: "unlisted", text: "?", says: `${place}: not listed`};
  if (!element) return {kind: "right", text: "·", says: `${place}: ${rightWord(map)}`};
  return {
    kind: `wrong wrong${severity(element)}`,
    text: "#",
    says: () => `${place}: expected ${page.exactly(element.expected)}, actual ${page.exactly(element.actual)}; ` +
        page.offBy(element.bound, element.ratio)
  };
}

// The part of an axis that is shown: all of it, or what begins shortly before the first wrong element.
function shownPart(places, extent, most) {
  if (extent <= most) return [0, extent];
  const first = places.reduce((a, b) => Math.min(a, b));
  const begin = Math.min(Math.max(0, first - 2), extent - most);
  return [begin, begin + most];
}

const indices = ([begin, end]) => Array.from({length: end - begin}, (_, n) => begin + n);

function planeOf(map, axes, tensor, plane, wrong, line) {
  const height = extent(map, axes.row), width = extent(map, axes.column);
  const places = [...wrong.keys()].map((k) => k.split(",").map(Number));
  const rows = shownPart(places.map((p) => p[0]), height, mostRows);
  const columns = shownPart(places.map((p) => p[1]), width, mostColumns);
  const title = `${tensor}[${plane}]`;
  const indexOf = (h, w) => {
    const index = plane.split(",").map(Number);
    if (axes.row >= 0) index[axes.row] = h;
    index[axes.column] = w;
    return index;
  };
  const cells = (h) => indices(columns).map((w) => cellOf(map, tensor, indexOf(h, w), wrong.get(`${h},${w}`)));
  const grid = page.grid({
    name: "map",
    kind: columns[1] - columns[0] > 16 ? "map dense" : "map",
    label: `Elements of ${title}`,
    hint,
    shared: line,
    rows: indices(rows).map((h) => ({header: [], cells: cells(h)}))
  });
  const long = ([begin, end]) => `calc(${end - begin} * (var(--square) + 2px) + 2px)`;
  grid.querySelector(".scroll").style.containIntrinsicSize = `${long(columns)} ${long(rows)}`;
  const part = rows[1] - rows[0] < height || columns[1] - columns[0] < width;
  const from = (name, [begin, end], all) => `${name} ${begin} to ${end - 1} of ${page.count(all)}`;
  const where = part ? `; ${from("rows", rows, height)}, ${from("columns", columns, width)}` : "";
  const counted = ` ${page.count(wrong.size)} wrong${map.complete ? "" : " listed"}`;
  return page.el("figure", {class: "plane"}, page.el("figcaption", {}, page.code(title), counted, where), grid);
}

// What the squares say when one points at them, for paper and for those who do not see the squares.
function listed(map, tensor) {
  const shown = map.elements.slice(0, mostListed);
  const rows = shown.map(
      (e) =>
          [page.place(tensor, e.index), page.exactly(e.expected), page.exactly(e.actual),
           page.number(e.bound) === 0 ? "–" : page.ratio(e.ratio)]);
  const more = map.elements.length - shown.length;
  return page.details(
      "The numbers",
      page.table(
          "map", `Wrong elements of ${tensor}`,
          [{title: "element", text: true}, {title: "expected"}, {title: "actual"}, {title: "error / bound"}], rows),
      more ? page.note(`These are the first; the result lists ${page.count(more)} more.`) : null);
}

function note(map, axes, planes, shown) {
  const all = volume(map.extents) / (extent(map, axes.row) * extent(map, axes.column));
  const parts = [];
  if (planes > shown) parts.push(`not shown: ${page.plural(planes - shown, "more plane")} with wrong elements`);
  const others = map.all_judged ? "everything is right" : "nothing was found wrong";
  if (all > planes && map.complete) parts.push(`in ${page.plural(all - planes, "plane")} ${others}`);
  if (!map.complete) parts.push("there are more wrong elements than are listed; those after the last one are marked ?");
  return parts.length ? page.note(parts.join("; ").replace(/^./, (c) => c.toUpperCase()) + ".") : null;
}

page.map = (map, tensor) => {
  const axes = axesOf(map.extents);
  const planes = planesOf(map, axes);
  const squares = Math.min(extent(map, axes.row), mostRows) * Math.min(extent(map, axes.column), mostColumns);
  const shown = [...planes].slice(0, Math.min(mostPlanes, Math.floor(mostSquares / squares)));
  const line = page.sayingLine(hint);
  return page.el(
      "div", {class: "map-box"},
      page.el("div", {class: "maps"}, shown.map(([plane, wrong]) => planeOf(map, axes, tensor, plane, wrong, line))),
      line, note(map, axes, planes.size, shown.length), listed(map, tensor));
};

page.mapLegend = (maps) => page.legend([
  ["right", "·", maps.every((map) => map.all_judged) ? "right" : "right, or not judged"],
  [["wrong1", "wrong2", "wrong3", "wrong4"], "#", "wrong: from a little to by far, or no number"]
]);
})(globalThis.cnnspecPage ??= {});
