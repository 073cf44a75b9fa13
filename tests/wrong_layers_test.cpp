// The laws are tested too: each wrong layer must be rejected, by exactly the laws that are named with it, and the
// specification by none. The gradient check is a column beside the laws: it is blind to what forward and backward do
// wrong alike. Each test prints what it found as a table.
#include "checks/generate/configurations.hpp"
#include "checks/gradient/check_gradient.hpp"
#include "checks/laws/conv2d.hpp"
#include "checks/laws/flatten.hpp"
#include "checks/laws/linear.hpp"
#include "checks/laws/max_pool2d.hpp"
#include "checks/laws/relu.hpp"
#include "tests/wrong_layers_conv2d.hpp"
#include "tests/wrong_layers_matrix.hpp"
#include "tests/wrong_layers_max_pool2d.hpp"
#include "tests/wrong_layers_vectors.hpp"

namespace cnnspec::tests {

using namespace checks;

constexpr Limits limits{.max_extent = 8,
                        .max_channels = 6,
                        .max_batch = 1,
                        .max_kernel = 4,
                        .max_features = 8,
                        .max_count = 20,
                        .max_taps = 2'000};
constexpr Limits gradient_limits{.max_extent = 6, .max_channels = 4, .max_batch = 1, .max_taps = 200};
const GradientOptions few_points{.max_points = 3};

Ids rejecting(const Layer<Conv2dFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_conv2d(choices, limits); };
  Ids ids;
  add_rejecting(ids, conv2d_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, conv2d_laws<double>(), layer.floating, draw);
  add_rejecting(ids, conv2d_order_laws(), layer.terms, draw);
  add_gradient(ids, [&](Choices& choices) {
    const cnnspec_conv2d p = draw_conv2d(choices, gradient_limits);
    const Conv2dConfig g = config_of(p);
    return check_gradient<Int128>(
        "conv2d", {"x", "w", "b"},
        [&](const auto& x, const auto& w, const auto& b) { return layer.exact.forward_with_bias(x, w, b, g); },
        [&](const auto& x, const auto& w, const auto&, const auto& dy) {
          return std::tuple{layer.exact.backward_input(x.shape(), w, dy, g),
                            layer.exact.backward_kernel(x, w.shape(), dy, g), layer.exact.backward_bias(dy)};
        },
        few_points, x_shape(p), w_shape(p), dyn_shape(p.out_channels));
  });
  return ids;
}

Ids rejecting(const Layer<MaxPool2dFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_pool2d(choices, limits); };
  Ids ids;
  add_rejecting(ids, max_pool2d_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, max_pool2d_laws<double>(), layer.floating, draw);
  add_gradient(ids, [&](Choices& choices) {
    const cnnspec_pool2d p = draw_pool2d(choices, gradient_limits);
    return check_gradient<Int128>(
        "max_pool2d", {"x"}, [&](const auto& x) { return layer.exact.forward(x, config_of(p)); },
        [&](const auto& x, const auto& dy) { return layer.exact.backward(x, dy, config_of(p)); }, few_points,
        x_shape(p));
  });
  return ids;
}

Ids rejecting(const Layer<ReluFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_elementwise(choices, limits); };
  Ids ids;
  add_rejecting(ids, relu_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, relu_laws<double>(), layer.floating, draw);
  add_gradient(ids, [&](Choices& choices) {
    return check_gradient<Int128>("relu", {"x"}, layer.exact.forward, layer.exact.backward, few_points,
                                  x_shape(draw_elementwise(choices, limits)));
  });
  return ids;
}

Ids rejecting(const Layer<LinearFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_linear(choices, limits); };
  Ids ids;
  add_rejecting(ids, linear_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, linear_laws<double>(), layer.floating, draw);
  add_rejecting(ids, linear_order_laws(), layer.terms, draw);
  add_gradient(ids, [&](Choices& choices) {
    const cnnspec_linear p = draw_linear(choices, limits);
    return check_gradient<Int128>(
        "linear", {"x", "w", "b"}, layer.exact.forward_with_bias,
        [&](const auto& x, const auto& w, const auto&, const auto& dy) {
          return std::tuple{layer.exact.backward_input(w, dy), layer.exact.backward_weight(x, dy),
                            layer.exact.backward_bias(dy)};
        },
        few_points, x_shape(p), w_shape(p), y_shape(p));
  });
  return ids;
}

Ids rejecting(const Layer<FlattenFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_pool2d(choices, limits); };
  Ids ids;
  add_rejecting(ids, flatten_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, flatten_laws<double>(), layer.floating, draw);
  add_gradient(ids, [&](Choices& choices) {
    return check_gradient<Int128>(
        "flatten", {"x"}, layer.exact.forward,
        [&](const auto& x, const auto& dy) { return layer.exact.backward(x.shape(), dy); }, few_points,
        x_shape(draw_pool2d(choices, limits)));
  });
  return ids;
}

namespace {

const auto laws_rejecting = [](const auto& layer) { return rejecting(layer); };

TEST(WrongLayers, every_mistake_in_conv2d_is_rejected_by_the_laws_that_see_it) {
  expect_each_rejected("conv2d", right_conv2d(), wrong_conv2ds(), laws_rejecting);
}
TEST(WrongLayers, every_mistake_in_max_pool2d_is_rejected_by_the_laws_that_see_it) {
  expect_each_rejected("max_pool2d", right_max_pool2d(), wrong_max_pool2ds(), laws_rejecting);
}
TEST(WrongLayers, every_mistake_in_relu_is_rejected_by_the_laws_that_see_it) {
  expect_each_rejected("relu", right_relu(), wrong_relus(), laws_rejecting);
}
TEST(WrongLayers, every_mistake_in_linear_is_rejected_by_the_laws_that_see_it) {
  expect_each_rejected("linear", right_linear(), wrong_linears(), laws_rejecting);
}
TEST(WrongLayers, every_mistake_in_flatten_is_rejected_by_the_laws_that_see_it) {
  expect_each_rejected("flatten", right_flatten(), wrong_flattens(), laws_rejecting);
}

}  // namespace
}  // namespace cnnspec::tests
