// Elements of the page. Text from results enters the document here alone, as text nodes.
(function(page) {
"use strict";

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

// el("p", {class: "note", "data-x": 1, onclick: f}, "text", element, [more])
page.el = function(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function")
      element.addEventListener(name.slice(2), value);
    else
      element.setAttribute(name, value === true ? "" : String(value));
  }
  return append(element, children);
};

page.replace = (element, ...children) => {
  element.replaceChildren();
  return append(element, children);
};

let ids = 0;
page.newId = (prefix) => `${prefix}-${++ids}`;

page.results = {};  // by type: (result) => {title, plainTitle, verdict, sentence, facts, parts}

page.lead = (...content) => page.el("p", {class: "lead"}, content);
page.note = (...content) => page.el("p", {class: "note"}, content);
page.code = (text) => page.el("code", {}, text);

page.details = (summary, ...content) => page.el("details", {}, page.el("summary", {}, summary), content);

// A part of a result, with its heading: what the links at its top lead to.
page.part = (name, heading, ...content) => {
  const id = page.newId(name);
  return page.el(
      "section", {class: "part", "data-part": name, "aria-labelledby": id}, page.el("h3", {id, tabindex: -1}, heading),
      content);
};

const marks = {
  pass: "✓",
  fail: "✗",
  vacuous: "○"
};

// Says the verdict in words; colour and mark repeat it.
page.badge = (verdict, tone = verdict) => page.el(
    "span", {class: `badge ${tone}`},
    marks[tone] ? page.el("span", {class: "mark", "aria-hidden": "true"}, marks[tone]) : null, verdict);

// A sentence with a select in front of it: select(label, [[value, text]], onchange)
page.select = (label, options, onchange) => {
  const id = page.newId("select");
  const select = page.el(
      "select", {id, onchange: () => onchange(select.value)},
      options.map(([value, text]) => page.el("option", {value}, text)));
  return page.el("p", {class: "choice"}, page.el("label", {for: id
  }, label), " ", select);
};
})(globalThis.cnnspecPage ??= {});
