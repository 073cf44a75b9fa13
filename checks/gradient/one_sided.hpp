// One-sided difference quotients, for kinks and ties, where the two-sided quotient is not a derivative.
//
// For a function that is piecewise affine in the step, the quotients equal the one-sided derivatives as soon as h is
// too small to reach another kink. A subgradient of a convex function, such as a maximum in each coordinate, lies
// between them.
#pragma once

#include <vector>

namespace cnnspec::checks {

template <class T>
struct OneSidedQuotients {
  T left, right;
  /// left <= g <= right: the condition of convexity for a subgradient.
  bool contain(const T& g) const { return left <= g && g <= right; }
};

/// (f(t) - f(t - h d)) / h and (f(t + h d) - f(t)) / h, where f maps the elements of one tensor to one number.
template <class T, class F>
OneSidedQuotients<T> one_sided_quotients(const F& f, const std::vector<T>& t, const std::vector<T>& direction,
                                         const T& h) {
  std::vector<T> plus = t, minus = t;
  for (std::size_t e = 0; e < t.size(); ++e) {
    plus[e] = t[e] + h * direction[e];
    minus[e] = t[e] - h * direction[e];
  }
  const T here = f(t);
  return {(here - f(minus)) / h, (f(plus) - here) / h};
}

}  // namespace cnnspec::checks
