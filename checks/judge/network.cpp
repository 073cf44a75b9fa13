#include "checks/judge/network.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "checks/layers/problems.hpp"
#include "checks/host/fork_host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {
namespace {

using Values = std::vector<double>;

struct LayerProblem {
  std::string layer;
  std::optional<Problem> problem;  // none: flatten, which changes no element
};

struct MakeProblem {
  const LayerDescription& row;
  Idx batch;

  void set_window(auto& p) const {
    p.batch = batch;
    p.in_height = row.input[1], p.in_width = row.input[2], p.out_height = row.output[1], p.out_width = row.output[2];
  }
  static void set_axes(auto& p, const Axis& h, const Axis& w) {
    p.stride_height = h.stride, p.pad_top = h.before, p.pad_bottom = h.after, p.dilation_height = h.dilation;
    p.stride_width = w.stride, p.pad_left = w.before, p.pad_right = w.after, p.dilation_width = w.dilation;
  }

  std::optional<Problem> operator()(const Conv2dDefinition& d) const {
    cnnspec_conv2d p{};
    set_window(p), set_axes(p, d.config.height, d.config.width);
    p.groups = d.config.groups, p.in_channels = row.input[0], p.out_channels = row.output[0];
    p.kernel_height = d.kernel_height, p.kernel_width = d.kernel_width;
    return p;
  }
  std::optional<Problem> operator()(const MaxPool2dConfig& d) const {
    cnnspec_pool2d p{};
    set_window(p), set_axes(p, d.height, d.width);
    p.channels = row.input[0], p.kernel_height = d.kernel_height, p.kernel_width = d.kernel_width;
    return p;
  }
  std::optional<Problem> operator()(const ReluLayer&) const {
    Idx count = batch;
    for (const Idx e : row.input) count *= e;
    return cnnspec_elementwise{count};
  }
  std::optional<Problem> operator()(const FlattenLayer&) const { return {}; }
  std::optional<Problem> operator()(const LinearDefinition&) const {
    return cnnspec_linear{batch, row.input[0], row.output[0]};
  }
};

std::vector<LayerProblem> problems_of(const NetworkDefinition& network, Idx batch) {
  const std::vector<LayerDescription> rows = describe(network);
  std::vector<LayerProblem> problems;
  for (std::size_t n = 0; n < rows.size(); ++n)
    problems.push_back({rows[n].name, std::visit(MakeProblem{rows[n], batch}, network.layers[n].what)});
  return problems;
}

/// The operations of a family: forward, dx, and the gradients of the parameters.
std::vector<Op> backward_ops(LayerId family) {
  switch (family) {
    case LayerId::conv2d:
      return {Op::conv2d_backward_kernel, Op::conv2d_backward_bias, Op::conv2d_backward_input};
    case LayerId::max_pool2d:
      return {Op::max_pool2d_backward};
    case LayerId::relu:
      return {Op::relu_backward};
    case LayerId::linear:
      return {Op::linear_backward_weight, Op::linear_backward_bias, Op::linear_backward_input};
  }
  return {};
}
Op forward_op(LayerId family) {
  constexpr Op ops[] = {Op::conv2d_forward, Op::max_pool2d_forward, Op::relu_forward, Op::linear_forward};
  return ops[static_cast<std::size_t>(family)];
}

/// One storage type's way through the network.
class Walk {
 public:
  Walk(const HostedKernel& kernel, DType dtype, std::uint64_t seed, const Conditions& conditions,
       std::vector<LayerStep>& steps)
      : kernel_(kernel), host_(kernel.host()), dtype_(dtype), seed_(seed), conditions_(conditions), steps_(steps) {}

  void run(const std::vector<LayerProblem>& layers, Idx input_count) {
    Values x = draw(input_count, 0);
    for (std::size_t n = 0; n < layers.size(); ++n) {
      inputs_.push_back(x), parameters_.emplace_back();
      if (layers[n].problem) x = forward(layers[n], n);
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

  Values forward(const LayerProblem& layer, std::size_t n) {
    const Op op = forward_op(layer_id(*layer.problem));
    const Operation operation = operation_of(op, *layer.problem);
    Operands<double> inputs{inputs_[n]};
    if (operation.takes_bias()) {
      // So that results keep the size of their inputs, whatever the number of terms.
      const int exponent = -static_cast<int>(std::log2(static_cast<double>(operation.most_terms())) / 2);
      parameters_[n] = draw(operation.inputs[1].count(), 2 * n + 2, exponent);
      inputs.push_back(parameters_[n]);
      inputs.push_back(draw(operation.inputs[2].count(), 2 * n + 3, -2));
    }
    return step(layer, op, std::move(inputs));
  }

  /// dx; the gradients of the parameters are judged and go nowhere.
  Values backward(const LayerProblem& layer, std::size_t n, const Values& dy) {
    Values result;
    for (const Op op : backward_ops(layer_id(*layer.problem))) result = step(layer, op, inputs_for(op, n, dy));
    return result;
  }

  Operands<double> inputs_for(Op op, std::size_t n, const Values& dy) const {
    switch (op) {
      case Op::conv2d_backward_input:
      case Op::linear_backward_input:
        return {parameters_[n], dy};
      case Op::conv2d_backward_bias:
      case Op::linear_backward_bias:
        return {dy};
      default:
        return {inputs_[n], dy};
    }
  }

  /// The kernel's result if it is right, else what would be.
  Values step(const LayerProblem& layer, Op op, Operands<double> inputs) {
    LayerStep& s = steps_.emplace_back(LayerStep{layer.layer, {op, dtype_, *layer.problem, seed_, "given"}, true, {}});
    const CaseJudge judge(s.what, conditions_, inputs);
    s.by_kernel = kernel_.has(op, dtype_);
    if (s.by_kernel) {
      const std::vector<Execution> executions = host_->execute(judge.trials(), conditions_.isolation);
      s.result = judge.verdict(executions);
      s.by_kernel = s.result.supported;
      if (s.by_kernel && !s.is_wrong()) return decode(dtype_, executions.front().output);
      if (CaseResult again = judge.judge(*host_); again.failure) s.result = std::move(again);  // knows more about it
      if (s.by_kernel && accepts(s, inputs, executions)) return decode(dtype_, executions.front().output);
    }
    const Expectation right = judge.data().front().expected;
    Values values;
    for (const long double v : right.values) values.push_back(rounded_to(dtype_, static_cast<double>(v)));
    return values;
  }

  /// Whether accepted conventions explain a wrong step, and all that came before of its operation: then it is judged
  /// under them.
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
  std::vector<Values> inputs_, parameters_;  // of each layer
  std::map<Op, std::vector<ConventionSet>> explaining_;  // what explains all that an operation did otherwise
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
