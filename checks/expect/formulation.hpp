// Formulation: one of several right ways to compute an operation that round differently. For example, a mean may divide
// its sum, or multiply it by a reciprocal. Each formulation is written as plainly as the definition, and run on the
// measuring scalar. This proves a bound for it (measured.hpp), for sums in any order and for every use of fused
// operations.
//
// A single accepted formulation must explain every element of every case. So a kernel cannot follow one formulation in
// half of its results and another one in the rest.
#pragma once

#include <span>

#include "checks/expect/reference.hpp"
#include "checks/scalars/grid.hpp"

namespace cnnspec::checks {

struct Formulation {
  const char* name;      // the value of --formulation
  const char* sentence;  // a sentence about the computation
  Body<Measured<double>> narrow;
  Body<Measured<long double>> wide;
};

/// The formulations of one operation, ordered by growing bounds. The first is the definition itself.
struct Formulations {
  std::span<const Formulation> all;
  Body<Grid> grid;  // the grid of each output: where it is known, nothing need round in any formulation
};

/// `run(problem, inputs)`, a generic lambda that captures nothing.
template <auto run>
constexpr Formulation formulation(const char* name, const char* sentence) {
  return {name, sentence, [](const Problem& p, const Operands<Measured<double>>& in) { return run(p, in); },
          [](const Problem& p, const Operands<Measured<long double>>& in) { return run(p, in); }};
}

/// The formulations of an operation; empty if there is only one way.
inline std::span<const Formulation> formulations_of(Op op) {
  const Formulations* const some = pass_of(op).formulations;
  return some == nullptr ? std::span<const Formulation>{} : some->all;
}
/// A set of formulations, as bits.
using FormulationSet = std::uint32_t;
inline constexpr FormulationSet all_formulations = ~FormulationSet{0};
/// Those of one operation.
inline FormulationSet formulations_in(Op op) { return (FormulationSet{1} << formulations_of(op).size()) - 1; }

}  // namespace cnnspec::checks
