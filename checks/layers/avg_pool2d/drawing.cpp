// avg_pool2d: its layers in real networks, and how its divisor is broken.
#include "checks/generate/drawing.hpp"
#include "checks/layers/avg_pool2d/problem.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* layers_in_networks[]{
    R"(mb1ic64ih4kh2sh2n"LeNet, DenseNet's transition")",
    R"(mb1ic192ih3kh3ph1n"Inception, pooled branch")",
    R"(mb1ic512ih7kh7n"ResNet, head")",
    R"(mb1ic256ih5kh3sh2ph1_cip0ceil1n"ResNet-D, shortcut")",
};

std::string break_c8(Choices& choices, Problem& problem) {
  Idx& divisor = problem.as<AvgPool2dProblem>().divisor_override;
  divisor = -choices.pick(1, 3);
  return "divisor_override = " + std::to_string(divisor);
}
constexpr Breach ways_to_break[]{{Clause::C8, break_c8}};

}  // namespace

extern const Drawing avg_pool2d_drawing{.breaches = ways_to_break, .published = layers_in_networks};

}  // namespace cnnspec::checks
