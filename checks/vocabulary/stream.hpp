// A fast reproducible stream of random bits for tensors of data: SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014). Decisions of a generator come from Choices instead, which shrinks.
#pragma once

#include <cstdint>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// A bijection of 64-bit words in which every output bit depends on every input bit.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

class Stream {
 public:
  constexpr explicit Stream(std::uint64_t seed) : state_(seed) {}
  /// An independent stream for part `n` of the object that `seed` stands for.
  constexpr Stream(std::uint64_t seed, std::uint64_t n) : state_(mix(seed ^ mix(n + golden_ratio))) {}

  constexpr std::uint64_t bits() { return mix(state_ += golden_ratio); }
  /// A number in [0, n), n < 2^32; uneven by less than n / 2^32.
  constexpr Idx below(Idx n) { return static_cast<Idx>(((bits() >> 32) * static_cast<std::uint64_t>(n)) >> 32); }

 private:
  static constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;  // 2^64 / phi, odd
  std::uint64_t state_;
};

}  // namespace cnnspec::checks
