#include "checks/judge/network.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "checks/host/fork_host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/networks/network_layer.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

using Values = std::vector<double>;
using Tensors = std::map<std::string, Values, std::less<>>;

struct LayerProblem {
  std::string layer;
  std::optional<Problem> problem;  // none: a layer that changes no element
};

std::vector<LayerProblem> problems_of(const NetworkDefinition& network, Idx batch) {
  const std::vector<LayerDescription> rows = describe(network);
  std::vector<LayerProblem> problems;
  for (const LayerDescription& row : rows) {
    const bool computes = !find_layer(row.kind)->passes.empty();
    problems.push_back({row.name, computes ? std::optional(problem_of(row, batch)) : std::nullopt});
  }
  return problems;
}

const Port* port_of(std::span<const Port> ports, Role role) {
  const auto found = std::ranges::find(ports, role, &Port::role);
  return found == ports.end() ? nullptr : &*found;
}

/// The backward passes: first the gradients of the parameters, then dx.
std::vector<const Pass*> backward_passes(const Layer& layer) {
  std::vector<const Pass*> passes;
  for (const Pass& pass : layer.passes.subspan(1)) passes.push_back(&pass);
  std::stable_partition(passes.begin(), passes.end(),
                        [](const Pass* p) { return port_of(p->outputs, Role::x) == nullptr; });
  return passes;
}

/// The elements of tensor `tensor` in the outputs of an operation.
Values part_of(const Values& outputs, const Operation& operation, std::string_view tensor) {
  auto begin = outputs.begin();
  for (const TensorInfo& output : operation.outputs) {
    if (output.name == tensor) return {begin, begin + output.count()};
    begin += output.count();
  }
  return {};
}

/// The run of one storage type through the network.
class Walk {
 public:
  Walk(const HostedKernel& kernel, DType dtype, std::uint64_t seed, const Conditions& conditions,
       std::vector<LayerStep>& steps)
      : kernel_(kernel), host_(kernel.host()), dtype_(dtype), seed_(seed), conditions_(conditions), steps_(steps) {}

  void run(const std::vector<LayerProblem>& layers, Idx input_count) {
    Values x = draw(input_count, 0);
    for (std::size_t n = 0; n < layers.size(); ++n) {
      tensors_.emplace_back();
      if (layers[n].problem) x = forward(layers[n], n, x);
    }
    Values dy = draw(static_cast<Idx>(x.size()), 1);
    for (std::size_t n = layers.size(); n-- > 0;)
      if (layers[n].problem) dy = backward(layers[n], n, dy);
  }

 private:
  /// Numbers of one binade and both signs, times 2^exponent.
  Values draw(Idx count, std::uint64_t stream_number, int exponent = 0) const {
    Stream stream(seed_, stream_number);
    Values v(static_cast<std::size_t>(count));
    for (double& e : v) {
      const std::uint64_t random = stream.bits();
      const double fraction = std::ldexp(static_cast<double>(random >> 12), -52);
      e = rounded_to(dtype_, std::ldexp(random & 1 ? -1 - fraction : 1 + fraction, exponent - 1));
    }
    return v;
  }

  Values forward(const LayerProblem& layer, std::size_t n, const Values& x) {
    const Pass& pass = layer_of(*layer.problem).passes.front();
    const Operation operation = operation_of(pass.op, *layer.problem);
    Tensors& known = tensors_[n];
    Operands<double> inputs{known[operation.inputs.front().name] = x};
    for (std::size_t input = 1; input < operation.inputs.size(); ++input)
      inputs.push_back(known[operation.inputs[input].name] = draw_parameter(operation, input, n));
    const Values outputs = step(layer, pass.op, std::move(inputs));
    for (const TensorInfo& output : operation.outputs) known[output.name] = part_of(outputs, operation, output.name);
    return known[port_of(pass.outputs, Role::y)->name];
  }

  /// Draws weights such that results keep the size of their inputs, whatever the number of terms.
  Values draw_parameter(const Operation& operation, std::size_t input, std::size_t layer) const {
    const bool is_bias = operation.inputs[input].role == Role::b;
    const int exponent = -static_cast<int>(std::log2(static_cast<double>(operation.most_terms())) / 2);
    const std::uint64_t number = input - 1;  // two streams for each layer, and further ones far away
    const std::uint64_t stream = 2 * layer + 2 + number % 2 + (number / 2 << 32);
    return draw(operation.inputs[input].count(), stream, is_bias ? -2 : exponent);
  }

  /// Returns dx. The gradients of the parameters are only judged; nothing uses them afterwards.
  Values backward(const LayerProblem& layer, std::size_t n, const Values& dy) {
    Values dx;
    for (const Pass* pass : backward_passes(layer_of(*layer.problem))) {
      const Values outputs = step(layer, pass->op, inputs_for(*pass, n, dy));
      if (const Port* const x = port_of(pass->outputs, Role::x))
        dx = part_of(outputs, operation_of(pass->op, *layer.problem), x->name);
    }
    return dx;
  }

  /// The inputs of a pass: tensors of the forward operation, and dy.
  Operands<double> inputs_for(const Pass& pass, std::size_t n, const Values& dy) const {
    Operands<double> inputs;
    for (const Port& port : pass.inputs) {
      const auto known = tensors_[n].find(port.name);
      inputs.push_back(known == tensors_[n].end() ? dy : known->second);
    }
    return inputs;
  }

  /// Returns the kernel's result if it is right, else the right result.
  Values step(const LayerProblem& layer, Op op, Operands<double> inputs) {
    LayerStep& s = steps_.emplace_back(LayerStep{layer.layer, {op, dtype_, *layer.problem, seed_, "given"}, true, {}});
    const CaseJudge judge(s.what, conditions_, inputs);
    s.by_kernel = kernel_.has(op, dtype_);
    if (s.by_kernel) {
      const std::vector<Execution> executions = host_->execute(judge.trials(), conditions_.isolation);
      s.result = judge.verdict(executions);
      s.by_kernel = s.result.supported;
      if (s.by_kernel && !s.is_wrong()) return decode(dtype_, executions.front().output);
      if (CaseResult again = judge.judge(*host_); again.failure) s.result = std::move(again);  // has more details
      if (s.result.failure) s.result.failure->history.clear();  // the network's line makes all of its calls
      if (s.by_kernel && accepts(s, inputs, executions)) return decode(dtype_, executions.front().output);
    }
    return right_values(judge);
  }

  /// All right results, also if the judge expects a sample of them.
  Values right_values(const CaseJudge& judge) const {
    const Expectation& expected = judge.data().front().expected;
    Values values(expected.values.begin(), expected.values.end());
    if (!expected.places.empty()) values = run_spec(judge.operation(), judge.data().front().inputs);
    for (double& v : values) v = rounded_to(dtype_, v);
    return values;
  }

  /// Whether accepted conventions explain a wrong step, and all earlier steps of its operation. Then the step is judged
  /// under these conventions.
  bool accepts(LayerStep& s, const Operands<double>& inputs, std::span<const Execution> executions) {
    if (!s.differs()) return false;
    const auto [known, is_first] = explaining_.try_emplace(s.what.op, s.result.explained_by);
    if (!is_first)
      std::erase_if(known->second, [&](ConventionSet set) {
        return std::ranges::find(s.result.explained_by, set) == s.result.explained_by.end();
      });
    const auto set =
        std::ranges::find_if(known->second, [&](ConventionSet one) { return one.is_within(conditions_.accepted); });
    if (set == known->second.end()) return false;
    Conditions following = conditions_;
    following.follows = s.accepted = *set;
    s.result = CaseJudge(s.what, following, inputs).verdict(executions);
    return !s.is_wrong();
  }

  const HostedKernel& kernel_;
  const std::unique_ptr<Host> host_;
  const DType dtype_;
  const std::uint64_t seed_;
  const Conditions& conditions_;
  std::vector<LayerStep>& steps_;
  std::vector<Tensors> tensors_;                         // the tensors of each layer's forward operation, by name
  std::map<Op, std::vector<ConventionSet>> explaining_;  // the sets that explain all deviations of an operation so far
};

}  // namespace

const LayerStep* NetworkResult::first_wrong() const {
  auto found = std::ranges::find_if(steps, [](const LayerStep& s) { return s.is_wrong() && !s.differs(); });
  if (found == steps.end()) found = std::ranges::find_if(steps, [](const LayerStep& s) { return s.is_wrong(); });
  return found == steps.end() ? nullptr : &*found;
}

Verdict NetworkResult::verdict() const {
  if (const LayerStep* const wrong = first_wrong(); wrong != nullptr)
    return wrong->differs() ? Verdict::differs : Verdict::fail;
  const auto by_kernel = std::count_if(steps.begin(), steps.end(), [](const LayerStep& s) { return s.by_kernel; });
  return by_kernel > 0 && unjudged().empty() ? Verdict::pass : Verdict::vacuous;
}

std::vector<const LayerStep*> NetworkResult::unjudged() const {
  std::vector<const LayerStep*> found;
  for (const LayerStep& s : steps)
    if (s.by_kernel && !s.is_wrong() && s.result.judged == 0) found.push_back(&s);
  return found;
}

NetworkResult judge_network(const HostedKernel& kernel, const std::string& name, const NetworkDefinition& network,
                            Idx batch, const std::vector<DType>& dtypes, std::uint64_t seed,
                            const Conditions& conditions) {
  const auto begin = std::chrono::steady_clock::now();
  NetworkResult result{kernel.name(), name, conditions, seed, batch, dtypes, {}, 0, name, ""};
  const std::vector<LayerProblem> layers = problems_of(network, batch);
  Idx count = batch;
  for (const Idx e : network.input) count *= e;
  for (const DType dtype : dtypes) Walk(kernel, dtype, seed, conditions, result.steps).run(layers, count);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}
NetworkResult judge_network(const Kernel& kernel, const std::string& name, const NetworkDefinition& network, Idx batch,
                            const std::vector<DType>& dtypes, std::uint64_t seed, const Conditions& conditions) {
  return judge_network(FunctionKernel(kernel), name, network, batch, dtypes, seed, conditions);
}

}  // namespace cnnspec::checks
