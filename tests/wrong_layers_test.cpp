// Tests of the laws: each wrong layer must be rejected by exactly the laws that are named with it, and the
// specification by none. The gradient check is one more column: it cannot see mistakes that forward and backward have
// in common. Each test prints its results as a table.
#include "checks/generate/configurations.hpp"
#include "checks/layers/conv2d/draw.hpp"
#include "checks/layers/conv2d/gradient.hpp"
#include "checks/layers/conv2d/laws.hpp"
#include "checks/layers/flatten/gradient.hpp"
#include "checks/layers/flatten/laws.hpp"
#include "checks/layers/linear/draw.hpp"
#include "checks/layers/linear/gradient.hpp"
#include "checks/layers/linear/laws.hpp"
#include "checks/layers/max_pool2d/draw.hpp"
#include "checks/layers/max_pool2d/gradient.hpp"
#include "checks/layers/max_pool2d/laws.hpp"
#include "checks/layers/relu/draw.hpp"
#include "checks/layers/relu/gradient.hpp"
#include "checks/layers/relu/laws.hpp"
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

template <class F, class Draw>
void add_gradient(Ids& ids, const F& functions, Draw draw) {
  add_gradient(ids, [&](Choices& choices) { return check_gradient_of(functions, draw(choices), {.max_points = 3}); });
}

Ids rejecting(const Layer<Conv2dFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_conv2d(choices, limits); };
  Ids ids;
  add_rejecting(ids, conv2d_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, conv2d_laws<double>(), layer.floating, draw);
  add_rejecting(ids, conv2d_order_laws(), layer.terms, draw);
  add_gradient(ids, layer.exact, [](Choices& choices) { return draw_conv2d(choices, gradient_limits); });
  return ids;
}

Ids rejecting(const Layer<MaxPool2dFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_pool2d(choices, limits); };
  Ids ids;
  add_rejecting(ids, max_pool2d_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, max_pool2d_laws<double>(), layer.floating, draw);
  add_rejecting(ids, max_pool2d_order_laws(), layer.terms, draw);
  add_gradient(ids, layer.exact, [](Choices& choices) { return draw_pool2d(choices, gradient_limits); });
  return ids;
}

Ids rejecting(const Layer<ReluFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_elementwise(choices, limits); };
  Ids ids;
  add_rejecting(ids, relu_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, relu_laws<double>(), layer.floating, draw);
  add_gradient(ids, layer.exact, draw);
  return ids;
}

Ids rejecting(const Layer<LinearFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_linear(choices, limits); };
  Ids ids;
  add_rejecting(ids, linear_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, linear_laws<double>(), layer.floating, draw);
  add_rejecting(ids, linear_order_laws(), layer.terms, draw);
  add_gradient(ids, layer.exact, draw);
  return ids;
}

Ids rejecting(const Layer<FlattenFunctions>& layer) {
  const auto draw = [](Choices& choices) { return draw_pool2d(choices, limits); };
  Ids ids;
  add_rejecting(ids, flatten_laws<Int128>(), layer.exact, draw);
  add_rejecting(ids, flatten_laws<double>(), layer.floating, draw);
  add_gradient(ids, layer.exact, draw);
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
