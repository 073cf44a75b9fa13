// max_pool2d: the greatest real cell of each window, channel by channel.
//
//   y[c,i,j] = max over p < KH, q < KW of  x[c, i*SH + p*DH - top, j*SW + q*DW - left]
//
// Conventions: x[C,H,W], y[C,H',W']; the winner is the flat index row*W + column of the chosen cell within its channel,
// as PyTorch's return_indices counts.
//   N3  padding is not a value: it never wins.
//   N4  ties: the first cell in row-major window order wins.
//   N5  a NaN cell replaces the current best, so a window with a NaN yields NaN and its last NaN wins, as in PyTorch.
// Preconditions: C1, C2, C3, C4 on each axis (shape.hpp); C6 dy has the extents of y.
#pragma once

#include "cnnspec/layer.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec {

struct MaxPool2dConfig {
  Idx kernel_height = 1, kernel_width = 1;
  Axis height{}, width{};
  friend constexpr bool operator==(const MaxPool2dConfig&, const MaxPool2dConfig&) = default;
};

/// All preconditions of max_pool2d on x[C,H,W].
constexpr Violation check_max_pool2d(const std::array<Idx, 3>& x, const MaxPool2dConfig& g) {
  if (const Violation v = check_pool_axis("max_pool2d", "height", x[1], g.kernel_height, g.height); !v.ok()) return v;
  return check_pool_axis("max_pool2d", "width", x[2], g.kernel_width, g.width);
}

/// The shape of y. Throws ShapeError, or does not compile.
template <Idx C, Idx H, Idx W, class Config>
constexpr auto max_pool2d_shape(const Shape<C, H, W>& x, const Config& g) {
  require(check_max_pool2d(x.extents(), g));
  const std::array<Idx, 3> y{x.extent(0), pool_out(x.extent(1), g.kernel_height, g.height),
                             pool_out(x.extent(2), g.kernel_width, g.width)};
  if constexpr (requires { Config::value; }) {
    constexpr MaxPool2dConfig f = Config::value;
    constexpr Violation v = check_max_pool2d({C, H, W}, f);
    require_static<v.clause, v.expected, v.actual>();
    return Shape<C, pool_out(H, f.kernel_height, f.height), pool_out(W, f.kernel_width, f.width)>(y);
  } else {
    return Shape<C, dyn, dyn>(y);
  }
}

/// y[C,H',W'] and the winner of each window. Throws C1, C2, C3, C4.
template <class T, Idx... X>
constexpr auto max_pool2d_with_winners(const Tensor<T, X...>& x, const auto& g) {
  const auto shape = max_pool2d_shape(x.shape(), g);
  struct Result {
    decltype(zeros<T>(shape)) y;
    decltype(zeros<Idx>(shape)) winners;
  } result{zeros<T>(shape), zeros<Idx>(shape)};
  for (Idx c = 0; c < shape.extent(0); ++c)
    for (Idx i = 0; i < shape.extent(1); ++i)
      for (Idx j = 0; j < shape.extent(2); ++j) {
        Idx winner = -1;
        T best{};
        for (Idx p = 0; p < g.kernel_height; ++p)
          for (Idx q = 0; q < g.kernel_width; ++q) {
            const Idx row = i * g.height.stride + p * g.height.dilation - g.height.before;
            const Idx column = j * g.width.stride + q * g.width.dilation - g.width.before;
            if (row < 0 || row >= x.extent(1) || column < 0 || column >= x.extent(2)) continue;  // N3
            const T& cell = x(c, row, column);
            const bool is_nan = !(cell == cell);
            if (winner < 0 || is_nan || best < cell)  // N4, N5
              best = cell, winner = row * x.extent(2) + column;
          }
        assert(winner >= 0);  // C4
        result.y(c, i, j) = best, result.winners(c, i, j) = winner;
      }
  return result;
}

/// y[C,H',W'] alone.
constexpr auto max_pool2d(const auto& x, const auto& g) { return max_pool2d_with_winners(x, g).y; }

/// dx: each dy is added to its window's winner; windows may overlap. Throws C1, C2, C3, C4, C6.
template <class T, Idx... X>
constexpr auto max_pool2d_backward(const Tensor<T, X...>& x, const auto& dy, const auto& g) {
  const auto winners = max_pool2d_with_winners(x, g).winners;
  require_same("max_pool2d", "dy", winners.shape(), dy.shape());
  Tensor dx = zeros<T>(x.shape());
  for (Idx c = 0; c < dy.extent(0); ++c)
    for (Idx i = 0; i < dy.extent(1); ++i)
      for (Idx j = 0; j < dy.extent(2); ++j)
        dx(c, winners(c, i, j) / x.extent(2), winners(c, i, j) % x.extent(2)) += dy(c, i, j);
  return dx;
}

/// max_pool2d as a layer. Config: MaxPool2dConfig, or Fixed<...> of one.
template <class Config>
struct MaxPool2dLayer : NoParameters {
  static constexpr const char* kind = "max_pool2d";
  static constexpr int input_rank = 3;
  Config config;

  constexpr MaxPool2dLayer(const Config& c = {}) : config(c) {}
  HyperParameters hyper_parameters() const {
    return describe_window(config.kernel_height, config.kernel_width, config);
  }
  constexpr auto out_shape(const auto& x) const { return max_pool2d_shape(x, config); }
  constexpr auto forward(const auto& x) const { return max_pool2d(x, config); }
  constexpr auto backward(const auto& x, const auto& dy) const {
    return gradients(max_pool2d_backward(x, dy, config));
  }
};

// Two overlapping 1x2 windows over (1, 3, 3): the middle 3 wins both, once as the first of a tie, and collects both dy.
static_assert(max_pool2d(Tensor<int, 1, 1, 3>({}, {1, 3, 3}), fixed<MaxPool2dConfig{1, 2}>) ==
              Tensor<int, 1, 1, 2>({}, {3, 3}));
static_assert(max_pool2d_backward(Tensor<int, 1, 1, 3>({}, {1, 3, 3}), Tensor<int, 1, 1, 2>({}, {10, 20}),
                                  fixed<MaxPool2dConfig{1, 2}>) == Tensor<int, 1, 1, 3>({}, {0, 30, 0}));

}  // namespace cnnspec
