// The laws of conv2d: L1 to L10, N1, N2, and the laws of every backward. They test the forward itself: if forward and
// backward share a wrong index rule, every gradient check passes.
//
// A law about padding, strides, ... first adds them to a problem that has none, so that no law is empty.
#pragma once

#include "checks/laws/law.hpp"
#include "checks/laws/problems.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/laws/term.hpp"
#include "checks/layers/conv2d/functions.hpp"
#include "checks/layers/conv2d/problem.hpp"
#include "checks/layers/conv2d/twin.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

template <class T>
using Conv2dLaw = Law<Conv2dFunctions<T>, cnnspec_conv2d>;

/// The algebraic laws, for every scalar that computes exactly with small whole numbers; N2 if T has an infinity.
template <class T>
std::vector<Conv2dLaw<T>> conv2d_laws();
/// N1, which needs its own scalar.
std::vector<Conv2dLaw<Term>> conv2d_order_laws();

extern template std::vector<Conv2dLaw<Int128>> conv2d_laws();
extern template std::vector<Conv2dLaw<double>> conv2d_laws();

/// A problem with its tensors.
template <class T>
struct Conv2dCase {
  Conv2dConfig g;
  Image<T> x;
  Kernel<T> w;
  Vector<T> b;
  Image<T> dy;
};
template <class T>
Conv2dCase<T> draw_case(const cnnspec_conv2d& p, Choices& data) {
  auto x = draw<T>(x_shape(p), data);
  auto w = draw<T>(w_shape(p), data);
  auto b = draw<T>(dyn_shape(p.out_channels), data);
  auto dy = draw<T>(y_shape(p), data);
  return {config_of(p), std::move(x), std::move(w), std::move(b), std::move(dy)};
}

// L1

template <class T>
Outcome L1_linear_in_x(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = fitted(problem);
  const auto [g, x, w, b, dy] = draw_case<T>(p, data);
  const auto v = draw<T>(x_shape(p), data);
  return Outcome().equal("y", combination(2, f.forward(x, w, g), -3, f.forward(v, w, g)),
                         f.forward(combination(2, x, -3, v), w, g));
}

template <class T>
Outcome L1_linear_in_w(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = fitted(problem);
  const auto [g, x, w, b, dy] = draw_case<T>(p, data);
  const auto v = draw<T>(w_shape(p), data);
  return Outcome().equal("y", combination(2, f.forward(x, w, g), -3, f.forward(x, v, g)),
                         f.forward(x, combination(2, w, -3, v), g));
}

/// The bias is added with slope one: each output is the output without a bias, plus the bias of its channel.
template <class T>
Outcome L1_bias_is_added_once(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const auto [g, x, w, b, dy] = draw_case<T>(fitted(problem), data);
  auto y = f.forward(x, w, g);
  const Idx pixels = y.size() / b.size();
  for (Idx n = 0; n < y.size(); ++n) y[n] += b[n / pixels];
  return Outcome().equal("y", y, f.forward_with_bias(x, w, b, g));
}

// L2

template <class T>
Outcome L2_dx_is_the_adjoint(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const auto [g, v, w, b, dy] = draw_case<T>(fitted(problem), data);
  return Outcome().equal_number("<v, dx(w, dy)> = <dy, conv(v, w)>", dot(dy, f.forward(v, w, g)),
                                dot(v, f.backward_input(v.shape(), w, dy, g)));
}

template <class T>
Outcome L2_dw_is_the_adjoint(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const auto [g, x, v, b, dy] = draw_case<T>(fitted(problem), data);
  return Outcome().equal_number("<v, dw(x, dy)> = <dy, conv(x, v)>", dot(dy, f.forward(x, v, g)),
                                dot(v, f.backward_kernel(x, v.shape(), dy, g)));
}

template <class T>
Outcome L2_db_is_the_adjoint(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const auto [g, x, w, v, dy] = draw_case<T>(fitted(problem), data);
  const auto added = combination(1, f.forward_with_bias(x, w, v, g), -1, f.forward(x, w, g));
  return Outcome().equal_number("<v, db(dy)> = <dy, what the bias v adds>", dot(dy, added),
                                dot(v, f.backward_bias(dy)));
}

// L3

template <class T>
Outcome L3_delta_kernel_shifts(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = fitted(problem, 2);
  const auto x = draw<T>(x_shape(p), data);
  const auto image = embedded(x, x_shape(unpadded(p)), {.top = p.pad_top, .left = p.pad_left});
  Kernel<T> w(w_shape(p));
  std::vector<Image<T>> shifted;
  for (Idx o = 0; o < p.out_channels; ++o) {
    const Idx c = data.pick(0, w.extent(1) - 1), row = data.pick(0, w.extent(2) - 1),
              column = data.pick(0, w.extent(3) - 1);
    w(o, c, row, column) = T(1);
    const Idx group = o / (p.out_channels / p.groups);
    shifted.push_back(extracted(slices(image, group * w.extent(1) + c, 1), dyn_shape(1, p.out_height, p.out_width),
                                {p.stride_height, p.stride_width, row * p.dilation_height, column * p.dilation_width}));
  }
  return Outcome().equal("y", side_by_side(shifted), f.forward(x, w, config_of(p)));
}

template <class T>
Outcome L3_identity_kernel(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const Conv2dConfig g{{.dilation = problem.dilation_height}, {.dilation = problem.dilation_width}, problem.groups};
  const auto x = draw<T>(x_shape(problem), data);
  const Idx channels = x.extent(0) / g.groups;
  Kernel<T> w(dyn_shape(x.extent(0), channels, 1, 1));
  for (Idx o = 0; o < x.extent(0); ++o) w(o, o % channels, 0, 0) = T(1);
  return Outcome().equal("y", x, f.forward(x, w, g)).equal("dx", x, f.backward_input(x.shape(), w, x, g));
}

// L4, L5, L6: padding, stride and dilation by moving cells

template <class T>
Outcome L4_padding_is_explicit_padding(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = with_padding(problem, data), q = unpadded(p);
  const auto [g, x, w, b, dy] = draw_case<T>(p, data);
  const Lattice inside{.top = p.pad_top, .left = p.pad_left};
  const auto image = embedded(x, x_shape(q), inside);
  const auto h = config_of(q);
  return Outcome()
      .equal("y", f.forward(image, w, h), f.forward(x, w, g))
      .equal("dx", extracted(f.backward_input(image.shape(), w, dy, h), x.shape(), inside),
             f.backward_input(x.shape(), w, dy, g))
      .equal("dw", f.backward_kernel(image, w.shape(), dy, h), f.backward_kernel(x, w.shape(), dy, g));
}

template <class T>
Outcome L5_stride_is_every_nth_output(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = with_stride(problem, data);
  cnnspec_conv2d q = p;
  q.stride_height = q.stride_width = 1;
  q = fitted(q);
  const auto [g, x, w, b, dy] = draw_case<T>(p, data);
  const Lattice every{p.stride_height, p.stride_width};
  const auto spread = embedded(dy, y_shape(q), every);
  const auto h = config_of(q);
  return Outcome()
      .equal("y", extracted(f.forward(x, w, h), dy.shape(), every), f.forward(x, w, g))
      .equal("dx", f.backward_input(x.shape(), w, spread, h), f.backward_input(x.shape(), w, dy, g))
      .equal("dw", f.backward_kernel(x, w.shape(), spread, h), f.backward_kernel(x, w.shape(), dy, g));
}

template <class T>
Outcome L6_dilation_is_a_stuffed_kernel(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = with_dilation(problem, data);
  cnnspec_conv2d q = p;
  q.kernel_height = p.dilation_height * (p.kernel_height - 1) + 1;
  q.kernel_width = p.dilation_width * (p.kernel_width - 1) + 1;
  q.dilation_height = q.dilation_width = 1;
  const auto [g, x, w, b, dy] = draw_case<T>(p, data);
  const Lattice apart{p.dilation_height, p.dilation_width};
  const auto stuffed = embedded(w, w_shape(q), apart);
  const auto h = config_of(q);
  return Outcome()
      .equal("y", f.forward(x, stuffed, h), f.forward(x, w, g))
      .equal("dx", f.backward_input(x.shape(), stuffed, dy, h), f.backward_input(x.shape(), w, dy, g))
      .equal("dw", extracted(f.backward_kernel(x, stuffed.shape(), dy, h), w.shape(), apart),
             f.backward_kernel(x, w.shape(), dy, g));
}

// L7

template <class T>
Outcome L7_groups_are_side_by_side(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = with_groups(problem, data), q = one_group(p);
  const auto [g, x, w, b, dy] = draw_case<T>(p, data);
  const auto h = config_of(q);
  std::vector<Image<T>> y, dx;
  std::vector<Kernel<T>> dw;
  for (Idx group = 0; group < p.groups; ++group) {
    const auto x_ = slices(x, group * q.in_channels, q.in_channels);
    const auto w_ = slices(w, group * q.out_channels, q.out_channels);
    const auto dy_ = slices(dy, group * q.out_channels, q.out_channels);
    y.push_back(f.forward(x_, w_, h));
    dx.push_back(f.backward_input(x_.shape(), w_, dy_, h));
    dw.push_back(f.backward_kernel(x_, w_.shape(), dy_, h));
  }
  return Outcome()
      .equal("y", side_by_side(y), f.forward(x, w, g))
      .equal("dx", side_by_side(dx), f.backward_input(x.shape(), w, dy, g))
      .equal("dw", side_by_side(dw), f.backward_kernel(x, w.shape(), dy, g));
}

template <class T>
Outcome L7_groups_are_block_diagonal(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = with_groups(problem, data);
  cnnspec_conv2d q = p;
  q.groups = 1;
  const auto [g, x, w, b, dy] = draw_case<T>(p, data);
  const auto h = config_of(q);
  // Element n of w, and its place among the C input channels of the dense kernel.
  const Idx taps = p.kernel_height * p.kernel_width, inputs = w.extent(1), outputs = p.out_channels / p.groups;
  const auto place = [&](Idx n) {
    const Idx o = n / taps / inputs, c = n / taps % inputs;
    return (o * p.in_channels + o / outputs * inputs + c) * taps + n % taps;
  };
  Kernel<T> dense(w_shape(q));
  for (Idx n = 0; n < w.size(); ++n) dense[place(n)] = w[n];
  const auto dense_dw = f.backward_kernel(x, dense.shape(), dy, h);
  return Outcome()
      .equal("y", f.forward(x, dense, h), f.forward(x, w, g))
      .equal("dx", f.backward_input(x.shape(), dense, dy, h), f.backward_input(x.shape(), w, dy, g))
      .equal("dw", tensor_of<T>(w.shape(), [&](Idx n) { return dense_dw[place(n)]; }),
             f.backward_kernel(x, w.shape(), dy, g));
}

// L8

/// The channels of one pixel.
template <class T>
Vector<T> pixel(const Image<T>& image, Idx n) {
  const Idx pixels = image.extent(1) * image.extent(2);
  return tensor_of<T>(dyn_shape(image.extent(0)), [&](Idx c) { return image[c * pixels + n]; });
}
template <class T>
void set_pixel(Image<T>& image, Idx n, const Vector<T>& channels) {
  const Idx pixels = image.extent(1) * image.extent(2);
  for (Idx c = 0; c < channels.size(); ++c) image[c * pixels + n] = channels[c];
}

template <class T>
Outcome L8_a_point_kernel_is_linear_per_pixel(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem,
                                              Choices& data) {
  const auto x = draw<T>(x_shape(problem), data);
  const auto w = draw<T>(dyn_shape(problem.out_channels, problem.in_channels, 1, 1), data);
  const auto dy = draw<T>(dyn_shape(problem.out_channels, x.extent(1), x.extent(2)), data);
  const auto matrix = reshaped(w, dyn_shape(w.extent(0), w.extent(1)));
  Image<T> y(dy.shape()), dx(x.shape());
  Matrix<T> dw(matrix.shape());
  for (Idx n = 0; n < x.extent(1) * x.extent(2); ++n) {
    set_pixel(y, n, linear(pixel(x, n), matrix));
    set_pixel(dx, n, linear_backward_input(matrix, pixel(dy, n)));
    dw = combination(1, dw, 1, linear_backward_weight(pixel(x, n), pixel(dy, n)));
  }
  const Conv2dConfig g{};
  return Outcome()
      .equal("y", y, f.forward(x, w, g))
      .equal("dx", dx, f.backward_input(x.shape(), w, dy, g))
      .equal("dw", reshaped(dw, w.shape()), f.backward_kernel(x, w.shape(), dy, g));
}

template <class T>
Outcome L8_a_kernel_as_large_as_the_image_is_linear(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem,
                                                    Choices& data) {
  const auto x = draw<T>(x_shape(problem), data);
  const auto w = draw<T>(dyn_shape(problem.out_channels, x.extent(0), x.extent(1), x.extent(2)), data);
  const auto dy = draw<T>(dyn_shape(problem.out_channels), data);
  const auto flat = reshaped(x, dyn_shape(x.size()));
  const auto matrix = reshaped(w, dyn_shape(w.extent(0), x.size()));
  const auto image = reshaped(dy, dyn_shape(dy.size(), 1, 1));
  const Conv2dConfig g{{.stride = problem.stride_height}, {.stride = problem.stride_width}};
  return Outcome()
      .equal("y", reshaped(linear(flat, matrix), image.shape()), f.forward(x, w, g))
      .equal("dx", reshaped(linear_backward_input(matrix, dy), x.shape()), f.backward_input(x.shape(), w, image, g))
      .equal("dw", reshaped(linear_backward_weight(flat, dy), w.shape()), f.backward_kernel(x, w.shape(), image, g));
}

// L9

template <class T>
Outcome L9_height_and_width_are_alike(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const auto [g, x, w, b, dy] = draw_case<T>(fitted(problem), data);
  const Conv2dConfig h{g.width, g.height, g.groups};
  const auto x_ = transposed(x), dy_ = transposed(dy);
  const auto w_ = transposed(w);
  return Outcome()
      .equal("y", transposed(f.forward(x_, w_, h)), f.forward(x, w, g))
      .equal("dx", transposed(f.backward_input(x_.shape(), w_, dy_, h)), f.backward_input(x.shape(), w, dy, g))
      .equal("dw", transposed(f.backward_kernel(x_, w_.shape(), dy_, h)), f.backward_kernel(x, w.shape(), dy, g))
      .equal("db", f.backward_bias(dy_), f.backward_bias(dy));
}

/// A random order of channels that keeps groups together: permutes the groups, and the members of each group.
inline std::vector<Idx> grouped_order(const std::vector<Idx>& groups, const std::vector<Idx>& members) {
  std::vector<Idx> order;
  for (const Idx group : groups)
    for (const Idx member : members) order.push_back(group * static_cast<Idx>(members.size()) + member);
  return order;
}

template <class T>
Outcome L9_channels_are_alike(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  cnnspec_conv2d p = problem;
  if (p.groups == 1) p.in_channels = std::max(p.in_channels, Idx{2}), p.out_channels = std::max(p.out_channels, Idx{3});
  const auto [g, x, w, b, dy] = draw_case<T>(fitted(p), data);
  const auto groups = draw_order(g.groups, data);
  const auto inputs = draw_order(w.extent(1), data), outputs = draw_order(p.out_channels / g.groups, data);
  const auto in = grouped_order(groups, inputs), out = grouped_order(groups, outputs);
  const auto x_ = reordered(x, 0, in), dy_ = reordered(dy, 0, out);
  const auto w_ = reordered(reordered(w, 0, out), 1, inputs);
  const auto b_ = reordered(b, 0, out);
  return Outcome()
      .equal("y", reordered(f.forward_with_bias(x, w, b, g), 0, out), f.forward_with_bias(x_, w_, b_, g))
      .equal("dx", reordered(f.backward_input(x.shape(), w, dy, g), 0, in), f.backward_input(x.shape(), w_, dy_, g))
      .equal("dw", reordered(reordered(f.backward_kernel(x, w.shape(), dy, g), 0, out), 1, inputs),
             f.backward_kernel(x_, w.shape(), dy_, g))
      .equal("db", reordered(f.backward_bias(dy), 0, out), f.backward_bias(dy_));
}

// L10

template <class T>
Outcome L10_agrees_with_the_twin(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = fitted(problem);
  const auto [g, x, w, b, dy] = draw_case<T>(p, data);
  return Outcome()
      .equal("y", twins::conv2d_forward(p, x, w), f.forward(x, w, g))
      .equal("y with bias", twins::conv2d_forward(p, x, w, b), f.forward_with_bias(x, w, b, g))
      .equal("dx", twins::conv2d_backward_input(p, w, dy), f.backward_input(x.shape(), w, dy, g))
      .equal("dw", twins::conv2d_backward_kernel(p, x, dy), f.backward_kernel(x, w.shape(), dy, g))
      .equal("db", twins::conv2d_backward_bias(p, dy), f.backward_bias(dy));
}

// N1, N2

/// visit(...) for each output and tap that meet in a cell of x: the defining sum. The cell may lie outside of x.
template <class Visit>
void for_each_real_tap(const cnnspec_conv2d& p, Visit visit) {
  const Idx inputs = p.in_channels / p.groups, outputs = p.out_channels / p.groups;
  for (Idx o = 0; o < p.out_channels; ++o)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j)
        for (Idx c = 0; c < inputs; ++c)
          for (Idx row = 0; row < p.kernel_height; ++row)
            for (Idx column = 0; column < p.kernel_width; ++column) {
              const Idx above = i * p.stride_height + row * p.dilation_height;
              const Idx beside = j * p.stride_width + column * p.dilation_width;
              const bool real = above >= p.pad_top && above < p.pad_top + p.in_height && beside >= p.pad_left &&
                                beside < p.pad_left + p.in_width;
              if (real)
                visit(std::array{o, i, j}, std::array{o, c, row, column},
                      std::array{o / outputs * inputs + c, above - p.pad_top, beside - p.pad_left});
            }
}

inline Outcome N1_terms_are_added_in_order(const Conv2dFunctions<Term>& f, const cnnspec_conv2d& problem,
                                           Choices& data) {
  const cnnspec_conv2d p = fitted(problem);
  const auto g = config_of(p);
  const auto x = draw_named(x_shape(p), "x", data), dy = draw_named(y_shape(p), "dy", data);
  const auto w = draw_named(w_shape(p), "w", data);
  const auto b = draw_named(dyn_shape(p.out_channels), "b", data);
  Image<Term> y(dy.shape()), dx(x.shape());
  Kernel<Term> dw(w.shape());
  Vector<Term> db(b.shape());
  const auto at = [](auto& tensor, const auto& index) -> auto& {
    return std::apply(
        [&](auto... i) -> auto& { return tensor(i...); }, index);
  };
  for_each_real_tap(p, [&](const auto& y_, const auto& w_, const auto& x_) {
    at(y, y_) += at(w, w_) * at(x, x_);
    at(dx, x_) += at(w, w_) * at(dy, y_);
    at(dw, w_) += at(x, x_) * at(dy, y_);
  });
  auto y_with_bias = y;
  const Idx pixels = y.size() / b.size();
  for (Idx n = 0; n < y.size(); ++n) y_with_bias[n] += b[n / pixels], db[n / pixels] += dy[n];
  return Outcome()
      .equal("y", y, f.forward(x, w, g))
      .equal("y with bias", y_with_bias, f.forward_with_bias(x, w, b, g))
      .equal("dx", dx, f.backward_input(x.shape(), w, dy, g))
      .equal("dw", dw, f.backward_kernel(x, w.shape(), dy, g))
      .equal("db", db, f.backward_bias(dy));
}

/// With infinite weights on positive cells, every output is infinite, or zero if it has no real tap. If padding were
/// multiplied by the weights, it would be NaN.
template <class T>
Outcome N2_padding_is_absent(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const cnnspec_conv2d p = with_padding(problem, data);
  const auto g = config_of(p);
  const T infinity = std::numeric_limits<T>::infinity();
  const auto all_infinite = [&](const auto& shape) { return tensor_of<T>(shape, [&](Idx) { return infinity; }); };
  const auto x = draw<T>(x_shape(p), data, 1, 9), dy = draw<T>(y_shape(p), data, 1, 9);
  const auto w = all_infinite(w_shape(p));
  Image<T> y(dy.shape()), dx(x.shape());
  Kernel<T> dw(w.shape());
  for_each_real_tap(p, [&](const auto& y_, const auto& w_, const auto& x_) {
    y(y_[0], y_[1], y_[2]) = dx(x_[0], x_[1], x_[2]) = dw(w_[0], w_[1], w_[2], w_[3]) = infinity;
  });
  return Outcome()
      .equal("y", y, f.forward(x, w, g))
      .equal("dx", dx, f.backward_input(x.shape(), w, dy, g))
      .equal("dw", dw, f.backward_kernel(all_infinite(x.shape()), w.shape(), dy, g));
}

// Laws of every backward

template <class T>
Outcome zero_cotangent_gives_zero(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const auto [g, x, w, b, dy] = draw_case<T>(fitted(problem), data);
  const auto zero = zeros<T>(dy.shape());
  return Outcome()
      .equal("dx", zeros<T>(x.shape()), f.backward_input(x.shape(), w, zero, g))
      .equal("dw", zeros<T>(w.shape()), f.backward_kernel(x, w.shape(), zero, g))
      .equal("db", zeros<T>(b.shape()), f.backward_bias(zero));
}

template <class T>
Outcome backward_is_linear(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const auto [g, x, w, b, dy] = draw_case<T>(fitted(problem), data);
  const auto dv = draw<T>(dy.shape(), data), sum = combination(2, dy, -3, dv);
  return Outcome()
      .equal("dx", combination(2, f.backward_input(x.shape(), w, dy, g), -3, f.backward_input(x.shape(), w, dv, g)),
             f.backward_input(x.shape(), w, sum, g))
      .equal("dw", combination(2, f.backward_kernel(x, w.shape(), dy, g), -3, f.backward_kernel(x, w.shape(), dv, g)),
             f.backward_kernel(x, w.shape(), sum, g))
      .equal("db", combination(2, f.backward_bias(dy), -3, f.backward_bias(dv)), f.backward_bias(sum));
}

template <class T>
Outcome two_runs_are_identical(const Conv2dFunctions<T>& f, const cnnspec_conv2d& problem, Choices& data) {
  const auto [g, x, w, b, dy] = draw_case<T>(fitted(problem), data);
  return Outcome()
      .equal("y", f.forward(x, w, g), f.forward(x, w, g))
      .equal("y with bias", f.forward_with_bias(x, w, b, g), f.forward_with_bias(x, w, b, g))
      .equal("dx", f.backward_input(x.shape(), w, dy, g), f.backward_input(x.shape(), w, dy, g))
      .equal("dw", f.backward_kernel(x, w.shape(), dy, g), f.backward_kernel(x, w.shape(), dy, g))
      .equal("db", f.backward_bias(dy), f.backward_bias(dy));
}

template <class T>
std::vector<Conv2dLaw<T>> conv2d_laws() {
  std::vector<Conv2dLaw<T>> laws{
      {"L1", "conv2d is linear in x", L1_linear_in_x<T>},
      {"L1", "conv2d is linear in w", L1_linear_in_w<T>},
      {"L1", "the bias is added once to each output", L1_bias_is_added_once<T>},
      {"L2", "dx is the adjoint of conv2d in x", L2_dx_is_the_adjoint<T>},
      {"L2", "dw is the adjoint of conv2d in w", L2_dw_is_the_adjoint<T>},
      {"L2", "db is the adjoint of the bias", L2_db_is_the_adjoint<T>},
      {"L3", "a delta kernel shifts", L3_delta_kernel_shifts<T>},
      {"L3", "the 1x1 identity kernel is the identity", L3_identity_kernel<T>},
      {"L4", "padding = the explicitly padded image, without padding", L4_padding_is_explicit_padding<T>},
      {"L5", "stride s = every s-th output of stride 1", L5_stride_is_every_nth_output<T>},
      {"L6", "dilation = a dense convolution with the zero-stuffed kernel", L6_dilation_is_a_stuffed_kernel<T>},
      {"L7", "groups = one convolution for each group, side by side", L7_groups_are_side_by_side<T>},
      {"L7", "groups = a dense convolution with the block-diagonal kernel", L7_groups_are_block_diagonal<T>},
      {"L8", "a 1x1 kernel = linear on each pixel", L8_a_point_kernel_is_linear_per_pixel<T>},
      {"L8", "a kernel as large as the image = linear", L8_a_kernel_as_large_as_the_image_is_linear<T>},
      {"L9", "transposing height and width transposes the result", L9_height_and_width_are_alike<T>},
      {"L9", "permuting channels permutes the result", L9_channels_are_alike<T>},
      {"L10", "agrees with the independent twin", L10_agrees_with_the_twin<T>},
      {"zero-dy", "a zero cotangent gives exactly zero gradients", zero_cotangent_gives_zero<T>},
      {"linear-dy", "backward is linear in dy", backward_is_linear<T>},
      {"repeat", "two runs are identical", two_runs_are_identical<T>},
  };
  if constexpr (std::numeric_limits<T>::has_infinity)
    laws.push_back({"N2", "padding is absent, not zero times w", N2_padding_is_absent<T>});
  return laws;
}

}  // namespace cnnspec::checks
