// The census of linear: its polynomials on all small problems.
#include <fmt/format.h>

#include "checks/census/bilinear.hpp"
#include "checks/census/census_of_layer.hpp"
#include "checks/layers/linear/functions.hpp"
#include "checks/layers/linear/problem.hpp"
#include "checks/layers/linear/twin.hpp"

namespace cnnspec::checks {
namespace {

/// The same as for any layer that is linear in x and in w (bilinear.hpp).
template <class T>
std::optional<Difference> find_difference(const LinearFunctions<T>& f, const cnnspec_linear& p, std::uint64_t seed) {
  Variables<T> variables(seed);
  const auto x = variables.tensor("x", x_shape(p));
  const auto w = variables.tensor("w", w_shape(p));
  const auto b = variables.tensor("b", dyn_shape(p.out_features));
  BilinearResults<Vector<T>, Matrix<T>, Vector<T>> expected{twins::linear_forward(x, w), twins::linear_forward(x, w, b),
                                                            x, w, b};
  if (auto d = difference_of_extents(y_by_formula, y_shape(p), expected.y.shape())) return d;
  const auto dy = variables.tensor("dy", expected.y.shape());
  const BilinearResults<Vector<T>, Matrix<T>, Vector<T>> actual{
      f.forward(x, w), f.forward_with_bias(x, w, b), of_shape("linear", "dx", x.shape(), f.backward_input(w, dy)),
      of_shape("linear", "dw", w.shape(), f.backward_weight(x, dy)),
      of_shape("linear", "db", b.shape(), f.backward_bias(dy))};
  const auto twin_backward = [&](auto& e) {
    e.dx = twins::linear_backward_input(w, dy);
    e.dw = twins::linear_backward_weight(x, dy);
    e.db = twins::linear_backward_bias(dy);
  };
  return first_difference(x, w, b, dy, actual, expected, twin_backward, variables);
}

std::optional<Difference> prove_for_census(const LayerFunctions& subject, const CensusPlan& plan,
                                           const Problem& problem, CensusTally& tally) {
  constexpr LayerId layer = ProblemOf<cnnspec_linear>::layer;
  const auto& formulas = subject.of<spec_linear<FormalPolynomial>>(layer);
  const auto& at_random = subject.of<spec_linear<ModularPolynomial>>(layer);
  return prove_polynomials(formulas, at_random, plan, problem, tally, [&](const auto& f, std::uint64_t seed) {
    return find_difference(f, problem.as<cnnspec_linear>(), seed);
  });
}

void each_for_census(const CensusBounds& bounds, const std::function<void(const Problem&)>& add) {
  for (Idx in = 1; in <= bounds.features; ++in)
    for (Idx out = 1; out <= bounds.features; ++out) add(cnnspec_linear{1, in, out});
}

std::string text_for_census(const CensusBounds& bounds) {
  return fmt::format("in and out features 1..{}", bounds.features);
}

}  // namespace

extern const CensusSpaces linear_census{
    .method = CensusMethod::polynomials,
    .each = each_for_census,
    .text = text_for_census,
    .prove = prove_for_census,
};

}  // namespace cnnspec::checks
