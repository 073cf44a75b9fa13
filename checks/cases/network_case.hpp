// A whole network: any layers in any order, of any sizes. It must be refused at the first layer that does not fit, or
// be built; and then forward and backward must be the composition of the layers' independent twins, and have the
// derivative that exact finite differences have. Some are the two-stage model, whose other forms must then agree.
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
  ModelProblem model;            // if it is one
  NetworkDefinition definition;  // if it is none

  /// 16 bits of data seed; what it is; the model's configuration, or the input, the number of layers, the layers. Of
  /// each: whether its numbers are any numbers, then these.
  void list_fields(Fields& fields);
};

/// What is checked: the specification's network, or somebody else's.
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

/// Up to this many multiply-adds of the layers, and of what their twins make of them (work.hpp), a network is run, and
/// up to that many multiply-adds it is differentiated.
inline constexpr Idx most_network_taps = 6000, most_differentiated_taps = 2000;
inline constexpr double most_network_work = 30000;

CaseOutcome check_case(const NetworkCase& c, const NetworkFunctions& functions = {});

}  // namespace cnnspec::checks
