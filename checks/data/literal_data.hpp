// Literal data: the numbers themselves, as text that fits into a command line. "x[3]=1 w[0]=-2.5 b[1]=inf": the
// elements that are not zero, by number in row-major order. A tensor without any is "x=0", and a bias that is not
// mentioned is not there.
#pragma once

#include <string>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

/// Whether it is meant to be literal data and not the name of a family.
bool is_literal(const std::string& text);

/// Throws UsageError at the first thing that is wrong: an unknown tensor, an index outside of it, a number that the
/// storage type does not hold.
Operands<double> parse_literal(const Operation& operation, DType dtype, const std::string& text);

/// Reads back to the same inputs. Empty if there are more than `most` elements that are not zero.
std::string to_literal(const Operation& operation, const Operands<double>& inputs, std::size_t most);

}  // namespace cnnspec::checks
