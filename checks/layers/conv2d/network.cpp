// conv2d in networks.
#include "checks/layers/conv2d/problem.hpp"
#include "checks/networks/network_layer.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* axes_of_input[]{"in_channels", "in_height", "in_width"};
constexpr const char* axes_of_output[]{"out_channels", "out_height", "out_width"};

void network_numbers(Definition& definition, Numbers& number) {
  auto& d = std::get<Conv2dDefinition>(definition);
  number("groups", d.config.groups, 2), number("out_channels", d.out_channels, 4);
  number.window(d.kernel_height, d.kernel_width, d.config.height, d.config.width, false);
}

/// Counts as if there were one group.
double network_roundings(const Problem& problem) {
  auto p = problem.as<cnnspec_conv2d>();
  p.groups = 1;
  return roundings_of_sums(p);
}

}  // namespace

extern const NetworkLayer conv2d_in_networks{
    .definition = Conv2dDefinition{},
    .numbers = network_numbers,
    .input = axes_of_input,
    .output = axes_of_output,
    .pytorch = "nn.Conv2d in_channels out_channels",
    .target =
        "in_c=4,in_h=7,in_w=8,out_c=4,kernel_h=3,kernel_w=2,stride_h=2,pad_top=1,pad_bottom=1,dilation_h=1,"
        "stride_w=1,pad_left=0,pad_right=1,dilation_w=2,groups=2",
    .often_in_images = 4,
    .roundings = network_roundings,
};

}  // namespace cnnspec::checks
