#include "checks/judge/coverage.hpp"

#include <cassert>

#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

/// A level that `levels` names: what is told apart and what it is called cannot drift apart.
std::size_t place(const CoverageAxis& axis, const std::string& level) {
  for (std::size_t n = 0; n < axis.levels.size(); ++n)
    if (axis.levels[n] == level) return n;
  assert(false);
  return 0;
}

std::string kernel_level(Idx h, Idx w) {
  if (h != w) return h == 1 || w == 1 ? "1xN, Nx1" : "other";
  return h <= 3 ? std::to_string(h) + "x" + std::to_string(h) : "larger square";
}

std::string step_level(Idx h, Idx w) {  // of a stride or a dilation
  if (h != w) return "H≠W";
  return h <= 2 ? std::to_string(h) : "3+";
}

std::string padding_level(const Axis& h, const Axis& w) {
  if (h.before != h.after || w.before != w.after) return "begin≠end";
  if (h.before != w.before) return "H≠W";
  return h.before == 0 ? "none" : "all alike";
}

/// Whether a stride leaves cells at the end that no window looks at.
bool has_remainder(const Line& l) {
  return (padded_extent(l) - l.axis.dilation * (l.kernel - 1) - 1) % l.axis.stride != 0;
}

std::string groups_level(const cnnspec_conv2d& p) {
  if (p.groups == 1) return "1";
  return p.groups == p.in_channels ? "depthwise" : "2+";
}

std::string multiple_level(Idx n) { return n % 8 == 0 ? "multiple of 8" : "other"; }
std::string batch_level(Idx n) { return n == 1 ? "1" : "2+"; }

const CoverageAxis kernel_axis{"kernel", {"1x1", "2x2", "3x3", "larger square", "1xN, Nx1", "other"}};
const CoverageAxis stride_axis{"stride", {"1", "2", "3+", "H≠W"}};
const CoverageAxis padding_axis{"padding", {"none", "all alike", "H≠W", "begin≠end"}};
const CoverageAxis dilation_axis{"dilation", {"1", "2", "3+", "H≠W"}};
const CoverageAxis groups_axis{"groups", {"1", "2+", "depthwise"}};
const CoverageAxis image_axis{"image", {"H=W", "H≠W"}};
const CoverageAxis remainder_axis{"remainder", {"none", "some"}};
const CoverageAxis batch_axis{"batch", {"1", "2+"}};
const CoverageAxis in_axis{"input channels", {"multiple of 8", "other"}};
const CoverageAxis out_axis{"output channels", {"multiple of 8", "other"}};
const CoverageAxis in_features_axis{"input features", {"multiple of 8", "other"}};
const CoverageAxis out_features_axis{"output features", {"multiple of 8", "other"}};
const CoverageAxis elements_axis{"elements", {"multiple of 8", "other"}};

/// The axes that all windows have, in the order of their list.
template <class P>
std::vector<std::string> window_levels(const P& p) {
  const Line h = height_of(p), w = width_of(p);
  return {kernel_level(h.kernel, w.kernel),
          step_level(h.axis.stride, w.axis.stride),
          padding_level(h.axis, w.axis),
          step_level(h.axis.dilation, w.axis.dilation),
          p.in_height == p.in_width ? "H=W" : "H≠W",
          has_remainder(h) || has_remainder(w) ? "some" : "none",
          batch_level(p.batch)};
}
const std::vector<CoverageAxis> window_axes{kernel_axis, stride_axis,    padding_axis, dilation_axis,
                                            image_axis,  remainder_axis, batch_axis};

std::vector<std::string> level_names(const cnnspec_conv2d& p) {
  std::vector<std::string> all = window_levels(p);
  for (const std::string& level : {groups_level(p), multiple_level(p.in_channels), multiple_level(p.out_channels)})
    all.push_back(level);
  return all;
}
std::vector<std::string> level_names(const cnnspec_pool2d& p) { return window_levels(p); }
std::vector<std::string> level_names(const cnnspec_linear& p) {
  return {batch_level(p.batch), multiple_level(p.in_features), multiple_level(p.out_features)};
}
std::vector<std::string> level_names(const cnnspec_elementwise& p) { return {multiple_level(p.count)}; }

std::vector<CoverageAxis> conv2d_axes() {
  std::vector<CoverageAxis> all = window_axes;
  for (const CoverageAxis& axis : {groups_axis, in_axis, out_axis}) all.push_back(axis);
  return all;
}

}  // namespace

const std::vector<CoverageAxis>& coverage_axes(LayerId family) {
  static const std::map<LayerId, std::vector<CoverageAxis>> all{
      {LayerId::conv2d, conv2d_axes()},
      {LayerId::max_pool2d, window_axes},
      {LayerId::relu, {elements_axis}},
      {LayerId::linear, {batch_axis, in_features_axis, out_features_axis}}};
  return all.at(family);
}

const std::vector<ImpossiblePair>& impossible_pairs(LayerId family) {
  constexpr std::size_t kernel = 0, stride = 1, padding = 2, remainder = 5;  // axes
  constexpr std::size_t one = 0, some = 1, one_by_one = 0, one_by_n = 4, all_alike = 1, differs = 2, begin_differs = 3;
  static const std::vector<ImpossiblePair> of_conv2d{{stride, one, remainder, some}}, none{};
  // A pooling window is padded by at most half its size (C4): not at all where that is 1.
  static const std::vector<ImpossiblePair> of_max_pool2d{{stride, one, remainder, some},
                                                         {kernel, one_by_one, padding, all_alike},
                                                         {kernel, one_by_one, padding, differs},
                                                         {kernel, one_by_one, padding, begin_differs},
                                                         {kernel, one_by_n, padding, all_alike}};
  return family == LayerId::conv2d ? of_conv2d : family == LayerId::max_pool2d ? of_max_pool2d : none;
}

Levels levels_of(const Problem& problem) {
  const std::vector<CoverageAxis>& axes = coverage_axes(layer_id(problem));
  const std::vector<std::string> names = visit_problem([](const auto& p) { return level_names(p); }, problem);
  assert(names.size() == axes.size());
  Levels levels;
  for (std::size_t n = 0; n < axes.size(); ++n) levels.push_back(place(axes[n], names[n]));
  return levels;
}

}  // namespace cnnspec::checks
