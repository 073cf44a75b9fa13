// Rounded data: real numbers of both signs, with every bit of their significand in use and a dynamic range that differs
// from case to case: terms of one size, where many roundings meet, and of very different sizes, where large terms hide
// small ones and cancel. A kernel's result must lie within the bound of bound.hpp.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "checks/judge/reference.hpp"
#include "checks/judge/stream.hpp"

namespace cnnspec::checks {

/// The exponents of a tensor range over one of these numbers of binades, around 1.
inline constexpr std::array<int, 4> binades{1, 4, 12, 24};

/// Random numbers with an exponent in [-spread/2, spread/2): none is zero or subnormal, and no product of two is.
template <class T>
std::vector<T> draw_rounded(Idx count, Stream stream) {
  constexpr int digits = std::numeric_limits<T>::digits;
  static_assert(digits <= 53, "one draw of 64 bits holds the significand and the sign");
  const int spread = binades[static_cast<std::size_t>(stream.below(binades.size()))];
  std::array<T, 24> units{};  // what the last bit of a significand is worth
  for (int e = 0; e < spread; ++e) units[static_cast<std::size_t>(e)] = std::ldexp(T(1), e - spread / 2 - (digits - 1));

  std::vector<T> v(static_cast<std::size_t>(count));
  for (T& element : v) {
    const std::uint64_t random = stream.bits();
    const std::uint64_t significand = (random & ((std::uint64_t{1} << (digits - 1)) - 1)) | std::uint64_t{1}
                                                                                                << (digits - 1);
    const T magnitude = static_cast<T>(significand) * units[static_cast<std::size_t>(stream.below(spread))];
    element = random >> 63 ? -magnitude : magnitude;
  }
  return v;
}

inline constexpr const char* rounded_name = "rounded";
inline constexpr const char* rounded_description = "real numbers of both signs and different sizes";

/// Data for every input of an operation. An unused bias is left empty.
template <class T>
Operands<T> draw_rounded(const Operation& operation, std::uint64_t seed, bool with_bias) {
  Operands<T> inputs;
  for (std::size_t n = 0; n < operation.inputs.size(); ++n)
    inputs.push_back(draw_rounded<T>(operation.inputs[n].count(), Stream(~seed, n)));
  if (operation.takes_bias() && !with_bias) inputs.back().clear();
  return inputs;
}

}  // namespace cnnspec::checks
