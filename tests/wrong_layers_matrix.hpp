// A matrix of mistakes and the laws that reject them.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <set>

#include "checks/gradient/report.hpp"
#include "checks/laws/law.hpp"

namespace cnnspec::tests {

/// Sorts L2 before L10, and ids with a number before words.
struct ById {
  static auto key(const std::string& id) {
    const bool numbered = id.size() > 1 && id[1] >= '0' && id[1] <= '9';
    return std::tuple(!numbered, numbered ? id[0] : '\0', numbered ? id.size() : 0, id);
  }
  bool operator()(const std::string& a, const std::string& b) const { return key(a) < key(b); }
};
using Ids = std::set<std::string, ById>;

// The problems are the same in every run, for any CNNSPEC_SEED: the laws that find a mistake are part of the test.
inline constexpr std::uint64_t problems_seed = 1;
inline constexpr int problems_of_a_law = 60;

/// Adds the ids of the laws that reject these functions on at least one problem.
template <class F, class P, class Draw>
void add_rejecting(Ids& ids, const std::vector<checks::Law<F, P>>& laws, const F& functions, Draw draw) {
  for (const checks::Law<F, P>& law : laws) {
    checks::RandomChoices choices(problems_seed);
    for (int n = 0; n < problems_of_a_law && !ids.contains(law.id); ++n) {
      const P problem = draw(choices);
      if (!judge(law, functions, problem, choices.seed()).holds()) ids.insert(law.id);
    }
  }
}

/// Adds "gradient" if `check(choices)`, the report on a random problem, finds a wrong derivative on at least one
/// problem.
template <class Check>
void add_gradient(Ids& ids, Check check) {
  checks::RandomChoices choices(problems_seed);
  for (int n = 0; n < problems_of_a_law && !ids.contains("gradient"); ++n)
    for (const checks::TensorReport& tensor : check(choices).tensors)
      if (tensor.wrong > 0) ids.insert("gradient");
}

using Row = std::pair<std::string, Ids>;

/// A row for each mistake, a column for each law.
inline void print(const std::string& layer, const std::vector<Row>& rows) {
  Ids columns;
  for (const Row& row : rows) columns.insert(row.second.begin(), row.second.end());
  fmt::print("\n{:<64} {}", layer + " with a mistake: rejected by", fmt::join(columns, " "));
  for (const auto& [mistake, ids] : rows) {
    fmt::print("\n  {:<62}", mistake);
    for (const std::string& id : columns) fmt::print(" {:^{}}", ids.contains(id) ? "x" : ".", id.size());
  }
  fmt::print("\n\n");
}

/// `rejecting(functions)`: the Ids. No law rejects the specification; exactly the named laws reject each mistake.
template <class Functions, class WrongOnes, class Rejecting>
void expect_each_rejected(const std::string& name, const Functions& right, const WrongOnes& wrong_ones,
                          Rejecting rejecting) {
  EXPECT_EQ(fmt::format("{}", fmt::join(rejecting(right), " ")), "") << "the specification's " << name;
  std::vector<Row> rows;
  for (const auto& w : wrong_ones) {
    rows.emplace_back(w.mistake, rejecting(w.layer));
    const std::string ids = fmt::format("{}", fmt::join(rows.back().second, " "));
    EXPECT_NE(ids, "") << name << ": " << w.mistake << ": not rejected at all";
    EXPECT_EQ(ids, w.rejected_by) << name << ": " << w.mistake;
  }
  print(name, rows);
}

}  // namespace cnnspec::tests
