// Expectation: what a correct kernel may return on given inputs, element by element.
#pragma once

#include <optional>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/formulation.hpp"
#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

struct Expectation {
  /// For each expected element, as are the bounds and the terms.
  std::vector<long double> values;
  /// The largest difference from `values` that rounding explains. 0: nothing rounds, only equality is right. NaN: the
  /// element is not judged, because no bound is known. Empty: 0 for all.
  std::vector<double> bounds;
  /// The number of nonzero terms of each element. Empty: not counted.
  std::vector<Idx> terms;

  /// The bounds of each formulation alone, for an operation with several. `bounds` are the widest bounds of the
  /// accepted formulations. Empty: there is only one formulation.
  std::vector<std::vector<double>> bounds_of{};

  /// The numbers of the expected elements among all outputs, in ascending order. Empty: all elements are expected.
  std::vector<Idx> places{};

  Idx place(std::size_t n) const { return places.empty() ? static_cast<Idx>(n) : places[n]; }
  double bound(std::size_t n) const { return bounds.empty() ? 0 : bounds[n]; }
  double bound(std::size_t n, std::size_t formulation) const { return bounds_of[formulation][n]; }
};

/// The expectation for any inputs that the storage type holds. The specification is run with (value, magnitude, terms).
/// Only an equal element is right if this run proves that nothing can round: all terms are multiples of one power of
/// two, the sum of their magnitudes is so small that every partial sum is a number of the accumulator, and no input
/// element may be replaced by another (perturbed.hpp). Otherwise the bound applies. A selection is exact, also if the
/// arithmetic flushes: expect_under (checks/conventions) has the additional right results in that case. `sample`: about
/// how many elements to judge (sample.hpp); 0: all. `seed`: selects them.
Expectation expect(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                   Idx sample = 0, std::uint64_t seed = 0);

/// Whether `expect` computes one output after the other, which takes little more memory than the inputs: a few sums of
/// all elements of large inputs.
bool is_computed_in_parts(const Operation& operation);

/// The same of all `count` elements: those that are not expected are not judged.
Expectation in_full(const Expectation& some, Idx count);
/// Only these elements of an expectation of all elements; empty: all.
Expectation at_places(const Expectation& all, const std::vector<Idx>& places);

/// For each output, the number of nonzero terms if the loss of any one of them would show, else 0. For an operation
/// with formulations.
std::vector<Idx> shown_terms(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                             const Expectation& expected);

/// The same of those elements that are expected, in their order. `sample` and `seed`: as they were given to `expect`.
std::vector<Idx> shown_terms_of_sample(const Operation& operation, const Arithmetic& arithmetic,
                                       const Operands<double>& inputs, const Expectation& expected, Idx sample,
                                       std::uint64_t seed);

/// Sums are exact up to this magnitude, because every term of every output is a multiple of one power of two; 0: none
/// is.
double exact_up_to(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs);

/// The largest exponent of a power of two of which every number is a multiple. None if all are zero.
std::optional<int> least_exponent_of(const std::vector<double>& values);

/// The exponent of the power of two of which every term of every output is a multiple. None if all terms are zero.
std::optional<int> least_exponent_of_terms(const Operation& operation, const Operands<double>& inputs);

/// The specification's results on several sets of inputs, with several sets in one run of its loops. Only for
/// operations that multiply, and for data on which nothing rounds in double.
std::vector<std::vector<double>> run_exactly(const Operation& operation, const std::vector<Operands<double>>& sets);

}  // namespace cnnspec::checks
