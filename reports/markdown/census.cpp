#include <fmt/format.h>

#include "reports/markdown/markdown.hpp"
#include "reports/markdown/text.hpp"

namespace cnnspec::reports {

std::string markdown_of_census(const Json& r) {
  Idx configurations = 0, disproved = 0;
  Table table({"operation", "configurations", "by basis", "at a random point", "disproved"}, 1);
  for (const auto& [name, t] : r["results"].items()) {
    if (t["configurations"] == 0) continue;
    table.add(
        {code(name), number(t["configurations"]), number(t["basis"]), number(t["random"]), number(t["disproved"])});
    configurations += t["configurations"].get<Idx>(), disproved += t["disproved"].get<Idx>();
  }
  std::string bounds;
  for (const auto& [name, value] : r["bounds"].items())
    bounds += (bounds.empty() ? "" : ", ") + name + " " + value.dump();
  const std::string head =
      disproved > 0
          ? fmt::format("## Census: {} of {} configurations disproved", number(disproved), number(configurations))
          : fmt::format("## Census: {} configurations {}", number(configurations),
                        r["finished"].get<bool>() ? "proved for all inputs" : "proved so far");
  std::string text = fmt::format(
      "{}\n\nThe probability that a wrong one passed is at most {:.1e} (shard {} of {}, seed {}, "
      "{:.1f} s). Bounds: {}.\n\n",
      head, r["failure_probability"].get<double>(), r["shard"].dump(), r["shards"].dump(), r["seed"].dump(),
      r["seconds"].get<double>(), bounds);
  text += table.text();
  for (const Json& d : r["first_disproved"]) text += "\n" + block(d.dump(2));
  return text;
}

}  // namespace cnnspec::reports
