// max_pool2d: the checks on any problem.
#include "checks/laws/layer_checks.hpp"
#include "checks/layers/max_pool2d/gradient.hpp"
#include "checks/layers/max_pool2d/laws.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {
namespace {

struct MaxPool2dRoom {
  template <class T>
  static MaxPool2dFunctions<T> functions() {
    return spec_max_pool2d<T>();
  }
  template <class T>
  static std::vector<MaxPool2dLaw<T>> laws() {
    return max_pool2d_laws<T>();
  }
  static std::vector<MaxPool2dLaw<Term>> order_laws() { return max_pool2d_order_laws(); }

  static void give_wrong_tensors(const MaxPool2dFunctions<Int128>& f, const cnnspec_pool2d& p, WrongTensors& tensors) {
    const Image<Int128> image(x_shape(p));
    tensors.give("max_pool2d: dy", y_shape(p), [&](const auto& dy) { f.backward(image, dy, config_of(p)); });
  }
};

constexpr std::uint8_t corpus_bytes[]{1, 7};

std::vector<Idx> shape(const Problem& problem) {
  const auto& p = problem.as<cnnspec_pool2d>();
  return extents_in(max_pool2d_shape(x_shape(p), config_of(p)));
}
NetworkDefinition network(const Problem& problem) {
  const auto& p = problem.as<cnnspec_pool2d>();
  return {{p.channels, p.in_height, p.in_width}, {{"", config_of(p)}}};
}

}  // namespace

extern const LayerChecks max_pool2d_checks{
    .laws = list_laws<MaxPool2dRoom>,
    .check = check_layer<MaxPool2dRoom>,
    .pads_like_pooling = true,
    .first_bytes = corpus_bytes,
    .small_problem = "mb2ic1ih3kh2",
    .shape = shape,
    .network = network,
};

}  // namespace cnnspec::checks
