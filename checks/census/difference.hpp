// The result of a census on one configuration: the first difference from the expected results.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

struct Difference {
  std::string what;        // a tensor, or an identity
  std::vector<Idx> index;  // of its element; empty for an identity
  std::string actual, expected;
  std::string input;  // the layer's input, if it is not the same for the whole configuration
};

/// "dx[0,2,1]: expected dy[2]*w[0], got 0"
std::string text_of(const Difference& difference);

/// The name of an output with the extents of the problem, which come from the specification's formula.
inline constexpr const char* y_by_formula = "y, by the size formula";

/// "the extents of y: expected 1, 3, 3, got 1, 4, 3", if they differ.
std::optional<Difference> difference_of_extents(const std::string& tensor, const std::vector<Idx>& actual,
                                                const std::vector<Idx>& expected);
template <Idx... A, Idx... E>
std::optional<Difference> difference_of_extents(const std::string& tensor, const Shape<A...>& actual,
                                                const Shape<E...>& expected) {
  const auto a = actual.extents();
  const auto e = expected.extents();
  return difference_of_extents(tensor, std::vector<Idx>(a.begin(), a.end()), std::vector<Idx>(e.begin(), e.end()));
}

}  // namespace cnnspec::checks
