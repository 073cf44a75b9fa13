// max_pool2d in networks.
#include "checks/networks/network_layer.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* axes_of_input[]{"channels", "in_height", "in_width"};
constexpr const char* axes_of_output[]{"channels", "out_height", "out_width"};

void network_numbers(Definition& definition, Numbers& number) {
  auto& d = std::get<MaxPool2dConfig>(definition);
  number.window(d.kernel_height, d.kernel_width, d.height, d.width, true);
}

}  // namespace

extern const NetworkLayer max_pool2d_in_networks{
    .definition = MaxPool2dConfig{},
    .numbers = network_numbers,
    .input = axes_of_input,
    .output = axes_of_output,
    .pytorch = "nn.MaxPool2d",
    .pytorch_padding = "float(\"-inf\")",  // never wins against a real cell
    .target =
        "in_c=2,in_h=8,in_w=7,kernel_h=3,kernel_w=2,stride_h=2,pad_top=1,pad_bottom=1,dilation_h=1,stride_w=1,"
        "pad_left=0,pad_right=1,dilation_w=2",
    .often_in_images = 3,
};

}  // namespace cnnspec::checks
