// A whole network. The kernel computes each layer for which it has the operation, forward and backward. Every layer is
// judged on its actual inputs, which are the kernel's own earlier results. So the rounding of one layer is not counted
// against the next, and the first wrong layer is the one to look at.
#pragma once

#include <string>
#include <vector>

#include "checks/judge/verdict.hpp"
#include "checks/kernels/kernel.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {

/// One operation of one layer.
struct LayerStep {
  std::string layer;
  Case what;
  bool by_kernel = true;  // false: the kernel does not have the operation, and the specification replaces it
  CaseResult result;
  ConventionSet accepted{};  // the accepted conventions that explain a deviation; the step was judged under them

  bool is_wrong() const { return result.failure.has_value(); }
  /// Wrong by the definition, and right under conventions.
  bool differs() const { return is_wrong() && !result.explained_by.empty(); }
};

inline constexpr Idx usual_batch_of_networks = 2;

struct NetworkResult {
  std::string kernel, network;
  Conditions conditions;
  std::uint64_t seed = 0;
  Idx batch = 0;
  std::vector<DType> dtypes;
  std::vector<LayerStep> steps;  // forward from the first layer to the last, then backward
  double seconds = 0;            // wall time
  std::string source, config;    // the values of --net and --config that describe the network again

  /// The first wrong step that no convention explains; if there is none, the first wrong step; null if no step is
  /// wrong.
  const LayerStep* first_wrong() const;
  /// The kernel's steps of which no element could be judged: the sums are too long for any bound.
  std::vector<const LayerStep*> unjudged() const;
  /// Differs: conventions explain all wrong steps. Vacuous: the kernel computed no step, or a step could not be judged.
  Verdict verdict() const;
};

/// Runs `batch` images, with parameters drawn from the seed, in each of these storage types. After a wrong step the run
/// continues with the right result. Throws the exceptions of describe(network).
NetworkResult judge_network(const HostedKernel& kernel, const std::string& name, const NetworkDefinition& network,
                            Idx batch, const std::vector<DType>& dtypes, std::uint64_t seed,
                            const Conditions& conditions);
/// The same for functions of this program.
NetworkResult judge_network(const Kernel& kernel, const std::string& name, const NetworkDefinition& network, Idx batch,
                            const std::vector<DType>& dtypes, std::uint64_t seed, const Conditions& conditions);

/// "pass", "fail", "differs", or the reason why there is no verdict.
const char* verdict_of(const LayerStep& step);

/// Why the verdict is what it is, in one sentence.
std::string describe_verdict(const NetworkResult& result);

/// A command line that judges the network again, in these storage types.
std::string reproduce(const NetworkResult& result, const std::vector<DType>& dtypes);

/// For people.
std::string describe_network(const NetworkResult& result);
/// For programs: one object, schema 2.
std::string network_to_json(const NetworkResult& result);

}  // namespace cnnspec::checks
