// Formulation: one of several right ways to compute an operation that round differently, such as a mean that divides
// its sum and one that multiplies with a reciprocal. Each is written as plainly as the definition, and run on the
// measuring scalar, which proves a bound for it (measured.hpp): for sums in any order, and for every way to fuse.
//
// One accepted formulation must explain every element of every case: so half of the results cannot hide behind one, and
// the other half behind another.
#pragma once

#include <span>

#include "checks/expect/reference.hpp"
#include "checks/scalars/grid.hpp"

namespace cnnspec::checks {

struct Formulation {
  const char* name;      // as --formulation has it
  const char* sentence;  // what is computed
  Body<Measured<double>> narrow;
  Body<Measured<long double>> wide;
};

/// Of one operation. The definition itself is the first, and their bounds grow.
struct Formulations {
  std::span<const Formulation> all;
  Body<Grid> grid;  // of what each output is a multiple: where that is known, nothing need round in any formulation
};

/// `run(problem, inputs)`, a generic lambda that captures nothing.
template <auto run>
constexpr Formulation formulation(const char* name, const char* sentence) {
  return {name, sentence, [](const Problem& p, const Operands<Measured<double>>& in) { return run(p, in); },
          [](const Problem& p, const Operands<Measured<long double>>& in) { return run(p, in); }};
}

/// Of an operation; empty if there is only one way.
inline std::span<const Formulation> formulations_of(Op op) {
  const Formulations* const some = pass_of(op).formulations;
  return some == nullptr ? std::span<const Formulation>{} : some->all;
}
/// Some of them, as bits.
using FormulationSet = std::uint32_t;
inline constexpr FormulationSet all_formulations = ~FormulationSet{0};

}  // namespace cnnspec::checks
