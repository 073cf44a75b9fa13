// A result of `cnnspec gradcheck`: tables of tensors, and the error of finite differences against their step.
(function(page) {
"use strict";

const looks = {
  float: ["c1", "circle"],
  double: ["c2", "triangle"],
  float50: ["c3", "rect"],
  float100: ["c4", "rectRot"],
  exact: ["fg", "circle"]
};
const scalarNames = {
  float: "float",
  double: "double",
  float50: "50 digits",
  float100: "100 digits",
  exact: "exact"
};
const log2 = (v) => Math.log2(page.number(v));
const log10 = (v) => Math.log10(page.number(v));

// Finite differences of which something is known: not NaN, not infinite.
const points = (curve) => curve.points.filter((p) => Number.isFinite(page.number(p.error)) && page.number(p.step) > 0);

// Where zero is drawn, which has no logarithm: below all the others.
function floorOf(curves) {
  const errors = curves.flatMap(points).map((p) => page.number(p.error)).filter((e) => e > 0).map(log10);
  const least = Math.min(0, ...errors), most = Math.max(0, ...errors);
  return {floor: Math.floor((least - (most - least) * 0.08 - 1) / 10) * 10, top: Math.ceil(most)};
}

const best = (curve) =>
    points(curve).reduce((a, b) => (a === null || page.number(b.error) < page.number(a.error) ? b : a), null);
const stepName = (step) => (Number.isInteger(log2(step)) ? page.power("2", log2(step)) : page.rounded(step));
const errorName = (error) => (page.number(error) === 0 ? "0 (exact)" : page.rounded(error));

// From which step on, downwards, exact numbers have no error.
function exactSentence(exact) {
  const byStep = points(exact).sort((a, b) => page.number(b.step) - page.number(a.step));
  const last = byStep.findLastIndex((p) => page.number(p.error) !== 0);
  if (last === byStep.length - 1) return "";
  if (last < 0) return " With exact numbers it is 0, at every step.";
  return ` With exact numbers it is 0, at every step from ${stepName(byStep[last + 1].step)} down.`;
}

function finding(curves) {
  const rounded = curves.map((c) => [c, best(c)]).filter(([c, b]) => c.scalar !== "exact" && b);
  const words = rounded.map(([c, b]) => `${scalarNames[c.scalar]} ${errorName(b.error)} (at ${stepName(b.step)})`);
  const exact = curves.filter((c) => c.scalar === "exact").map(exactSentence);
  return `Least error, at the best step: ${words.join(", ")}.${exact.join("")}`;
}

function dataset(curve, floor, c) {
  const [colour, pointStyle] = looks[curve.scalar];
  const isExact = curve.scalar === "exact";
  const isZero = (point) => point.parsed?.y === floor;
  return {
    label: scalarNames[curve.scalar],
    data: points(curve).map((p) => ({x: log2(p.step), y: page.number(p.error) === 0 ? floor : log10(p.error)})),
    // Between 0 and what is not, there is no slope to draw.
    segment: {borderColor: (s) => (isZero(s.p0) === isZero(s.p1) ? undefined : "transparent")},
    borderColor: c[colour],
    backgroundColor: c[colour],
    pointStyle,
    borderWidth: isExact ? 3 : 1.5,
    pointRadius: (point) => (!isExact ? 1.5 : isZero(point) ? 0 : 3),
    pointHitRadius: 8,
    clip: 8,
    showLine: true,
  };
}

function config(curves, c) {
  const {floor, top} = floorOf(curves);
  const steps = curves.flatMap(points).map((p) => log2(p.step));
  return {
    type: "scatter",
    data: {datasets: curves.map((curve) => dataset(curve, floor, c))},
    options: {
      interaction: {mode: "nearest", intersect: false},
      plugins: {
        legend: {labels: {usePointStyle: true, boxWidth: 6, boxHeight: 6, color: c.fg}},
        tooltip: {
          callbacks: {
            label: (item) => {
              const p = points(curves[item.datasetIndex])[item.dataIndex];
              return `${item.dataset.label}: step ${stepName(p.step)}, error ${errorName(p.error)}`;
            }
          }
        },
      },
      scales: {
        x: {
          min: Math.min(...steps),
          max: Math.max(...steps),
          title: {display: true, text: "step (powers of 2)"},
          grid: {display: false},
          ticks: {
            includeBounds: false,
            maxRotation: 0,
            callback: (v) => (Number.isInteger(v) ? page.power("2", v) : "")
          }
        },
        y: {
          min: floor,
          max: top,
          title: {display: true, text: "relative error (powers of 10)"},
          ticks: {
            autoSkip: false,
            includeBounds: false,
            stepSize: 10,
            callback: (v) => (v === floor ? "0 (exact)" : v % 10 === 0 ? page.power("10", v) : "")
          }
        },
      },
    },
  };
}

function sweep({description, curves}) {
  const chart = page.chart("sweep", "Error of finite differences against their step", {
    finding: finding(curves),
    height: 420,
    config: (c) => config(curves, c),
    columns: [{title: "scalar", text: true}, {title: "step"}, {title: "relative error"}],
    rows: curves.flatMap(
        (curve) => curve.points.map((p) => [scalarNames[curve.scalar], stepName(p.step), errorName(p.error)])),
  });
  return page.part(
      "sweep", "Finite differences, with five kinds of numbers",
      page.lead(
          "With numbers that round, a smaller step first brings the finite difference nearer to the derivative, and " +
          "then rounding takes over: a V, in whose notch every tolerance has to be chosen. " +
          "With exact numbers nothing rounds, and until the step meets a kink these layers are affine: the finite " +
          "difference is the derivative, however small the step."),
      chart.element, page.note(description));
}

const columns = [
  {title: "tensor", text: true}, {title: "shape"}, {title: "compared"}, {title: "wrong"}, {title: "largest difference"},
  {title: "bound"}, {title: "resampled"}, {title: "time"}
];

function row(t) {
  const wrong = t.wrong ? page.el("span", {class: "worse"}, page.count(t.wrong)) : "0";
  const bound = t.exact ? "exact" : page.rounded(t.bound);
  return [
    page.code(t.name), page.shape(t.shape), page.count(t.compared), wrong, page.rounded(t.largest_difference),
    t.certified ? [t.vacuous ? [page.badge("vacuous"), " "] : null, bound] : page.badge("not proved", "fail"),
    page.count(t.resampled), page.duration(t.seconds)
  ];
}

const vacuousNote =
    " Vacuous: the bound on rounding is as large as the derivatives, so that nothing could have been wrong.";

const firstWrong = (t) => page.el(
    "p", {}, `${page.count(t.wrong)} of ${page.plural(t.compared, "derivative")} by `, page.code(t.name),
    ` ${page.are(t.wrong)} wrong. The first, `,
    t.first_wrong.index.length ? page.code(page.place(t.name, t.first_wrong.index)) : "along a direction",
    t.first_wrong.output >= 0 ? `, of output ${t.first_wrong.output}` : "", ": backward says ",
    page.el("b", {class: "actual"}, t.first_wrong.backward), ", the finite difference is ",
    page.el("b", {class: "expected"}, t.first_wrong.finite_difference), ".");

function failure(r) {
  if (!r.failure) return null;
  const wrong = r.tensors.filter((t) => t.first_wrong);
  return page.part(
      "failures", "What is wrong",
      page.el(
          "article", {class: "failure", "data-failure": 0},
          wrong.length ? wrong.map(firstWrong) : page.el("p", {class: "detail"}, r.failure)));
}

function sentence(r) {
  const all = page.plural(r.compared, "derivative");
  const wrong = r.tensors.reduce((n, t) => n + t.wrong, 0);
  if (wrong > 0) return `${page.count(wrong)} of ${all} ${page.are(wrong)} wrong`;
  if (r.verdict === "fail") return "not everything could be proved";
  if (r.verdict === "vacuous") return `${all} agree, but only because the scalar rounds too much to tell`;
  const exact = r.tensors.every((t) => t.exact);
  return exact ? `${all} equal their finite differences exactly`
               : `${all} agree with finite differences, within what rounding explains`;
}

const drawn = (r) => r.sweep?.curves.some((c) => points(c).length);

// A page without the picture says why.
function noSweep(r) {
  const heading = "Finite differences, with five kinds of numbers";
  if (r.sweep) return page.part("no-sweep", heading, page.note("No finite difference of the sweep is a number."));
  return page.part(
      "no-sweep", heading,
      page.note(
          "This result has no curves of the error against the step. They are drawn for pages of small networks, and " +
              "for any network where ",
          page.code("--sweep"), " asks for them."),
      page.command(`${r.repro} --sweep --html gradcheck.html`, "command that draws the curves"));
}

page.results.gradcheck = (r) => ({
  title: ["Gradients of ", page.code(r.target)],
  plainTitle: `Gradients of ${r.target}`,
  verdict: r.verdict,
  sentence: sentence(r),
  facts: [`${r.scalar} arithmetic`, r.mode, `seed ${r.seed}`],
  parts: [
    failure(r),
    drawn(r) ? sweep(r.sweep) : null,
    page.part(
        "tensors", "Tensors", page.table("tensors", "Tensors", columns, r.tensors.map(row)),
        page.note(
            "Resampled: points at which a ReLU or a pooling window changed its branch within the step; they prove " +
            "nothing, and others were drawn.",
            r.tensors.some((t) => t.vacuous) ? vacuousNote : null)),
    drawn(r) ? null : noSweep(r),
    page.part(
        "again", "Again", r.config ? page.note(page.code(r.config)) : null,
        page.command(r.repro, "command that repeats this check"))
  ],
});
})(globalThis.cnnspecPage ??= {});
