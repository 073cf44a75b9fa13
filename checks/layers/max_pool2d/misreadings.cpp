// max_pool2d: which cell wins, and where its gradient goes.
#include <algorithm>
#include <cmath>

#include "checks/layers/max_pool2d/pooling.hpp"

namespace cnnspec::checks {
namespace {

bool is_pool(Op op) { return layer_id(op) == LayerId::max_pool2d; }
constexpr auto is_y_of_pool = is<Op::max_pool2d_forward>;
constexpr auto is_dx_of_pool = is<Op::max_pool2d_backward>;

using Cells = std::vector<Real>;

bool is_nan(const Real& v) { return !(v == v); }

/// The result of a search that starts from `best` and moves to each cell with `better(cell, best)`.
template <class Better>
Idx found(const Cells& cells, Idx best, Better better) {
  for (std::size_t n = 0; n < cells.size(); ++n)
    if (best < 0 || better(cells[n], cells[static_cast<std::size_t>(best)])) best = static_cast<Idx>(n);
  return best;
}

Idx last_of_ties(const Cells& cells, const Call&) {
  return found(cells, -1, [](const Real& cell, const Real& best) { return is_nan(cell) || best <= cell; });
}
Idx smallest(const Cells& cells, const Call&) {
  return found(cells, -1, [](const Real& cell, const Real& best) { return is_nan(cell) || cell < best; });
}
Idx greatest_magnitude(const Cells& cells, const Call&) {
  return found(cells, -1,
               [](const Real& cell, const Real& best) { return is_nan(cell) || best.magnitude < cell.magnitude; });
}
Idx first_cell(const Cells& cells, const Call&) { return cells.empty() ? -1 : 0; }

/// The result of a search that starts from `start`: only a greater cell or NaN wins.
Idx greatest_above(const Real& start, const Cells& cells, const Call& call) {
  const Idx best = greatest(cells, call);
  return best >= 0 && cells[static_cast<std::size_t>(best)] <= start ? -1 : best;
}
Real zero_maximum(const Call&) { return Real(0); }
Idx greatest_above_zero(const Cells& cells, const Call& call) {
  return greatest_above(zero_maximum(call), cells, call);
}
/// std::numeric_limits<...>::min().
Real least_normal(const Call& call) {
  return Real(std::ldexp(1.0L, call.storage.least_exponent + call.storage.digits - 1));
}
Idx greatest_above_least_normal(const Cells& cells, const Call& call) {
  return greatest_above(least_normal(call), cells, call);
}
/// The result of a search that starts from the first cell and compares with `<`.
Idx without_nan_rule(const Cells& cells, const Call&) {
  return found(cells, -1, [](const Real& cell, const Real& best) { return best < cell; });
}
/// The result of a search that starts from -infinity and compares with `<`: neither NaN nor -infinity wins.
Idx greater_than_infinity(const Cells& cells, const Call&) {
  Idx best = -1;
  for (std::size_t n = 0; n < cells.size(); ++n) {
    const long double beaten =
        best < 0 ? -std::numeric_limits<long double>::infinity() : cells[static_cast<std::size_t>(best)].value;
    if (cells[n].value > beaten) best = static_cast<Idx>(n);
  }
  return best;
}
Idx first_nan(const Cells& cells, const Call& call) {
  for (std::size_t n = 0; n < cells.size(); ++n)
    if (is_nan(cells[n])) return static_cast<Idx>(n);
  return greatest(cells, call);
}
/// NaN wins, -infinity does not.
Idx greater_than_infinity_or_nan(const Cells& cells, const Call& call) {
  return greatest_above(Real(-std::numeric_limits<long double>::infinity()), cells, call);
}
Real lowest(const Call& call) { return Real(-static_cast<long double>(call.storage.largest())); }

std::vector<Real> garbage_where_none_wins(const Call& call) {
  const std::vector<Real> won = pool(call, {.collect = [](Real& cell, const Real&) { cell = Real(1); }});
  std::vector<Real> dx = right(call);
  for (std::size_t n = 0; n < dx.size(); ++n)
    if (won[n].value == 0) dx[n] = call.garbage;
  return dx;
}

std::vector<Misreading> nan_and_gradient() {
  return {
      // NaN and infinity.
      {"NaN wins only as the first cell",
       "The kernel compares with < alone, so that a NaN wins only as the first cell of a window; it should always win.",
       is_pool, pooled({.winner = without_nan_rule})},
      {"NaN ignored",
       "The kernel starts from -infinity and compares with > alone, so that a NaN never wins; it should always win.",
       is_pool, pooled({.winner = greater_than_infinity})},
      {"the first NaN wins", "The kernel gives the gradient to the first NaN of a window; the last wins.",
       is_dx_of_pool, pooled({.winner = first_nan})},
      {"a window of -infinity has no winner",
       "The kernel looks for a cell above -infinity and so drops the gradient of a window that holds only -infinity; "
       "its first cell wins.",
       is_dx_of_pool, pooled({.winner = greater_than_infinity_or_nan})},
      {"the lowest finite number for a window of -infinity",
       "The kernel starts its search from the lowest finite number; the maximum of a window that holds only -infinity "
       "is -infinity.",
       is_y_of_pool, pooled({.winner = greater_than_infinity_or_nan, .y_of_none = lowest})},

      // Where the gradient goes.
      {"overlapping windows assigned",
       "The kernel assigns to dx where windows overlap, so that only the last one counts; it should add.",
       is_dx_of_pool, pooled({.collect = [](Real& dx, const Real& dy) { dx = dy; }})},
      {"overlapping windows assigned, the first stays",
       "The kernel keeps the first gradient that a cell gets where windows "
       "overlap; it should add.",
       is_dx_of_pool,
       pooled({.collect =
                   [](Real& dx, const Real& dy) {
                     if (dx.magnitude == 0) dx = dy;
                   }})},
      {"winner not corrected by the padding",
       "The kernel uses a winner's row and column in the padded image as those in the image; it should subtract "
       "pad_top and pad_left.",
       is_dx_of_pool,
       pooled({.lands = [](Idx place, const Line& height,
                           const Line& width) { return place + height.axis.before * width.in + width.axis.before; }})},
      {"winner counted in the padded image",
       "The kernel counts a winner's place in rows of the padded width; a row is in_width "
       "long.",
       is_dx_of_pool,
       pooled({.lands =
                   [](Idx place, const Line& height, const Line& width) {
                     const Idx row = place / width.in + height.axis.before;
                     return row * padded_extent(width) + place % width.in + width.axis.before;
                   }})},
      {"dx not written where no cell wins",
       "The kernel leaves the elements of dx that win no window as they were; they "
       "should be zero.",
       is_dx_of_pool, garbage_where_none_wins},
  };
}

std::vector<Misreading> table_of_max_pool2d() {
  std::vector<Misreading> table{
      {"a tie goes to the last", "The kernel gives the gradient to the last of tied cells; the first wins.",
       is_dx_of_pool, pooled({.winner = last_of_ties})},
      {"a tie goes to all", "The kernel gives the whole gradient to every tied cell; the first alone wins.",
       is_dx_of_pool, pooled({.ties = Ties::to_all})},
      {"cells compared column by column",
       "The kernel searches a window column by column, and gives the gradient to the first of tied cells in that "
       "order; the order should be row by row.",
       is_dx_of_pool, pooled({.walk = {.column_by_column = true}})},
      {"a tie is shared", "The kernel divides the gradient among the tied cells; the first alone wins.", is_dx_of_pool,
       pooled({.ties = Ties::shared}), false},
      {"padding treated as a zero",
       "The kernel treats padding as cells that hold 0, so that padding can win; it should never win.", is_pool,
       pooled({.walk = {.zeros_outside = true}})},
      {"search starts from zero",
       "The kernel starts its search from 0, so that only positive cells win; it should start from the first cell.",
       is_pool, pooled({.winner = greatest_above_zero, .y_of_none = zero_maximum})},
      {"search starts from the smallest positive number",
       "The kernel starts its search from the smallest positive number, such as std::numeric_limits<float>::min(); it "
       "should start from the first cell.",
       is_pool, pooled({.winner = greatest_above_least_normal, .y_of_none = least_normal})},
      {"the smallest wins", "The kernel looks for the smallest cell; it should look for the greatest.", is_pool,
       pooled({.winner = smallest})},
      {"the greatest magnitude wins", "The kernel compares absolute values; it should compare the cells.", is_pool,
       pooled({.winner = greatest_magnitude})},
      {"the first cell wins", "The kernel takes the first cell of each window; it should look for the greatest.",
       is_pool, pooled({.winner = first_cell})},
  };
  for (Misreading& m : cells_left_out(is_pool)) table.push_back(std::move(m));
  for (Misreading& m : nan_and_gradient()) table.push_back(std::move(m));
  return table;
}

std::vector<Misreading> max_pool2d_in_blocks() { return cells_in_blocks("maximum", is_pool); }

std::vector<Real> max_pool2d_walked(const Call& call, const Walk& walk) { return pool(call, {.walk = walk}); }

}  // namespace

extern const Misreadings max_pool2d_misreadings{
    .table = table_of_max_pool2d, .in_blocks = max_pool2d_in_blocks, .walked = max_pool2d_walked};

}  // namespace cnnspec::checks
