// A sample of a large output: some of its elements, or some of its planes where the layer computes a plane at a time.
// Each is the whole output of a smaller problem of the same kind.
#pragma once

#include <cstdint>
#include <vector>

#include "checks/expect/reference.hpp"
#include "checks/expect/slices.hpp"

namespace cnnspec::checks {

/// A smaller problem, and the places of its tensors in the tensors of the whole problem.
struct Part {
  Operation operation;
  std::vector<std::vector<Idx>> sources;  // for each input, its elements in the whole input
  std::vector<Idx> outputs;               // its elements in the whole output

  Operands<double> inputs(const Operands<double>& whole) const;
};

/// Whether the layer can tell which part of each tensor a part of the output needs. The other functions here require
/// it.
bool can_be_sampled(const Operation& operation);

/// The smallest box of the output with this element that can be computed alone: the element, or its plane.
Box box_with(const Operation& operation, Idx element);

/// Boxes of the output with about `elements` elements in total, in ascending order. The first element and the last one
/// are among them. Half of all coordinates are where loops go wrong: at the borders, and beside the multiples of 4, 8,
/// 16, 32 and 64 where blocks end and remainders begin. The other half is anywhere.
std::vector<Box> draw_boxes(const Operation& operation, Idx elements, std::uint64_t seed);

/// `box`: one that box_with or draw_boxes returned.
Part part_of(const Operation& operation, const Box& box);

}  // namespace cnnspec::checks
