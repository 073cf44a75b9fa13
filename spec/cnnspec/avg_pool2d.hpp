// avg_pool2d: the mean of each window, channel by channel.
//
//   y[c,i,j] = 1/D[i,j] * sum over p < KH, q < KW of  x[c, i*SH + p*DH - top, j*SW + q*DW - left]
//
// Conventions: x[C,H,W], y[C,H',W']; a tap in the padding adds nothing. D[i,j] is
//   divisor_override, if it is given; else,
//   with count_include_pad (PyTorch's default), the number of taps of the window in the image or its padding;
//   without count_include_pad, the number of taps in the image.
// ceil_mode: H' and W' are rounded up, so a last window may reach beyond the bottom or right padding. Taps beyond it
// never count. A window that would begin in that padding, or beyond it, is left out (shape.hpp, pool_out).
// Preconditions: C1, C2, C3, C4 on each axis (shape.hpp); C8 divisor_override >= 0; C6 dy has the extents of y.
// Source: PyTorch, torch.nn.AvgPool2d; ONNX, AveragePool-19, which also has dilation.
#pragma once

#include "cnnspec/layer.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec {

struct AvgPool2dConfig {
  Idx kernel_height = 1, kernel_width = 1;
  Axis height{}, width{};
  bool count_include_pad = true, ceil_mode = false;
  Idx divisor_override = 0;  // 0: none
  friend constexpr bool operator==(const AvgPool2dConfig&, const AvgPool2dConfig&) = default;
};

/// All preconditions of avg_pool2d on x[C,H,W].
constexpr Violation check_avg_pool2d(const std::array<Idx, 3>& x, const AvgPool2dConfig& g) {
  if (const Violation v = check_pool_axis("avg_pool2d", "height", x[1], g.kernel_height, g.height); !v.ok()) return v;
  if (const Violation v = check_pool_axis("avg_pool2d", "width", x[2], g.kernel_width, g.width); !v.ok()) return v;
  if (g.divisor_override < 0) return {Clause::C8, "avg_pool2d", "divisor_override", "at least", 0, g.divisor_override};
  return {};
}

/// The shape of y. Throws ShapeError, or does not compile.
template <Idx C, Idx H, Idx W, class Config>
constexpr auto avg_pool2d_shape(const Shape<C, H, W>& x, const Config& g) {
  require(check_avg_pool2d(x.extents(), g));
  const std::array<Idx, 3> y{x.extent(0), pool_out(x.extent(1), g.kernel_height, g.height, g.ceil_mode),
                             pool_out(x.extent(2), g.kernel_width, g.width, g.ceil_mode)};
  if constexpr (requires { Config::value; }) {
    constexpr AvgPool2dConfig f = Config::value;
    constexpr Violation v = check_avg_pool2d({C, H, W}, f);
    require_static<v.clause, v.expected, v.actual>();
    return Shape<C, pool_out(H, f.kernel_height, f.height, f.ceil_mode),
                 pool_out(W, f.kernel_width, f.width, f.ceil_mode)>(y);
  } else {
    return Shape<C, dyn, dyn>(y);
  }
}

/// visit(row, column) for each tap of window (i, j), in row-major order, inside the image or not.
constexpr void for_each_cell(Idx i, Idx j, const auto& g, auto visit) {
  for (Idx p = 0; p < g.kernel_height; ++p)
    for (Idx q = 0; q < g.kernel_width; ++q)
      visit(i * g.height.stride + p * g.height.dilation - g.height.before,
            j * g.width.stride + q * g.width.dilation - g.width.before);
}

/// D[i,j] for an x of this shape.
constexpr Idx avg_pool2d_divisor(const auto& x, Idx i, Idx j, const auto& g) {
  if (g.divisor_override > 0) return g.divisor_override;
  const Idx below = g.count_include_pad ? g.height.after : 0, beside = g.count_include_pad ? g.width.after : 0;
  Idx count = 0;
  for_each_cell(i, j, g, [&](Idx row, Idx column) {
    const bool is_before = !g.count_include_pad && (row < 0 || column < 0);
    if (!is_before && row < x.extent(1) + below && column < x.extent(2) + beside) ++count;
  });
  return count;
}

/// y[C,H',W']. Throws C1, C2, C3, C4, C8.
template <class T, Idx... X>
constexpr auto avg_pool2d(const Tensor<T, X...>& x, const auto& g) {
  Tensor y = zeros<T>(avg_pool2d_shape(x.shape(), g));
  for (Idx c = 0; c < y.extent(0); ++c)
    for (Idx i = 0; i < y.extent(1); ++i)
      for (Idx j = 0; j < y.extent(2); ++j) {
        for_each_cell(i, j, g, [&](Idx row, Idx column) {
          if (row >= 0 && row < x.extent(1) && column >= 0 && column < x.extent(2)) y(c, i, j) += x(c, row, column);
        });
        y(c, i, j) = y(c, i, j) / T(avg_pool2d_divisor(x.shape(), i, j, g));
      }
  return y;
}

/// dx for an x of this shape: each dy is divided, and added to all cells of its window. Throws C1, C2, C3, C4, C6, C8.
template <class T, Idx... X, Idx... DY>
constexpr auto avg_pool2d_backward(const Shape<X...>& x, const Tensor<T, DY...>& dy, const auto& g) {
  require_same("avg_pool2d", "dy", avg_pool2d_shape(x, g), dy.shape());
  Tensor dx = zeros<T>(x);
  for (Idx c = 0; c < dy.extent(0); ++c)
    for (Idx i = 0; i < dy.extent(1); ++i)
      for (Idx j = 0; j < dy.extent(2); ++j) {
        const T share = dy(c, i, j) / T(avg_pool2d_divisor(x, i, j, g));
        for_each_cell(i, j, g, [&](Idx row, Idx column) {
          if (row >= 0 && row < x.extent(1) && column >= 0 && column < x.extent(2)) dx(c, row, column) += share;
        });
      }
  return dx;
}

/// avg_pool2d as a layer. Config: AvgPool2dConfig, or Fixed<...> of one.
template <class Config>
struct AvgPool2dLayer : NoParameters {
  static constexpr const char* kind = "avg_pool2d";
  static constexpr int input_rank = 3;
  Config config;

  constexpr AvgPool2dLayer(const Config& c = {}) : config(c) {}
  HyperParameters hyper_parameters() const {
    HyperParameters all = describe_window(config.kernel_height, config.kernel_width, config);
    all.emplace_back("count_include_pad", config.count_include_pad);
    all.emplace_back("ceil_mode", config.ceil_mode);
    all.emplace_back("divisor_override", config.divisor_override);
    return all;
  }
  constexpr auto out_shape(const auto& x) const { return avg_pool2d_shape(x, config); }
  constexpr auto forward(const auto& x) const { return avg_pool2d(x, config); }
  constexpr auto backward(const auto& x, const auto& dy) const {
    return gradients(avg_pool2d_backward(x.shape(), dy, config));
  }
};

// (2 4 9), window 2, stride 2. Rounded down, there is one window. Rounded up, there is a second one, over 9 alone.
static_assert(avg_pool2d(Tensor<int, 1, 1, 3>({}, {2, 4, 9}), fixed<AvgPool2dConfig{1, 2, {}, {.stride = 2}}>) ==
              Tensor<int, 1, 1, 1>({}, {3}));
static_assert(avg_pool2d(Tensor<int, 1, 1, 3>({}, {2, 4, 9}),
                         fixed<AvgPool2dConfig{1, 2, {}, {.stride = 2}, true, /* ceil_mode */ true}>) ==
              Tensor<int, 1, 1, 2>({}, {3, 9}));
// The padding, one cell on each side, counts only with count_include_pad.
static_assert(avg_pool2d(Tensor<int, 1, 1, 1>({}, {6}), fixed<AvgPool2dConfig{1, 3, {}, {.before = 1, .after = 1}}>) ==
              Tensor<int, 1, 1, 1>({}, {2}));
static_assert(avg_pool2d(Tensor<int, 1, 1, 1>({}, {6}),
                         fixed<AvgPool2dConfig{1, 3, {}, {.before = 1, .after = 1}, /* count_include_pad */ false}>) ==
              Tensor<int, 1, 1, 1>({}, {6}));
static_assert(avg_pool2d_backward(Shape<1, 1, 3>(), Tensor<int, 1, 1, 2>({}, {10, 20}), fixed<AvgPool2dConfig{1, 2}>) ==
              Tensor<int, 1, 1, 3>({}, {5, 15, 10}));

}  // namespace cnnspec
