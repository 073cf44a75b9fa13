// Exact scalars: arithmetic without rounding, so that a finite difference can be compared with ==.
//
// Approximate cost of one multiply-add of the spec's loops: std::int64_t 1, Int128 1.5, CheckedInt128 3, BigInt 10,
// Rational 200 (`cnnspec_bench` measures it). So scaled integers are the usual exact scalar, and rationals serve small
// cases. Int128 does not detect an overflow: use it only if a bound proves that there is none (scalars/magnitude.hpp).
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

namespace cnnspec::checks {

using CheckedInt128 = boost::multiprecision::checked_int128_t;  // throws std::overflow_error
using BigInt = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;
using Rational =
    boost::multiprecision::number<boost::multiprecision::cpp_rational_backend, boost::multiprecision::et_off>;

}  // namespace cnnspec::checks
