#include "checks/cases/layer_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "checks/cases/problem_fields.hpp"
#include "checks/cases/sizes.hpp"
#include "checks/cases/work.hpp"
#include "checks/layers/problems.hpp"
#include "checks/gradient/check_functions.hpp"
#include "checks/layers/conv2d/laws.hpp"
#include "checks/layers/flatten/laws.hpp"
#include "checks/layers/linear/laws.hpp"
#include "checks/layers/max_pool2d/laws.hpp"
#include "checks/layers/relu/laws.hpp"

namespace cnnspec::checks {
namespace {

using Exact = Int128;
using Layer = LayerCase::Layer;

LayerId layer_id(Layer layer) {
  constexpr LayerId families[]{LayerId::conv2d, LayerId::max_pool2d, LayerId::relu, LayerId::max_pool2d,
                              LayerId::linear};
  return families[static_cast<std::size_t>(layer)];
}

/// Laws that are judged on every problem that is computed: the independent twin, and the adjoint identities.
bool is_always_judged(std::string_view id) { return id == "L2" || id == "L10" || id == "twin"; }

/// How many of the other laws there is time for: the more work a law is, the fewer.
std::size_t laws_in_time(const Problem& problem) {
  // A law runs the layer some times, and makes tensors; a few compute with zeros that were filled in.
  constexpr double runs = 5, overhead = 40;
  constexpr std::size_t least = 2;
  const double cost = runs * (static_cast<double>(taps(problem)) + overhead) + work_of(problem) / 4;
  return std::max(static_cast<std::size_t>(most_law_work / cost), least);
}

template <class L>
void obey(const L& law, const typename L::Functions& functions, const typename L::Problem& problem,
          std::uint64_t data_seed, CaseOutcome& outcome) {
  const Outcome found = judge(law, functions, problem, data_seed);
  outcome.compared += found.compared();
  if (!found.holds())
    outcome.failure = text_of(*found.finding());
  else if (found.compared() == 0)
    outcome.failure =
        fmt::format("{} {} compared nothing\n  configuration: {}", law.id, law.sentence, spelled_out(problem));
}

/// The laws on one problem: all of them if it is small, else some, beginning with one that the data seed chooses. But
/// for P5, which looks at a window of its own, all orders of it, whatever the problem is.
template <class L>
void obey(const std::vector<L>& laws, const typename L::Functions& functions, const typename L::Problem& problem,
          std::uint64_t data_seed, CaseOutcome& outcome) {
  std::size_t others = laws_in_time(problem);
  for (std::size_t n = 0; n < laws.size() && outcome.holds(); ++n) {
    const L& law = laws[(data_seed + n) % laws.size()];
    const std::string_view id = law.id;
    if (id == "P5" || (!is_always_judged(id) && others == 0)) continue;
    obey(law, functions, problem, data_seed, outcome);
    others -= !is_always_judged(id);
  }
}

/// Of the laws for double, those that need its infinities and NaNs.
template <class L>
std::vector<L> about_special_values(std::vector<L> laws) {
  std::erase_if(laws, [](const L& law) { return law.id[0] != 'N'; });
  return laws;
}

// ---- Tensors that do not agree -----------------------------------------------------------------------------------

/// Another shape with as many axes: other along one of them, or along any.
template <Idx... E>
Shape<E...> another(const Shape<E...>& shape, Choices& data) {
  constexpr int all = sizeof...(E);
  auto extents = shape.extents();
  while (extents == shape.extents()) {
    const auto axis = static_cast<int>(data.pick(0, all));
    for (int a = 0; a < all; ++a)
      if (axis == a || axis == all) extents[static_cast<std::size_t>(a)] = data.pick(1, shape.extent(a) + 2);
  }
  return Shape<E...>(extents);
}

/// Tensors that do not fit, given to a layer: each must be refused for C6.
template <class P>
class WrongTensors {
 public:
  WrongTensors(const P& p, std::uint64_t data_seed, CaseOutcome& outcome)
      : p_(p), data_(data_seed), outcome_(outcome) {}

  /// `call` is given a zero tensor of another shape than the right one, and the refusal must tell the extents of the
  /// first axis on which they differ.
  template <Idx... E, class Call>
  void give(const char* what, const Shape<E...>& right, Call call) {
    if (!outcome_.holds()) return;
    const Shape<E...> wrong = another(right, data_);
    int axis = 0;
    while (wrong.extent(axis) == right.extent(axis)) ++axis;
    expect_refusal(what, right.extent(axis), wrong.extent(axis), [&] { call(zeros<Exact>(wrong)); });
  }
  void expect_refusal(const char* what, Idx right, Idx wrong, const std::function<void()>& call) {
    if (!outcome_.holds()) return;
    std::string result = "it was accepted";
    try {
      call();
    } catch (const ShapeError& e) {
      const Violation& v = e.violation;
      if (v.clause == Clause::C6 && v.expected == right && v.actual == wrong) {
        ++outcome_.compared;
        return;
      }
      result = e.what();
    }
    outcome_.failure = fmt::format(
        "{} that does not fit\n  expected: a refusal for C6, {} instead of {}, got: {}\n  configuration: {}", what,
        wrong, right, result, to_descriptor(p_));
  }
  /// An extent that is not the right one.
  Idx other_than(Idx right) { return another(dyn_shape(right), data_).extent(0); }

 private:
  const P& p_;
  RandomChoices data_;
  CaseOutcome& outcome_;
};

void refuse_wrong_tensors(const Conv2dFunctions<Exact>& f, const cnnspec_conv2d& p,
                          WrongTensors<cnnspec_conv2d> tensors) {
  const Conv2dConfig g = config_of(p);
  const Image<Exact> x(x_shape(p)), dy(y_shape(p));
  const Kernel<Exact> w(w_shape(p));
  // Of a kernel, only the depth can be wrong: the other extents say what y is.
  const Idx depth = w.extent(1), other_depth = tensors.other_than(depth);
  const Kernel<Exact> deep(dyn_shape(w.extent(0), other_depth, w.extent(2), w.extent(3)));
  tensors.expect_refusal("conv2d: w", depth, other_depth, [&] { f.forward(x, deep, g); });
  tensors.expect_refusal("conv2d: w of dx", depth, other_depth, [&] { f.backward_input(x.shape(), deep, dy, g); });
  tensors.expect_refusal("conv2d: w of dw", depth, other_depth, [&] { f.backward_kernel(x, deep.shape(), dy, g); });
  tensors.give("conv2d: bias", dyn_shape(p.out_channels), [&](const auto& b) { f.forward_with_bias(x, w, b, g); });
  tensors.give("conv2d: dy of dx", dy.shape(), [&](const auto& other) { f.backward_input(x.shape(), w, other, g); });
  tensors.give("conv2d: dy of dw", dy.shape(), [&](const auto& other) { f.backward_kernel(x, w.shape(), other, g); });
}
void refuse_wrong_tensors(const MaxPool2dFunctions<Exact>& f, const cnnspec_pool2d& p,
                          WrongTensors<cnnspec_pool2d> tensors) {
  const Image<Exact> x(x_shape(p));
  tensors.give("max_pool2d: dy", y_shape(p), [&](const auto& dy) { f.backward(x, dy, config_of(p)); });
}
void refuse_wrong_tensors(const ReluFunctions<Exact>& f, const cnnspec_elementwise& p,
                          WrongTensors<cnnspec_elementwise> tensors) {
  tensors.give("relu: dy", x_shape(p), [&](const auto& dy) { f.backward(zeros<Exact>(x_shape(p)), dy); });
}
void refuse_wrong_tensors(const FlattenFunctions<Exact>& f, const cnnspec_pool2d& p,
                          WrongTensors<cnnspec_pool2d> tensors) {
  tensors.give("flatten: dy", dyn_shape(x_shape(p).count()), [&](const auto& dy) { f.backward(x_shape(p), dy); });
}
void refuse_wrong_tensors(const LinearFunctions<Exact>& f, const cnnspec_linear& p,
                          WrongTensors<cnnspec_linear> tensors) {
  const Vector<Exact> x(x_shape(p));
  const Matrix<Exact> w(w_shape(p));
  tensors.give("linear: x", x_shape(p), [&](const auto& other) { f.forward(other, w); });
  tensors.give("linear: bias", y_shape(p), [&](const auto& b) { f.forward_with_bias(x, w, b); });
  tensors.give("linear: dy", y_shape(p), [&](const auto& dy) { f.backward_input(w, dy); });
}

// ---- Finite differences ------------------------------------------------------------------------------------------

template <class P>
Idx parameter_count(const P& p) {
  if constexpr (requires { w_shape(p); }) return w_shape(p).count() + y_shape(p).extent(0);
  return 0;
}

/// Every entry of the Jacobian. How much that is: two evaluations for each entry, and a backward for each output.
template <class F, class P>
void take_differences(const F& functions, const P& p, std::uint64_t seed, CaseOutcome& outcome) {
  const Idx inputs = x_shape(p).count() + parameter_count(p), outputs = y_shape(p).count();
  if (!outcome.holds() || taps(p) * (2 * inputs + 3 * outputs) > most_difference_taps) return;
  const GradientReport report = check_gradient_of(checked(functions), p, {.seed = seed});
  outcome.compared += report.entries();
  if (!report.passed())
    outcome.failure = "finite differences: " +
                      (report.failure().empty() ? "no point without a change of branches" : report.failure()) +
                      "\n  configuration: " + to_descriptor(p) + "\n  seed: " + std::to_string(seed);
}

// ---- All of it ---------------------------------------------------------------------------------------------------

// The tables are made once: a fuzzer comes by some thousand times a second.

template <class F, class P, class Laws>
void check_valid(const F& functions, P p, const Laws& laws, const LayerCase& c, CaseOutcome& outcome) {
  if constexpr (requires { p.batch; }) p.batch = 1;  // a layer's image
  const auto seed = static_cast<std::uint64_t>(c.data_seed);
  obey(laws, functions, p, seed, outcome);
  if (outcome.holds()) refuse_wrong_tensors(functions, p, {p, seed, outcome});
  take_differences(functions, p, seed, outcome);
}

void check_conv2d(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = conv2d_laws<Exact>();
  static const auto special = about_special_values(conv2d_laws<double>());
  const auto& p = c.problem.as<cnnspec_conv2d>();
  check_valid(f.conv2d, p, laws, c, outcome);
  obey(special, spec_conv2d<double>(), p, static_cast<std::uint64_t>(c.data_seed), outcome);
}
void check_max_pool2d(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = max_pool2d_laws<Exact>();
  static const auto special = about_special_values(max_pool2d_laws<double>());
  const auto& p = c.problem.as<cnnspec_pool2d>();
  check_valid(f.max_pool2d, p, laws, c, outcome);
  obey(special, spec_max_pool2d<double>(), p, static_cast<std::uint64_t>(c.data_seed), outcome);
}
void check_relu(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = relu_laws<Exact>();
  static const auto special = about_special_values(relu_laws<double>());
  const auto& p = c.problem.as<cnnspec_elementwise>();
  check_valid(f.relu, p, laws, c, outcome);
  obey(special, spec_relu<double>(), p, static_cast<std::uint64_t>(c.data_seed), outcome);
}
void check_flatten(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = flatten_laws<Exact>();
  check_valid(f.flatten, c.problem.as<cnnspec_pool2d>(), laws, c, outcome);
}
void check_linear(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = linear_laws<Exact>();
  check_valid(f.linear, c.problem.as<cnnspec_linear>(), laws, c, outcome);
}

bool is_small(const Problem& problem) {
  const auto inputs = [](const auto& p) { return x_shape(p).count(); };
  return taps(problem) <= most_layer_taps && work_of(problem) <= most_layer_work &&
         visit_problem(inputs, problem) <= most_layer_taps;
}

}  // namespace

const LayerFunctions& specified_layers() {
  static const LayerFunctions functions;
  return functions;
}

void LayerCase::list_fields(Fields& fields) {
  // Most of them have windows: these are where mistakes are made.
  constexpr std::array drawn{Layer::conv2d, Layer::max_pool2d, Layer::relu,   Layer::flatten,
                             Layer::linear, Layer::conv2d,     Layer::conv2d, Layer::max_pool2d};
  auto which = static_cast<Idx>(layer);
  fields.number(which, 0, std::ssize(drawn) - 1);
  layer = drawn[static_cast<std::size_t>(which)];
  fields.number(data_seed, 0, 0xffff);
  layer == Layer::flatten ? list_image(fields, problem) : list_problem(fields, layer_id(layer), problem);
}

CaseOutcome check_case(const LayerCase& c, const LayerFunctions& functions) {
  const Outcome sizes = check_sizes(c.problem);
  CaseOutcome outcome{sizes.compared()};
  if (!sizes.holds()) {
    const Finding& f = *sizes.finding();
    outcome.failure = fmt::format("{}: expected {}, got {}\n  configuration: {}", f.tensor, f.expected, f.actual,
                                  spelled_out(c.problem));
  }
  if (!outcome.holds() || !check(c.problem).ok() || !is_small(c.problem)) return outcome;
  constexpr void (*checks[])(const LayerCase&, const LayerFunctions&, CaseOutcome&){
      check_conv2d, check_max_pool2d, check_relu, check_flatten, check_linear};
  checks[static_cast<std::size_t>(c.layer)](c, functions, outcome);
  return outcome;
}

}  // namespace cnnspec::checks
