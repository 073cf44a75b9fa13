#include <fmt/format.h>

#include "reports/markdown/markdown.hpp"
#include "reports/markdown/text.hpp"

namespace cnnspec::reports {
namespace {

std::string shape(const Json& extents) {
  std::string text;
  for (const Json& e : extents) text += (text.empty() ? "" : "x") + e.dump();
  return text;
}

/// The best that finite differences can do with each scalar.
std::string sweep(const Json& curves) {
  Table table({"scalar", "smallest error", "at the step"}, 1);
  for (const Json& curve : curves) {
    const Json* best = nullptr;
    for (const Json& point : curve["points"])
      if (best == nullptr || point["error"] < (*best)["error"]) best = &point;
    if (best != nullptr)
      table.add({code(curve["scalar"].get<std::string>()), number((*best)["error"]), number((*best)["step"])});
  }
  return "\nFinite differences along one direction, at their best step:\n\n" + table.text();
}

/// What a tensor's differences were held against, as the terminal shows it.
std::string bound_of(const Json& tensor) {
  if (!tensor["certified"].get<bool>()) return "not proved";
  if (tensor["exact"].get<bool>()) return "exact";
  return number(tensor["bound"]) + (tensor["vacuous"].get<bool>() ? " !" : "");
}

}  // namespace

std::string markdown_of_gradcheck(const Json& r) {
  const auto get = [&](const char* key) { return r.at(key).get<std::string>(); };
  std::string text =
      fmt::format("## Gradients of {}: {}\n\n{} derivatives in {} arithmetic ({}, seed {}, {:.3f} s).\n\n",
                  code(get("target")), get("verdict"), number(r["compared"]), code(get("scalar")), get("mode"),
                  r["seed"].dump(), r["seconds"].get<double>());
  Table table({"tensor", "shape", "compared", "wrong", "largest difference", "bound", "resampled"}, 2);
  for (const Json& t : r["tensors"])
    table.add({code(t["name"].get<std::string>()), shape(t["shape"]), number(t["compared"]), number(t["wrong"]),
               number(t["largest_difference"]), bound_of(t), number(t["resampled"])});
  text += table.text();
  if (get("verdict") == "vacuous")
    text +=
        "\nRounding alone explains more than the largest derivative of what is marked with !; use --scalar exact.\n";
  if (r.contains("sweep")) text += sweep(r["sweep"]["curves"]);
  if (!get("failure").empty()) text += "\n" + block(get("failure"));
  return text + "\nAgain:\n\n" + block(get("repro"));
}

}  // namespace cnnspec::reports
