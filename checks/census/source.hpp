// The source code that a census applies to.
#pragma once

namespace cnnspec::checks {

/// A digest of the compiled source of the specification, the census and the twins: 16 hexadecimal digits.
const char* census_source();

}  // namespace cnnspec::checks
