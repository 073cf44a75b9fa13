#include <fmt/format.h>

#include <vector>

#include "reports/markdown/markdown.hpp"
#include "reports/markdown/text.hpp"

namespace cnnspec::reports {
namespace {

std::string range(const Json& figure, const std::string& unit) {
  return fmt::format("{} {} ({} to {})", number(figure["median"]), words(unit), number(figure["low"]),
                     number(figure["high"]));
}

std::vector<std::string> groups_of(const Json& figures) {
  std::vector<std::string> groups;
  for (const Json& f : figures)
    if (const auto group = f["group"].get<std::string>(); groups.empty() || groups.back() != group)
      groups.push_back(group);
  return groups;
}

std::string group_table(const Json& figures, const std::string& group) {
  Table table({"what", "median (spread)", "peer", "its median (spread)", "ratio"}, 5);
  for (const Json& f : figures) {
    if (f["group"] != group) continue;
    const auto unit = f["unit"].get<std::string>();
    const bool has_peer = f.contains("peer");
    table.add({words(f["name"].get<std::string>()), range(f, unit),
               has_peer ? words(f["peer"]["name"].get<std::string>()) : "", has_peer ? range(f["peer"], unit) : "",
               f.contains("ratio") ? number(f["ratio"]) : ""});
  }
  return fmt::format("\n### {}\n\n{}", words(group), table.text());
}

/// How the groups were measured: a line for each run.
std::string conditions(const Json& all) {
  std::string text;
  for (const Json& c : all)
    text += fmt::format("- {}: {}, load average {} at the start, {} at the end{}\n",
                        words(fmt::format("{}", fmt::join(c["groups"].get<std::vector<std::string>>(), ", "))),
                        c["date"].get<std::string>(), number(c["load"]["start"]), number(c["load"]["end"]),
                        c["quick"].get<bool>() ? ", with --quick: few runs, and parts left out" : "");
  return text.empty() ? text : "\nMeasured:\n\n" + text;
}

}  // namespace

std::string markdown_of_bench(const Json& r) {
  const Json& m = r["machine"];
  std::string text = fmt::format("## Benchmark of {}\n\n{}, {} cores, {} GiB, {}.\n", r["date"].get<std::string>(),
                                 words(m["cpu"].get<std::string>()), m["cores"].dump(), number(m["memory_gib"]),
                                 words(m["system"].get<std::string>()));
  text += conditions(r["conditions"]);
  for (const std::string& group : groups_of(r["figures"])) text += group_table(r["figures"], group);
  for (const Json& s : r["skipped"])
    text +=
        fmt::format("\nLeft out: {}, {}.\n", words(s["name"].get<std::string>()), words(s["why"].get<std::string>()));
  return text;
}

}  // namespace cnnspec::reports
