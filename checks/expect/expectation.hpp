// Expectation: what a correct kernel may return on given inputs, element by element.
#pragma once

#include <optional>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/formulation.hpp"
#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

struct Expectation {
  std::vector<long double> values;
  /// The largest difference from `values` that rounding explains. 0: nothing rounds, only equality is right.
  /// NaN: no bound is known, or the element is not in the sample; it is not judged. Empty: 0 for all.
  std::vector<double> bounds;
  /// Of how many terms that are not zero each element is a sum; 0 for one that is not in the sample. Empty: not
  /// counted.
  std::vector<Idx> terms;

  /// The same bounds for each formulation by itself, of an operation that has several; `bounds` are the widest of those
  /// that are accepted. Empty: there is one.
  std::vector<std::vector<double>> bounds_of{};

  double bound(std::size_t n) const { return bounds.empty() ? 0 : bounds[n]; }
  double bound(std::size_t n, std::size_t formulation) const { return bounds_of[formulation][n]; }
};

/// For any inputs that the storage type holds. The specification is run with (value, magnitude, terms), and an element
/// must be equal where that proves that nothing can round: where all terms are multiples of one power of two, the sum
/// of their magnitudes is so small that every partial sum is a number of the accumulator, and no element of the data
/// may be replaced by another (perturbed.hpp). Elsewhere the bound holds. What selects, selects exactly, also where the
/// arithmetic flushes: there more is right, as expect_under (checks/conventions) has it. `sample`: about how many
/// elements to judge, a few whole planes; 0: all. `seed`: which ones.
Expectation expect(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                   Idx sample = 0, std::uint64_t seed = 0);

/// Of the terms of each output, how many there are that are not zero, and whether the loss of any one of them would
/// show: all or none. For an operation with formulations.
std::vector<Idx> shown_terms(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                             const Expectation& expected);

/// Sums up to this magnitude are exact, because every term of every output is a multiple of one power of two; 0: none.
double exact_up_to(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs);

/// The smallest power of two, by its exponent, that every term of every output is a multiple of; none if all are zero.
std::optional<int> least_exponent_of_terms(const Operation& operation, const Operands<double>& inputs);

/// The specification's results on several sets of inputs, several in one run of its loops. Only for operations that
/// multiply, and data on which nothing rounds in double.
std::vector<std::vector<double>> run_exactly(const Operation& operation, const std::vector<Operands<double>>& sets);

}  // namespace cnnspec::checks
