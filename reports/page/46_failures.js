// What is wrong: a card for each failure.
(function(page) {
"use strict";

const sentences = {
  "wrong-value": "The kernel returned a wrong value",
  "unwritten-output": "The kernel left a part of the output as it was",
  "out-of-bounds": "The kernel read or wrote beyond a tensor",
  "input-modified": "The kernel changed an input",
  crash: "The kernel crashed",
  hang: "The kernel did not come back in time",
  nondeterministic: "The same call came out differently",
  "kernel-error": "The kernel reported an error",
};

function first(f) {
  if (f.elements_wrong === undefined) return null;
  return page.el(
      "p", {}, `${page.count(f.elements_wrong)} of ${page.plural(f.elements, "element")} of `, page.code(f.tensor),
      ` ${page.are(f.elements_wrong)} wrong. The first, `, page.code(page.place(f.tensor, f.first_index)),
      ": expected ", page.el("b", {class: "expected"}, page.exactly(f.expected)), ", got ",
      page.el("b", {class: "actual"}, page.exactly(f.actual)), "; ", page.offBy(f.bound, f.ratio), ".");
}

function picture(lines) {
  if (!lines.length) return null;
  const count = (sign) => lines.join("").split(sign).length - 1;
  const places = lines.join("").length;
  const label = `The planes of the output over each other. Of ${page.plural(places, "place")}, ` +
      `${page.count(count("#"))} wrong in all planes, ${page.count(count("+"))} in some`;
  return page.el(
      "figure", {class: "plane"},
      page.el("figcaption", {}, "The planes over each other: . right in all, # wrong in all, + wrong in some"),
      page.el("pre", {class: "picture", role: "img", "aria-label": label}, lines.join("\n")));
}

function problem(heading, descriptor, data, content) {
  return page.el(
      "div", {class: "problem"}, page.el("h5", {}, heading), page.el("p", {class: "descriptor"}, page.code(descriptor)),
      data ? page.note(data) : null, content);
}

// The cases that a failure needs before its own.
function after(history) {
  if (!history) return null;
  return [
    page.el("p", {}, `It shows only after ${page.plural(history.length, "other case")} in the same process:`),
    page.el("ul", {class: "history"}, history.map((text) => page.el("li", {}, page.code(text))))
  ];
}

function plainest(f) {
  if (f.shrunk_descriptor === undefined) return null;
  return problem(
      "The plainest case that still fails", f.shrunk_descriptor,
      f.shrunk_data ? ["data ", page.code(f.shrunk_data)] : null, [
        after(f.shrunk_history),
        f.shrunk_map ? page.map(f.shrunk_map, f.tensor || "output") : null,
        f.shrunk_repro ? page.command(f.shrunk_repro, "command that shows the plainest case") : null
      ]);
}

function found(f) {
  return problem("As it was found", f.descriptor, ["data ", page.code(f.data), ` · seed ${f.seed}`], [
    after(f.history), first(f), f.map ? page.map(f.map, f.tensor) : picture(f.picture),
    page.command(f.repro, "command that shows this failure")
  ]);
}

function card(f, n) {
  const id = page.newId("failure");
  return page.el(
      "article", {class: "failure", "data-failure": n, "aria-labelledby": id},
      page.el(
          "h4", {id}, f.layer ? `${f.layer}: ` : null, page.code(f.op), ` ${f.dtype} `,
          page.badge(page.kind(f.kind), "fail")),
      page.el("p", {}, sentences[f.kind], f.detail ? [": ", page.el("span", {class: "detail"}, f.detail)] : "."),
      f.more_lines ? page.details("All that it said", page.el("pre", {}, f.more_lines.join("\n"))) : null,
      f.conventions.length ?
          page.el(
              "p", {class: "convention"}, "This case is right under ",
              page.code(`--accept ${f.conventions.join(",")}`), ".") :
          null,
      f.diagnosis.map((d) => page.el("p", {class: "diagnosis"}, page.el("b", {}, d.name), " ", d.sentence)),
      page.el("div", {class: "problems"}, plainest(f), found(f)));
}

const kindOf = (f) => JSON.stringify([f.layer, f.op, f.dtype, f.kind, f.conventions, f.diagnosis.map((d) => d.name)]);

// Neighbours that are wrong in the same way.
function alike(failures) {
  const groups = [];
  for (const f of failures)
    if (groups.length && kindOf(groups.at(-1)[0]) === kindOf(f))
      groups.at(-1).push(f);
    else
      groups.push([f]);
  return groups;
}

// The first of those that are alike, and the others folded.
function cards([first, ...others], begin) {
  if (!others.length) return card(first, begin);
  const more = `${page.plural(others.length, "more case")} of ${first.op} ${first.dtype}, wrong in the same way`;
  return [card(first, begin), page.detailsLater(more, "alike", () => others.map((f, n) => card(f, begin + 1 + n)))];
}

page.kind = (kind) => kind.replaceAll("-", " ");

// A failure of a network has the name of its layer.
page.failures = (failures) => {
  const maps = failures.flatMap((f) => [f.map, f.shrunk_map]).filter(Boolean);
  let begin = 0;
  const shown = alike(failures).map((group) => cards(group, (begin += group.length) - group.length));
  return page.part("failures", "What is wrong", maps.length ? page.mapLegend(maps) : null, shown);
};
})(globalThis.cnnspecPage ??= {});
