// What a kernel may return that follows conventions.
#pragma once

#include <vector>

#include "checks/conventions/convention.hpp"
#include "checks/expect/expectation.hpp"

namespace cnnspec::checks {

/// The arithmetic of a kernel that follows these rules and claims `arithmetic` otherwise.
Arithmetic arithmetic_under(const Rules& rules, const Arithmetic& arithmetic);

/// What may come out, one of several: conventions leave open what libraries do in different ways, but each kernel does
/// the same in all of an output. `arithmetic`: what is claimed otherwise; `sample` and `seed` as in expect.
std::vector<Expectation> expect_under(const Rules& rules, const Operation& operation, const Arithmetic& arithmetic,
                                      const Operands<double>& inputs, Idx sample = 0, std::uint64_t seed = 0);

/// Those of the conventions that may make something else right on these inputs than the definition.
ConventionSet relevant_to(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                          ConventionSet set);

}  // namespace cnnspec::checks
