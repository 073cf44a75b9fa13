// A result of `cnnspec judge`.
(function(page) {
"use strict";

const columns = [
  {title: "operation", text: true}, {title: "dtype", text: true}, {title: "verdict", text: true}, {title: "cases"},
  {title: "wrong"}, {title: "unsupported"}, {title: "not judged"}, {title: "worst error / bound"},
  {title: "sensitivity"}, {title: "least"}, {title: "time"}
];

const unsupported = (o) => o.cases === o.unsupported;

function row(o) {
  const start = [page.code(o.op), o.dtype];
  if (unsupported(o))
    return [
      ...start, page.badge("unsupported", "neutral"), page.count(o.cases), "–", page.count(o.unsupported), "–", "–",
      "–", "–", "–"
    ];
  return [
    ...start, page.badge(o.verdict), page.count(o.cases), page.count(o.failed), page.count(o.unsupported),
    page.count(o.not_judged), page.ratio(o.worst_ratio), page.percent(o.sensitivity), page.percent(o.least_sensitivity),
    page.duration(o.seconds)
  ];
}

// What a row of the table has no room for.
function notesOf(o) {
  const notes = [];
  if (o.behaves_like !== null) notes.push(`behaves like the profile ${o.behaves_like}`);
  if (o.given_up_after !== null)
    notes.push(`was given up after ${page.plural(o.given_up_after, "case")}, because too many hung`);
  if (o.sampled > 0) notes.push(`was judged on a sample of its outputs in ${page.plural(o.sampled, "case")}`);
  return notes.map((words) => page.el("li", {}, page.code(o.op), ` ${o.dtype} ${words}.`));
}

function notes(operations) {
  const items = operations.flatMap(notesOf);
  return items.length ? page.el("ul", {class: "notes"}, items) : null;
}

const operations = (all) => page.part(
    "operations", "Operations", page.table("operations", "Operations", columns, all.map(row)), notes(all),
    page.note(
        "Sensitivity: the share of terms whose loss the data of a case would have shown, on average and at least."));

const summary = (r) => {
  const failed = r.operations.reduce((n, o) => n + o.failed, 0);
  return page.summary([
    [
      "cases", page.count(r.cases - r.unsupported),
      r.unsupported ? `and ${page.count(r.unsupported)} unsupported` : null
    ],
    ["wrong", page.count(failed)],
    ["worst error / bound", page.ratio(r.worst_ratio), "1 is the limit"],
    ["sensitivity", page.percent(r.sensitivity), "of the least sensitive operation"],
    r.not_judged ? ["elements not judged", page.count(r.not_judged)] : null,
    ["time", page.duration(r.seconds)],
  ]);
};

page.results.judge = (r) => ({
  title: ["Judge of ", page.code(r.kernel)],
  plainTitle: `Judge of ${r.kernel}`,
  verdict: r.verdict,
  sentence: r.sentence + (r.complete ? "" : "; the run did not come to its end"),
  facts: [`profile ${r.profile}`, `seed ${r.seed}`],
  parts: [
    summary(r), r.failures.length ? page.failures(r.failures) : null, operations(r.operations),
    page.ratios(r.operations, r.ratio_edges), r.coverage.length ? page.coverage(r.coverage) : null
  ],
});

function wrongness(s) {
  if (!s.kind) return "";
  const kind = s.kind.replace("-", " ");
  if (!s.elements_wrong) return kind;
  return `${kind}: ${page.plural(s.elements_wrong, "element")}, the first at [${s.first_index.join(",")}]`;
}

function step(s, first) {
  const tones = {pass: "pass", fail: "fail"};
  return [
    s.layer, page.code(s.op), s.dtype,
    [
      page.badge(s.verdict, tones[s.verdict] || "neutral"),
      first ? page.el("b", {class: "first"}, " first wrong layer") : null
    ],
    s.verdict === "pass" || s.verdict === "fail" ? page.ratio(s.worst_ratio) : "–", page.code(s.descriptor),
    wrongness(s)
  ];
}

function networkSentence(r) {
  const count = (verdict) => r.steps.filter((s) => s.verdict === verdict).length;
  if (r.first_wrong_layer !== null)
    return `the first wrong layer is ${r.first_wrong_layer}; ${count("fail")} of ${r.steps.length} steps are wrong`;
  if (r.verdict === "pass")
    return `${page.plural(count("pass"), "step")}, every element exact or within what rounding in any order explains`;
  return "nothing is wrong, but of some steps nothing could be judged";
}

const stepColumns = [
  {title: "layer", text: true}, {title: "operation", text: true}, {title: "dtype", text: true},
  {title: "verdict", text: true}, {title: "worst error / bound"}, {title: "problem", text: true},
  {title: "what is wrong", text: true, wrap: true}
];

page.results["judge-network"] = (r) => {
  const firstWrong = r.steps.findIndex((s) => s.verdict === "fail");
  const some = firstWrong >= 0 ? stepColumns.length : stepColumns.length - 1;
  return {
    title: ["Judge of ", page.code(r.kernel), " on ", page.code(r.network)],
    plainTitle: `Judge of ${r.kernel} on ${r.network}`,
    verdict: r.verdict,
    sentence: networkSentence(r),
    facts: [`profile ${r.profile}`, `seed ${r.seed}`],
    parts: [page.part(
        "steps", "Steps",
        page.lead("Forward and then backward; each step is judged on the kernel's own earlier results."),
        page.table(
            "steps", "Steps", stepColumns.slice(0, some),
            r.steps.map((s, n) => step(s, n === firstWrong).slice(0, some))))],
  };
};
})(globalThis.cnnspecPage ??= {});
