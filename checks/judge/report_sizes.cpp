// The sizes that no case of a run had, in one line.
#include <fmt/format.h>

#include <algorithm>

#include "checks/judge/judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

/// Rows of one operation that missed the same sizes.
struct MissedRows {
  std::string names;  // "matmul_forward f32, f64"
  Op op{};
  std::vector<SizeCoverage::Missed> missed;
};

bool are_same(const std::vector<SizeCoverage::Missed>& a, const std::vector<SizeCoverage::Missed>& b) {
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return x.axis == y.axis && x.values == y.values; });
}

/// Rows of which the kernel computed nothing are left out: another line reports them.
std::vector<MissedRows> missed_rows(const KernelResult& result) {
  std::vector<MissedRows> rows;
  for (const OperationResult& o : result.operations) {
    std::vector<SizeCoverage::Missed> missed = o.sizes.missed();
    if (missed.empty() || o.cases == o.unsupported) continue;
    const auto same =
        std::ranges::find_if(rows, [&](const MissedRows& r) { return r.op == o.op && are_same(r.missed, missed); });
    if (same != rows.end())
      same->names += fmt::format(", {}", name_of(o.dtype));
    else
      rows.push_back({fmt::format("{} {}", name_of(o.op), name_of(o.dtype)), o.op, std::move(missed)});
  }
  return rows;
}

/// "214 of 238 of matmul_forward f32 (batch 8, 9, 15, ...)"
std::string in_words(const MissedRows& rows) {
  constexpr Idx most_named = 3;
  std::string names;
  Idx count = 0;
  for (const auto& [axis, values] : rows.missed)
    for (const Idx value : values) {
      if (++count > most_named) continue;
      names += fmt::format("{}{}{}", names.empty() ? "" : ", ",
                           value == values.front() ? std::string(axis->name) + " " : "", value);
    }
  const std::size_t all = sized_axes(rows.op).size() * size_boundaries.size();
  return fmt::format("{} of {} of {} ({}{})", count, all, rows.names, names, count > most_named ? ", ..." : "");
}

}  // namespace

std::string describe_missed_sizes(const KernelResult& result) {
  constexpr std::size_t most_told = 3;
  if (result.problems_given) return "";
  const std::vector<MissedRows> rows = missed_rows(result);
  if (rows.empty()) return "";
  std::string text = "sizes not met: ";
  for (std::size_t n = 0; n < std::min(rows.size(), most_told); ++n) text += (n == 0 ? "" : "; ") + in_words(rows[n]);
  if (rows.size() > most_told)
    text += fmt::format("; and some of {} more of the rows", thousands(static_cast<Idx>(rows.size() - most_told)));
  const Idx usual = JudgeOptions{}.cases;
  const auto has_fewer = [&](const OperationResult& o) { return o.cases < usual && o.cases > o.unsupported; };
  if (std::ranges::any_of(result.operations, has_fewer))
    text += fmt::format("; the default of {} cases asks for all", thousands(usual));
  if (result.unsupported() > 0) text += "; what the kernel declined is not met";
  return text;
}

}  // namespace cnnspec::checks
