#include "checks/layers/problems.hpp"
#include "checks/expect/sample.hpp"

#include <algorithm>
#include <set>

#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

struct Range {
  Idx first = 0, count = 1;
};

/// The elements of a dense tensor with these extents whose indices on the first axes are in these ranges; all of the
/// axes after them.
std::vector<Idx> elements_in(const std::vector<Idx>& extents, const std::vector<Range>& ranges) {
  std::vector<Idx> all{0};
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    const Range r = axis < ranges.size() ? ranges[axis] : Range{0, extents[axis]};
    std::vector<Idx> next;
    next.reserve(all.size() * static_cast<std::size_t>(r.count));
    for (const Idx base : all)
      for (Idx n = r.first; n < r.first + r.count; ++n) next.push_back(base * extents[axis] + n);
    all = std::move(next);
  }
  return all;
}

/// Which part of each tensor: ranges on its first axes.
struct Slices {
  Problem problem;
  std::vector<std::vector<Range>> inputs;
  std::vector<Range> output;
};

/// Plane (n, c) of an output [batch, channels, ...]; of a gradient of w, n is the output channel and c the input
/// channel.
Slices slices_of(Op op, cnnspec_conv2d p, Idx n, Idx c) {
  const Idx in = p.in_channels / p.groups, out = p.out_channels / p.groups;
  const Range batch{0, p.batch}, image{n, 1};
  const auto shrink = [&](Idx images, Idx in_channels, Idx out_channels) {
    p.batch = images, p.groups = 1, p.in_channels = in_channels, p.out_channels = out_channels;
    return p;
  };
  switch (op) {
    case Op::conv2d_forward:
      return {shrink(1, in, 1), {{image, {c / out * in, in}}, {{c, 1}}, {{c, 1}}}, {image, {c, 1}}};
    case Op::conv2d_backward_input: {
      const Range outputs{c / in * out, out};
      return {shrink(1, 1, out), {{outputs, {c % in, 1}}, {image, outputs}}, {image, {c, 1}}};
    }
    case Op::conv2d_backward_kernel:
      return {shrink(p.batch, 1, 1), {{batch, {n / out * in + c, 1}}, {batch, {n, 1}}}, {{n, 1}, {c, 1}}};
    default:
      return {shrink(p.batch, 1, 1), {{batch, {n, 1}}}, {{n, 1}}};
  }
}

Slices slices_of(Op op, cnnspec_pool2d p, Idx n, Idx c) {
  p.batch = 1, p.channels = 1;
  const std::vector<Range> plane{{n, 1}, {c, 1}};
  return {p, std::vector(op == Op::max_pool2d_forward ? 1u : 2u, plane), plane};
}

Slices slices_of(Op op, cnnspec_linear p, Idx n, Idx c) {
  const Range batch{0, p.batch}, row{n, 1};
  switch (op) {
    case Op::linear_forward:  // (n, c): image and feature
      return {cnnspec_linear{1, p.in_features, 1}, {{row}, {{c, 1}}, {{c, 1}}}, {row, {c, 1}}};
    case Op::linear_backward_input:
      return {cnnspec_linear{1, 1, p.out_features}, {{{0, p.out_features}, {c, 1}}, {row}}, {row, {c, 1}}};
    case Op::linear_backward_weight:
      return {cnnspec_linear{p.batch, 1, 1}, {{batch, {c, 1}}, {batch, {n, 1}}}, {row, {c, 1}}};
    default:
      return {cnnspec_linear{p.batch, 1, 1}, {{batch, {n, 1}}}, {row}};
  }
}

/// The operations on one element of x each: any run of elements.
Slices slices_of(Op op, cnnspec_elementwise p, Idx n, Idx) {
  p.count = 1;
  return {p, std::vector(op == Op::relu_forward ? 1u : 2u, std::vector<Range>{{n, 1}}), {{n, 1}}};
}

Idx channels_of(const TensorInfo& output) { return output.extents.size() > 1 ? output.extents[1] : 1; }

}  // namespace

Operands<double> Part::inputs(const Operands<double>& whole) const {
  Operands<double> result(whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i)
    if (!whole[i].empty())  // a bias that is not there
      for (const Idx n : sources[i]) result[i].push_back(whole[i][static_cast<std::size_t>(n)]);
  return result;
}

std::vector<Idx> draw_planes(const Operation& operation, Idx elements, std::uint64_t seed) {
  const Idx planes = operation.outputs.front().extents[0] * channels_of(operation.outputs.front());
  const Idx plane_size = operation.output_count() / planes;
  const Idx wanted = std::min(planes, std::max(Idx{2}, (elements + plane_size - 1) / plane_size));
  std::set<Idx> chosen{0, planes - 1};
  Stream stream(seed, static_cast<std::uint64_t>(planes));
  while (static_cast<Idx>(chosen.size()) < wanted) chosen.insert(stream.below(planes));
  return {chosen.begin(), chosen.end()};
}

Part part_of(const Operation& operation, Idx plane) {
  const Idx channels = channels_of(operation.outputs.front()), n = plane / channels, c = plane % channels;
  const Slices s = visit_problem([&](const auto& p) { return slices_of(operation.op, p, n, c); }, operation.problem);
  Part part{operation_of(operation.op, s.problem), {}, elements_in(operation.outputs.front().extents, s.output)};
  for (std::size_t i = 0; i < operation.inputs.size(); ++i)
    part.sources.push_back(elements_in(operation.inputs[i].extents, s.inputs[i]));
  return part;
}

}  // namespace cnnspec::checks
