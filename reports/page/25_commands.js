// Shell commands to copy.
(function(page) {
"use strict";

// Where the page may not use the clipboard (a file, an old browser).
function copyBySelection(text) {
  const area = page.el("textarea", {class: "unseen", readonly: true, "aria-hidden": "true", tabindex: -1});
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// Lines break between words, not at the hyphens of an option.
const words = (text) => text.split(/( +)/).map((word) => (word.trim() ? page.el("span", {class: "word"}, word) : word));

const shown = (text, what) => page.scroll(what, page.el("pre", {}, page.el("code", {}, words(text))));

// The command that is copied is the one that is seen: one that holds more has no button.
page.command = (text, what) => {
  const seen = page.visibleLine(text);
  if (seen !== text)
    return page.el(
        "div", {class: "command"}, shown(seen, what),
        page.el(
            "p", {class: "odd"}, "Not to be copied: it holds characters that cannot be seen, written here as \\u…"));
  const status = page.el("span", {class: "copied", role: "status"});
  const button = page.el("button", {type: "button", class: "copy", "aria-label": `Copy: ${what}`}, "Copy");
  button.addEventListener("click", async () => {
    const copied = await copy(text);
    button.focus();
    status.textContent = copied ? "Copied" : "Not allowed here; select the line and copy it";
    setTimeout(() => (status.textContent = ""), 3000);
  });
  return page.el("div", {class: "command"}, shown(text, what), button, status);
};
})(globalThis.cnnspecPage ??= {});
