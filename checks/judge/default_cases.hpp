// Default cases: the problems that an operation is judged on if none are given. A quarter each:
//   small       everything small, in every combination;
//   stretched   small except for one or two numbers, which take the values around which fast code branches
//               (sized_axes.hpp). The first cases take each value exactly, on every axis of the operation; later cases
//               are drawn;
//   special     a fixed list: layers of real networks with smaller images, extents beyond 2^16, and products of extents
//               beyond 2^16 and 2^20; between them, shapes that have their own fast paths. Large problems come last
//               among
//               the usual number of cases. They are judged only in the first storage type of an operation;
//   neighbours  the problem before with one number changed, for kernels that keep plans, weights or memory between
//   calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/generate/configurations.hpp"

namespace cnnspec::checks {

struct DefaultCase {
  Problem problem;
  std::string data{};  // a large problem gets one family of data; empty: all families
};

/// The cases of one operation. Each is a function of the arguments alone.
class DefaultCases {
 public:
  /// `seed`: for the order of the first stretched cases, and for the choices in them.
  DefaultCases(Op op, const Limits& limits, std::uint64_t seed);
  /// The same cases without the large ones.
  DefaultCases without_large() const;
  /// Case n. Random decisions use `seed_of(n)`, where `seed_of` is a function of n alone.
  template <class SeedOf>
  DefaultCase at(Idx n, SeedOf seed_of) const {
    if (!is_neighbour(n)) return drawn(n, seed_of(n));
    return neighbour_of(drawn(n - 1, seed_of(n - 1)), seed_of(n));
  }

 private:
  static bool is_neighbour(Idx n) { return n % 4 == 3; }
  DefaultCase drawn(Idx n, std::uint64_t seed) const;
  Problem stretched(Idx group, Choices& choices) const;
  DefaultCase special(Idx group, Choices& choices) const;
  DefaultCase neighbour_of(const DefaultCase& before, std::uint64_t seed) const;

  Op op_;
  Limits limits_;
  std::vector<Problem> stretched_;  // the first ones
  std::vector<DefaultCase> special_, large_;
};

}  // namespace cnnspec::checks
