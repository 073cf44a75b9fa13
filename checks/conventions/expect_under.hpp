// The results that a kernel may return if it follows conventions.
#pragma once

#include <vector>

#include "checks/conventions/convention.hpp"
#include "checks/expect/expectation.hpp"

namespace cnnspec::checks {

/// The arithmetic of a kernel that follows these rules and otherwise claims `arithmetic`.
Arithmetic arithmetic_under(const Rules& rules, const Arithmetic& arithmetic);

/// The alternative right outputs. Conventions leave open some points in which libraries differ, but each kernel must
/// make the same choice within an output. `arithmetic`: the kernel's claim otherwise; `sample` and `seed` as in expect.
std::vector<Expectation> expect_under(const Rules& rules, const Operation& operation, const Arithmetic& arithmetic,
                                      const Operands<double>& inputs, Idx sample = 0, std::uint64_t seed = 0);

/// The conventions of `set` that may change the right results on these inputs.
ConventionSet relevant_to(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                          ConventionSet set);

}  // namespace cnnspec::checks
