// Which source a census is of.
#pragma once

namespace cnnspec::checks {

/// A digest of the specification, the census and the twins, as they were compiled: 16 hexadecimal digits.
const char* census_source();

}  // namespace cnnspec::checks
