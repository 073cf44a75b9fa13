// Max pooling and ReLU under conventions: plain loops, which choose by rules.
#pragma once

#include <vector>

#include "checks/conventions/convention.hpp"
#include "checks/expect/expectation.hpp"

namespace cnnspec::checks {

/// What may come out, one of several. The operation is one of max pooling or ReLU.
std::vector<Expectation> select_under(const Rules& rules, const Operation& operation, const Arithmetic& arithmetic,
                                      const Operands<double>& inputs);

}  // namespace cnnspec::checks
