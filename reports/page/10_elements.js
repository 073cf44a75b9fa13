// Elements of the page. Text from results enters the document here alone, as text nodes.
(function(page) {
"use strict";

// What one does not see, or what makes others seen in another order: control characters but for tabs and line ends,
// marks of direction, spaces without width.
const unseen =
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const escape = (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");

// Text as the page shows it: "a\u202eb" for what would turn round what follows it.
page.visible = (text) => String(text).replace(unseen, escape);
// The same for text that has to be one line.
page.visibleLine = (text) => page.visible(text).replace(/[\t\n]/g, escape);

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : page.visible(child));
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
      element.setAttribute(name, value === true ? "" : name === "aria-label" ? page.visible(value) : String(value));
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

// The same of much that few will open: make() makes the content when that happens.
page.detailsLater = (summary, kind, make) => {
  const details = page.el("details", {class: kind}, page.el("summary", {}, summary));
  details.addEventListener("toggle", () => append(details, make()), {once: true});
  return details;
};

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
  differs: "≠",
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
