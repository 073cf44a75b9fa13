#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "reports/markdown/markdown.hpp"
#include "reports/markdown/text.hpp"

namespace cnnspec::reports {
namespace {

std::string headers(const Json& rows) {
  Table table({"header", "mutants", "killed", "equivalent", "alive", "do not compile"}, 1);
  for (const Json& r : rows)
    table.add({code(r["file"].get<std::string>()), number(r["mutants"]), number(r["killed"]), number(r["equivalent"]),
               number(r["survived"]), number(r["invalid"])});
  return table.text();
}

/// Those that kill most first.
std::string kinds_table(const Json& kinds) {
  Table table({"kind of check", "mutants on which it ran", "that it kills", "that no other kind that ran kills"}, 1);
  std::vector<std::pair<std::string, Json>> rows;
  for (const auto& [name, row] : kinds.items()) rows.emplace_back(name, row);
  std::ranges::stable_sort(rows, std::greater{}, [](const auto& r) { return r.second["kills"].template get<Idx>(); });
  for (const auto& [name, row] : rows)
    table.add({code(name), number(row["ran"]), number(row["kills"]), number(row["alone"])});
  return table.text();
}

/// Which mutants were judged, and how far.
std::string extent_of(const Json& r) {
  const Json& sample = r["sample"];
  const std::string parts = r["parts"];
  std::string text = fmt::format("{} of {} mutants of version {} were judged", number(sample["mutants"]),
                                 number(sample["of"]), code(r["version"].get<std::string>()));
  if (sample["seed"].is_number()) text += ", drawn with seed " + sample["seed"].dump();
  if (parts == "thorough") return text + ", by every part of the suite.\n\n";
  return text + (parts == "quick" ? ", each until a part of the suite killed it.\n\n"
                                  : ", by the parts meant for their header, and by the others while alive.\n\n");
}

std::string beyond_gradients(const Json& b) {
  return fmt::format(
      "Of {} mutants of the layers' loops on which finite differences ran, {} pass them all; {} of these are killed: "
      "{} "
      "by laws, {} by independent twins, {} by neither of them, among the kinds that ran.\n\n",
      number(b["judged"]), number(b["pass_gradients"]), number(b["killed"]), number(b["by_laws"]),
      number(b["by_twins"]), number(b["by_neither"]));
}

std::string checks_table(const Json& checks) {
  Table table({"check that ran", "mutants that it kills", "that no other check that ran kills"}, 1);
  for (const auto& [name, row] : checks.items()) table.add({code(name), number(row["kills"]), number(row["alone"])});
  return table.text();
}

/// Mutants of one status, a line each.
std::string with_status(const Json& mutants, const std::string& status, const std::string& title) {
  std::string text;
  for (const Json& m : mutants) {
    if (m["status"] != status) continue;
    text += fmt::format("- {} {} in {}", code(m["file"].get<std::string>() + ":" + m["line"].dump()),
                        code(m["mutation"].get<std::string>()), code(m["source"].get<std::string>()));
    if (m["reason"].is_string()) text += ": " + words(m["reason"].get<std::string>());
    text += "\n";
  }
  return text.empty() ? "" : "\n### " + title + "\n\n" + text;
}

}  // namespace

std::string markdown_of_mutants(const Json& r) {
  const Json& t = r["totals"];
  const Idx all = std::ssize(r["mutants"]), invalid = t["invalid"].get<Idx>();
  std::string text = fmt::format(
      "## Mutants: {} of {} alive\n\n{} mutants of the specification, of which {} compile: {} "
      "killed, {} equivalent, {} alive.\n\n",
      number(t["survived"]), number(all - invalid), number(all), number(all - invalid),
      number(t["killed"].get<Idx>() + t["killed although listed"].get<Idx>()), number(t["equivalent"]),
      number(t["survived"]));
  text += extent_of(r) + headers(r["headers"]) + "\n" + kinds_table(r["kinds"]) + "\n";
  text += beyond_gradients(r["beyond_gradients"]) + checks_table(r["checks"]);
  return text + with_status(r["mutants"], "survived", "Alive") +
         with_status(r["mutants"], "killed although listed", "Killed, although listed as equivalent") +
         with_status(r["mutants"], "equivalent", "Equivalent");
}

}  // namespace cnnspec::reports
