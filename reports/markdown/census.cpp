#include <fmt/format.h>

#include "reports/markdown/markdown.hpp"
#include "reports/markdown/text.hpp"

namespace cnnspec::reports {
namespace {

struct Sums {
  Idx configurations = 0, disproved = 0, windows = 0;
};

Sums sums_of(const Json& results) {
  Sums sums;
  for (const auto& [name, t] : results.items()) {
    sums.configurations += t["configurations"].get<Idx>(), sums.disproved += t["disproved"].get<Idx>();
    sums.windows += t["windows"].get<Idx>();
  }
  return sums;
}

std::string heading(const Json& r, const Sums& sums) {
  if (sums.disproved > 0)
    return fmt::format("## Census: {} of {} configurations disproved", number(sums.disproved),
                       number(sums.configurations));
  return fmt::format("## Census: {} configurations {}{}", number(sums.configurations),
                     r["finished"].get<bool>() ? "proved for all inputs" : "proved so far",
                     sums.windows > 0 ? fmt::format(", {} of them under an assumption", number(sums.windows)) : "");
}

std::string run_of(const Json& r) {
  std::string text = fmt::format("shard {} of {}, seed {}, {:.1f} s", r["shard"].dump(), r["shards"].dump(),
                                 r["seed"].dump(), r["seconds"].get<double>());
  if (r["merged"] != 0) text += fmt::format(" in all {} shards", number(r["merged"]));
  return text;
}

std::string counts(const Json& results) {
  Table table(
      {"operation", "configurations", "by basis", "at random", "all images", "all windows", "orders run", "disproved"},
      1);
  for (const auto& [name, t] : results.items())
    if (t["configurations"] != 0)
      table.add({code(name), number(t["configurations"]), number(t["basis"]), number(t["random"]),
                 number(t["whole_image"]), number(t["windows"]), number(t["images"]), number(t["disproved"])});
  return table.text();
}

}  // namespace

std::string markdown_of_census(const Json& r) {
  const Sums sums = sums_of(r["results"]);
  std::string bounds;
  for (const auto& [name, value] : r["bounds"].items())
    bounds += (bounds.empty() ? "" : ", ") + name + " " + value.dump();
  std::string text =
      fmt::format("{}\n\nThe probability that a wrong one passed is at most {:.1e} ({}). Bounds: {}.\n\n",
                  heading(r, sums), r["failure_probability"].get<double>(), run_of(r), bounds);
  if (sums.windows > 0)
    text += fmt::format(
        "All windows: {} configurations, assuming that no window looks at cells of another one. That is tested on "
        "random images, not proved.\n\n",
        number(sums.windows));
  text += counts(r["results"]);
  for (const Json& d : r["first_disproved"]) {
    Json what = d;
    what.erase("repro");
    text += "\n" + block(what.dump(2)) + "\nAgain:\n\n" + block(d["repro"].get<std::string>());
  }
  return text;
}

}  // namespace cnnspec::reports
