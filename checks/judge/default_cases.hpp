// Default cases: the problems that an operation is judged on where none are given. A quarter each:
//   small       everything small, in every combination;
//   stretched   small but for one or two numbers, which take the values around which fast code branches (sized_axes.hpp):
//               the first cases take each of them exactly, on every axis that the operation has; later ones are drawn;
//   special     in a fixed list: layers of real networks, with smaller images, extents beyond 2^16, and products of extents
//               beyond 2^16 and 2^20; between them, shapes that have fast paths of their own. Those that are large are the
//               last of the usual number, and are judged in one storage type of an operation only, the first;
//   neighbours  the problem before with one number changed, for kernels that keep plans, weights or memory between calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/generate/configurations.hpp"

namespace cnnspec::checks {

struct DefaultCase {
  Problem problem;
  std::string data{};  // a large problem gets one family of data; empty: all
};

/// Those of one operation. Each is a function of the arguments alone.
class DefaultCases {
 public:
  /// `seed`: of the order and the rest of the stretched cases.
  DefaultCases(Op op, const Limits& limits, std::uint64_t seed);
  /// The same but for the large ones.
  DefaultCases without_large() const;
  /// The n-th, with decisions of its own drawn with `seed_of(n)`, in which `seed_of` is a function of n alone.
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
