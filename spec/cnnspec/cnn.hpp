// The models: a small CNN as a chain (with and without ReLU), and written out with an explicit backward.
//
//   cnn_spec             Conv2D -> MaxPool2D -> Conv2D -> MaxPool2D -> Flatten -> Linear
//   cnn_with_relu_spec   the same with ReLU after each convolution
//   Cnn2Spec             Conv -> ReLU -> MaxPool -> Conv -> ReLU -> MaxPool -> Flatten -> Linear
//
// All three take one Cnn2Config; a configuration that does not fit its input does not compile, and the message names the
// clause. network.hpp has the run-time twin.
#pragma once

#include "cnnspec/chain.hpp"
#include "cnnspec/conv2d.hpp"
#include "cnnspec/flatten.hpp"
#include "cnnspec/linear.hpp"
#include "cnnspec/max_pool2d.hpp"
#include "cnnspec/relu.hpp"

namespace cnnspec {

struct Cnn2Config {
  Idx c1 = 32, c2 = 64, out_dim = 10;  // channels after each convolution; outputs of the head
  Idx kernel_h = 3, kernel_w = 3, stride1 = 1, padding1 = 1, stride2 = 1, padding2 = 1;
  Idx pool_kernel_h = 2, pool_kernel_w = 2, pool_stride1 = 2, pool_stride2 = 2;
  friend constexpr bool operator==(const Cnn2Config&, const Cnn2Config&) = default;
};

inline constexpr Cnn2Config cnn2_default_config{};

constexpr Conv2dConfig conv1_config(const Cnn2Config& k) {
  const Axis axis{k.stride1, k.padding1, k.padding1};
  return {axis, axis};
}
constexpr Conv2dConfig conv2_config(const Cnn2Config& k) {
  const Axis axis{k.stride2, k.padding2, k.padding2};
  return {axis, axis};
}
constexpr MaxPool2dConfig pool1_config(const Cnn2Config& k) {
  return {k.pool_kernel_h, k.pool_kernel_w, Axis{k.pool_stride1}, Axis{k.pool_stride1}};
}
constexpr MaxPool2dConfig pool2_config(const Cnn2Config& k) {
  return {k.pool_kernel_h, k.pool_kernel_w, Axis{k.pool_stride2}, Axis{k.pool_stride2}};
}

// The extents after each stage; each throws what conv_out and pool_out throw.
constexpr Idx out_h1(const Cnn2Config& k, Idx in_h) { return conv_out(in_h, k.kernel_h, conv1_config(k).height); }
constexpr Idx out_w1(const Cnn2Config& k, Idx in_w) { return conv_out(in_w, k.kernel_w, conv1_config(k).width); }
constexpr Idx pool_h1(const Cnn2Config& k, Idx in_h) {
  return pool_out(out_h1(k, in_h), k.pool_kernel_h, pool1_config(k).height);
}
constexpr Idx pool_w1(const Cnn2Config& k, Idx in_w) {
  return pool_out(out_w1(k, in_w), k.pool_kernel_w, pool1_config(k).width);
}
constexpr Idx out_h2(const Cnn2Config& k, Idx in_h) {
  return conv_out(pool_h1(k, in_h), k.kernel_h, conv2_config(k).height);
}
constexpr Idx out_w2(const Cnn2Config& k, Idx in_w) {
  return conv_out(pool_w1(k, in_w), k.kernel_w, conv2_config(k).width);
}
constexpr Idx pool_h2(const Cnn2Config& k, Idx in_h) {
  return pool_out(out_h2(k, in_h), k.pool_kernel_h, pool2_config(k).height);
}
constexpr Idx pool_w2(const Cnn2Config& k, Idx in_w) {
  return pool_out(out_w2(k, in_w), k.pool_kernel_w, pool2_config(k).width);
}
/// The feature map after the second pooling: (c2, H2, W2).
constexpr std::array<Idx, 3> feat_shape(const Cnn2Config& k, Idx in_h, Idx in_w) {
  return {k.c2, pool_h2(k, in_h), pool_w2(k, in_w)};
}
/// c2 * H2 * W2, the inputs of the head. Throws C3 too.
constexpr Idx feat_size(const Cnn2Config& k, Idx in_h, Idx in_w) {
  return Shape<dyn, dyn, dyn>(feat_shape(k, in_h, in_w)).count();
}

/// What `config` must satisfy for any input: ok(), or the field that fails and how.
constexpr Violation well_formed(const Cnn2Config& k) {
  const std::pair<const char*, Idx> at_least_one[] = {
      {"c1", k.c1}, {"c2", k.c2}, {"out_dim", k.out_dim}, {"kernel_h", k.kernel_h}, {"kernel_w", k.kernel_w},
      {"stride1", k.stride1}, {"stride2", k.stride2}, {"pool_kernel_h", k.pool_kernel_h},
      {"pool_kernel_w", k.pool_kernel_w}, {"pool_stride1", k.pool_stride1}, {"pool_stride2", k.pool_stride2}};
  for (const auto& [name, value] : at_least_one)
    if (value < 1) return {Clause::C1, "Cnn2Config", name, "at least", 1, value};
  const std::pair<const char*, Idx> paddings[] = {{"padding1", k.padding1}, {"padding2", k.padding2}};
  for (const auto& [name, value] : paddings)
    if (value < 0) return {Clause::C1, "Cnn2Config", name, "at least", 0, value};
  return {};
}

/// What `config` must satisfy on an input of in_c x in_h x in_w: that, and that every stage fits.
constexpr Violation well_formed(const Cnn2Config& k, Idx in_c, Idx in_h, Idx in_w) {
  if (const Violation v = well_formed(k); !v.ok()) return v;
  if (in_c < 1) return {Clause::C1, "Cnn2Config", "in_c", "at least", 1, in_c};
  Idx h = in_h, w = in_w;
  const std::pair<Conv2dConfig, MaxPool2dConfig> stages[] = {{conv1_config(k), pool1_config(k)},
                                                             {conv2_config(k), pool2_config(k)}};
  for (const auto& [conv, pool] : stages) {
    if (const Violation v = check_axis("Cnn2Config convolution", "height", h, k.kernel_h, conv.height); !v.ok()) return v;
    if (const Violation v = check_axis("Cnn2Config convolution", "width", w, k.kernel_w, conv.width); !v.ok()) return v;
    h = conv_out(h, k.kernel_h, conv.height), w = conv_out(w, k.kernel_w, conv.width);
    if (const Violation v = check_max_pool2d({1, h, w}, pool); !v.ok()) return v;
    h = pool_out(h, k.pool_kernel_h, pool.height), w = pool_out(w, k.pool_kernel_w, pool.width);
  }
  return {};
}
static_assert(well_formed(cnn2_default_config).ok() && well_formed(cnn2_default_config, 3, 32, 32).ok());

/// Gradients of Cnn2Spec's parameters.
template <class T, Cnn2Config k, Idx in_c, Idx in_h, Idx in_w>
struct Cnn2Grads {
  Tensor<T, k.c1, in_c, k.kernel_h, k.kernel_w> d_conv1_kernel;
  Tensor<T, k.c1> d_conv1_bias;
  Tensor<T, k.c2, k.c1, k.kernel_h, k.kernel_w> d_conv2_kernel;
  Tensor<T, k.c2> d_conv2_bias;
  Tensor<T, k.out_dim, feat_size(k, in_h, in_w)> d_head_w;
  Tensor<T, k.out_dim> d_head_b;
};

/// Conv -> ReLU -> MaxPool -> Conv -> ReLU -> MaxPool -> Flatten -> Linear, written out. All parameters start at zero.
template <class T, Cnn2Config k, Idx in_c, Idx in_h, Idx in_w>
struct Cnn2Spec {
  static constexpr Violation violation = well_formed(k, in_c, in_h, in_w);
  static_assert((require_static<violation.clause, violation.expected, violation.actual>(), violation.ok()));
  using Image = Tensor<T, in_c, in_h, in_w>;
  using Output = Tensor<T, k.out_dim>;
  using Grads = Cnn2Grads<T, k, in_c, in_h, in_w>;

  Conv2dLayer<T, k.c1, in_c, k.kernel_h, k.kernel_w, Fixed<conv1_config(k)>> conv1;
  Conv2dLayer<T, k.c2, k.c1, k.kernel_h, k.kernel_w, Fixed<conv2_config(k)>> conv2;
  MaxPool2dLayer<Fixed<pool1_config(k)>> pool1;
  MaxPool2dLayer<Fixed<pool2_config(k)>> pool2;
  LinearLayer<T, k.out_dim, feat_size(k, in_h, in_w)> head;

  constexpr Output forward(const Image& x) const {
    const auto p1 = pool1.forward(relu(conv1.forward(x)));
    const auto p2 = pool2.forward(relu(conv2.forward(p1)));
    return head.forward(flatten(p2));
  }

  /// The parameters' gradients and dx, for a cotangent dy of the output.
  constexpr std::pair<Grads, Image> backward(const Image& x, const Output& dy) const {
    const auto y1 = conv1.forward(x), r1 = relu(y1);
    const auto p1 = pool1.forward(r1);
    const auto y2 = conv2.forward(p1), r2 = relu(y2);
    const auto p2 = pool2.forward(r2);
    const auto flat = flatten(p2);

    const auto dp2 = flatten_backward(p2.shape(), linear_backward_input(head.weight, dy));
    const auto dy2 = relu_backward(y2, max_pool2d_backward(r2, dp2, pool2.config));
    const auto dp1 = conv2d_backward_input(p1.shape(), conv2.kernel, dy2, conv2.config);
    const auto dy1 = relu_backward(y1, max_pool2d_backward(r1, dp1, pool1.config));
    return {Grads{conv2d_backward_kernel(x, conv1.kernel.shape(), dy1, conv1.config), conv2d_backward_bias(dy1),
                  conv2d_backward_kernel(p1, conv2.kernel.shape(), dy2, conv2.config), conv2d_backward_bias(dy2),
                  linear_backward_weight(flat, dy), linear_backward_bias(dy)},
            conv2d_backward_input(x.shape(), conv1.kernel, dy1, conv1.config)};
  }
};

/// Conv2D -> MaxPool2D -> Conv2D -> MaxPool2D -> Flatten -> Linear, with the parameters of `m`.
template <class T, Cnn2Config k, Idx in_c, Idx in_h, Idx in_w>
constexpr auto cnn_spec(const Cnn2Spec<T, k, in_c, in_h, in_w>& m) {
  return make_chain<T>(Shape<in_c, in_h, in_w>{}, m.conv1, m.pool1, m.conv2, m.pool2, FlattenLayer{}, m.head);
}

/// The same with ReLU after each convolution.
template <class T, Cnn2Config k, Idx in_c, Idx in_h, Idx in_w>
constexpr auto cnn_with_relu_spec(const Cnn2Spec<T, k, in_c, in_h, in_w>& m) {
  return make_chain<T>(Shape<in_c, in_h, in_w>{}, m.conv1, ReluLayer{}, m.pool1, m.conv2, ReluLayer{}, m.pool2,
                       FlattenLayer{}, m.head);
}

/// cnn_spec run forward on one image.
template <class T, Cnn2Config k, Idx in_c, Idx in_h, Idx in_w>
constexpr auto cnn_forward(const Cnn2Spec<T, k, in_c, in_h, in_w>& m, const Tensor<T, in_c, in_h, in_w>& x) {
  return cnn_spec(m).forward(x);
}

static_assert(feat_size(cnn2_default_config, 32, 32) == 64 * 8 * 8);

}  // namespace cnnspec
