// Charts, by Chart.js. Each is a picture with a name, says its finding in words, and has its numbers in a table.
(function(page) {
"use strict";

const names = ["fg", "muted", "rule", "bg", "accent", "quiet", "pass", "fail", "c1", "c2", "c3", "c4", "c5"];
const figures = [];
let ready = false;

function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue("--" + name).trim()]));
}

function draw(figure) {
  figure.chart?.destroy();
  const now = colours();
  Chart.defaults.color = now.muted;
  Chart.defaults.borderColor = now.rule;
  figure.chart = new Chart(figure.canvas, figure.spec.config(now));
}

// spec: {finding, config: (colours) => Chart.js configuration, height in px, columns, rows: the numbers}
page.chart = (name, label, spec) => {
  const canvas = page.el("canvas", {role: "img", "data-chart": name});
  const box = page.el("div", {class: "canvas-box"}, canvas);
  const caption = page.el("figcaption", {});
  const numbers = page.details("The numbers");
  const figure = {canvas};
  figure.show = (shown) => {
    figure.spec = shown;
    box.style.setProperty("height", `${shown.height || 300}px`);
    canvas.setAttribute("aria-label", page.visible(`${label}. ${shown.finding}`));
    page.replace(caption, shown.finding);
    page.replace(
        numbers, page.el("summary", {}, "The numbers"),
        page.table(name, `${label}: the numbers`, shown.columns, shown.rows));
    if (ready) draw(figure);
  };
  figure.show(spec);
  figure.element = page.el("figure", {class: "chart"}, caption, box, numbers);
  figures.push(figure);
  return figure;
};

const closed = [];
function openDetails(open) {
  if (open) {
    const next = () => document.querySelector("main details:not([open])");
    for (let details = next(); details; details = next()) {
      closed.push(details);
      details.open = true;
      details.dispatchEvent(new Event("toggle"));  // now, not soon: some have content that may have more of them
    }
  } else {
    while (closed.length) closed.pop().open = false;
  }
}

const all = () => figures.forEach(draw);

// On paper, all is open and light. Said by two events, as browsers differ in which of them they send, and when.
let onPaper = false;
function setOnPaper(on) {
  if (on === onPaper) return;
  onPaper = on;
  document.documentElement.classList.toggle("on-paper", on);
  openDetails(on);
  all();
}

// Once the page is laid out; and again in other colours.
page.drawCharts = () => {
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  ready = true;
  const print = matchMedia("print");
  print.addEventListener("change", () => setOnPaper(print.matches));
  addEventListener("beforeprint", () => setOnPaper(true));
  addEventListener("afterprint", () => setOnPaper(false));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  all();
  setOnPaper(print.matches);
};
})(globalThis.cnnspecPage ??= {});
