// A result of `cnnspec census`.
(function(page) {
"use strict";

const columns = [
  {title: "operation", text: true}, {title: "configurations"}, {title: "by basis"}, {title: "at random"},
  {title: "all images"}, {title: "all windows"}, {title: "orders run"}, {title: "disproved"}
];

const row = ([name, t]) =>
    [page.code(name), ...[t.configurations, t.basis, t.random, t.whole_image, t.windows, t.images].map(page.count),
     t.disproved ? page.el("b", {class: "actual"}, page.count(t.disproved)) : "0"];

const proofs = [
  ["by basis", "polynomial identities held on a basis of the inputs; no doubt remains"],
  [
    "at random",
    "the same identities at a random point of the field of 2⁶¹ − 1 elements; the doubt is what the degree allows"
  ],
  [
    "all images",
    "a pooling layer, on every order that the cells of an image can have; its gradient for one random cotangent each"
  ],
  [
    "all windows",
    "the same for every order of the cells of a window, assuming that no window looks at cells of another one; that " +
        "is tested on random images, not proved"
  ],
  ["orders run", "how many images those two took"],
];

const again = (list) => list.map((d) => page.command(d.repro, `command that shows ${d.operation} ${d.problem} again`));

function disproved(list) {
  if (!list.length) return null;
  const rows = list.map(
      (d) => [page.code(d.problem), d.operation, d.what, `[${d.index.join(",")}]`, d.expected, d.actual, d.input]);
  return page.part(
      "disproved", "Disproved",
      page.table(
          "disproved", "Disproved configurations",
          [
            {title: "problem", text: true}, {title: "operation", text: true}, {title: "what differs", text: true},
            {title: "at", text: true}, {title: "expected"}, {title: "actual"}, {title: "input", text: true, wrap: true}
          ],
          rows),
      page.lead("To see them again:"), again(list));
}

function sentence(r, all, wrong, windows) {
  if (wrong > 0) return `${page.count(wrong)} of ${page.plural(all, "configuration")} are disproved`;
  const proved = `${page.plural(all, "configuration")}${r.finished ? "" : ` of ${page.count(r.size)}`}, for all inputs`;
  if (windows === 0) return proved;
  return `${proved}; ${page.count(windows)} of them assuming that no window looks at cells of another one`;
}

page.results.census = (r) => {
  const tallies = Object.entries(r.results).filter(([name]) => r.operations.includes(name));
  const sum = (key) => tallies.reduce((n, [, t]) => n + t[key], 0);
  const all = sum("configurations"), wrong = sum("disproved");
  const verdict = wrong > 0 ? "fail" : r.finished ? "pass" : "vacuous";
  const words = {fail: "disproved", pass: "proved", vacuous: "unfinished"}[verdict];
  return {
    title: "Census of small configurations",
    plainTitle: "Census of small configurations",
    verdict: words,
    tone: verdict,
    sentence: sentence(r, all, wrong, sum("windows")),
    facts: [r.shards > 1 ? `shard ${r.shard} of ${r.shards}` : null, `seed ${r.seed}`],
    parts: [
      page.summary([
        ["configurations", page.count(all), r.finished ? null : `of ${page.count(r.size)}`],
        ["disproved", page.count(wrong)],
        [
          "chance that a wrong one passed",
          r.failure_probability === 0 ? "none" : `≤ ${page.rounded(r.failure_probability)}`
        ],
        ["time", page.duration(r.seconds), r.merged > 0 ? `in all ${page.plural(r.merged, "shard")}` : null]
      ]),
      disproved(r.first_disproved),
      page.part(
          "counts", "How each was proved", page.table("census", "Configurations by proof", columns, tallies.map(row)),
          page.el(
              "dl", {class: "terms"},
              proofs.map(([term, words]) => page.el("div", {}, page.el("dt", {}, term), page.el("dd", {}, words))))),
      page.part(
          "bounds", "Bounds", page.lead("Every valid configuration up to these, not a sample:"),
          page.table(
              "bounds", "Bounds", [{title: "bound", text: true}, {title: "at most"}],
              Object.entries(r.bounds).map(([name, n]) => [name, page.count(n)]), "narrow")),
    ],
  };
};
})(globalThis.cnnspecPage ??= {});
