// A result of `cnnspec judge`.
(function(page) {
"use strict";

const columns = [
  {title: "operation", text: true}, {title: "dtype", text: true}, {title: "verdict", text: true}, {title: "cases"},
  {title: "wrong"}, {title: "unsupported"}, {title: "not judged"}, {title: "worst error / bound"},
  {title: "sensitivity"}, {title: "least"}, {title: "time"}
];

const none = "–";
const share = (sensitivity) => (sensitivity === null ? none : page.percent(sensitivity));

// The worst ratio of wrong elements where there are any, else of right ones.
const worst = (wrong, right) =>
    wrong === null ? page.ratio(right) : page.el("span", {class: "worse"}, page.ratio(wrong));

function row(o) {
  const start = [page.code(o.op), o.dtype];
  if (o.cases === o.unsupported) {
    const words = o.cases === 0 ? "no case" : "unsupported";
    return [
      ...start, page.badge(words, "neutral"), page.count(o.cases), none, page.count(o.unsupported), none, none, none,
      none, none
    ];
  }
  return [
    ...start, page.badge(o.verdict), page.count(o.cases),
    o.failed ? page.el("span", {class: "worse"}, page.count(o.failed)) : "0", page.count(o.unsupported),
    page.count(o.not_judged), worst(o.worst_wrong_ratio, o.worst_ratio), share(o.sensitivity),
    share(o.least_sensitivity), page.duration(o.seconds)
  ];
}

// What a row of the table has no room for.
function notesOf(o) {
  const notes = [];
  if (o.conventions.length)
    notes.push(
        o.accepted ? `was judged under ${o.conventions.join(", ")}, as it is accepted` :
                     `differs: it follows ${o.conventions.join(", ")} in all of its cases (--accept ${
                         o.conventions.join(",")})`);
  if (o.nearest !== null)
    notes.push(`is wrong; explained by ${o.nearest.conventions.join(", ")}: ${o.nearest.cases} of its ${
        page.plural(o.failed, "failed case")}`);
  if (o.behaves_like !== null) notes.push(`behaves like the profile ${o.behaves_like}`);
  if (o.given_up_after !== null)
    notes.push(`was given up after ${page.plural(o.given_up_after, "case")}, because too many hung`);
  if (o.sampled > 0) notes.push(`was judged on a sample of its outputs in ${page.plural(o.sampled, "case")}`);
  if (o.projected > 0)
    notes.push(`was judged in full by random projection on exact data, in ${page.plural(o.projected, "call")}`);
  if (o.windows_in_turn > 0)
    notes.push(`has windows so large that a cell of them counts as shown once it is in one window, in ${
        page.plural(o.windows_in_turn, "case")}`);
  return notes.map((words) => page.el("li", {}, page.code(o.op), ` ${o.dtype} ${words}.`));
}

function notes(operations) {
  const items = operations.flatMap(notesOf);
  return items.length ? page.el("ul", {class: "notes"}, items) : null;
}

const operations = (all) => page.part(
    "operations", "Operations", page.table("operations", "Operations", columns, all.map(row)), notes(all),
    page.note(
        "Worst error / bound: of the wrong elements where there are any, else of the right ones. Sensitivity: the " +
        "share of terms whose loss the data of a case would have shown, on average and at least."));

// The largest of numbers, of which some are null.
const largest = (numbers) => numbers.filter((n) => n !== null)
                                 .reduce((a, b) => (a === null || page.number(b) > page.number(a) ? b : a), null);

const summary = (r) => {
  const failed = r.operations.reduce((n, o) => n + o.failed, 0);
  const wrong = largest(r.operations.map((o) => o.worst_wrong_ratio));
  return page.summary([
    [
      "cases", page.count(r.cases - r.unsupported),
      r.unsupported ? `and ${page.count(r.unsupported)} unsupported` : null
    ],
    ["wrong", page.count(failed)],
    ["worst error / bound", worst(wrong, r.worst_ratio), "1 is the limit"],
    [
      "sensitivity", share(r.sensitivity),
      r.sensitivity === null ? "no case was right" : "of the least sensitive operation"
    ],
    r.not_judged ? ["elements not judged", page.count(r.not_judged)] : null,
    ["time", page.duration(r.seconds)],
  ]);
};

// What is claimed of the rows: "profile ieee", or "profiles ieee, f32-acc"; nothing where there is no row.
function profilesOf(rows) {
  const names = [...new Set(rows.map((row) => row.profile))];
  return names.length ? [`${names.length === 1 ? "profile" : "profiles"} ${page.listed(names)}`] : [];
}

page.results.judge = (r) => ({
  title: ["Judge of ", page.code(r.kernel)],
  plainTitle: `Judge of ${r.kernel}`,
  verdict: r.verdict,
  sentence: r.sentence + (r.complete ? "" : "; the run did not come to its end"),
  facts: [page.listed([...new Set(r.operations.map((o) => o.dtype))]), ...profilesOf(r.operations), `seed ${r.seed}`],
  parts: [
    summary(r), r.failures.length ? page.failures(r.failures) : null, operations(r.operations),
    page.ratios(r.operations, r.ratio_edges), r.coverage.length ? page.coverage(r.coverage) : null,
    page.sizes(r)
  ],
});

// "wrong value: 17 elements, the first at [0,1,0,0]"
function wrongness({failure: f}) {
  if (!f) return "";
  if (!f.elements_wrong) return page.kind(f.kind);
  return `${page.kind(f.kind)}: ${page.plural(f.elements_wrong, "element")}, the first at [${f.first_index.join(",")}]`;
}

function step(s, first) {
  const tones = {pass: "pass", fail: "fail", differs: "differs"};
  return [
    s.layer, page.code(s.op), s.dtype,
    [
      page.badge(s.verdict, tones[s.verdict] || "neutral"),
      first ? page.el("b", {class: "first"}, " first wrong layer") : null
    ],
    s.worst_ratio === null && s.worst_wrong_ratio === null ? none : worst(s.worst_wrong_ratio, s.worst_ratio),
    page.code(s.descriptor), wrongness(s)
  ];
}

const stepColumns = [
  {title: "layer", text: true}, {title: "operation", text: true}, {title: "dtype", text: true},
  {title: "verdict", text: true}, {title: "worst error / bound"}, {title: "problem", text: true},
  {title: "what is wrong", text: true, wrap: true}
];

page.results["judge-network"] = (r) => {
  const firstFailed = r.steps.findIndex((s) => s.verdict === "fail");
  const firstWrong = firstFailed >= 0 ? firstFailed : r.steps.findIndex((s) => s.verdict === "differs");
  const some = firstWrong >= 0 ? stepColumns.length : stepColumns.length - 1;
  const failures = r.steps.filter((s) => s.failure).map((s) => ({...s.failure, layer: s.layer}));
  return {
    title: ["Judge of ", page.code(r.kernel), " on ", page.code(r.network)],
    plainTitle: `Judge of ${r.kernel} on ${r.network}`,
    verdict: r.verdict,
    sentence: r.sentence,
    facts: [
      page.listed([...new Set(r.steps.map((s) => s.dtype))]), ...profilesOf(r.steps), `seed ${r.seed}`,
      page.duration(r.seconds)
    ],
    parts: [
      page.part(
          "steps", "Steps",
          page.lead("Forward and then backward; each step is judged on the kernel's own earlier results."),
          page.table(
              "steps", "Steps", stepColumns.slice(0, some),
              r.steps.map((s, n) => step(s, n === firstWrong).slice(0, some)))),
      failures.length ? page.failures(failures) : null,
      page.part("again", "Again", page.command(r.repro, "command that judges the network again"))
    ],
  };
};
})(globalThis.cnnspecPage ??= {});
