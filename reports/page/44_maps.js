// Where a tensor is wrong: a grid of its elements for each plane of the last two axes.
(function (page) {
  "use strict";

  const mostPlanes = 6;
  const mostCells = 48;  // on each side of a grid

  const volume = (extents) => extents.reduce((a, b) => a * b, 1);

  function split(extents) {
    const padded = extents.length === 1 ? [1, ...extents] : extents;
    return {outer: padded.slice(0, -2), height: padded.at(-2), width: padded.at(-1)};
  }

  // Wrong elements by plane: Map of "n,c" -> Map of "h,w" -> element
  function planesOf(map) {
    const planes = new Map();
    for (const element of map.elements) {
      const index = map.extents.length === 1 ? [0, ...element.index] : element.index;
      const plane = index.slice(0, -2).join(",");
      if (!planes.has(plane)) planes.set(plane, new Map());
      planes.get(plane).set(index.slice(-2).join(","), element);
    }
    return planes;
  }

  // How wrong, of 1 to 4: by the bound where there is one; where nothing rounds, relative to the right value.
  function severity({expected, actual, ratio}) {
    const times = page.number(ratio);
    const by = Number.isFinite(times) ? Math.log2(times) / 4
                                      : 4 + Math.log10(Math.abs(page.number(actual) - page.number(expected)) / Math.abs(page.number(expected)));
    return Number.isNaN(by) ? 4 : 1 + Math.min(3, Math.max(0, Math.floor(by)));
  }

  page.offBy = (bound, ratio) =>
    page.number(bound) === 0 ? "nothing rounds here, so only equality is right" : `off by ${page.ratio(ratio)} times what rounding explains`;

  function cellOf(map, tensor, index, element) {
    const place = page.place(tensor, index);
    if (!element)
      return {kind: "right", text: "·", says: `${place}: ${map.complete ? "right" : "right, or not listed"}`};
    return {kind: `wrong wrong${severity(element)}`, text: "#",
            says: `${place}: expected ${page.exactly(element.expected)}, actual ${page.exactly(element.actual)}; ${page.offBy(element.bound, element.ratio)}`};
  }

  // The part of an axis that is shown: all of it, or what begins shortly before the first wrong element.
  function window(places, extent) {
    if (extent <= mostCells) return [0, extent];
    const begin = Math.min(Math.max(0, Math.min(...places) - 2), extent - mostCells);
    return [begin, begin + mostCells];
  }

  const indices = ([begin, end]) => Array.from({length: end - begin}, (_, n) => begin + n);

  function planeOf(map, tensor, plane, wrong) {
    const {height, width} = split(map.extents);
    const places = [...wrong.keys()].map((k) => k.split(",").map(Number));
    const rows = window(places.map((p) => p[0]), height);
    const columns = window(places.map((p) => p[1]), width);
    const outer = plane === "" ? [] : plane.split(",").map(Number);
    const whole = rows[1] - rows[0] === height && columns[1] - columns[0] === width;
    const title = plane === "" ? tensor : `${tensor}[${plane},·,·]`;
    const grid = page.grid({
      name: "map", kind: "map", label: `Elements of ${title}`, hint: `${title}: ${page.count(wrong.size)} wrong${map.complete ? "" : " listed"}`,
      rows: indices(rows).map((h) => ({header: [], cells: indices(columns).map((w) => {
        const index = map.extents.length === 1 ? [w] : [...outer, h, w];
        return cellOf(map, tensor, index, wrong.get(`${h},${w}`));
      })})),
    });
    const note = whole ? null : page.el("p", {class: "note"}, `Rows ${rows[0]} to ${rows[1] - 1} of ${height}, columns ${columns[0]} to ${columns[1] - 1} of ${width}.`);
    return page.el("div", {class: "plane"}, grid, note);
  }

  function note(map, planes, shown) {
    const {outer} = split(map.extents);
    const all = volume(outer);
    const parts = [];
    if (planes > shown) parts.push(`${page.plural(planes - shown, "more plane")} with wrong elements ${planes - shown === 1 ? "is" : "are"} not shown`);
    if (all > planes && map.complete) parts.push(`in ${page.plural(all - planes, "plane")} everything is right`);
    if (!map.complete) parts.push("there are more wrong elements than are listed");
    return parts.length ? page.el("p", {class: "note"}, parts.join("; ").replace(/^./, (c) => c.toUpperCase()) + ".") : null;
  }

  page.map = (map, tensor) => {
    const planes = planesOf(map);
    const shown = [...planes].slice(0, mostPlanes);
    return page.el("div", {class: "maps"}, shown.map(([plane, wrong]) => planeOf(map, tensor, plane, wrong)), note(map, planes.size, shown.length));
  };

  page.mapLegend = () =>
    page.legend([["right", "·", "right"], ["wrong1", "#", "a little wrong"], ["wrong2", "#", ""], ["wrong3", "#", ""], ["wrong4", "#", "wrong beyond scale, or no number"]]);
})(globalThis.cnnspecPage ??= {});
