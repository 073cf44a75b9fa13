// max_pool2d: its layers in real networks.
#include "checks/generate/drawing.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* published[]{
    R"(mb1ic64ih8kh3sh2ph1n"ResNet")",  R"(mb1ic192ih6kh3sh2n"Inception")",          R"(mb1ic64ih4kh2sh2n"VGG, first")",
    R"(mb1ic512ih2kh2sh2n"VGG, last")", R"(mb1ic96ih5kh3ph1n"Inception, stride 1")", R"(mb1ic64ih7kh3sh2n"AlexNet")",
    R"(mb1ic128ih4kh2sh2n"U-Net")",
};

}  // namespace

extern const Drawing max_pool2d_drawing{.published = published};

}  // namespace cnnspec::checks
