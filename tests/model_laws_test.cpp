// Every law of the models, for each form of them in the specification: the run-time network, the chain, and the
// explicit Cnn2Spec.
#include "checks/models/laws.hpp"
#include "checks/mutants/suite/uneven.hpp"
#include "tests/law_test.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {

void showValue(const ModelProblem& p, std::ostream& out) { out << configuration_text(p); }

}  // namespace cnnspec::checks

namespace cnnspec::tests {

template <>
struct ProblemText<checks::ModelProblem> {
  static checks::ModelProblem read(const std::string& text) {
    const std::size_t space = text.find(' ');
    return {checks::parse_config(text.substr(space + 1), "CNNSPEC_CASE"), text.substr(0, space) == "cnn-relu"};
  }
};

namespace {

using namespace checks;

rc::Gen<ModelProblem> models(bool with_relu) {
  return drawn([with_relu](Choices& choices) { return ModelProblem{draw_cnn2(choices), with_relu}; });
}

constexpr Cnn2Config plain{.c1 = 2, .c2 = 3, .out_dim = 2};
rc::Gen<ModelProblem> only(const Cnn2Config& config, Idx in_c, Idx in_h, Idx in_w) {
  return rc::gen::just(ModelProblem{Cnn2Run{config, in_c, in_h, in_w}, true});
}

[[maybe_unused]] const bool added[] = {
    add_law_tests("NetworkWithReluLaws", model_laws<Int128>(), spec_network<Int128>(), models(true)),
    add_law_tests("NetworkWithoutReluLaws", model_laws<Int128>(), spec_network<Int128>(), models(false)),
    add_law_tests("ChainWithReluLaws", model_laws<Int128>(), spec_chain<Int128>(), models(true)),
    add_law_tests("ChainWithoutReluLaws", model_laws<Int128>(), spec_chain<Int128>(), models(false)),
    add_law_tests("Cnn2SpecLaws", model_laws<Int128>(),
                  spec_cnn2<Int128, uneven, uneven_in_c, uneven_in_h, uneven_in_w>(),
                  only(uneven, uneven_in_c, uneven_in_h, uneven_in_w)),
    add_law_tests("Cnn2SpecDefaultsLaws", model_laws<Int128>(), spec_cnn2<Int128, plain, 3, 8, 8>(),
                  only(plain, 3, 8, 8)),
    add_law_tests("NetworkInDoubleLaws", model_laws<double>(), spec_network<double>(), models(true)),
};

TEST(Models, the_chain_and_the_explicit_model_agree) {
  RandomChoices data(test_seed());
  Cnn2Spec<Int128, uneven, uneven_in_c, uneven_in_h, uneven_in_w> model;
  const auto fill = [&](auto& w) { w = draw<Int128>(w.shape(), data); };
  std::apply([&](auto&... w) { (fill(w), ...); },
             std::tuple_cat(model.conv1.parameters(), model.conv2.parameters(), model.head.parameters()));
  Tensor<Int128, uneven_in_c, uneven_in_h, uneven_in_w> x;
  Tensor<Int128, uneven.out_dim> dy;
  fill(x), fill(dy);

  const auto chain = cnn_with_relu_spec(model);
  EXPECT_TRUE(chain.forward(x) == model.forward(x));
  EXPECT_TRUE(cnn_forward(model, x) == cnn_spec(model).forward(x));

  const auto [grads, dx] = model.backward(x, dy);
  const auto gradients = chain.backward(x, dy);
  const auto& d = gradients.d_parameters;
  EXPECT_TRUE(gradients.dx == dx);
  EXPECT_TRUE(std::get<0>(d) == std::tuple(grads.d_conv1_kernel, grads.d_conv1_bias));
  EXPECT_TRUE(std::get<3>(d) == std::tuple(grads.d_conv2_kernel, grads.d_conv2_bias));
  EXPECT_TRUE(std::get<7>(d) == std::tuple(grads.d_head_w, grads.d_head_b));
}

}  // namespace
}  // namespace cnnspec::tests
