#include "checks/cases/layer_case.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "checks/cases/problem_fields.hpp"
#include "checks/cases/sizes.hpp"
#include "checks/generate/geometry.hpp"
#include "checks/gradient/check_functions.hpp"
#include "checks/laws/conv2d.hpp"
#include "checks/laws/flatten.hpp"
#include "checks/laws/linear.hpp"
#include "checks/laws/max_pool2d.hpp"
#include "checks/laws/relu.hpp"

namespace cnnspec::checks {
namespace {

using Exact = Int128;
using Layer = LayerCase::Layer;

Family family_of(Layer layer) {
  constexpr Family families[]{Family::conv2d, Family::max_pool2d, Family::elementwise, Family::max_pool2d,
                              Family::linear};
  return families[static_cast<std::size_t>(layer)];
}

/// Steps of windows that are so long that a law which needs a second window, or a second tap, would make an image of
/// them that is too large.
constexpr Idx most_step = 40;

template <class P>
bool has_long_steps(const P& p) {
  if constexpr (requires { p.kernel_height; })
    return std::max({p.stride_height, p.stride_width, p.dilation_height, p.dilation_width}) > most_step;
  return false;
}

/// The laws that look at the problem just as it is.
bool takes_problem_as_it_is(std::string_view id) {
  constexpr std::array ids{"L1", "L2", "L10", "twin", "zero-dy", "linear-dy", "repeat", "P1", "N4"};
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Laws P5 look at a window of their own, all orders of it, whatever the problem is.
template <class P>
bool is_worth_a_run(std::string_view id, const P& problem) {
  return id != "P5" && (!has_long_steps(problem) || takes_problem_as_it_is(id));
}

/// How many laws there is time for. The more work a law is, the fewer.
std::size_t laws_in_time(Idx taps, std::size_t laws) {
  constexpr Idx overhead = 50, least = 3;
  const Idx affordable = std::max(most_law_taps / (taps + overhead), least);
  return std::min(laws, static_cast<std::size_t>(affordable));
}

/// The laws on one problem: all of them if it is small, else some, beginning with one that the data seed chooses.
template <class L>
void obey(const std::vector<L>& laws, const typename L::Functions& functions, const typename L::Problem& problem,
          std::uint64_t data_seed, CaseOutcome& outcome) {
  const std::size_t count = laws_in_time(taps(problem), laws.size());
  for (std::size_t n = 0; n < count && outcome.holds(); ++n) {
    const L& law = laws[(data_seed + n) % laws.size()];
    if (!is_worth_a_run(law.id, problem)) continue;
    const Outcome found = judge(law, functions, problem, data_seed);
    outcome.compared += found.compared();
    if (!found.holds()) outcome.failure = text_of(*found.finding());
  }
}

/// Of the laws for double, those that need its infinities and NaNs.
template <class L>
std::vector<L> about_special_values(std::vector<L> laws) {
  std::erase_if(laws, [](const L& law) { return law.id[0] != 'N'; });
  return laws;
}

// ---- Tensors that do not agree -----------------------------------------------------------------------------------

/// A shape that is larger along one axis.
template <Idx... E>
Shape<E...> grown(const Shape<E...>& shape, int axis) {
  auto extents = shape.extents();
  ++extents[static_cast<std::size_t>(axis)];
  return Shape<E...>(extents);
}
template <Idx... E>
Tensor<Exact, E...> grown_tensor(const Shape<E...>& shape, int axis) {
  return zeros<Exact>(grown(shape, axis));
}

/// `call` must be refused for C6.
void must_be_refused(CaseOutcome& outcome, const std::string& what, const std::string& configuration,
                     const std::function<void()>& call) {
  if (!outcome.holds()) return;
  std::string result = "it was accepted";
  try {
    call();
  } catch (const ShapeError& e) {
    if (e.violation.clause == Clause::C6) {
      ++outcome.compared;
      return;
    }
    result = e.what();
  }
  outcome.failure =
      what + " that does not fit\n  expected: a refusal for C6, got: " + result + "\n  configuration: " + configuration;
}

void refuse_wrong_tensors(const Conv2dFunctions<Exact>& f, const cnnspec_conv2d& p, CaseOutcome& outcome) {
  const Conv2dConfig g = config_of(p);
  const Image<Exact> x(x_shape(p)), dy(y_shape(p));
  const Kernel<Exact> w(w_shape(p)), deep = grown_tensor(w_shape(p), 1);
  const Vector<Exact> b = grown_tensor(dyn_shape(p.out_channels), 0);
  const std::string text = to_descriptor(p);
  must_be_refused(outcome, "conv2d: w", text, [&] { f.forward(x, deep, g); });
  must_be_refused(outcome, "conv2d: bias", text, [&] { f.forward_with_bias(x, w, b, g); });
  must_be_refused(outcome, "conv2d: w of dx", text, [&] { f.backward_input(x.shape(), deep, dy, g); });
  must_be_refused(outcome, "conv2d: w of dw", text, [&] { f.backward_kernel(x, deep.shape(), dy, g); });
  for (int axis = 0; axis < 3; ++axis) {
    const Image<Exact> large = grown_tensor(y_shape(p), axis);
    must_be_refused(outcome, "conv2d: dy of dx", text, [&] { f.backward_input(x.shape(), w, large, g); });
    must_be_refused(outcome, "conv2d: dy of dw", text, [&] { f.backward_kernel(x, w.shape(), large, g); });
  }
}
void refuse_wrong_tensors(const MaxPool2dFunctions<Exact>& f, const cnnspec_pool2d& p, CaseOutcome& outcome) {
  const Image<Exact> x(x_shape(p));
  for (int axis = 0; axis < 3; ++axis)
    must_be_refused(outcome, "max_pool2d: dy", to_descriptor(p),
                    [&] { f.backward(x, grown_tensor(y_shape(p), axis), config_of(p)); });
}
void refuse_wrong_tensors(const ReluFunctions<Exact>& f, const cnnspec_elementwise& p, CaseOutcome& outcome) {
  must_be_refused(outcome, "relu: dy", to_descriptor(p),
                  [&] { f.backward(zeros<Exact>(x_shape(p)), grown_tensor(x_shape(p), 0)); });
}
void refuse_wrong_tensors(const FlattenFunctions<Exact>& f, const cnnspec_pool2d& p, CaseOutcome& outcome) {
  must_be_refused(outcome, "flatten: dy", to_descriptor(p),
                  [&] { f.backward(x_shape(p), grown_tensor(dyn_shape(x_shape(p).count()), 0)); });
}
void refuse_wrong_tensors(const LinearFunctions<Exact>& f, const cnnspec_linear& p, CaseOutcome& outcome) {
  const Vector<Exact> x(x_shape(p)), wide = grown_tensor(x_shape(p), 0), tall = grown_tensor(y_shape(p), 0);
  const Matrix<Exact> w(w_shape(p));
  const std::string text = to_descriptor(p);
  must_be_refused(outcome, "linear: x", text, [&] { f.forward(wide, w); });
  must_be_refused(outcome, "linear: bias", text, [&] { f.forward_with_bias(x, w, tall); });
  must_be_refused(outcome, "linear: dy", text, [&] { f.backward_input(w, tall); });
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
  if (outcome.holds()) refuse_wrong_tensors(functions, p, outcome);
  take_differences(functions, p, seed, outcome);
}

void check_conv2d(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = conv2d_laws<Exact>();
  static const auto special = about_special_values(conv2d_laws<double>());
  const auto& p = std::get<cnnspec_conv2d>(c.problem);
  check_valid(f.conv2d, p, laws, c, outcome);
  obey(special, spec_conv2d<double>(), p, static_cast<std::uint64_t>(c.data_seed), outcome);
}
void check_max_pool2d(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = max_pool2d_laws<Exact>();
  static const auto special = about_special_values(max_pool2d_laws<double>());
  const auto& p = std::get<cnnspec_pool2d>(c.problem);
  check_valid(f.max_pool2d, p, laws, c, outcome);
  obey(special, spec_max_pool2d<double>(), p, static_cast<std::uint64_t>(c.data_seed), outcome);
}
void check_relu(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = relu_laws<Exact>();
  static const auto special = about_special_values(relu_laws<double>());
  const auto& p = std::get<cnnspec_elementwise>(c.problem);
  check_valid(f.relu, p, laws, c, outcome);
  obey(special, spec_relu<double>(), p, static_cast<std::uint64_t>(c.data_seed), outcome);
}
void check_flatten(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = flatten_laws<Exact>();
  check_valid(f.flatten, std::get<cnnspec_pool2d>(c.problem), laws, c, outcome);
}
void check_linear(const LayerCase& c, const LayerFunctions& f, CaseOutcome& outcome) {
  static const auto laws = linear_laws<Exact>();
  check_valid(f.linear, std::get<cnnspec_linear>(c.problem), laws, c, outcome);
}

/// The twins make the padding a part of the image.
template <class P>
bool is_small(const P& p) {
  if constexpr (requires { p.kernel_height; })
    if (std::max(padded_extent(height_of(p)), padded_extent(width_of(p))) > most_padded_extent) return false;
  return taps(p) <= most_layer_taps && x_shape(p).count() <= most_layer_taps;
}

}  // namespace

void LayerCase::list_fields(Fields& fields) {
  fields.choice(layer, 5);
  fields.number(data_seed, 0, 0xffff);
  list_problem(fields, family_of(layer), problem);
}

CaseOutcome check_case(const LayerCase& c, const LayerFunctions& functions) {
  const Outcome sizes = check_sizes(c.problem);
  CaseOutcome outcome{sizes.compared()};
  if (!sizes.holds()) {
    const Finding& f = *sizes.finding();
    outcome.failure = f.tensor + ": expected " + f.expected + ", got " + f.actual;
  }
  if (!outcome.holds() || !check(c.problem).ok() || !std::visit([](const auto& p) { return is_small(p); }, c.problem))
    return outcome;
  constexpr void (*checks[])(const LayerCase&, const LayerFunctions&, CaseOutcome&){
      check_conv2d, check_max_pool2d, check_relu, check_flatten, check_linear};
  checks[static_cast<std::size_t>(c.layer)](c, functions, outcome);
  return outcome;
}

}  // namespace cnnspec::checks
