// linear: the checks on any problem.
#include "checks/laws/layer_checks.hpp"
#include "checks/layers/linear/gradient.hpp"
#include "checks/layers/linear/laws.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {
namespace {

struct LinearRoom {
  template <class T>
  static LinearFunctions<T> functions() {
    return spec_linear<T>();
  }
  template <class T>
  static std::vector<LinearLaw<T>> laws() {
    return linear_laws<T>();
  }
  static std::vector<LinearLaw<Term>> order_laws() { return linear_order_laws(); }

  static void give_wrong_tensors(const LinearFunctions<Int128>& f, const cnnspec_linear& p, WrongTensors& tensors) {
    const Vector<Int128> features(x_shape(p));
    const Matrix<Int128> weight(w_shape(p));
    tensors.give("linear: x", x_shape(p), [&](const auto& other) { f.forward(other, weight); });
    tensors.give("linear: bias", y_shape(p), [&](const auto& bias) { f.forward_with_bias(features, weight, bias); });
    tensors.give("linear: dy", y_shape(p), [&](const auto& other) { f.backward_input(weight, other); });
  }
};

constexpr std::uint8_t corpus_bytes[]{4};

std::vector<Idx> parameters(const Problem& problem) {
  const auto& p = problem.as<cnnspec_linear>();
  return {p.in_features, p.out_features};
}
std::vector<Idx> shape(const Problem& problem) {
  const auto& p = problem.as<cnnspec_linear>();
  static_cast<void>(w_shape(p)), static_cast<void>(x_shape(p));
  return extents_in(y_shape(p));
}
NetworkDefinition network(const Problem& problem) {
  const auto& p = problem.as<cnnspec_linear>();
  return {{p.in_features}, {{"", LinearDefinition{p.out_features}}}};
}

}  // namespace

extern const LayerChecks linear_checks{
    .laws = list_laws<LinearRoom>,
    .check = check_layer<LinearRoom>,
    .parameters = parameters,
    .first_bytes = corpus_bytes,
    .small_problem = "mb2ic3oc2",
    .shape = shape,
    .network = network,
};

}  // namespace cnnspec::checks
