// conv2d: cross-correlation of one image with a bank of kernels.
//
//   y[o,i,j] = sum over c < C/G, p < KH, q < KW of  w[o,c,p,q] * x[g(o)*C/G + c, i*SH + p*DH - top, j*SW + q*DW - left]
//              + b[o],                                                                            g(o) = o / (O/G)
//
// Conventions: x[C,H,W], w[O,C/G,KH,KW], b[O] (optional), y[O,H',W']; stride S, dilation D, padding and groups G as in
// PyTorch's Conv2d, but each side has its own padding.
//   N1  the terms of a sum are added in row-major order of the summation indices, starting from zero; the bias is last.
//   N2  a tap outside x is not visited: it is absent, not "zero times w".
// Preconditions: C1, C2, C3 on each axis (shape.hpp), and
//   C5  G >= 1, C % G == 0, O % G == 0
//   C6  w has C/G input channels; b has O elements; dy has the extents of y
#pragma once

#include <type_traits>

#include "cnnspec/layer.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec {

struct Conv2dConfig {
  Axis height{}, width{};
  Idx groups = 1;
  friend constexpr bool operator==(const Conv2dConfig&, const Conv2dConfig&) = default;
};

/// All preconditions of conv2d on x[C,H,W] and w[O,Cg,KH,KW].
constexpr Violation check_conv2d(const std::array<Idx, 3>& x, const std::array<Idx, 4>& w, const Conv2dConfig& g) {
  if (g.groups < 1) return {Clause::C5, "conv2d", "groups", "at least", 1, g.groups};
  if (x[0] != dyn && x[0] % g.groups != 0)
    return {Clause::C5, "conv2d", "input channels", "a multiple of groups =", g.groups, x[0]};
  if (w[0] != dyn && w[0] % g.groups != 0)
    return {Clause::C5, "conv2d", "output channels", "a multiple of groups =", g.groups, w[0]};
  const Idx channels = x[0] == dyn ? dyn : x[0] / g.groups;
  if (const Violation v = check_agree("conv2d", "kernel's input channels", channels, w[1]); !v.ok()) return v;
  if (const Violation v = check_axis("conv2d", "height", x[1], w[2], g.height); !v.ok()) return v;
  return check_axis("conv2d", "width", x[2], w[3], g.width);
}

/// The shape of y. Throws ShapeError, or does not compile.
template <Idx C, Idx H, Idx W, Idx O, Idx Cg, Idx KH, Idx KW, class Config>
constexpr auto conv2d_shape(const Shape<C, H, W>& x, const Shape<O, Cg, KH, KW>& w, const Config& g) {
  require(check_conv2d(x.extents(), w.extents(), g));
  const std::array<Idx, 3> y{w.extent(0), conv_out(x.extent(1), w.extent(2), g.height),
                             conv_out(x.extent(2), w.extent(3), g.width)};
  if constexpr (requires { Config::value; }) {
    constexpr Violation v = check_conv2d({C, H, W}, {O, Cg, KH, KW}, Config::value);
    require_static<v.clause, v.expected, v.actual>();
    return Shape<O, conv_out(H, KH, Config::value.height), conv_out(W, KW, Config::value.width)>(y);
  } else {
    return Shape<O, dyn, dyn>(y);
  }
}

/// Visits every tap, i.e. every term of the sum above: `tap(y[o,i,j], w[o,c,p,q], x[...])`, in the order of N1.
/// The cell of y is copied to a local variable and written back, so that a sum is a variable and not in memory.
template <class X, class W, class Y, class Tap>
constexpr void for_each_tap(const Conv2dConfig& g, X& x, W& w, Y& y, Tap tap) {
  const Idx inputs_per_group = w.extent(1), outputs_per_group = w.extent(0) / g.groups;
  for (Idx o = 0; o < y.extent(0); ++o) {
    const Idx first = o / outputs_per_group * inputs_per_group;  // channel of o's group
    for (Idx i = 0; i < y.extent(1); ++i)
      for (Idx j = 0; j < y.extent(2); ++j) {
        auto cell = y(o, i, j);
        for (Idx c = 0; c < inputs_per_group; ++c)
          for (Idx p = 0; p < w.extent(2); ++p) {
            const Idx row = i * g.height.stride + p * g.height.dilation - g.height.before;
            if (row < 0 || row >= x.extent(1)) continue;  // N2
            for (Idx q = 0; q < w.extent(3); ++q) {
              const Idx column = j * g.width.stride + q * g.width.dilation - g.width.before;
              if (column < 0 || column >= x.extent(2)) continue;  // N2
              tap(cell, w(o, c, p, q), x(first + c, row, column));
            }
          }
        if constexpr (!std::is_const_v<Y>) y(o, i, j) = cell;
      }
  }
}

/// y[O,H',W'] from x[C,H,W] and w[O,C/G,KH,KW], without a bias. Throws C1, C2, C3, C5, C6.
template <class T, Idx... X, Idx... W, class Config = Fixed<Conv2dConfig{}>>
constexpr auto conv2d(const Tensor<T, X...>& x, const Tensor<T, W...>& w, const Config& config = {}) {
  Tensor y = zeros<T>(conv2d_shape(x.shape(), w.shape(), config));
  for_each_tap(config, x, w, y, [](T& y_, const T& w_, const T& x_) { y_ += w_ * x_; });
  return y;
}

/// The same, plus b[O].
template <class T, Idx... X, Idx O, Idx... W, Idx B, class Config = Fixed<Conv2dConfig{}>>
constexpr auto conv2d(const Tensor<T, X...>& x, const Tensor<T, O, W...>& w, const Tensor<T, B>& b,
                      const Config& config = {}) {
  require_same("conv2d", "bias", Shape<O>({w.extent(0)}), b.shape());
  auto y = conv2d(x, w, config);
  for (Idx o = 0; o < y.extent(0); ++o)
    for (Idx i = 0; i < y.extent(1); ++i)
      for (Idx j = 0; j < y.extent(2); ++j) y(o, i, j) += b(o);
  return y;
}

/// dx = (dy/dx)^T dy: each tap adds w * dy. `x` is the shape of the input; dy does not determine it if the stride
/// leaves a remainder. Cells that no window reaches get zero. Throws C1, C2, C3, C5, C6.
template <class T, Idx... X, Idx... W, Idx... Y, class Config = Fixed<Conv2dConfig{}>>
constexpr auto conv2d_backward_input(const Shape<X...>& x, const Tensor<T, W...>& w, const Tensor<T, Y...>& dy,
                                     const Config& config = {}) {
  require_same("conv2d", "dy", conv2d_shape(x, w.shape(), config), dy.shape());
  Tensor dx = zeros<T>(x);
  for_each_tap(config, dx, w, dy, [](const T& dy_, const T& w_, T& dx_) { dx_ += w_ * dy_; });
  return dx;
}

/// dw = (dy/dw)^T dy: each tap adds x * dy. `w` is the shape of the kernel. Throws C1, C2, C3, C5, C6.
template <class T, Idx... X, Idx... W, Idx... Y, class Config = Fixed<Conv2dConfig{}>>
constexpr auto conv2d_backward_kernel(const Tensor<T, X...>& x, const Shape<W...>& w, const Tensor<T, Y...>& dy,
                                      const Config& config = {}) {
  require_same("conv2d", "dy", conv2d_shape(x.shape(), w, config), dy.shape());
  Tensor dw = zeros<T>(w);
  for_each_tap(config, x, dw, dy, [](const T& dy_, T& dw_, const T& x_) { dw_ += x_ * dy_; });
  return dw;
}

/// db[o] = sum of dy[o,.,.]
template <class T, Idx O, Idx H, Idx W>
constexpr Tensor<T, O> conv2d_backward_bias(const Tensor<T, O, H, W>& dy) {
  Tensor<T, O> db(Shape<O>({dy.extent(0)}));
  for (Idx o = 0; o < dy.extent(0); ++o)
    for (Idx i = 0; i < dy.extent(1); ++i)
      for (Idx j = 0; j < dy.extent(2); ++j) db(o) += dy(o, i, j);
  return db;
}

/// conv2d with its parameters, as a layer. Config: Conv2dConfig, or Fixed<...> of one.
template <class T, Idx O, Idx Cg, Idx KH, Idx KW, class Config = Fixed<Conv2dConfig{}>>
struct Conv2dLayer {
  static constexpr const char* kind = "conv2d";
  static constexpr int input_rank = 3;
  static constexpr std::array parameter_names{"kernel", "bias"};
  Tensor<T, O, Cg, KH, KW> kernel;
  Tensor<T, O> bias;
  Config config{};

  constexpr auto parameters() { return std::tie(kernel, bias); }
  constexpr auto parameters() const { return std::tie(kernel, bias); }
  HyperParameters hyper_parameters() const { return describe_window(kernel.extent(2), kernel.extent(3), config); }

  constexpr auto out_shape(const auto& x) const {
    require_same("conv2d", "bias", Shape<O>({kernel.extent(0)}), bias.shape());
    return conv2d_shape(x, kernel.shape(), config);
  }
  constexpr auto forward(const auto& x) const { return conv2d(x, kernel, bias, config); }
  constexpr auto backward(const auto& x, const auto& dy) const {
    (void)out_shape(x.shape());  // C6: db has as many elements as b
    return LayerGradients{conv2d_backward_input(x.shape(), kernel, dy, config),
                          std::tuple{conv2d_backward_kernel(x, kernel.shape(), dy, config), conv2d_backward_bias(dy)}};
  }
};

// A 2x2 difference filter slides over a 2x3 image:  1*1 + 2*0 + 4*0 + 5*(-1) = -4,  2*1 + 6*(-1) = -4;  bias 10.
static_assert(conv2d(Tensor<int, 1, 2, 3>({}, {1, 2, 3, 4, 5, 6}), Tensor<int, 1, 1, 2, 2>({}, {1, 0, 0, -1}),
                     Tensor<int, 1>({}, {10})) == Tensor<int, 1, 1, 2>({}, {6, 6}));
// Its transpose puts dy = (1, 2) back where each tap took its x from.
static_assert(conv2d_backward_input(Shape<1, 2, 3>{}, Tensor<int, 1, 1, 2, 2>({}, {1, 0, 0, -1}),
                                    Tensor<int, 1, 1, 2>({}, {1, 2})) ==
              Tensor<int, 1, 2, 3>({}, {1, 2, 0, 0, -1, -2}));

}  // namespace cnnspec
