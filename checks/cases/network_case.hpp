// A whole network: any layers in any order, of any sizes. It must be refused at the first layer that does not fit, or
// be built. If it is built, forward and backward must equal the composition of the layers' independent twins, and
// backward must agree with exact finite differences. Some networks are the two-stage model, whose other forms must then
// agree.
#pragma once

#include "checks/describe/config.hpp"
#include "checks/generate/case_fields.hpp"
#include "checks/laws/case_outcome.hpp"
#include "checks/models/functions.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

struct NetworkCase {
  Idx data_seed = 0;
  bool is_model = false;
  ModelProblem model;            // if the case is a two-stage model
  NetworkDefinition definition;  // if it is not

  /// Lists 16 bits of data seed; the kind of network; the model's configuration, or the input, the number of layers and
  /// the layers. For each of these: whether its numbers are arbitrary, then the numbers.
  void list_fields(Fields& fields);
};

/// The functions under test: the specification's network, or other ones.
struct NetworkFunctions {
  std::function<AnyTensor<Int128>(const Network<Int128>&, const AnyTensor<Int128>& x)> forward =
      [](const auto& net, const auto& x) { return net.forward(x); };
  std::function<LayerGradients<AnyTensor<Int128>, ParameterGradients<Int128>>(
      const Network<Int128>&, const AnyTensor<Int128>& x, const AnyTensor<Int128>& dy)>
      backward = [](const auto& net, const auto& x, const auto& dy) { return net.backward(x, dy); };
  std::function<std::vector<LayerDescription>(const NetworkDefinition&)> describe = [](const auto& net) {
    return cnnspec::describe(net);
  };
};

/// A network is run if the layers and their twins (work.hpp) need at most this many multiply-adds. It is differentiated
/// if it needs at most the second number of multiply-adds.
inline constexpr Idx most_network_taps = 6000, most_differentiated_taps = 2000;
inline constexpr double most_network_work = 30000;

CaseOutcome check_case(const NetworkCase& c, const NetworkFunctions& functions = {});

}  // namespace cnnspec::checks
