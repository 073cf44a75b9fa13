// avg_pool2d's formulations: the sum is divided, or the sum or each of its terms is multiplied by a rounded reciprocal.
#include "checks/expect/formulation.hpp"
#include "checks/layers/avg_pool2d/config.hpp"
#include "checks/layers/avg_pool2d/room.hpp"

namespace cnnspec::checks {
namespace {

using P = AvgPool2dProblem;

/// visit(c, i, j, divisor, for_each) for each window. for_each(f) calls f(row, column) for each cell of the window in
/// the image.
void for_each_mean(const Shape<dyn, dyn, dyn>& x, const AvgPool2dConfig& g, auto visit) {
  const auto y = avg_pool2d_shape(x, g);
  for (Idx c = 0; c < y.extent(0); ++c)
    for (Idx i = 0; i < y.extent(1); ++i)
      for (Idx j = 0; j < y.extent(2); ++j)
        visit(c, i, j, avg_pool2d_divisor(x, i, j, g), [&](auto f) {
          for_each_cell(i, j, g, [&](Idx row, Idx column) {
            if (row >= 0 && row < x.extent(1) && column >= 0 && column < x.extent(2)) f(row, column);
          });
        });
}

/// y of a batch: adds `term(cell, divisor)` for each cell of a window; `finish(sum, divisor)` is the result.
template <class S>
std::vector<S> means(const Problem& problem, const Operands<S>& in, auto term, auto finish) {
  const auto& p = problem.as<P>();
  return each_image(p.batch, [&](Idx n) {
    const Image<S> x = image_of(x_shape(p), in[0], n);
    Image<S> y(y_shape(p));
    for_each_mean(x.shape(), config_of(p), [&](Idx c, Idx i, Idx j, Idx divisor, auto for_each) {
      S sum(0);
      for_each([&](Idx row, Idx column) { sum += term(x(c, row, column), S(divisor)); });
      y(c, i, j) = finish(sum, S(divisor));
    });
    return y;
  });
}
/// dx of a batch: each cell of a window gets `share(dy, divisor)`.
template <class S>
std::vector<S> shares(const Problem& problem, const Operands<S>& in, auto share) {
  const auto& p = problem.as<P>();
  return each_image(p.batch, [&](Idx n) {
    const Image<S> dy = image_of(y_shape(p), in[0], n);
    Image<S> dx(x_shape(p));
    for_each_mean(dx.shape(), config_of(p), [&](Idx c, Idx i, Idx j, Idx divisor, auto for_each) {
      const S one = share(dy(c, i, j), S(divisor));
      for_each([&](Idx row, Idx column) { dx(c, row, column) += one; });
    });
    return dx;
  });
}

constexpr auto as_is = []<class S>(const S& v, const S&) { return v; };
constexpr auto divided = []<class S>(const S& v, const S& d) { return v / d; };
constexpr auto scaled = []<class S>(const S& v, const S& d) { return v * (S(1) / d); };

constexpr auto divide = []<class S>(const Problem& p, const Operands<S>& in) { return means(p, in, as_is, divided); };
constexpr auto times_reciprocal = []<class S>(const Problem& p, const Operands<S>& in) {
  return means(p, in, as_is, scaled);
};
constexpr auto terms_scaled = []<class S>(const Problem& p, const Operands<S>& in) {
  return means(p, in, scaled, as_is);
};
constexpr auto divide_shares = []<class S>(const Problem& p, const Operands<S>& in) { return shares(p, in, divided); };
constexpr auto scale_shares = []<class S>(const Problem& p, const Operands<S>& in) { return shares(p, in, scaled); };

constexpr Formulation of_y[]{
    formulation<divide>("divide", "The sum of the window is divided."),
    formulation<times_reciprocal>("times-reciprocal", "The sum of the window is multiplied with a rounded reciprocal."),
    formulation<terms_scaled>("terms-scaled", "Each cell is multiplied with a rounded reciprocal, and then added."),
};
constexpr Formulation of_dx[]{
    formulation<divide_shares>("divide", "Each dy is divided, and then added to the cells of its window."),
    formulation<scale_shares>("times-reciprocal", "Each dy is multiplied with a rounded reciprocal, and then added."),
};

}  // namespace

const Formulations avg_pool2d_means{of_y, [](const Problem& p, const Operands<Grid>& in) { return divide(p, in); }};
const Formulations avg_pool2d_shares{of_dx,
                                     [](const Problem& p, const Operands<Grid>& in) { return divide_shares(p, in); }};

}  // namespace cnnspec::checks
