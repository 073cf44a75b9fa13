// A result of `./cnnspec mutants`.
(function(page) {
"use strict";

const columns = [
  {title: "header", text: true}, {title: "mutants"}, {title: "killed"}, {title: "equivalent"}, {title: "alive"},
  {title: "listed, yet killed"}, {title: "do not compile"}
];
const row = (h) =>
    [page.code(h.file),
     ...[h.mutants, h.killed, h.equivalent, h.survived, h.listed_but_killed, h.invalid].map(page.count)];

const kindColumns = [
  {title: "kind of check", text: true}, {title: "mutants on which it ran"}, {title: "that it kills"},
  {title: "that no other kind that ran kills"}
];

function kinds(r) {
  const b = r.beyond_gradients;
  const sorted = Object.entries(r.kinds).sort(([, a], [, b]) => b.kills - a.kills);
  const rows = sorted.map(([name, k]) => [name, ...[k.ran, k.kills, k.alone].map(page.count)]);
  return page.part(
      "kinds", "Which kinds of checks notice",
      page.lead(
          `Of ${page.plural(b.judged, "mutant")} of the layers’ loops on which finite differences ran, `,
          `${page.count(b.pass_gradients)} pass them all; ${page.count(b.killed)} of these are killed: `,
          `${page.count(b.by_laws)} by laws, ${page.count(b.by_twins)} by independent twins, `,
          `${page.count(b.by_neither)} by neither of them, among the kinds that ran.`),
      page.table("kinds", "Mutants by kind of check", kindColumns, rows));
}

// Until when each mutant was judged.
const partsWords = {
  quick: "until a part of the suite killed it",
  first: "by the parts meant for its header, and by the others while alive",
  thorough: "by every part of the suite"
};

const drawn = ({mutants, of, seed}) =>
    `${page.count(mutants)} of ${page.count(of)} judged${seed === null ? "" : `, drawn with seed ${seed}`}`;

function kills(checks) {
  const rows = Object.entries(checks).sort(([a, x], [b, y]) => y.kills - x.kills || (a < b ? -1 : 1));
  const most = rows.slice(0, 1).map(([name, c]) => ` Most, ${page.count(c.kills)}, were killed by “${name}”.`);
  const needed = rows.filter(([, c]) => c.alone > 0).length;
  const bars = (label, data, backgroundColor) =>
      ({label, data, backgroundColor, barPercentage: 0.85, categoryPercentage: 0.8});
  const chart = page.chart("kills", "Mutants that each check kills", {
    finding: `${page.plural(rows.length, "check")} killed a mutant; ${needed} killed one that no other that ran did.${most}`,
    height: 70 + 26 * rows.length,
    columns: [{title: "check", text: true}, {title: "kills"}, {title: "alone"}],
    rows: rows.map(([name, c]) => [name, page.count(c.kills), page.count(c.alone)]),
    config: (c) => ({
      type: "bar",
      data: {
        labels: rows.map(([name]) => name),
        datasets: [
          bars("kills", rows.map(([, k]) => k.kills), c.quiet),
          bars("alone: no other check that ran kills them", rows.map(([, k]) => k.alone), c.accent)
        ]
      },
      options: {
        indexAxis: "y",
        plugins: {legend: {align: "start", labels: {boxWidth: 12, color: c.fg}}},
        scales: {
          x: {beginAtZero: true, ticks: {precision: 0}, position: "top"},
          y: {grid: {display: false}, ticks: {autoSkip: false, color: c.fg}}
        },
      },
    }),
  });
  return page.part("kills", "Which checks notice", chart.element);
}

const statusWords = {
  survived: "Alive",
  "killed although listed": "Killed, although listed as equivalent",
  equivalent: "Equivalent"
};

function mutantList(mutants, status) {
  const chosen = mutants.filter((m) => m.status === status);
  if (!chosen.length) return null;
  const list = page.el(
      "ul", {class: "mutants", "data-status": status},
      chosen.map(
          (m) => page.el(
              "li", {},
              page.el("p", {}, page.code(`${m.file}:${m.line}`), " ", page.el("b", {class: "mutation"}, m.mutation)),
              page.scroll(`Line ${m.line} of ${m.file}`, page.el("pre", {}, page.el("code", {}, m.source))),
              m.reason ? page.el("p", {class: "reason"}, m.reason) : null)));
  const title = `${statusWords[status]}: ${page.count(chosen.length)}`;
  return page.part(
      status.replaceAll(" ", "-"), title, chosen.length > 5 ? page.details("Each with its line", list) : list);
}

function sentence(alive, wrongly, compiled) {
  if (alive > 0) return `${page.count(alive)} of ${page.plural(compiled, "mutant")} are alive: no check notices them`;
  if (wrongly > 0) return `${page.plural(wrongly, "mutant")} listed as equivalent, yet killed`;
  return `every one of ${page.plural(compiled, "mutant")} is killed, or listed as equivalent with a reason`;
}

page.results.mutants = (r) => {
  const compiled = r.mutants.length - r.totals.invalid;
  const wrongly = r.totals["killed although listed"];
  const good = r.totals.survived === 0 && wrongly === 0;
  return {
    title: "Mutants of the specification",
    plainTitle: "Mutants of the specification",
    verdict: good ? "pass" : "fail",
    sentence: sentence(r.totals.survived, wrongly, compiled),
    facts: [page.plural(r.headers.length, "header"), drawn(r.sample), `each ${partsWords[r.parts]}`],
    parts: [
      page.summary([
        ["mutants", page.count(r.mutants.length), `${page.count(compiled)} compile`],
        ["killed", page.count(r.totals.killed + wrongly)], ["equivalent", page.count(r.totals.equivalent)],
        ["alive", page.count(r.totals.survived)]
      ]),
      mutantList(r.mutants, "survived"),
      mutantList(r.mutants, "killed although listed"),
      page.part("headers", "Headers", page.table("headers", "Mutants by header", columns, r.headers.map(row))),
      kinds(r),
      kills(r.checks),
      page.killMatrix(r),
      mutantList(r.mutants, "equivalent"),
    ],
  };
};
})(globalThis.cnnspecPage ??= {});
