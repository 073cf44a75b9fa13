// The distribution of error/bound: how many elements come how near to the limit.
(function(page) {
"use strict";

const power = (edge) => {
  const exponent = Math.log2(edge);
  if (edge === 1 || edge === 0) return String(edge);
  return edge === 0.5 ? "½" : Number.isInteger(exponent) ? page.power("2", exponent) : page.rounded(edge);
};

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

function total(operations, edges) {
  const counts = edges.slice(1).map((_, n) => sum(operations.map((o) => o.ratios.counts[n] || 0)));
  return {
    zero: sum(operations.map((o) => o.ratios.zero)),
    counts,
    wrong: sum(operations.map((o) => o.ratios.wrong))
  };
}

const nameOf = (o) => `${o.op} ${o.dtype}`;

// How wrong the wrong elements are, where a number tells.
function wrongOnes(operations, wrong) {
  if (!wrong) return "";
  const most = Math.max(...operations.filter((o) => o.ratios.wrong).map((o) => page.number(o.worst_wrong_ratio)));
  const by = Number.isFinite(most) ? `, by up to ${page.times(most)} the bound` : "";
  return `${page.plural(wrong, "element")} ${page.are(wrong)} wrong${by}. `;
}

function rightOnes({zero, counts}, edges, which) {
  const all = zero + sum(counts);
  if (!all) return "";
  const last = counts.findLastIndex((n) => n > 0);
  const start = `Of ${page.count(all)} ${which}${all === 1 ? "element" : "elements"} judged by a bound, ` +
      `${page.percent(zero / all)} had no error at all`;
  if (last < 0) return `${start}.`;
  if (last < counts.length - 1) return `${start}; none had more than ${power(edges[last + 1])} of the bound.`;
  return `${start}; ${page.count(counts[last])} had more than ${power(edges[last])} of the bound.`;
}

function finding(operations, ratios, edges) {
  const whose = operations.length === 1 ? `${nameOf(operations[0])}: ` : "";
  const words = wrongOnes(operations, ratios.wrong) + rightOnes(ratios, edges, ratios.wrong ? "right " : "");
  return (whose + words.replace(/^O/, whose ? "o" : "O")).trim();
}

function intervalName(edges, i) {
  if (i === 0) return "no error at all";
  if (i === edges.length) return "more than 1: wrong";
  return i === 1 ? `up to ${power(edges[1])}` : `more than ${power(edges[i - 1])}, up to ${power(edges[i])}`;
}

function spec(operations, edges) {
  const ratios = total(operations, edges);
  const values = [ratios.zero, ...ratios.counts, ...(ratios.wrong ? [ratios.wrong] : [])];
  const labels = ["none", ...edges.slice(1).map(power), "wrong"].slice(0, values.length);
  const rows = values.map((n, i) => [intervalName(edges, i), page.count(n)]);
  return {
    finding: finding(operations, ratios, edges),
    columns: [{title: "error / bound", text: true}, {title: "elements"}],
    rows,
    config: (c) => ({
      type: "bar",
      data: {
        labels,
        datasets: [{
          label: "elements",
          data: values.map((n) => n || null),
          categoryPercentage: 1,
          barPercentage: 0.92,
          backgroundColor: values.map((_, i) => (i === 0 ? c.quiet : i === edges.length ? c.fail : c.accent))
        }]
      },
      options: {
        plugins: {
          legend: {display: false},
          tooltip: {
            callbacks: {
              title: (items) => rows[items[0].dataIndex][0],
              label: (item) => page.plural(values[item.dataIndex], "element")
            }
          }
        },
        scales: {
          x: {title: {display: true, text: "error / bound, up to"}, grid: {display: false}},
          y: {
            type: "logarithmic",
            min: 0.5,
            title: {display: true, text: "elements (log scale)"},
            ticks: {callback: (v) => (Number.isInteger(Math.log10(v)) ? page.count(v) : "")},
            grid: {color: (g) => (Number.isInteger(Math.log10(g.tick.value)) ? c.rule : "transparent")}
          },
        },
      },
    }),
  };
}

page.ratios = (operations, edges) => {
  const judged = operations.filter((o) => o.ratios.zero + sum(o.ratios.counts) + o.ratios.wrong > 0);
  const heading = "How near to the limit";
  if (!judged.length) return page.part("ratios", heading, page.lead("No element was judged by a bound."));
  const chart = page.chart("ratios", "Distribution of error/bound", spec(judged, edges));
  const options = [["all", "all operations"], ...judged.map((o, n) => [n, nameOf(o)])];
  const choose = (value) => chart.show(spec(value === "all" ? judged : [judged[value]], edges));
  return page.part(
      "ratios", heading,
      page.lead("The bound is what rounding explains, in any order of summation: 1 is the limit."),
      judged.length > 1 ? page.select("Elements of", options, choose) : null, chart.element);
};
})(globalThis.cnnspecPage ??= {});
