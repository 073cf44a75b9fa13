#include "checks/expect/sample.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>

#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

/// The numbers of the elements of a box in a dense tensor with these extents.
std::vector<Idx> elements_in(const std::vector<Idx>& extents, const Box& box) {
  std::vector<Idx> all{0};
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    const Range r = axis < box.size() ? box[axis] : Range{0, extents[axis]};
    std::vector<Idx> next;
    next.reserve(all.size() * static_cast<std::size_t>(r.count));
    for (const Idx base : all)
      for (Idx n = r.first; n < r.first + r.count; ++n) next.push_back(base * extents[axis] + n);
    all = std::move(next);
  }
  return all;
}

/// The extents of the axes on which a box has a single index.
std::vector<Idx> axes_of_boxes(const Operation& operation) {
  constexpr std::size_t axes_of_planes = 2;  // image and channel
  std::vector<Idx> extents = operation.outputs.front().extents;
  if (!operation.pass().slices_pixels && extents.size() > axes_of_planes) extents.resize(axes_of_planes);
  return extents;
}

Idx product_of(const std::vector<Idx>& extents) {
  return std::accumulate(extents.begin(), extents.end(), Idx{1}, std::multiplies<>());
}

/// Box `number` of all boxes in row-major order.
Box box_of(const std::vector<Idx>& axes, Idx number) {
  Box box(axes.size());
  for (std::size_t axis = axes.size(); axis-- > 0; number /= axes[axis]) box[axis] = {number % axes[axis], 1};
  return box;
}

/// The indices of an axis where loops go wrong.
std::vector<Idx> edges_of(Idx extent) {
  std::set<Idx> edges{0, 1, extent - 2, extent - 1};
  for (const Idx block : {4, 8, 16, 32, 64})
    for (const Idx edge : {block, extent / block * block}) edges.insert({edge - 1, edge});
  std::erase_if(edges, [&](Idx n) { return n < 0 || n >= extent; });
  return {edges.begin(), edges.end()};
}

/// The number of a random box.
Idx draw_box(const std::vector<Idx>& axes, const std::vector<std::vector<Idx>>& edges, Stream& stream) {
  Idx number = 0;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const bool is_at_an_edge = stream.below(2) == 0;
    const Idx index = is_at_an_edge ? edges[axis][static_cast<std::size_t>(stream.below(std::ssize(edges[axis])))]
                                    : stream.below(axes[axis]);
    number = number * axes[axis] + index;
  }
  return number;
}

}  // namespace

bool can_be_sampled(const Operation& operation) { return operation.pass().slices != nullptr; }

Operands<double> Part::inputs(const Operands<double>& whole) const {
  Operands<double> result(whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i].empty()) continue;  // a missing bias
    result[i].reserve(sources[i].size());
    for (const Idx n : sources[i]) result[i].push_back(whole[i][static_cast<std::size_t>(n)]);
  }
  return result;
}

Box box_with(const Operation& operation, Idx element) {
  const std::vector<Idx> axes = axes_of_boxes(operation);
  return box_of(axes, element / (operation.output_count() / product_of(axes)));
}

std::vector<Box> draw_boxes(const Operation& operation, Idx elements, std::uint64_t seed) {
  const std::vector<Idx> axes = axes_of_boxes(operation);
  const Idx boxes = product_of(axes), size = operation.output_count() / boxes;
  const Idx wanted = std::min(boxes, std::max(Idx{2}, (elements + size - 1) / size));
  std::vector<std::vector<Idx>> edges;
  for (const Idx extent : axes) edges.push_back(edges_of(extent));
  std::set<Idx> chosen{0, boxes - 1};
  Stream stream(seed, static_cast<std::uint64_t>(boxes));
  while (std::ssize(chosen) < wanted) {
    Idx number = draw_box(axes, edges, stream);
    while (!chosen.insert(number).second) number = (number + 1) % boxes;
  }
  std::vector<Box> drawn;
  for (const Idx number : chosen) drawn.push_back(box_of(axes, number));
  return drawn;
}

Part part_of(const Operation& operation, const Box& box) {
  const Slices s = operation.pass().slices(operation.problem, box);
  Part part{operation_of(operation.op, s.problem), {}, elements_in(operation.outputs.front().extents, box)};
  for (std::size_t i = 0; i < operation.inputs.size(); ++i)
    part.sources.push_back(elements_in(operation.inputs[i].extents, s.inputs.empty() ? box : s.inputs[i]));
  return part;
}

Slices slice_alone(const Problem& problem, const Box&) {
  Slices s{problem, {}};
  const auto fields = layer_of(problem).fields;
  for (std::size_t f = 0; f < fields.size(); ++f)
    for (const std::string_view many : {"batch", "channels", "count"})
      if (fields[f].name == many) s.problem.set(f, 1);
  return s;
}

}  // namespace cnnspec::checks
