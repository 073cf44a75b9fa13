// Tests of the laws of the models: each model with a mistake in its backward must be rejected by exactly the laws that
// are named with it, and the specification by none.
#include "tests/wrong_layers_models.hpp"

#include "checks/gradient/check_gradient.hpp"
#include "checks/models/laws.hpp"
#include "tests/wrong_layers_matrix.hpp"

namespace cnnspec::tests {

using namespace checks;

Ids rejecting(const ModelFunctions<Int128>& model) {
  Ids ids;
  add_rejecting(ids, model_laws<Int128>(), model, [](Choices& choices) {
    return ModelProblem{draw_cnn2(choices), true};
  });
  add_gradient(ids, [&](Choices& choices) {
    const ModelProblem p{draw_cnn2(choices), true};
    const Network<Int128> net(definition_of(p));
    const auto& conv1 = std::get<RunTimeConv<Int128>>(net.layers[0]);
    const auto& conv2 = std::get<RunTimeConv<Int128>>(net.layers[3]);
    const auto& head = std::get<RunTimeLinear<Int128>>(net.layers[7]);
    const auto with = [&](const auto& w1, const auto& b1, const auto& w2, const auto& b2, const auto& w,
                          const auto& b) {
      Network<Int128> filled = net;
      filled.layers[0] = RunTimeConv<Int128>{w1, b1, conv1.config};
      filled.layers[3] = RunTimeConv<Int128>{w2, b2, conv2.config};
      filled.layers[7] = RunTimeLinear<Int128>{w, b};
      return filled;
    };
    return check_gradient<Int128>(
        "model", {"x", "conv1.kernel", "conv1.bias", "conv2.kernel", "conv2.bias", "head.weight", "head.bias"},
        [&](const auto& x, const auto&... parameters) { return model.forward(with(parameters...), x); },
        [&](const auto& x, const auto& w1, const auto& b1, const auto& w2, const auto& b2, const auto& w, const auto& b,
            const auto& dy) {
          const auto [dx, d] = model.backward(with(w1, b1, w2, b2, w, b), x, dy);
          return std::tuple{dx,
                            Tensor(w1.shape(), d[0][0]),
                            Tensor(b1.shape(), d[0][1]),
                            Tensor(w2.shape(), d[3][0]),
                            Tensor(b2.shape(), d[3][1]),
                            Tensor(w.shape(), d[7][0]),
                            Tensor(b.shape(), d[7][1])};
        },
        GradientOptions{.mode = Mode::directional, .max_points = 3}, dyn_shape(p.run.in_c, p.run.in_h, p.run.in_w),
        conv1.kernel.shape(), conv1.bias.shape(), conv2.kernel.shape(), conv2.bias.shape(), head.weight.shape(),
        head.bias.shape());
  });
  return ids;
}

namespace {

TEST(WrongLayers, every_mistake_in_a_model_is_rejected_by_the_laws_that_see_it) {
  expect_each_rejected("model", spec_network<Int128>(), wrong_models(),
                       [](const auto& model) { return rejecting(model); });
}

}  // namespace
}  // namespace cnnspec::tests
