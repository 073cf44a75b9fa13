// A sample of a large output: some of its planes. Each plane is the whole output of a smaller problem of the same kind.
#pragma once

#include <cstdint>
#include <vector>

#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

/// A smaller problem, and the places of its tensors in the tensors of the whole problem.
struct Part {
  Operation operation;
  std::vector<std::vector<Idx>> sources;  // for each input, its elements in the whole input
  std::vector<Idx> outputs;               // its elements in the whole output

  Operands<double> inputs(const Operands<double>& whole) const;
};

/// How many planes the output has: the elements that have an image and a channel in common.
Idx planes_of(const Operation& operation);

/// Whether the layer can tell which part of each tensor a plane needs. The other functions here require it.
bool can_be_sampled(const Operation& operation);

/// The numbers of planes of the output with about `elements` elements in total: the first plane, the last one, where
/// remainder loops go wrong, and random ones between them.
std::vector<Idx> draw_planes(const Operation& operation, Idx elements, std::uint64_t seed);

Part part_of(const Operation& operation, Idx plane);

}  // namespace cnnspec::checks
