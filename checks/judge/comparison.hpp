// Comparison: a kernel's whole output against what it may be, element by element.
#pragma once

#include <algorithm>
#include <cassert>
#include <vector>

#include "checks/judge/bound.hpp"

namespace cnnspec::checks {

struct Comparison {
  Idx judged = 0, not_judged = 0, elements_wrong = 0;
  double worst_ratio = 0;   // error / bound over the right elements
  std::vector<bool> wrong;  // for each element; empty if none is
  // The first wrong element.
  Idx first = -1;
  double expected = 0, actual = 0, bound = 0, ratio = 0;
};

namespace detail {

/// `verdict(n)`: the ElementVerdict of element n; `expected(n)`: its right value.
template <class T, class Expected, class JudgeElement>
Comparison compare(const std::vector<T>& actual, Expected expected, JudgeElement verdict) {
  Comparison c;
  for (std::size_t n = 0; n < actual.size(); ++n) {
    const auto v = verdict(n);
    ++(v.judgement == Judgement::not_judged ? c.not_judged : c.judged);
    if (v.judgement == Judgement::right) c.worst_ratio = std::max(c.worst_ratio, static_cast<double>(v.ratio()));
    if (v.judgement != Judgement::wrong) continue;
    if (c.elements_wrong++ == 0) {
      c.wrong.resize(actual.size());
      c.first = static_cast<Idx>(n);
      c.expected = static_cast<double>(expected(n));
      c.actual = static_cast<double>(actual[n]);
      c.bound = static_cast<double>(v.bound);
      c.ratio = static_cast<double>(v.ratio());
    }
    c.wrong[n] = true;
  }
  return c;
}

}  // namespace detail

/// The results on exact data: equality.
template <class T>
Comparison compare_exact(const std::vector<T>& actual, const std::vector<Idx>& expected) {
  assert(actual.size() == expected.size());
  return detail::compare(
      actual, [&](std::size_t n) { return expected[n]; },
      [&](std::size_t n) {
        const bool right = is_exactly(actual[n], expected[n]);
        const double error = right ? 0 : std::fabs(static_cast<double>(actual[n]) - static_cast<double>(expected[n]));
        return ElementVerdict<double>{right ? Judgement::right : Judgement::wrong, error, 0};
      });
}

/// The results on rounded data: within the bound.
template <class T, class R>
Comparison compare_rounded(const std::vector<T>& actual, const std::vector<Measured<R>>& expected,
                           const Rounding<R>& kernel) {
  assert(actual.size() == expected.size());
  return detail::compare(
      actual, [&](std::size_t n) { return expected[n].value; },
      [&](std::size_t n) { return judge_element(static_cast<R>(actual[n]), expected[n], kernel); });
}

}  // namespace cnnspec::checks
