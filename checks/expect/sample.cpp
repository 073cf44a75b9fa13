#include "checks/expect/sample.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "checks/expect/slices.hpp"
#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

/// The numbers of the elements of a dense tensor with these extents whose indices on the first axes are in these
/// ranges. The other axes are not restricted.
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

Idx channels_of(const TensorInfo& output) { return output.extents.size() > 1 ? output.extents[1] : 1; }

}  // namespace

Idx planes_of(const Operation& operation) {
  return operation.outputs.front().extents[0] * channels_of(operation.outputs.front());
}

bool can_be_sampled(const Operation& operation) { return operation.pass().slices != nullptr; }

Operands<double> Part::inputs(const Operands<double>& whole) const {
  Operands<double> result(whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i)
    if (!whole[i].empty())  // a missing bias
      for (const Idx n : sources[i]) result[i].push_back(whole[i][static_cast<std::size_t>(n)]);
  return result;
}

std::vector<Idx> draw_planes(const Operation& operation, Idx elements, std::uint64_t seed) {
  const Idx planes = planes_of(operation);
  const Idx plane_size = operation.output_count() / planes;
  const Idx wanted = std::min(planes, std::max(Idx{2}, (elements + plane_size - 1) / plane_size));
  std::set<Idx> chosen{0, planes - 1};
  Stream stream(seed, static_cast<std::uint64_t>(planes));
  while (static_cast<Idx>(chosen.size()) < wanted) chosen.insert(stream.below(planes));
  return {chosen.begin(), chosen.end()};
}

Part part_of(const Operation& operation, Idx plane) {
  const Idx channels = channels_of(operation.outputs.front()), n = plane / channels, c = plane % channels;
  const Slices s = operation.pass().slices(operation.problem, n, c);
  Part part{operation_of(operation.op, s.problem), {}, elements_in(operation.outputs.front().extents, s.output)};
  for (std::size_t i = 0; i < operation.inputs.size(); ++i)
    part.sources.push_back(elements_in(operation.inputs[i].extents, s.inputs.empty() ? s.output : s.inputs[i]));
  return part;
}

Slices slice_alone(const Problem& problem, Idx n, Idx c) {
  Slices s{problem, {}, {{n, 1}, {c, 1}}};
  const auto fields = layer_of(problem).fields;
  for (std::size_t f = 0; f < fields.size(); ++f)
    for (const std::string_view many : {"batch", "channels", "count"})
      if (fields[f].name == many) s.problem.set(f, 1);
  return s;
}

}  // namespace cnnspec::checks
