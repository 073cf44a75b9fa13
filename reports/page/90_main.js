// Reads the results that the page contains, and shows them.
(function(page) {
"use strict";

const kinds = {
  judge: "Kernel",
  "judge-network": "Kernel, layer by layer",
  gradcheck: "Gradients",
  census: "Census",
  mutants: "Mutants",
  bench: "Benchmark"
};

// Links to the parts of a result, where there are several.
function contents(parts) {
  const headed = parts.flat().filter((p) => p && p.matches?.(".part"));
  if (headed.length < 2) return null;
  return page.el("nav", {class: "parts", "aria-label": "Parts of this result"}, page.el("ul", {}, headed.map((p) => {
    const heading = p.querySelector("h3");
    return page.el("li", {}, page.el("a", {href: "#" + heading.id}, heading.textContent));
  })));
}

function sectionOf(result, n) {
  const shown = page.results[result.type](result);
  const id = `result-${n + 1}`;
  const facts =
      [kinds[result.type], result.version ? `cnnspec ${result.version}` : null, ...shown.facts].filter(Boolean);
  const section = page.el(
      "section", {class: "result", id, "data-type": result.type, "aria-labelledby": `${id}-title`},
      page.el("p", {class: "facts"}, facts.join(" · ")), page.el("h2", {id: `${id}-title`}, shown.title),
      page.el(
          "p", {class: "verdict"}, page.badge(shown.verdict, shown.tone),
          page.el("span", {class: "sentence"}, shown.sentence)),
      contents(shown.parts), shown.parts);
  return {id, shown, facts: shown.facts.filter(Boolean).join(" · "), section};
}

function tableOfContents(sections) {
  if (sections.length < 2) return null;
  return page.el(
      "nav", {class: "contents", "aria-label": "Results"},
      page.el(
          "ol", {},
          sections.map(
              ({id, shown, facts}) => page.el(
                  "li", {}, page.badge(shown.verdict, shown.tone),
                  page.el(
                      "span", {}, page.el("a", {href: "#" + id}, shown.plainTitle), " ", page.el("small", {}, facts)),
                  page.el("span", {}, shown.sentence)))));
}

const results = JSON.parse(document.getElementById("results").textContent);
const sections = results.map(sectionOf);
document.getElementById("main").append(
    ...[tableOfContents(sections), ...sections.map((s) => s.section)].filter(Boolean));
document.querySelector(".colophon")
    .append(page.details(
        "Charts by Chart.js: its licence",
        page.el("pre", {}, document.getElementById("chart-licence").textContent.trim())));
page.drawCharts();
})(globalThis.cnnspecPage ??= {});
