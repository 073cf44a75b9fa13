// Comparison: a kernel's results against the expected values and bounds, element by element.
#pragma once

#include <algorithm>
#include <cassert>
#include <vector>

#include "checks/expect/bound.hpp"
#include "checks/expect/expectation.hpp"
#include "checks/judge/ratio_histogram.hpp"

namespace cnnspec::checks {

struct Comparison {
  Idx judged = 0, not_judged = 0, elements_wrong = 0;
  double worst_ratio = 0;        // largest error / bound of the right elements
  double worst_wrong_ratio = 0;  // largest of the wrong elements
  RatioHistogram ratios;         // of the elements with a rounding bound, and of all wrong ones
  std::vector<bool> wrong;       // for each expected element; empty if no element is wrong
  /// The formulations that explain every element, each alone.
  FormulationSet formulations = all_formulations;
  // The first wrong element, by its number among the expected ones.
  Idx first = -1;
  double expected = 0, actual = 0, bound = 0, ratio = 0;
};

/// `actual`: the elements that are expected, and no others.
inline Comparison compare(const std::vector<double>& actual, const Expectation& expected) {
  assert(actual.size() == expected.values.size());
  Comparison c;
  if (expected.bounds.empty() && std::ranges::equal(actual, expected.values)) {  // true for most outputs
    c.judged = static_cast<Idx>(actual.size());
    return c;
  }
  for (std::size_t n = 0; n < actual.size(); ++n) {
    const ElementVerdict v = judge_element(actual[n], expected.values[n], expected.bound(n));
    ++(v.judgement == Judgement::not_judged ? c.not_judged : c.judged);
    for (std::size_t f = 0; f < expected.bounds_of.size(); ++f)
      if (judge_element(actual[n], expected.values[n], expected.bound(n, f)).judgement == Judgement::wrong)
        c.formulations &= ~(FormulationSet{1} << f);
    if (v.judgement == Judgement::right) {
      c.worst_ratio = std::max(c.worst_ratio, v.ratio());
      if (v.bound > 0) c.ratios.add(v.ratio());
    }
    if (v.judgement != Judgement::wrong) continue;
    ++c.ratios.wrong;
    c.worst_wrong_ratio = std::max(c.worst_wrong_ratio, v.wrong_ratio());
    if (c.elements_wrong++ == 0) {
      c.wrong.resize(actual.size());
      c.first = static_cast<Idx>(n);
      c.expected = static_cast<double>(expected.values[n]), c.actual = actual[n];
      c.bound = v.bound, c.ratio = v.ratio();
    }
    c.wrong[n] = true;
  }
  return c;
}

/// For each of `count` elements, whether it is wrong. Empty if none is.
inline std::vector<bool> wrong_among_all(const Comparison& c, const Expectation& expected, Idx count) {
  if (expected.places.empty() || c.wrong.empty()) return c.wrong;
  std::vector<bool> wrong(static_cast<std::size_t>(count));
  for (std::size_t n = 0; n < c.wrong.size(); ++n) wrong[static_cast<std::size_t>(expected.places[n])] = c.wrong[n];
  return wrong;
}

}  // namespace cnnspec::checks
