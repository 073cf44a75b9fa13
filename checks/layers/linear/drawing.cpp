// linear: its layers in real networks.
#include "checks/generate/drawing.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* published[]{
    R"(mb1ic512oc1000n"ResNet-18")",
    R"(mb2ic400oc120n"LeNet, first")",
    R"(mb2ic84oc10n"LeNet, last")",
};

}  // namespace

extern const Drawing linear_drawing{.published = published};

}  // namespace cnnspec::checks
