#include "checks/census/space.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checks/census/census_of_layer.hpp"
#include "checks/vocabulary/key_values.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// Every valid axis, by kernel extent.
std::vector<std::vector<Line>> valid_lines(const CensusBounds& most, AxisCheck check) {
  std::vector<std::vector<Line>> all;
  for (Idx kernel = 1; kernel <= most.kernel; ++kernel) {
    auto& lines = all.emplace_back();
    for (Idx in = 1; in <= most.extent; ++in)
      for (Idx stride = 1; stride <= most.stride; ++stride)
        for (Idx dilation = 1; dilation <= most.dilation; ++dilation)
          for (Idx before = 0; before <= most.padding; ++before)
            for (Idx after = 0; after <= most.padding; ++after) {
              const Axis axis{stride, before, after, dilation};
              if (check(in, kernel, axis).ok()) lines.push_back({in, conv_out(in, kernel, axis), kernel, axis});
            }
  }
  return all;
}

}  // namespace

CensusBounds parse_census_bounds(const std::string& text, const std::string& where) {
  KeyValues given(text, where);
  CensusBounds bounds;
  for (const CensusBound& b : census_bounds) {
    Idx& bound = bounds.*b.value;
    bound = given.take(b.name, bound);
    if (bound < b.least || bound > b.most)
      throw UsageError(where, b.name, fmt::format("a bound from {} to {}", b.least, b.most), std::to_string(bound));
  }
  given.finish();
  return bounds;
}

std::string text_of(const CensusBounds& bounds, LayerId family) { return layer_of(family).census->text(bounds); }

std::string text_of_axes(const CensusBounds& b) {
  return fmt::format(
      "on each axis extent 1..{}, kernel 1..{}, stride 1..{}, padding 0..{} on each side, dilation "
      "1..{}",
      b.extent, b.kernel, b.stride, b.padding, b.dilation);
}

Violation check_axis_of_convolution(Idx in, Idx kernel, const Axis& axis) {
  return check_axis("census", "axis", in, kernel, axis);
}
Violation check_axis_of_pooling(Idx in, Idx kernel, const Axis& axis) {
  return check_pool_axis("census", "axis", in, kernel, axis);
}

CensusSpace::CensusSpace(const CensusBounds& bounds, const std::vector<LayerId>& families) {
  for (const Layer* layer : layers())
    if (std::find(families.begin(), families.end(), layer->id) != families.end()) add_layer(*layer, bounds);
}

const CensusSpace::LinesByKernel& CensusSpace::lines_of(const CensusBounds& bounds, AxisCheck check) {
  const auto [found, is_new] = lines_.try_emplace(check);
  if (is_new) found->second = valid_lines(bounds, check);
  return found->second;
}

void CensusSpace::add(const Problem& problem, const std::vector<Line>& heights, const std::vector<Line>& widths) {
  if (heights.empty() || widths.empty()) return;
  blocks_.push_back({problem, &heights, &widths, size_});
  size_ += static_cast<Idx>(heights.size() * widths.size());
}

void CensusSpace::add_layer(const Layer& layer, const CensusBounds& bounds) {
  layer.census->each(bounds, [&](const Problem& problem) {
    has_window(layer) ? add_windows(problem, bounds) : add(problem, no_lines_, no_lines_);
  });
}

void CensusSpace::add_windows(Problem problem, const CensusBounds& bounds) {
  const CensusSpaces& census = *layer_of(problem).census;
  const LinesByKernel& lines = lines_of(bounds, census.check_axis);
  for (Idx height = 1; height <= bounds.kernel; ++height)
    for (Idx width = 1; width <= bounds.kernel; ++width) {
      set_height(problem, {.kernel = height}), set_width(problem, {.kernel = width});
      if (census.has_window == nullptr || census.has_window(bounds, problem))
        add(problem, lines[static_cast<std::size_t>(height - 1)], lines[static_cast<std::size_t>(width - 1)]);
    }
}

Idx CensusSpace::size(LayerId family) const {
  Idx size = 0;
  for (const Block& block : blocks_)
    if (layer_id(block.problem) == family) size += static_cast<Idx>(block.heights->size() * block.widths->size());
  return size;
}

Problem CensusSpace::at(Idx n) const {
  const auto next = std::upper_bound(blocks_.begin(), blocks_.end(), n,
                                     [](Idx number, const Block& block) { return number < block.first; });
  const Block& block = *std::prev(next);
  const auto widths = static_cast<Idx>(block.widths->size());
  const Line& height = (*block.heights)[static_cast<std::size_t>((n - block.first) / widths)];
  const Line& width = (*block.widths)[static_cast<std::size_t>((n - block.first) % widths)];
  Problem problem = block.problem;
  if (has_window(problem)) set_height(problem, height), set_width(problem, width);
  return problem;
}

}  // namespace cnnspec::checks
