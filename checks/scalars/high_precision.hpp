// High-precision scalars: 50 and 100 decimal digits, for functions that are not piecewise polynomial.
#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>

namespace cnnspec::checks {

using Float50 = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;
using Float100 =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<100>, boost::multiprecision::et_off>;

}  // namespace cnnspec::checks
