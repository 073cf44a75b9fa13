#include "checks/cases/network_case.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "checks/cases/clauses.hpp"
#include "checks/cases/same_network.hpp"
#include "checks/describe/network_json.hpp"
#include "checks/gradient/check_network.hpp"
#include "checks/laws/work.hpp"
#include "checks/models/composition.hpp"
#include "checks/models/laws.hpp"
#include "checks/networks/network_layer.hpp"
#include "checks/vocabulary/extents.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

using Exact = Int128;
using Extents = std::vector<Idx>;

// ---- Fields ------------------------------------------------------------------------------------------------------

/// The source of a layer's or a model's numbers: each from its range, or any number at all.
class Source {
 public:
  Source(Fields& fields, bool wild) : fields_(fields), wild_(wild) {}
  void operator()(Idx& value, Idx least, Idx most) const {
    if (wild_)
      fields_.any(value);
    else
      fields_.number(value, least, most);
  }

 private:
  Fields& fields_;
  bool wild_;
};

/// Lists `it` with `list(source, it)`. In one of `seldom` cases, the source gives any number at all.
template <class It, class List>
void list_mostly_tidy(Fields& f, It& it, Idx seldom, List list) {
  FieldsInRange in_range;
  list(Source(in_range, false), it);
  Idx wild = in_range.all() ? 0 : seldom - 1;
  f.number(wild, 0, seldom - 1);
  list(Source(f, wild == seldom - 1), it);
}

/// The fields of a layer's definition. Real numbers stay as they are.
class ListNumbers : public Numbers {
 public:
  ListNumbers(Source source, const Layer& layer) : source_(source), layer_(layer) {}
  void operator()(const char* field, Idx& number, Idx most) override {
    source_(number, static_cast<Idx>(layer_.fields[known_place_of(layer_, field)].least), most);
  }
  void real(const char*, double&) override {}

 private:
  Source source_;
  const Layer& layer_;
};
void list_layer(Source source, Definition& definition) {
  ListNumbers numbers(source, layer_of(definition));
  show_numbers(definition, numbers);
}

/// The layers, by number: each layer at least once, and more often those that take a tensor of this kind.
std::vector<const Layer*> often(int NetworkLayer::*how_often) {
  constexpr std::size_t multiple = 16;
  std::vector<const Layer*> all = layers_of_networks(), by_frequency = all;
  std::ranges::stable_sort(by_frequency, std::greater(), [&](const Layer* l) { return l->network->*how_often; });
  for (const Layer* layer : by_frequency)
    all.insert(all.end(), static_cast<std::size_t>(layer->network->*how_often), layer);
  while (all.size() % multiple != 0) all.push_back(by_frequency.front());
  return all;
}

/// A kind of layer for a tensor with `axes` axes.
void list_kind(Fields& f, LayerDefinition& layer, std::size_t axes) {
  static const auto in_images = often(&NetworkLayer::often_in_images);
  static const auto in_vectors = often(&NetworkLayer::often_in_vectors);
  auto which = static_cast<Idx>(layer.what.index());
  f.number(which, 0, std::ssize(in_images) - 1);
  const auto& kinds = axes == 3 ? in_images : in_vectors;
  const Definition& any = kinds[static_cast<std::size_t>(which) % kinds.size()]->network->definition;
  if (any.index() != layer.what.index()) layer.what = any;
}

bool makes_a_vector(const Layer& layer) { return layer.network->to_one_axis || layer.network->output.size() == 1; }

void list_definition(Fields& f, NetworkDefinition& net) {
  // The number of axes and its frequency; 0, 2 and 4 are refused.
  constexpr std::array axes{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 1, 1, 3,
                            3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 0, 4};
  Idx which = std::find(axes.begin(), axes.end(), static_cast<int>(net.input.size())) - axes.begin();
  if (which == std::ssize(axes)) which = 0;
  f.number(which, 0, std::ssize(axes) - 1);
  net.input.resize(static_cast<std::size_t>(axes[static_cast<std::size_t>(which)]));
  list_mostly_tidy(f, net.input, 32, [](Source number, std::vector<Idx>& input) {
    for (std::size_t n = 0; n < input.size(); ++n) n == 0 ? number(input[n], 1, 4) : number(input[n], 1, 12);
  });
  auto layers = static_cast<Idx>(net.layers.size());
  f.number(layers, 0, 9);
  net.layers.resize(static_cast<std::size_t>(layers));
  std::size_t now = net.input.size();
  for (LayerDefinition& layer : net.layers) {
    list_kind(f, layer, now);
    list_mostly_tidy(f, layer.what, 32, list_layer);
    if (makes_a_vector(layer_of(layer.what))) now = 1;
  }
}

void list_model(Source number, Cnn2Run& run) {
  Cnn2Config& k = run.config;
  number(run.in_c, 1, 2), number(run.in_h, 1, 16), number(run.in_w, 1, 16);
  number(k.c1, 1, 4), number(k.c2, 1, 4), number(k.out_dim, 1, 4);
  for (Idx* n : {&k.kernel_h, &k.kernel_w, &k.pool_kernel_h, &k.pool_kernel_w}) number(*n, 1, 3);
  for (Idx* n : {&k.stride1, &k.stride2, &k.pool_stride1, &k.pool_stride2}) number(*n, 1, 2);
  number(k.padding1, 0, 2), number(k.padding2, 0, 2);
}
void list_model(Fields& f, ModelProblem& p) {
  Idx with_relu = p.with_relu ? 1 : 0;
  f.number(with_relu, 0, 1);
  p.with_relu = with_relu == 1;
  list_mostly_tidy(f, p.run, 8, [](Source number, Cnn2Run& run) { list_model(number, run); });
}

// ---- What is right -----------------------------------------------------------------------------------------------

/// The output of every layer before the first that does not fit, and the clauses that this layer violates.
struct Expected {
  std::vector<Extents> outputs{};
  Clauses violated{};
  // Only where all layers fit:
  Idx taps = 0;     // multiply-adds of all layers
  double work = 0;  // and those of the twins (work.hpp)
};

/// A layer on an input, as a problem of the kernel contract. None if the number of axes is wrong.
std::optional<Problem> problem_of(const LayerDefinition& layer, const Extents& x) {
  std::optional<Problem> problem = checks::problem_of(layer.what, x);
  if (problem && has_window(*problem)) {
    set_height(*problem, with_right_output(*problem, height_of(*problem)));
    set_width(*problem, with_right_output(*problem, width_of(*problem)));
  }
  return problem;
}

/// The output of a valid layer.
Extents output_of(const LayerDefinition& layer, const std::optional<Problem>& problem, const Extents& x) {
  const NetworkLayer& known = *layer_of(layer.what).network;
  if (known.to_one_axis) return {count_of(x)};
  if (known.output.empty()) return x;
  Extents y;
  for (const char* field : known.output) y.push_back(problem->integer(known_place_of(layer_of(*problem), field)));
  return y;
}

/// Whether the product of some last extents cannot be counted; only for valid extents.
bool is_too_large(const Extents& x) {
  for (std::size_t first = 0; first < x.size(); ++first) {
    Idx count = 1;
    for (std::size_t n = first; n < x.size() && x[n] >= 1; ++n) {
      if (!product_fits(count, x[n])) return true;
      count *= x[n];
    }
  }
  return false;
}

Clauses violated_by_input(const Extents& x) {
  if (x.size() != 1 && x.size() != 3) return {Clause::C6};
  Clauses found;
  if (std::ranges::any_of(x, [](Idx e) { return e < 1; })) found.insert(Clause::C1);
  if (is_too_large(x)) found.insert(Clause::C3);
  return found;
}

Expected expectation_of(const NetworkDefinition& net) {
  Expected e;
  e.violated = violated_by_input(net.input);
  Extents x = net.input;
  for (std::size_t n = 0; n < net.layers.size() && e.violated.empty(); ++n) {
    Idx taps_here = count_of(x);  // these elements were counted before, as the output of a layer or as the input
    auto work_here = static_cast<double>(taps_here);
    std::optional<Problem> problem;
    if (!layer_of(net.layers[n].what).passes.empty()) {
      problem = problem_of(net.layers[n], x);
      e.violated = problem ? violated_clauses(*problem) : Clauses{Clause::C6};
      if (e.violated.empty() && has_too_many_parameters(*problem)) e.violated = {Clause::C3};
      if (!e.violated.empty()) break;
      taps_here = taps(*problem), work_here = work_of(*problem);
    }
    e.taps = sum_fits(e.taps, taps_here) ? e.taps + taps_here : std::numeric_limits<Idx>::max();
    e.work += work_here;
    x = output_of(net.layers[n], problem, x);
    e.outputs.push_back(x);
  }
  return e;
}

// ---- Checks ------------------------------------------------------------------------------------------------------

std::string text_of(const Extents& x) { return fmt::format("{}", fmt::join(x, "x")); }

/// "linear(out_features 7)".
class TellNumbers : public Numbers {
 public:
  void operator()(const char* field, Idx& number, Idx) override { told.push_back(fmt::format("{} {}", field, number)); }
  void real(const char* field, double& number) override { told.push_back(fmt::format("{} {}", field, number)); }
  std::vector<std::string> told;
};
std::string text_of_layer(const LayerDefinition& layer) {
  TellNumbers numbers;
  show_numbers(std::as_const(layer.what), numbers);
  const char* name = layer_of(layer.what).name;
  return numbers.told.empty() ? name : fmt::format("{}({})", name, fmt::join(numbers.told, ", "));
}

/// One network; only the first mistake is kept.
class NetworkCheck {
 public:
  NetworkCheck(const NetworkDefinition& net, Idx data_seed, const NetworkFunctions& functions)
      : net_(net),
        seed_(static_cast<std::uint64_t>(data_seed)),
        functions_(functions),
        expected_(expectation_of(net)) {}

  const Expected& expected() const { return expected_; }

  CaseOutcome run() {
    check_description();
    if (outcome_.holds() && expected_.violated.empty() && !net_.layers.empty() && is_small(most_network_taps)) {
      check_composition();
      check_json();
      if (outcome_.holds() && is_small(most_differentiated_taps)) differentiate();
    }
    if (!outcome_.holds()) outcome_.failure += "\n  network: " + description();
    return outcome_;
  }

 private:
  bool is_small(Idx most) const {
    Idx inputs = 1;
    for (const Idx e : net_.input) inputs *= e;
    return expected_.taps <= most && inputs <= most && expected_.work <= most_network_work;
  }
  void require_that(bool satisfied, const std::string& what, const std::string& expected, const std::string& given) {
    if (!outcome_.holds()) return;
    if (satisfied)
      ++outcome_.compared;
    else
      outcome_.failure = what + ": expected " + expected + ", got " + given;
  }

  void check_description() {
    try {
      const std::vector<LayerDescription> rows = functions_.describe(net_);
      require_that(expected_.violated.empty(), "the network", refusal_for(expected_.violated), "no refusal");
      require_that(rows.size() == net_.layers.size(), "the network", fmt::format("{} layers", net_.layers.size()),
                   fmt::format("{}", rows.size()));
      for (std::size_t n = 0; n < rows.size() && outcome_.holds(); ++n)
        require_that(rows[n].output == expected_.outputs[n], fmt::format("the output of layer {}", n + 1),
                     text_of(expected_.outputs[n]), text_of(rows[n].output));
    } catch (const ShapeError& e) {
      const bool of_the_input = !violated_by_input(net_.input).empty();
      const std::string layer = of_the_input ? "" : fmt::format("layer {}: ", expected_.outputs.size() + 1);
      const bool right =
          expected_.violated.contains(e.violation.clause) && std::string_view(e.what()).substr(4).starts_with(layer);
      require_that(right, "the network", layer + refusal_for(expected_.violated), e.what());
    }
  }

  void check_composition() {
    Network<Exact> net(net_);
    RandomChoices data(seed_);
    for (auto& layer : net.layers)
      for_each_parameter(layer,
                         [&](auto& w, std::size_t, const std::string&) { w = draw<Exact>(w.shape(), data, -2, 2); });
    const AnyTensor<Exact> x = drawn(net_.input, data), dy = drawn(expected_.outputs.back(), data);
    const AnyTensor<Exact> y = activations<TwinLayers, Exact>(net, x).back();
    require_that(functions_.forward(net, x) == y, "y", "that of the layers' twins in turn", "something else");
    const auto [dx, d_parameters] = composed_backward<TwinLayers, Exact>(net, x, dy);
    const auto gradients = functions_.backward(net, x, dy);
    require_that(gradients.dx == dx, "dx", "that of the layers' twins in turn", "something else");
    for (std::size_t n = 0; n < d_parameters.size(); ++n)
      require_that(gradients.d_parameters[n] == d_parameters[n], fmt::format("the gradients of layer {}", n + 1),
                   "those of the layers' twins in turn", "something else");
  }
  static AnyTensor<Exact> drawn(const Extents& extents, Choices& data) {
    return with_shape(extents, [&](const auto& shape) -> AnyTensor<Exact> { return draw<Exact>(shape, data, -2, 2); });
  }

  /// The written text must read back to the same network.
  void check_json() {
    const std::string text = format_network(summarize({"n", net_}));
    const std::string again = format_network(summarize(parse_network(text, "the description")));
    require_that(again == text, "the description that was read back", text, again);
  }

  /// If a branch changes at every point that is tried, nothing is compared: this is not a failure.
  void differentiate() {
    const GradientOptions options{.mode = Mode::directional, .seed = seed_, .max_points = 10};
    const GradientReport report = check_network(net_, "network", GradientScalar::exact, options);
    outcome_.compared += report.entries();
    const bool wrong = std::ranges::any_of(report.tensors, [](const TensorReport& t) { return t.wrong > 0; });
    require_that(!wrong, "exact finite differences", "those of backward", wrong ? report.failure() : "");
  }

  /// If the network is valid, the text that a user can give to any command that takes a network.
  std::string description() const {
    if (expected_.violated.empty()) return format_network(summarize({"n", net_}));
    std::string text = "input " + text_of(net_.input);
    for (const LayerDefinition& layer : net_.layers) text += ", " + text_of_layer(layer);
    return text;
  }

  const NetworkDefinition& net_;
  const std::uint64_t seed_;
  const NetworkFunctions& functions_;
  const Expected expected_;
  CaseOutcome outcome_;
};

// ---- The two-stage model -----------------------------------------------------------------------------------------

/// The layers that the model's definition stands for, valid or not.
NetworkDefinition stages_of(const ModelProblem& p) {
  const Cnn2Config& k = p.run.config;
  NetworkDefinition net{{p.run.in_c, p.run.in_h, p.run.in_w}, {}};
  const auto add = [&](Definition what) { net.layers.push_back({"", std::move(what)}); };
  for (const bool second : {false, true}) {
    const Idx padding = second ? k.padding2 : k.padding1, stride = second ? k.stride2 : k.stride1;
    const Axis conv{.stride = stride, .before = padding, .after = padding};
    const Axis pool{.stride = second ? k.pool_stride2 : k.pool_stride1};
    add(Conv2dDefinition{second ? k.c2 : k.c1, k.kernel_h, k.kernel_w, {conv, conv}});
    if (p.with_relu) add(ReluLayer{});
    add(MaxPool2dConfig{k.pool_kernel_h, k.pool_kernel_w, pool, pool});
  }
  add(FlattenLayer{}), add(LinearDefinition{k.out_dim});
  return net;
}

bool has_a_field_below_its_least(const Cnn2Run& run) {
  const Cnn2Config& k = run.config;
  for (const Idx n : {run.in_c, k.c1, k.c2, k.out_dim, k.kernel_h, k.kernel_w, k.stride1, k.stride2, k.pool_kernel_h,
                      k.pool_kernel_w, k.pool_stride1, k.pool_stride2})
    if (n < 1) return true;
  return k.padding1 < 0 || k.padding2 < 0;
}

/// The clauses that the first convolution violates, also if an extent of its input is invalid.
Clauses violated_by_first_stage(const ModelProblem& p) {
  const NetworkDefinition net = stages_of(p);
  return violated_clauses(*problem_of(net.layers.front(), net.input));
}

/// Compares well_formed and the size helpers with the layers. well_formed only checks windows. It checks all of them,
/// even if an earlier tensor has more elements than can be counted (C3).
std::string check_model_sizes(const ModelProblem& p, const Expected& expected) {
  const Cnn2Run& run = p.run;
  if (run.in_h == dyn || run.in_w == dyn) return "";  // to well_formed, dyn is an extent that will be known later
  const Violation v = well_formed(run.config, run.in_c, run.in_h, run.in_w);
  Clauses allowed = expected.violated;
  if (has_a_field_below_its_least(run)) allowed.insert(Clause::C1);
  if (expected.outputs.empty()) allowed.merge(violated_by_first_stage(p));
  if (allowed.contains(Clause::C3)) return "";
  if (!v.ok() && !allowed.contains(v.clause))
    return fmt::format("well_formed: expected {}, got: {}", refusal_for(allowed), ShapeError(v).what());
  if (v.ok() && !allowed.empty()) return fmt::format("well_formed: expected {}, got no refusal", refusal_for(allowed));
  if (!allowed.empty()) return "";
  if (!is_same(cnn2_definition(run.config, run.in_c, run.in_h, run.in_w, p.with_relu), stages_of(p)))
    return "cnn2_definition: expected the model's layers in turn, got others";
  const std::size_t step = p.with_relu ? 3 : 2;
  const Extents& features = expected.outputs[2 * step - 1];
  const Extents helpers{
      out_h1(run.config, run.in_h),  out_w1(run.config, run.in_w),  pool_h1(run.config, run.in_h),
      pool_w1(run.config, run.in_w), out_h2(run.config, run.in_h),  out_w2(run.config, run.in_w),
      pool_h2(run.config, run.in_h), pool_w2(run.config, run.in_w), feat_size(run.config, run.in_h, run.in_w)};
  Extents right;
  for (const std::size_t layer : {std::size_t{0}, step - 1, step, 2 * step - 1})
    right.insert(right.end(), {expected.outputs[layer][1], expected.outputs[layer][2]});
  right.push_back(features[0] * features[1] * features[2]);
  return helpers == right ? "" : fmt::format("the size helpers: expected {}, got {}", text_of(right), text_of(helpers));
}

/// The chain must obey the laws of the models. Its types fit by construction.
std::string check_model_laws(const ModelProblem& p, std::uint64_t seed) {
  static const auto laws = model_laws<Exact>();
  const Outcome outcome = judge(laws, spec_chain<Exact>(), p, seed);
  return outcome.holds() ? "" : text_of(*outcome.finding());
}

}  // namespace

void NetworkCase::list_fields(Fields& fields) {
  fields.number(data_seed, 0, 0xffff);
  Idx kind = is_model ? 0 : 3;
  fields.number(kind, 0, 3);
  is_model = kind == 0;
  is_model ? list_model(fields, model) : list_definition(fields, definition);
}

CaseOutcome check_case(const NetworkCase& c, const NetworkFunctions& functions) {
  const NetworkDefinition net = c.is_model ? stages_of(c.model) : c.definition;
  NetworkCheck check(net, c.data_seed, functions);
  CaseOutcome outcome = check.run();
  if (!c.is_model || !outcome.holds()) return outcome;
  const Expected& expected = check.expected();
  outcome.failure = check_model_sizes(c.model, expected);
  ++outcome.compared;
  const bool is_small = expected.taps <= most_network_taps && expected.work <= most_network_work;
  if (outcome.holds() && expected.violated.empty() && is_small)
    outcome.failure = check_model_laws(c.model, static_cast<std::uint64_t>(c.data_seed));
  if (!outcome.holds()) outcome.failure += "\n  model: " + format_config(c.model.run);
  return outcome;
}

}  // namespace cnnspec::checks
