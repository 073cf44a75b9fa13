// relu: the checks on any problem.
#include "checks/laws/layer_checks.hpp"
#include "checks/layers/relu/gradient.hpp"
#include "checks/layers/relu/laws.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {
namespace {

struct ReluRoom {
  template <class T>
  static ReluFunctions<T> functions() {
    return spec_relu<T>();
  }
  template <class T>
  static std::vector<ReluLaw<T>> laws() {
    return relu_laws<T>();
  }

  static void give_wrong_tensors(const ReluFunctions<Int128>& f, const cnnspec_elementwise& p, WrongTensors& tensors) {
    tensors.give("relu: dy", x_shape(p), [&](const auto& dy) { f.backward(zeros<Int128>(x_shape(p)), dy); });
  }
};

constexpr std::uint8_t corpus_bytes[]{2};

std::vector<Idx> shape(const Problem& problem) { return extents_in(x_shape(problem.as<cnnspec_elementwise>())); }
NetworkDefinition network(const Problem& problem) {
  return {{problem.as<cnnspec_elementwise>().count}, {{"", ReluLayer{}}}};
}

}  // namespace

extern const LayerChecks relu_checks{
    .laws = list_laws<ReluRoom>,
    .check = check_layer<ReluRoom>,
    .first_bytes = corpus_bytes,
    .small_problem = "5",
    .shape = shape,
    .network = network,
};

}  // namespace cnnspec::checks
