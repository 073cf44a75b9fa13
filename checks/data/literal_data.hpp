// Literal data: the numbers themselves, as text for a command line. "x[3]=1 w[0]=-2.5 b[1]=inf" lists the nonzero
// elements, by number in row-major order. A tensor without nonzero elements is "x=0". A bias that is not mentioned is
// absent.
#pragma once

#include <string>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

/// Whether the text is meant as literal data and not as the name of a family.
bool is_literal(const std::string& text);

/// Throws UsageError at the first mistake: an unknown tensor, an index outside of it, a number that the storage type
/// does not hold.
Operands<double> parse_literal(const Operation& operation, DType dtype, const std::string& text);

/// Reading the text returns the same inputs. Empty if more than `most` elements are nonzero.
std::string to_literal(const Operation& operation, const Operands<double>& inputs, std::size_t most);

}  // namespace cnnspec::checks
