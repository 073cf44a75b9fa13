// The census of conv2d: its polynomials on all small problems.
#include <fmt/format.h>

#include "checks/census/bilinear.hpp"
#include "checks/census/census_of_layer.hpp"
#include "checks/layers/conv2d/functions.hpp"
#include "checks/layers/conv2d/problem.hpp"
#include "checks/layers/conv2d/twin.hpp"

namespace cnnspec::checks {
namespace {

/// A valid problem of one image. `seed`: for the random point; formulas need none. Throws C6 if a gradient that `f`
/// returns has other extents than its tensor.
template <class T>
std::optional<Difference> find_difference(const Conv2dFunctions<T>& f, const cnnspec_conv2d& p, std::uint64_t seed) {
  Variables<T> variables(seed);
  const auto x = variables.tensor("x", x_shape(p));
  const auto w = variables.tensor("w", w_shape(p));
  const auto b = variables.tensor("b", dyn_shape(p.out_channels));
  BilinearResults<Image<T>, Kernel<T>, Vector<T>> expected{twins::conv2d_forward(p, x, w),
                                                           twins::conv2d_forward(p, x, w, b), x, w, b};
  if (auto d = difference_of_extents(y_by_formula, y_shape(p), expected.y.shape())) return d;
  const auto dy = variables.tensor("dy", expected.y.shape());
  const Conv2dConfig g = config_of(p);
  const BilinearResults<Image<T>, Kernel<T>, Vector<T>> actual{
      f.forward(x, w, g), f.forward_with_bias(x, w, b, g),
      of_shape("conv2d", "dx", x.shape(), f.backward_input(x.shape(), w, dy, g)),
      of_shape("conv2d", "dw", w.shape(), f.backward_kernel(x, w.shape(), dy, g)),
      of_shape("conv2d", "db", b.shape(), f.backward_bias(dy))};
  const auto twin_backward = [&](auto& e) {
    e.dx = twins::conv2d_backward_input(p, w, dy);
    e.dw = twins::conv2d_backward_kernel(p, x, dy);
    e.db = twins::conv2d_backward_bias(p, dy);
  };
  return first_difference(x, w, b, dy, actual, expected, twin_backward, variables);
}

std::optional<Difference> prove_for_census(const LayerFunctions& subject, const CensusPlan& plan,
                                           const Problem& problem, CensusTally& tally) {
  constexpr LayerId layer = ProblemOf<cnnspec_conv2d>::layer;
  const auto& formulas = subject.of<spec_conv2d<FormalPolynomial>>(layer);
  const auto& at_random = subject.of<spec_conv2d<ModularPolynomial>>(layer);
  return prove_polynomials(formulas, at_random, plan, problem, tally, [&](const auto& f, std::uint64_t seed) {
    return find_difference(f, problem.as<cnnspec_conv2d>(), seed);
  });
}

void each_for_census(const CensusBounds& bounds, const std::function<void(const Problem&)>& add) {
  cnnspec_conv2d p{};
  p.batch = 1;
  for (p.groups = 1; p.groups <= bounds.groups; ++p.groups)
    for (Idx in = 1; in <= bounds.channels; ++in)
      for (Idx out = 1; out <= bounds.channels; ++out) {
        p.in_channels = in * p.groups, p.out_channels = out * p.groups;
        add(p);
      }
}

std::string text_for_census(const CensusBounds& bounds) {
  return fmt::format("{}; groups 1..{} of 1..{} input and 1..{} output channels", text_of_axes(bounds), bounds.groups,
                     bounds.channels, bounds.channels);
}

}  // namespace

extern const CensusSpaces conv2d_census{
    .method = CensusMethod::polynomials,
    .each = each_for_census,
    .text = text_for_census,
    .prove = prove_for_census,
};

}  // namespace cnnspec::checks
