#include "checks/layers/problems.hpp"
#include "checks/census/space.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checks/census/pooling.hpp"
#include "checks/vocabulary/key_values.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// Every valid axis, by kernel extent. `check`: check_axis or check_pool_axis.
template <class Check>
std::vector<std::vector<Line>> valid_lines(const CensusBounds& most, Check check) {
  std::vector<std::vector<Line>> all;
  for (Idx kernel = 1; kernel <= most.kernel; ++kernel) {
    auto& lines = all.emplace_back();
    for (Idx in = 1; in <= most.extent; ++in)
      for (Idx stride = 1; stride <= most.stride; ++stride)
        for (Idx dilation = 1; dilation <= most.dilation; ++dilation)
          for (Idx before = 0; before <= most.padding; ++before)
            for (Idx after = 0; after <= most.padding; ++after) {
              const Axis axis{stride, before, after, dilation};
              if (check("census", "axis", in, kernel, axis).ok())
                lines.push_back({in, conv_out(in, kernel, axis), kernel, axis});
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

std::string text_of(const CensusBounds& b, LayerId family) {
  if (family == LayerId::linear) return fmt::format("in and out features 1..{}", b.features);
  const std::string axes =
      fmt::format("on each axis extent 1..{}, kernel 1..{}, stride 1..{}, padding 0..{} on each side, dilation 1..{}",
                  b.extent, b.kernel, b.stride, b.padding, b.dilation);
  if (family == LayerId::max_pool2d)
    return fmt::format("{} (as C4 allows); channels 1..{}; channels * kernel cells at most {}", axes, b.channels,
                       b.taps);
  return fmt::format("{}; groups 1..{} of 1..{} input and 1..{} output channels", axes, b.groups, b.channels,
                     b.channels);
}

CensusSpace::CensusSpace(const CensusBounds& bounds, const std::vector<LayerId>& families)
    : conv_lines_(valid_lines(bounds, check_axis)), pool_lines_(valid_lines(bounds, check_pool_axis)) {
  const auto has = [&](LayerId f) { return std::find(families.begin(), families.end(), f) != families.end(); };
  if (has(LayerId::conv2d)) add_conv2d(bounds);
  if (has(LayerId::max_pool2d)) add_max_pool2d(bounds);
  if (has(LayerId::linear)) add_linear(bounds);
}

void CensusSpace::add(const Problem& problem, const std::vector<Line>& heights, const std::vector<Line>& widths) {
  if (heights.empty() || widths.empty()) return;
  blocks_.push_back({problem, &heights, &widths, size_});
  size_ += static_cast<Idx>(heights.size() * widths.size());
}

void CensusSpace::add_conv2d(const CensusBounds& bounds) {
  cnnspec_conv2d p{};
  p.batch = 1;
  for (p.groups = 1; p.groups <= bounds.groups; ++p.groups)
    for (Idx in = 1; in <= bounds.channels; ++in)
      for (Idx out = 1; out <= bounds.channels; ++out) {
        p.in_channels = in * p.groups, p.out_channels = out * p.groups;
        for (const auto& heights : conv_lines_)
          for (const auto& widths : conv_lines_) add(p, heights, widths);
      }
}

void CensusSpace::add_max_pool2d(const CensusBounds& bounds) {
  cnnspec_pool2d p{};
  p.batch = 1;
  for (p.channels = 1; p.channels <= bounds.channels; ++p.channels)
    for (p.kernel_height = 1; p.kernel_height <= bounds.kernel; ++p.kernel_height)
      for (p.kernel_width = 1; p.kernel_width <= bounds.kernel; ++p.kernel_width)
        if (stack_of(p) <= bounds.taps)
          add(p, pool_lines_[static_cast<std::size_t>(p.kernel_height - 1)],
              pool_lines_[static_cast<std::size_t>(p.kernel_width - 1)]);
}

void CensusSpace::add_linear(const CensusBounds& bounds) {
  for (Idx in = 1; in <= bounds.features; ++in)
    for (Idx out = 1; out <= bounds.features; ++out) add(cnnspec_linear{1, in, out}, no_lines_, no_lines_);
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
  visit_problem(
      [&](auto& p) {
        if constexpr (requires { p.in_height; }) set_height(p, height), set_width(p, width);
      },
      problem);
  return problem;
}

}  // namespace cnnspec::checks
