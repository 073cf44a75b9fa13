// A result of `cnnspec bench`.
(function(page) {
"use strict";

const columns = [
  {title: "what", text: true, wrap: true}, {title: "median (spread)"}, {title: "peer", text: true, wrap: true},
  {title: "its median (spread)"}, {title: "ratio"}, {title: "", text: true}
];

const measured = (m, unit) =>
    [`${page.rounded(m.median)} ${unit}`, page.el("small", {}, `${page.rounded(m.low)} to ${page.rounded(m.high)}`)];

// A ratio in words: own / peer.
function words(figure) {
  const ratio = page.number(figure.ratio);
  if (!(ratio > 0) || !Number.isFinite(ratio)) return "";
  const [own, other] = [figure, figure.peer].map((m) => m && {low: page.number(m.low), high: page.number(m.high)});
  if (other && own.low <= other.high && other.low <= own.high) return "alike: they overlap";
  const better = figure.lower_is_better ? 1 / ratio : ratio;
  const times = (n) => `${n >= 10 ? page.count(Math.round(n)) : n.toFixed(1)}×`;
  if (better >= 1) return page.el("span", {class: "better"}, `${times(better)} better`);
  return page.el("span", {class: "worse"}, `${times(1 / better)} worse`);
}

const row = (f) =>
    [f.name, measured(f, f.unit), f.peer ? f.peer.name : "–", f.peer ? measured(f.peer, f.unit) : "–",
     f.ratio === undefined ? "–" : page.rounded(f.ratio), f.ratio === undefined ? "" : words(f)];

function groups(figures) {
  const names = [...new Set(figures.map((f) => f.group))];
  return names.map((name) => {
    const own = figures.filter((f) => f.group === name);
    const compared = own.some((f) => f.peer);
    const used = compared ? columns.length : 2;
    return page.part(
        "group", name,
        page.table(
            "bench", name, columns.slice(0, used), own.map((f) => row(f).slice(0, used)), compared ? "" : "narrow"));
  });
}

const styles = ["circle", "triangle", "rect", "rectRot", "cross"];

function series(s) {
  const points = (curve) => curve.points.filter((p) => page.number(p.x) > 0 && page.number(p.y) > 0);
  const ends = s.curves.filter((c) => points(c).length)
                   .map((c) => `${c.name} from ${page.rounded(points(c)[0].y)} to ${page.rounded(points(c).at(-1).y)}`);
  const chart = page.chart("series", s.name, {
    finding: `${s.y_label} by ${s.x_label}: ${ends.join("; ")}.`.replace(/^./, (c) => c.toUpperCase()),
    height: 360,
    columns: [{title: "curve", text: true}, {title: s.x_label}, {title: s.y_label}],
    rows: s.curves.flatMap((c) => c.points.map((p) => [c.name, page.rounded(p.x), page.rounded(p.y)])),
    config: (c) => ({
      type: "scatter",
      data: {
        datasets: s.curves.map((curve, n) => ({
                                 label: curve.name,
                                 data: points(curve),
                                 showLine: true,
                                 borderWidth: 2,
                                 pointRadius: 4,
                                 clip: 8,
                                 pointStyle: styles[n % 5],
                                 borderColor: c[`c${1 + (n % 5)}`],
                                 backgroundColor: c[`c${1 + (n % 5)}`]
                               }))
      },
      options: {
        plugins: {legend: {labels: {usePointStyle: true, boxWidth: 6, boxHeight: 6, color: c.fg}}},
        scales: Object.fromEntries([["x", s.x_label], ["y", s.y_label]].map(
            ([axis, text]) => [axis, {
              type: "logarithmic",
              title: {display: true, text},
              grid: {
                display: axis === "y",
                color: (g) => (Number.isInteger(Math.log10(g.tick.value)) ? c.rule : "transparent")
              },
              ticks: {
                callback: (v) =>
                    ([1, 2, 5].includes(Number(v.toExponential(0)[0])) && v.toPrecision(1) == v ? page.rounded(v) : ""),
                maxRotation: 0
              }
            }])),
      },
    }),
  });
  return page.part("series", s.name, chart.element);
}

// How groups were measured.
const condition = (c) => `${c.groups.join(", ")}: ${c.date}, load average ${page.rounded(c.load.start)} at the start, ${
    page.rounded(c.load.end)} at the end${c.quick ? ", with --quick: few runs, and parts left out" : ""}.`;

page.results.bench = (r) => {
  const {cpu, cores, memory_gib: memory, system} = r.machine;
  const compared = r.figures.filter((f) => f.ratio !== undefined).length;
  return {
    title: "Benchmark",
    plainTitle: "Benchmark",
    verdict: "measured",
    tone: "neutral",
    sentence: `${page.plural(r.figures.length, "figure")}, ${page.count(compared)} against a peer in the same run`,
    facts: [r.conditions.flatMap((c) => c.groups).join(", "), r.date],
    parts: [
      page.note(`${cpu}, ${page.plural(cores, "core")}, ${page.rounded(memory)} GiB, ${system}.`),
      page.note("The ratio is the own figure by the peer's: the median over pairs of runs."),
      r.conditions.map((c) => page.note(condition(c))),
      groups(r.figures),
      (r.series || []).map(series),
      r.skipped.length ? page.part(
                             "skipped", "Left out",
                             page.el(
                                 "ul", {class: "notes"},
                                 r.skipped.map((s) => page.el("li", {}, page.el("b", {}, s.name), `: ${s.why}`)))) :
                         null,
      page.part(
          "versions", "Versions",
          page.table(
              "versions", "Versions", [{title: "what", text: true}, {title: "version", text: true}],
              Object.entries(r.versions), "narrow")),
    ],
  };
};
})(globalThis.cnnspecPage ??= {});
