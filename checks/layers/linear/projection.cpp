// linear: how its passes are projected. `o` is an output feature, `i` an input feature, `n` an image.
#include "checks/expect/projection.hpp"

#include "checks/layers/linear/problem.hpp"

namespace cnnspec::checks {
namespace {

using P = cnnspec_linear;

/// A matrix whose rows are kept, and whose columns are added with weights.
Fold columns_of(Idx rows, const std::vector<Modulo>& weights) {
  return {.kept = rows, .columns = static_cast<Idx>(weights.size()), .column_weights = weights};
}
/// A matrix whose columns are kept, and whose rows are added with weights.
Fold rows_of(const std::vector<Modulo>& weights, Idx columns) {
  return {.columns = static_cast<Idx>(weights.size()), .inner = columns, .column_weights = weights};
}
/// A matrix, all of which is added with weights.
Fold all_of(const std::vector<Modulo>& rows, const std::vector<Modulo>& columns) {
  return {.rows = static_cast<Idx>(rows.size()),
          .columns = static_cast<Idx>(columns.size()),
          .row_weights = rows,
          .column_weights = columns};
}

/// The sum over n, o of s[n] * r[o] * y[n,o].
Projected project_y(const Problem& problem, Weights& weights) {
  const auto& p = problem.as<P>();
  const std::vector<Modulo> s = weights.draw(p.batch), r = weights.draw(p.out_features);
  return {
      P{1, p.in_features, 1}, {rows_of(s, p.in_features), rows_of(r, p.in_features), all_of({Weights::total(s)}, r)}, all_of(s, r)};
}

/// The sum over n, i of s[n] * t[i] * dx[n,i].
Projected project_dx(const Problem& problem, Weights& weights) {
  const auto& p = problem.as<P>();
  const std::vector<Modulo> s = weights.draw(p.batch), t = weights.draw(p.in_features);
  return {P{1, 1, p.out_features}, {columns_of(p.out_features, t), rows_of(s, p.out_features)}, all_of(s, t)};
}

/// The sum over o, i of r[o] * t[i] * dw[o,i].
Projected project_dw(const Problem& problem, Weights& weights) {
  const auto& p = problem.as<P>();
  const std::vector<Modulo> r = weights.draw(p.out_features), t = weights.draw(p.in_features);
  return {P{p.batch, 1, 1}, {columns_of(p.batch, t), columns_of(p.batch, r)}, all_of(r, t)};
}

Problem alone_in_y(const Problem& problem, std::size_t input) {
  const auto& p = problem.as<P>();
  return input == 0 ? P{p.batch, p.in_features, 1} : P{1, p.in_features, p.out_features};
}
Problem alone_in_dx(const Problem& problem, std::size_t input) {
  const auto& p = problem.as<P>();
  return input == 0 ? P{1, p.in_features, p.out_features} : P{p.batch, 1, p.out_features};
}
Problem alone_in_dw(const Problem& problem, std::size_t input) {
  const auto& p = problem.as<P>();
  return input == 0 ? P{p.batch, p.in_features, 1} : P{p.batch, 1, p.out_features};
}

}  // namespace

extern const Projection linear_y{project_y, alone_in_y}, linear_dx{project_dx, alone_in_dx},
    linear_dw{project_dw, alone_in_dw};

}  // namespace cnnspec::checks
