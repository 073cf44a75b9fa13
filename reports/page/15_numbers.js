// Numbers as the page writes them. A number of a result that is not finite is a string, and so is an integer that a
// number of JavaScript cannot hold.
(function(page) {
"use strict";

const special = {
  inf: "∞",
  "-inf": "−∞",
  nan: "NaN",
};
const toNumber = {
  inf: Infinity,
  "-inf": -Infinity,
  nan: NaN,
};

page.number = (v) => (typeof v === "string" ? toNumber[v] ?? Number(v) : v);
page.count = (n) => n.toLocaleString("en-US");
page.plural = (n, one, many = one + "s") => `${page.count(n)} ${n === 1 ? one : many}`;

// "are wrong", said of n of several.
page.are = (n) => (n === 1 ? "is" : "are");

// In full, and as programs read it: what it takes to have the same number back.
page.exactly = (v) => (Object.is(v, -0) ? "-0" : String(v));

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
page.power = (base, exponent) => base + String(exponent).replace(/[-0-9]/g, (c) => (c === "-" ? "⁻" : superscripts[c]));

// To three digits or so: 0, 0.042, 12.3, 1,230, 4.1 × 10⁻⁷
page.rounded = (v) => {
  if (typeof v === "string") return special[v] ?? page.rounded(Number(v));
  const size = Math.abs(v);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa, exponent] = v.toExponential(1).split("e");
    return `${mantissa.replace("-", "−")} × ${page.power("10", Number(exponent))}`;
  }
  const digits = Math.max(3, Math.ceil(Math.log10(size + 1)));
  return v.toLocaleString("en-US", {maximumSignificantDigits: digits}).replace("-", "−");
};

// What is not 1, the limit, does not read as 1.
page.ratio = (v) => {
  if (typeof v === "string" || v < 1e-3 || v >= 1e3) return page.rounded(v);
  let digits = 3;
  while (v !== 1 && Number(v.toFixed(digits)) === 1) ++digits;
  return v.toFixed(digits);
};

// "1.0004 times", "404 times"
page.times = (v) => `${Math.abs(page.number(v) - 1) < 0.01 ? page.ratio(v) : page.rounded(v)} times`;

// Rounded down: what is not all does not read as all.
page.percent = (share) => {
  const tenths = Math.floor(Number((share * 1000).toFixed(6)));
  return `${((share < 1 ? Math.min(tenths, 999) : tenths) / 10).toFixed(1)}%`;
};

page.duration = (seconds) => {
  if (seconds < 1) return `${page.rounded(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
};

page.shape = (extents) => extents.join("×");
page.place = (tensor, index) => `${tensor}[${index.join(",")}]`;

// "a", "a and b", "a, b and c"
page.listed = (words) =>
    words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
})(globalThis.cnnspecPage ??= {});
