// avg_pool2d: its layers in real networks.
#include "checks/generate/drawing.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* layers_in_networks[]{
    R"(mb1ic64ih4kh2sh2n"LeNet, DenseNet's transition")",
    R"(mb1ic192ih3kh3ph1n"Inception, pooled branch")",
    R"(mb1ic512ih7kh7n"ResNet, head")",
    R"(mb1ic256ih5kh3sh2ph1_cip0ceil1n"ResNet-D, shortcut")",
};

}  // namespace

extern const Drawing avg_pool2d_drawing{.published = layers_in_networks};

}  // namespace cnnspec::checks
