#include <fmt/format.h>

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

std::string checks_table(const Json& checks) {
  Table table({"check", "mutants that it kills", "that no other check kills"}, 1);
  for (const auto& [name, row] : checks.items()) table.add({code(name), number(row["kills"]), number(row["alone"])});
  return table.text();
}

/// Mutants of one status, a line each.
std::string with_status(const Json& mutants, const std::string& status, const std::string& title) {
  std::string text;
  for (const Json& m : mutants) {
    if (m["status"] != status) continue;
    text += fmt::format("- {}:{} {} in {}", m["file"].get<std::string>(), m["line"].dump(),
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
  text += headers(r["headers"]) + "\n" + checks_table(r["checks"]);
  return text + with_status(r["mutants"], "survived", "Alive") +
         with_status(r["mutants"], "killed although listed", "Killed, although listed as equivalent") +
         with_status(r["mutants"], "equivalent", "Equivalent");
}

}  // namespace cnnspec::reports
