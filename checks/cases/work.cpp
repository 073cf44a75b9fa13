#include "checks/cases/work.hpp"

#include <algorithm>

#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

/// One axis, with room for a second window, which some laws ask for.
struct Filled {
  double cells;   // with padding
  double reach;   // of a window, with what dilation leaves out
  double places;  // of a window, if it moved by one cell at a time
};

Filled filled(const Line& l) {
  const double reach = static_cast<double>(l.axis.dilation) * static_cast<double>(l.kernel - 1) + 1;
  const double cells = std::max(static_cast<double>(padded_extent(l)), reach + static_cast<double>(l.axis.stride));
  return {cells, reach, cells - reach + 1};
}

double work(const cnnspec_conv2d& p) {
  const Filled h = filled(height_of(p)), w = filled(width_of(p));
  const auto inputs = static_cast<double>(p.in_channels), outputs = static_cast<double>(p.out_channels);
  const double planes = inputs * outputs / static_cast<double>(p.groups);
  // dx by the twin: each cell is reached by a window of zeros and numbers. dw: each cell of the window by each place.
  const double gradients = planes * h.reach * w.reach * std::max(h.cells * w.cells, h.places * w.places);
  // L8: the whole image under one window.
  return std::max(gradients, inputs * outputs * h.cells * w.cells);
}

double work(const cnnspec_pool2d& p) {
  const Filled h = filled(height_of(p)), w = filled(width_of(p));
  const double window = static_cast<double>(p.kernel_height) * static_cast<double>(p.kernel_width);
  return static_cast<double>(p.channels) * std::max(window * h.places * w.places, h.cells * w.cells);
}

double work(const cnnspec_linear& p) {
  return static_cast<double>(p.in_features) * static_cast<double>(p.out_features);
}
double work(const cnnspec_elementwise& p) { return static_cast<double>(p.count); }

}  // namespace

double work_of(const Problem& problem) {
  return visit_problem([](const auto& p) { return work(p); }, problem);
}

}  // namespace cnnspec::checks
