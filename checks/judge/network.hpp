// A whole network, each of its layers computed by the kernel where it has the operation, forward and backward. Every
// layer is judged on its own actual inputs, which are the kernel's own earlier results: so what one layer rounds is not
// held against the next, and the first layer that is wrong is the one to look at.
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
  bool by_kernel = true;  // false: the kernel does not have it, and the specification took its place
  CaseResult result;
  ConventionSet accepted{};  // what the step was judged under, as it is accepted and explains what differs

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
  std::string source, config;    // what --net and --config must be given to have the network again

  /// The first step that is wrong and that no convention explains, else the first that is wrong; null if none is.
  const LayerStep* first_wrong() const;
  /// The kernel's steps of which no element could be judged: their sums are too long for any bound.
  std::vector<const LayerStep*> unjudged() const;
  /// Differs: conventions explain all wrong steps. Vacuous: no step was made by the kernel, or one could not be judged.
  Verdict verdict() const;
};

/// `batch` images, the parameters drawn from the seed, in each of these storage types. After a wrong step the run goes
/// on with what would have been right. Throws what describe(network) throws.
NetworkResult judge_network(const HostedKernel& kernel, const std::string& name, const NetworkDefinition& network,
                            Idx batch, const std::vector<DType>& dtypes, std::uint64_t seed,
                            const Conditions& conditions);
/// Of functions of this program.
NetworkResult judge_network(const Kernel& kernel, const std::string& name, const NetworkDefinition& network, Idx batch,
                            const std::vector<DType>& dtypes, std::uint64_t seed, const Conditions& conditions);

/// "pass", "fail", "differs", or why there is neither.
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
