#include <fmt/format.h>

#include "reports/markdown/markdown.hpp"
#include "reports/markdown/text.hpp"

namespace cnnspec::reports {
namespace {

std::string get(const Json& j, const char* key) { return j.at(key).get<std::string>(); }

/// An operation of which no case is supported is no pass, and nothing is wrong with it.
std::string verdict_of(const Json& operation) {
  return operation["cases"] == operation["unsupported"] ? "not supported" : get(operation, "verdict");
}

std::string operations(const Json& rows) {
  Table table(
      {"operation", "dtype", "verdict", "cases", "wrong", "unsupported", "not judged", "error/bound", "sensitivity"},
      3);
  for (const Json& r : rows)
    table.add({code(get(r, "op")), get(r, "dtype"), verdict_of(r), number(r["cases"]), number(r["failed"]),
               number(r["unsupported"]), number(r["not_judged"]), number(r["worst_ratio"]), percent(r["sensitivity"])});
  return table.text();
}

std::string failure(const Json& f) {
  std::string text = fmt::format("#### {} {}: {}\n\n{}, data `{}`, seed {}\n\n", code(get(f, "op")), get(f, "dtype"),
                                 get(f, "kind"), code(get(f, "descriptor")), get(f, "data"), f["seed"].dump());
  if (f.contains("detail")) text += words(get(f, "detail")) + "\n\n";
  if (f.contains("elements_wrong")) {
    const bool rounds = f["bound"].is_number() && f["bound"] > 0;
    text +=
        fmt::format("{} of {} elements are wrong. The first, {}: expected {}, got {}; {}.\n\n",
                    number(f["elements_wrong"]), number(f["elements"]),
                    code(get(f, "tensor") + f["first_index"].dump()), number(f["expected"], 9), number(f["actual"], 9),
                    rounds ? fmt::format("off by {} times what rounding explains", number(f["ratio"]))
                           : "nothing rounds here, so only equality is right");
    std::string picture;
    for (const Json& line : f["picture"]) picture += (picture.empty() ? "" : "\n") + line.get<std::string>();
    if (!picture.empty()) text += block(picture) + "\n";
  }
  for (const Json& d : f["diagnosis"]) text += "**" + words(get(d, "sentence")) + "**\n\n";
  if (f.contains("shrunk_repro"))
    text += "The plainest case that still fails, " + code(get(f, "shrunk_descriptor")) + ":\n\n" +
            block(get(f, "shrunk_repro")) + "\n";
  return text + "Again:\n\n" + block(get(f, "repro"));
}

}  // namespace

std::string markdown_of_judge(const Json& r) {
  std::string text =
      fmt::format("## {} {}: {}\n\n{} (profile {}, seed {}, {:.1f} s{}).\n\n", "Judge", code(get(r, "kernel")),
                  get(r, "verdict"), words(get(r, "sentence")), get(r, "profile"), r["seed"].dump(),
                  r["seconds"].get<double>(), r["complete"].get<bool>() ? "" : "; the run did not come to its end");
  text += operations(r["operations"]);
  if (!r["failures"].empty()) text += "### What is wrong\n";
  for (const Json& f : r["failures"]) text += "\n" + failure(f);
  return text;
}

std::string markdown_of_judge_network(const Json& r) {
  std::string text =
      fmt::format("## Judge {} on {}: {}\n\n", code(get(r, "kernel")), code(get(r, "network")), get(r, "verdict"));
  if (r["first_wrong_layer"].is_string()) text += "First wrong layer: " + code(get(r, "first_wrong_layer")) + "\n\n";
  Table table({"layer", "operation", "dtype", "problem", "verdict", "error/bound"}, 5);
  for (const Json& s : r["steps"])
    table.add({code(get(s, "layer")), code(get(s, "op")), get(s, "dtype"), code(get(s, "descriptor")),
               words(get(s, "verdict")), number(s["worst_ratio"])});
  return text + table.text();
}

}  // namespace cnnspec::reports
