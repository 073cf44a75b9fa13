// The laws of avg_pool2d, and its independent twin. Whole numbers stay whole: all data are multiples of every divisor.
#pragma once

#include <limits>
#include <numeric>

#include "checks/laws/configuration.hpp"
#include "checks/laws/law.hpp"
#include "checks/laws/problems.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/layers/avg_pool2d/config.hpp"
#include "checks/layers/avg_pool2d/functions.hpp"
#include "checks/layers/avg_pool2d/twin.hpp"
#include "checks/scalars/int128.hpp"
#include "cnnspec/conv2d.hpp"

namespace cnnspec::checks {

template <class T>
using AvgPool2dLaw = Law<AvgPool2dFunctions<T>, AvgPool2dProblem>;

/// For every scalar that computes exactly with whole numbers; laws about NaN if T has NaN.
template <class T>
std::vector<AvgPool2dLaw<T>> avg_pool2d_laws();

extern template std::vector<AvgPool2dLaw<Int128>> avg_pool2d_laws();
extern template std::vector<AvgPool2dLaw<double>> avg_pool2d_laws();

/// One image of the problem. It stays valid, and gets divisors so small that their multiples are exact in double.
AvgPool2dProblem with_small_divisors(AvgPool2dProblem p);
/// A common multiple of all divisors of the problem.
Idx multiple_of_divisors(const AvgPool2dProblem& p);

template <class T, class S>
auto draw_multiples(const AvgPool2dProblem& p, const S& shape, Choices& data) {
  return mapped(draw<T>(shape, data), [m = T(multiple_of_divisors(p))](const T& v) { return m * v; });
}
template <class T>
T sum_of(const Image<T>& image) {
  return dot(image, mapped(image, [](const T&) { return T(1); }));
}

template <class T>
Outcome A1_linear(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  const AvgPool2dProblem p = with_small_divisors(problem);
  const auto g = config_of(p);
  const auto a = draw_multiples<T>(p, x_shape(p), data), b = draw_multiples<T>(p, x_shape(p), data);
  const auto da = draw_multiples<T>(p, y_shape(p), data), db = draw_multiples<T>(p, y_shape(p), data);
  return Outcome()
      .equal("y", combination(2, f.forward(a, g), -3, f.forward(b, g)), f.forward(combination(2, a, -3, b), g))
      .equal("dx", combination(2, f.backward(a.shape(), da, g), -3, f.backward(a.shape(), db, g)),
             f.backward(a.shape(), combination(2, da, -3, db), g));
}

template <class T>
Outcome A2_a_constant_stays(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  AvgPool2dProblem p = with_small_divisors(problem);
  p.count_include_pad = p.divisor_override = 0;
  const T c = draw_scalar<T>(data, 1, 9);
  const auto constant = [&](const auto& shape) { return tensor_of<T>(shape, [&](Idx) { return c; }); };
  return Outcome().equal("y", constant(y_shape(p)), f.forward(constant(x_shape(p)), config_of(p)));
}

template <class T>
Outcome A3_a_convolution_with_ones(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  AvgPool2dProblem p = with_small_divisors(problem);
  p.ceil_mode = p.divisor_override = 0, p.count_include_pad = 1;
  p = with_small_divisors(p);
  const auto x = draw_multiples<T>(p, x_shape(p), data);
  const Idx cells = p.kernel_height * p.kernel_width;
  const auto ones = tensor_of<T>(dyn_shape(p.channels, 1, p.kernel_height, p.kernel_width), [](Idx) { return T(1); });
  const Conv2dConfig depthwise{height_of(p).axis, width_of(p).axis, p.channels};
  const auto y = mapped(f.forward(x, config_of(p)), [&](const T& v) { return T(cells) * v; });
  return Outcome().equal("y times the cells of a window", conv2d(x, ones, depthwise), y);
}

template <class T>
Outcome A4_tiles_conserve_the_sum(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  AvgPool2dProblem p = with_small_divisors(problem);
  set_height(p, {p.kernel_height * data.pick(1, 3), 1, p.kernel_height, {.stride = p.kernel_height}});
  set_width(p, {p.kernel_width * data.pick(1, 3), 1, p.kernel_width, {.stride = p.kernel_width}});
  p.divisor_override = 0;
  const auto x = draw_multiples<T>(p, x_shape(p), data);
  const auto cells = static_cast<T>(p.kernel_height * p.kernel_width);
  return Outcome().equal_number("sum of y times the cells of a tile", sum_of(x),
                                cells * sum_of(f.forward(x, config_of(p))));
}

template <class T>
Outcome A5_the_override_divides(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  AvgPool2dProblem p = with_small_divisors(problem), sums = p;
  p.divisor_override = data.pick(2, 9), sums.divisor_override = 1;
  const auto x = draw_multiples<T>(p, x_shape(p), data), dy = draw_multiples<T>(p, y_shape(p), data);
  const auto times = [&](const auto& t) { return mapped(t, [&](const T& v) { return T(p.divisor_override) * v; }); };
  return Outcome()
      .equal("y", f.forward(x, config_of(sums)), times(f.forward(x, config_of(p))))
      .equal("dx", f.backward(x.shape(), dy, config_of(sums)), times(f.backward(x.shape(), dy, config_of(p))));
}

template <class T>
Outcome A6_rounding_up_adds_windows_only(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem,
                                         Choices& data) {
  AvgPool2dProblem down = problem, up = problem;
  down.ceil_mode = 0, up.ceil_mode = 1;
  down = with_small_divisors(down), up = with_small_divisors(up);
  const auto x = draw_multiples<T>(up, x_shape(up), data);
  const auto y = f.forward(x, config_of(up));
  return Outcome().equal("y", f.forward(x, config_of(down)), extracted(y, y_shape(down), {}));
}

template <class T>
Outcome A7_the_adjoint(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  const AvgPool2dProblem p = with_small_divisors(problem);
  const auto x = draw_multiples<T>(p, x_shape(p), data), dy = draw_multiples<T>(p, y_shape(p), data);
  return Outcome().equal_number("<dy, y>", dot(f.backward(x.shape(), dy, config_of(p)), x),
                                dot(dy, f.forward(x, config_of(p))));
}

template <class T>
Outcome A8_channels_are_apart(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  const AvgPool2dProblem p = with_small_divisors(problem);
  const auto x = draw_multiples<T>(p, x_shape(p), data), dy = draw_multiples<T>(p, y_shape(p), data);
  const auto order = draw_order(p.channels, data);
  const auto g = config_of(p);
  return Outcome()
      .equal("y", reordered(f.forward(x, g), 0, order), f.forward(reordered(x, 0, order), g))
      .equal("dx", reordered(f.backward(x.shape(), dy, g), 0, order),
             f.backward(x.shape(), reordered(dy, 0, order), g));
}

template <class T>
Outcome A9_height_and_width_alike(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  const AvgPool2dProblem p = with_small_divisors(problem);
  AvgPool2dProblem turned = p;
  set_height(turned, width_of(p)), set_width(turned, height_of(p));
  const auto x = draw_multiples<T>(p, x_shape(p), data);
  return Outcome().equal("y", transposed(f.forward(x, config_of(p))), f.forward(transposed(x), config_of(turned)));
}

template <class T>
Outcome avg_pool2d_agrees_with_the_twin(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem,
                                        Choices& data) {
  const AvgPool2dProblem p = with_small_divisors(problem);
  const auto x = draw_multiples<T>(p, x_shape(p), data), dy = draw_multiples<T>(p, y_shape(p), data);
  return Outcome()
      .equal("y", twins::avg_pool2d_forward(p, x), f.forward(x, config_of(p)))
      .equal("dx", twins::avg_pool2d_backward(p, dy), f.backward(x.shape(), dy, config_of(p)));
}

/// A NaN shows in the mean of every window that contains it, and in no other mean.
template <class T>
Outcome N8_nan_is_in_its_windows(const AvgPool2dFunctions<T>& f, const AvgPool2dProblem& problem, Choices& data) {
  const AvgPool2dProblem p = with_small_divisors(problem);
  auto x = draw_multiples<T>(p, x_shape(p), data);
  const auto before = f.forward(x, config_of(p));
  auto hot = tensor_of<T>(x.shape(), [](Idx) { return T(0); });
  const Idx n = data.pick(0, x.size() - 1);
  x[n] = std::numeric_limits<T>::quiet_NaN(), hot[n] = T(multiple_of_divisors(p));
  const auto y = f.forward(x, config_of(p)), reached = f.forward(hot, config_of(p));
  Outcome outcome;
  for (Idx i = 0; i < y.size(); ++i) {
    const bool is_nan = !(y[i] == y[i]);
    const bool is_right = reached[i] == T(0) ? y[i] == before[i] : is_nan;
    outcome.require(is_right, "y", {i}, reached[i] == T(0) ? "as without the NaN" : "NaN", y[i]);
  }
  return outcome;
}

template <class T>
std::vector<AvgPool2dLaw<T>> avg_pool2d_laws() {
  std::vector<AvgPool2dLaw<T>> laws{
      {"A1", "y is linear in x, and dx in dy", A1_linear<T>},
      {"A2", "without counted padding, a constant image stays constant", A2_a_constant_stays<T>},
      {"A3", "with counted padding, y times the cells of a window is a convolution with ones",
       A3_a_convolution_with_ones<T>},
      {"A4", "tiles conserve the sum", A4_tiles_conserve_the_sum<T>},
      {"A5", "with divisor_override d, d times the mean is the sum", A5_the_override_divides<T>},
      {"A6", "ceil_mode adds windows and changes none", A6_rounding_up_adds_windows_only<T>},
      {"A7", "dx is the adjoint of y", A7_the_adjoint<T>},
      {"A8", "channels do not know of each other", A8_channels_are_apart<T>},
      {"A9", "height and width are alike", A9_height_and_width_alike<T>},
      {"twin", "agrees with the independent twin", avg_pool2d_agrees_with_the_twin<T>},
  };
  if constexpr (std::numeric_limits<T>::has_quiet_NaN)
    laws.push_back({"N8", "a NaN is in the means of its windows and in no other", N8_nan_is_in_its_windows<T>});
  return laws;
}

}  // namespace cnnspec::checks
