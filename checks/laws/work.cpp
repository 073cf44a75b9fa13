#include "checks/laws/work.hpp"

#include <algorithm>

#include "checks/laws/layer_checks.hpp"

namespace cnnspec::checks {
namespace {

/// As if the cells of a window were taken at all its places, or the padded image once. Without a window, the work of
/// the layer.
double usual_work(Problem p) {
  const auto fields = layer_of(p).fields;
  for (std::size_t n = 0; n < fields.size(); ++n)
    if (fields[n].name == std::string_view(batch_field.name)) p.set(n, 1);
  const auto multiply_adds = static_cast<double>(taps(p));
  if (!has_window(p)) return multiply_adds;
  const Line height = height_of(p), width = width_of(p);
  const FilledAxis h = filled(height), w = filled(width);
  const double window = static_cast<double>(height.kernel) * static_cast<double>(width.kernel);
  const double windows = static_cast<double>(height.out) * static_cast<double>(width.out);
  return multiply_adds / windows / window * std::max(window * h.places * w.places, h.cells * w.cells);
}

}  // namespace

FilledAxis filled(const Line& l) {
  const double reach = static_cast<double>(l.axis.dilation) * static_cast<double>(l.kernel - 1) + 1;
  const double cells = std::max(static_cast<double>(padded_extent(l)), reach + static_cast<double>(l.axis.stride));
  return {cells, reach, cells - reach + 1};
}

double work_of(const Problem& problem) {
  const auto work = checks_of(problem).work;
  return work == nullptr ? usual_work(problem) : work(problem);
}

}  // namespace cnnspec::checks
