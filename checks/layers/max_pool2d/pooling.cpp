#include "checks/layers/max_pool2d/pooling.hpp"

#include <algorithm>

namespace cnnspec::checks {
namespace {

/// Adds `dy` to the winning cells. `dx` is one plane, or all planes; `before`: the number of its elements before the
/// plane.
void collect(const Pooling& rule, const Line& height, const Line& width, const SeenWindow& window, std::size_t winner,
             const Real& dy, std::span<Real> dx, Idx before) {
  const std::vector<Real>& cells = window.cells;
  const auto tied = std::count(cells.begin(), cells.end(), cells[winner]);
  const bool is_shared = rule.ties == Ties::shared && tied > 1;
  const Real share = is_shared ? dy * Real(1 / static_cast<long double>(tied)) : dy;
  for (std::size_t n = 0; n < cells.size(); ++n) {
    const bool wins = n == winner || (rule.ties != Ties::to_winner && cells[n] == cells[winner]);
    const bool is_real = wins && window.places[n] != no_place;
    const Idx place = is_real ? before + rule.lands(window.places[n], height, width) : -1;
    if (0 <= place && place < static_cast<Idx>(dx.size())) rule.collect(dx[static_cast<std::size_t>(place)], share);
  }
}

}  // namespace

Idx greatest(const std::vector<Real>& cells, const Call&) {
  Idx best = -1;
  for (std::size_t n = 0; n < cells.size(); ++n)
    if (best < 0 || !(cells[n] == cells[n]) || cells[static_cast<std::size_t>(best)] < cells[n])
      best = static_cast<Idx>(n);
  return best;
}

std::vector<Real> pool(const Call& call, const Pooling& rule) {
  Line height = height_of(call.operation.problem), width = width_of(call.operation.problem);
  rule.walk.misread(height, width);
  const bool forward = is_forward(call.operation.op);
  std::vector<Real> out(static_cast<std::size_t>(call.operation.output_count()));
  const auto plane = static_cast<std::size_t>(height.in * width.in);
  for_each_window_seen(call, rule.walk, height, width, [&](const SeenWindow& window) {
    const Idx winner = rule.winner(window.cells, call);
    if (forward) {
      out[window.output] = winner < 0 ? rule.y_of_none(call) : window.cells[static_cast<std::size_t>(winner)];
    } else if (winner >= 0) {
      const std::span<Real> dx(out);
      const std::span<Real> reach = rule.walk.inside ? dx : dx.subspan(static_cast<std::size_t>(window.before), plane);
      collect(rule, height, width, window, static_cast<std::size_t>(winner), call.inputs[1][window.output], reach,
              rule.walk.inside ? window.before : 0);
    }
  });
  return out;
}

Compute pooled(const Pooling& pooling) {
  return [pooling](const Call& call) { return pool(call, pooling); };
}

}  // namespace cnnspec::checks
