#include "checks/mutants/suite/laws.hpp"

#include "checks/generate/configurations.hpp"
#include "checks/layers/avg_pool2d/gradient.hpp"
#include "checks/layers/avg_pool2d/laws.hpp"
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
#include "checks/models/laws.hpp"
#include "checks/mutants/suite/runner.hpp"

namespace cnnspec::mutants {
namespace {

using namespace checks;

constexpr std::uint64_t problems_seed = 1;
constexpr Limits limits{.max_extent = 8,
                        .max_channels = 6,
                        .max_batch = 1,
                        .max_kernel = 4,
                        .max_features = 8,
                        .max_count = 20,
                        .max_taps = 2'000};
constexpr Limits gradient_limits{.max_extent = 6, .max_channels = 4, .max_batch = 1, .max_taps = 200};
const GradientOptions few_points{.max_points = 3};
constexpr int many = 60, some = 20;  // problems

/// Adds a check for each law. A check ends at the first problem on which its law does not hold.
template <class F, class P, class Draw>
void add_laws(const std::string& subject, const std::vector<Law<F, P>>& laws, const F& functions, Draw draw,
              int problems) {
  for (const Law<F, P>& law : laws)
    add_check(subject + " " + law.id + ": " + law.sentence, [=] {
      RandomChoices choices(problems_seed);
      for (int n = 0; n < problems; ++n) {
        const P problem = draw(choices);
        const Outcome outcome = judge(law, functions, problem, choices.seed());
        if (!outcome.holds()) return text_of(*outcome.finding());
      }
      return std::string();
    });
}

/// `draw(choices)`: draws a random problem.
template <class F, class Draw>
void add_gradient(const std::string& subject, const F& functions, Draw draw) {
  add_check(subject + " gradient: backward equals the exact finite differences of forward", [=] {
    RandomChoices choices(problems_seed);
    for (int n = 0; n < some; ++n) {
      const GradientReport report = check_gradient_of(functions, draw(choices), few_points);
      if (!report.failure().empty()) return report.failure();
    }
    return std::string();
  });
}

}  // namespace

bool add_conv2d(const Conv2dFunctions<Int128>& exact, const Conv2dFunctions<double>& floating,
                const Conv2dFunctions<Term>& terms) {
  const auto draw = [](Choices& choices) { return draw_conv2d(choices, limits); };
  add_laws("conv2d", conv2d_laws<Int128>(), exact, draw, many);
  add_laws("conv2d<double>", conv2d_laws<double>(), floating, draw, some);
  add_laws("conv2d", conv2d_order_laws(), terms, draw, some);
  add_gradient("conv2d", exact, [](Choices& choices) { return draw_conv2d(choices, gradient_limits); });
  return true;
}

bool add_max_pool2d(const MaxPool2dFunctions<Int128>& exact, const MaxPool2dFunctions<double>& floating,
                    const MaxPool2dFunctions<Term>& terms) {
  const auto draw = [](Choices& choices) { return draw_pool2d(choices, limits); };
  add_laws("max_pool2d", max_pool2d_laws<Int128>(), exact, draw, some);
  add_laws("max_pool2d<double>", max_pool2d_laws<double>(), floating, draw, some);
  add_laws("max_pool2d", max_pool2d_order_laws(), terms, draw, some);
  add_gradient("max_pool2d", exact, [](Choices& choices) { return draw_pool2d(choices, gradient_limits); });
  return true;
}

bool add_avg_pool2d(const AvgPool2dFunctions<Int128>& exact, const AvgPool2dFunctions<double>& floating) {
  const auto draw = [](Choices& choices) { return draw_of<AvgPool2dProblem>(choices, limits); };
  add_laws("avg_pool2d", avg_pool2d_laws<Int128>(), exact, draw, many);
  add_laws("avg_pool2d<double>", avg_pool2d_laws<double>(), floating, draw, some);
  add_gradient("avg_pool2d", exact,
               [](Choices& choices) { return draw_of<AvgPool2dProblem>(choices, gradient_limits); });
  return true;
}

bool add_relu(const ReluFunctions<Int128>& exact, const ReluFunctions<double>& floating) {
  const auto draw = [](Choices& choices) { return draw_elementwise(choices, limits); };
  add_laws("relu", relu_laws<Int128>(), exact, draw, some);
  add_laws("relu<double>", relu_laws<double>(), floating, draw, some);
  add_gradient("relu", exact, draw);
  return true;
}

bool add_flatten(const FlattenFunctions<Int128>& exact) {
  const auto draw = [](Choices& choices) { return draw_pool2d(choices, limits); };
  add_laws("flatten", flatten_laws<Int128>(), exact, draw, some);
  add_gradient("flatten", exact, draw);
  return true;
}

bool add_linear(const LinearFunctions<Int128>& exact, const LinearFunctions<Term>& terms) {
  const auto draw = [](Choices& choices) { return draw_linear(choices, limits); };
  add_laws("linear", linear_laws<Int128>(), exact, draw, some);
  add_laws("linear", linear_order_laws(), terms, draw, some);
  add_gradient("linear", exact, draw);
  return true;
}

bool add_model(const std::string& form, const ModelFunctions<Int128>& functions) {
  for (const bool with_relu : {true, false})
    add_laws(
        form + (with_relu ? " with relu" : " without relu"), model_laws<Int128>(), functions,
        [with_relu](Choices& choices) {
          return ModelProblem{draw_cnn2(choices), with_relu};
        },
        some / 2);
  return true;
}

bool add_uneven_model(const ModelFunctions<Int128>& functions) {
  add_laws(
      "Cnn2Spec", model_laws<Int128>(), functions,
      [](Choices&) {
        return ModelProblem{Cnn2Run{uneven, uneven_in_c, uneven_in_h, uneven_in_w}, true};
      },
      2);
  return true;
}

}  // namespace cnnspec::mutants
