// avg_pool2d in networks.
#include "checks/networks/network_layer.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* axes_of_x[]{"channels", "in_height", "in_width"};
constexpr const char* axes_of_y[]{"channels", "out_height", "out_width"};

void numbers_of(Definition& definition, Numbers& number) {
  auto& d = std::get<AvgPool2dConfig>(definition);
  number.window(d.kernel_height, d.kernel_width, d.height, d.width, true);
  Idx counts = d.count_include_pad, rounds_up = d.ceil_mode;
  number("count_include_pad", counts, 1), number("ceil_mode", rounds_up, 1);
  d.count_include_pad = counts != 0, d.ceil_mode = rounds_up != 0;
  number("divisor_override", d.divisor_override, 9);
}

}  // namespace

extern const NetworkLayer avg_pool2d_in_networks{
    .definition = AvgPool2dConfig{},
    .numbers = numbers_of,
    .input = axes_of_x,
    .output = axes_of_y,
    .pytorch = "nn.AvgPool2d",
};

}  // namespace cnnspec::checks
