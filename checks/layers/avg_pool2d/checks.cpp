// avg_pool2d: what is checked of it on any problem.
#include "checks/laws/layer_checks.hpp"
#include "checks/layers/avg_pool2d/gradient.hpp"
#include "checks/layers/avg_pool2d/laws.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {
namespace {

struct AvgPool2dRoom {
  template <class T>
  static AvgPool2dFunctions<T> functions() {
    return spec_avg_pool2d<T>();
  }
  template <class T>
  static std::vector<AvgPool2dLaw<T>> laws() {
    return avg_pool2d_laws<T>();
  }
  static void give_wrong_tensors(const AvgPool2dFunctions<Int128>& f, const AvgPool2dProblem& p,
                                 WrongTensors& tensors) {
    tensors.give("avg_pool2d: dy", y_shape(p), [&](const auto& dy) { f.backward(x_shape(p), dy, config_of(p)); });
  }
};

std::vector<Idx> shape_of_y(const Problem& problem) {
  const auto& p = problem.as<AvgPool2dProblem>();
  return extents_in(avg_pool2d_shape(x_shape(p), config_of(p)));
}
NetworkDefinition network_of(const Problem& problem) {
  const auto& p = problem.as<AvgPool2dProblem>();
  return {{p.channels, p.in_height, p.in_width}, {{"", config_of(p)}}};
}

}  // namespace

extern const LayerChecks avg_pool2d_checks{
    .laws = list_laws<AvgPool2dRoom>,
    .check = check_layer<AvgPool2dRoom>,
    .pads_like_pooling = true,
    .rounds_up = [](const Problem& p) { return p.as<AvgPool2dProblem>().ceil_mode != 0; },
    .small_problem = "mb2ic1ih3kh2",
    .shape = shape_of_y,
    .network = network_of,
};

}  // namespace cnnspec::checks
