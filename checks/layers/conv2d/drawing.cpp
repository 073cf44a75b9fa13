// conv2d: its layers in real networks.
#include "checks/generate/drawing.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* published[]{
    R"(mb1ic3ih7oc64kh7sh2ph3n"ResNet, first")",
    R"(mb1ic64ih2oc64kh3ph1n"ResNet, 3x3")",
    R"(mb1ic256ih1oc64kh1n"ResNet, reduced")",
    R"(mb1ic64ih1oc256kh1n"ResNet, expanded")",
    R"(mb1ic256ih3oc512kh1sh2n"ResNet, shortcut")",
    R"(mb1ic128ih2oc128kh3sh2ph1n"ResNet, strided")",
    R"(g32mb1ic128ih2oc128kh3ph1n"ResNeXt, grouped")",
    R"(mb1ic3ih4oc32kh3sh2ph1n"MobileNet, first")",
    R"(g32mb1ic32ih4oc32kh3ph1n"MobileNet, depthwise")",
    R"(g96mb1ic96ih4oc96kh3sh2ph1n"MobileNet, depthwise, strided")",
    R"(g960mb1ic960ih2oc960kh3ph1n"MobileNet, depthwise, last")",
    R"(mb1ic32ih2oc16kh1n"MobileNet, pointwise")",
    R"(mb1ic320ih1oc1280kh1n"MobileNet, last")",
    R"(g240mb1ic240ih3oc240kh5sh2ph2n"EfficientNet, depthwise 5x5")",
    R"(mb1ic128ih1iw7oc128kh1kw7ph0pw3n"Inception, 1x7")",
    R"(mb1ic128ih7iw1oc128kh7kw1ph3pw0n"Inception, 7x1")",
    R"(mb1ic48ih2oc64kh5ph2n"Inception, 5x5")",
    R"(mb1ic1ih4oc64kh3n"U-Net, first")",
    R"(mb1ic128ih3oc64kh3n"U-Net, joined")",
    R"(mb1ic64ih3oc2kh1n"U-Net, last")",
    R"(mb1ic3ih4oc64kh3ph1n"VGG, first")",
    R"(mb1ic512ih1oc512kh3ph1n"VGG, last")",
    R"(mb1ic3ih11oc64kh11sh4ph2n"AlexNet, first")",
};

}  // namespace

extern const Drawing conv2d_drawing{.published = published};

}  // namespace cnnspec::checks
