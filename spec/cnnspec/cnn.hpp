// The models: a small CNN as a chain (with and without ReLU), and written out with an explicit backward.
//
//   cnn_spec             Conv2D -> MaxPool2D -> Conv2D -> MaxPool2D -> Flatten -> Linear
//   cnn_with_relu_spec   the same with ReLU after each convolution
//   Cnn2Spec             Conv -> ReLU -> MaxPool -> Conv -> ReLU -> MaxPool -> Flatten -> Linear
//
// All three take one Cnn2Config. If it does not fit the input, the program does not compile, and the message names the
// clause. network.hpp has the run-time version.
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

// How the windows of each stage move, along both axes.
constexpr Axis conv1_axis(const Cnn2Config& k) { return {k.stride1, k.padding1, k.padding1}; }
constexpr Axis conv2_axis(const Cnn2Config& k) { return {k.stride2, k.padding2, k.padding2}; }
constexpr Axis pool1_axis(const Cnn2Config& k) { return {k.pool_stride1}; }
constexpr Axis pool2_axis(const Cnn2Config& k) { return {k.pool_stride2}; }

constexpr Conv2dConfig conv1_config(const Cnn2Config& k) { return {conv1_axis(k), conv1_axis(k)}; }
constexpr Conv2dConfig conv2_config(const Cnn2Config& k) { return {conv2_axis(k), conv2_axis(k)}; }
constexpr MaxPool2dConfig pool1_config(const Cnn2Config& k) {
  return {k.pool_kernel_h, k.pool_kernel_w, pool1_axis(k), pool1_axis(k)};
}
constexpr MaxPool2dConfig pool2_config(const Cnn2Config& k) {
  return {k.pool_kernel_h, k.pool_kernel_w, pool2_axis(k), pool2_axis(k)};
}

// The extents after each stage, for an input of height h and width w. Each throws the same as conv_out and pool_out.
constexpr Idx out_h1(const Cnn2Config& k, Idx h) { return conv_out(h, k.kernel_h, conv1_axis(k)); }
constexpr Idx out_w1(const Cnn2Config& k, Idx w) { return conv_out(w, k.kernel_w, conv1_axis(k)); }
constexpr Idx pool_h1(const Cnn2Config& k, Idx h) { return pool_out(out_h1(k, h), k.pool_kernel_h, pool1_axis(k)); }
constexpr Idx pool_w1(const Cnn2Config& k, Idx w) { return pool_out(out_w1(k, w), k.pool_kernel_w, pool1_axis(k)); }
constexpr Idx out_h2(const Cnn2Config& k, Idx h) { return conv_out(pool_h1(k, h), k.kernel_h, conv2_axis(k)); }
constexpr Idx out_w2(const Cnn2Config& k, Idx w) { return conv_out(pool_w1(k, w), k.kernel_w, conv2_axis(k)); }
constexpr Idx pool_h2(const Cnn2Config& k, Idx h) { return pool_out(out_h2(k, h), k.pool_kernel_h, pool2_axis(k)); }
constexpr Idx pool_w2(const Cnn2Config& k, Idx w) { return pool_out(out_w2(k, w), k.pool_kernel_w, pool2_axis(k)); }

/// The feature map after the second pooling: (c2, H2, W2). Throws C3 too.
constexpr auto feat_shape(const Cnn2Config& k, Idx h, Idx w) { return dyn_shape(k.c2, pool_h2(k, h), pool_w2(k, w)); }
/// c2 * H2 * W2, the inputs of the head.
constexpr Idx feat_size(const Cnn2Config& k, Idx h, Idx w) { return feat_shape(k, h, w).count(); }
static_assert(feat_size(cnn2_default_config, 32, 32) == 64 * 8 * 8);

/// Checks `k` by itself, for any input: ok(), or the field that fails, and how.
constexpr Violation well_formed(const Cnn2Config& k) {
  struct Field {
    const char* name;
    Idx value, least;
  };
  for (const Field& f : {Field{"c1", k.c1, 1}, {"c2", k.c2, 1}, {"out_dim", k.out_dim, 1}, {"kernel_h", k.kernel_h, 1},
                         {"kernel_w", k.kernel_w, 1}, {"stride1", k.stride1, 1}, {"stride2", k.stride2, 1},
                         {"pool_kernel_h", k.pool_kernel_h, 1}, {"pool_kernel_w", k.pool_kernel_w, 1},
                         {"pool_stride1", k.pool_stride1, 1}, {"pool_stride2", k.pool_stride2, 1},
                         {"padding1", k.padding1, 0}, {"padding2", k.padding2, 0}})
    if (f.value < f.least) return {Clause::C1, "Cnn2Config", f.name, "at least", f.least, f.value};
  return {};
}

/// Checks one stage on a map of h x w.
constexpr Violation check_stage(const Cnn2Config& k, Idx h, Idx w, const Axis& conv, const MaxPool2dConfig& pool) {
  if (const Violation v = check_axis("Cnn2Config convolution", "height", h, k.kernel_h, conv); !v.ok()) return v;
  if (const Violation v = check_axis("Cnn2Config convolution", "width", w, k.kernel_w, conv); !v.ok()) return v;
  return check_max_pool2d({1, conv_out(h, k.kernel_h, conv), conv_out(w, k.kernel_w, conv)}, pool);
}

/// Checks `k` for an input of in_c x in_h x in_w: `k` by itself, and that every stage fits.
constexpr Violation well_formed(const Cnn2Config& k, Idx in_c, Idx in_h, Idx in_w) {
  if (const Violation v = well_formed(k); !v.ok()) return v;
  if (in_c < 1) return {Clause::C1, "Cnn2Config", "in_c", "at least", 1, in_c};
  if (const Violation v = check_stage(k, in_h, in_w, conv1_axis(k), pool1_config(k)); !v.ok()) return v;
  return check_stage(k, pool_h1(k, in_h), pool_w1(k, in_w), conv2_axis(k), pool2_config(k));
}
static_assert(well_formed(cnn2_default_config, 3, 32, 32).ok());

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

    const auto [dflat, d_head] = head.backward(flatten(p2), dy);
    const auto dr2 = pool2.backward(r2, flatten_backward(p2.shape(), dflat)).dx;
    const auto [dp1, d_conv2] = conv2.backward(p1, relu_backward(y2, dr2));
    const auto dr1 = pool1.backward(r1, dp1).dx;
    const auto [dx, d_conv1] = conv1.backward(x, relu_backward(y1, dr1));
    const auto grads = std::tuple_cat(d_conv1, d_conv2, d_head);
    return {std::apply([](const auto&... g) { return Grads{g...}; }, grads), dx};
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
constexpr auto cnn_forward(const auto& m, const auto& x) { return cnn_spec(m).forward(x); }

}  // namespace cnnspec
