// A sample of a large output: some of its planes, each of them the whole output of a smaller problem of the same kind.
#pragma once

#include <cstdint>
#include <vector>

#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

/// A smaller problem, and where its tensors are in those of the whole.
struct Part {
  Operation operation;
  std::vector<std::vector<Idx>> sources;  // for each input, the elements of the whole input that it consists of
  std::vector<Idx> outputs;               // which elements of the whole output it yields

  Operands<double> inputs(const Operands<double>& whole) const;
};

/// Whether its layer says which part of each tensor a plane needs; the rest is for those that can.
bool can_be_sampled(const Operation& operation);

/// Planes of the output, by number, with about `elements` elements together: the first, the last, where tails go wrong,
/// and random ones between.
std::vector<Idx> draw_planes(const Operation& operation, Idx elements, std::uint64_t seed);

Part part_of(const Operation& operation, Idx plane);

}  // namespace cnnspec::checks
