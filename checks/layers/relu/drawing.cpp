// relu: its layers in real networks.
#include "checks/generate/drawing.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* published[]{
    R"(1x64x14x14n"ResNet")",
    R"(1x512x2x2n"VGG, last")",
    R"(1x4096n"VGG, head")",
};

}  // namespace

extern const Drawing relu_drawing{.published = published};

}  // namespace cnnspec::checks
