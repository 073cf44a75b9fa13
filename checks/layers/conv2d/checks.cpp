// conv2d: the checks on any problem.
#include <algorithm>

#include "checks/laws/layer_checks.hpp"
#include "checks/laws/work.hpp"
#include "checks/layers/conv2d/gradient.hpp"
#include "checks/layers/conv2d/laws.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {
namespace {

struct Conv2dRoom {
  template <class T>
  static Conv2dFunctions<T> functions() {
    return spec_conv2d<T>();
  }
  template <class T>
  static std::vector<Conv2dLaw<T>> laws() {
    return conv2d_laws<T>();
  }
  static std::vector<Conv2dLaw<Term>> order_laws() { return conv2d_order_laws(); }

  static void give_wrong_tensors(const Conv2dFunctions<Int128>& f, const cnnspec_conv2d& p, WrongTensors& tensors) {
    const Conv2dConfig g = config_of(p);
    const Image<Int128> image(x_shape(p)), dy(y_shape(p));
    const Kernel<Int128> kernel(w_shape(p));
    // Only the depth of a kernel can be wrong: the other extents define y.
    const Idx depth = kernel.extent(1), other_depth = tensors.other_than(depth);
    const Kernel<Int128> deep(dyn_shape(kernel.extent(0), other_depth, kernel.extent(2), kernel.extent(3)));
    tensors.expect_refusal("conv2d: w", depth, other_depth, [&] { f.forward(image, deep, g); });
    tensors.expect_refusal("conv2d: w of dx", depth, other_depth,
                           [&] { f.backward_input(image.shape(), deep, dy, g); });
    tensors.expect_refusal("conv2d: w of dw", depth, other_depth,
                           [&] { f.backward_kernel(image, deep.shape(), dy, g); });
    tensors.give("conv2d: bias", dyn_shape(p.out_channels),
                 [&](const auto& bias) { f.forward_with_bias(image, kernel, bias, g); });
    tensors.give("conv2d: dy of dx", dy.shape(),
                 [&](const auto& other) { f.backward_input(image.shape(), kernel, other, g); });
    tensors.give("conv2d: dy of dw", dy.shape(),
                 [&](const auto& other) { f.backward_kernel(image, kernel.shape(), other, g); });
  }
};

constexpr const char* divided_channels[]{"in_channels", "out_channels"};
constexpr std::uint8_t corpus_bytes[]{0, 5, 6};  // most have windows, where mistakes are likely

/// The input channels of a kernel; 1 if the number of groups is not valid.
Idx depth_of(const cnnspec_conv2d& p) {
  return p.groups < 1 || p.in_channels < p.groups ? 1 : p.in_channels / p.groups;
}
std::vector<Idx> parameters(const Problem& problem) {
  const auto& p = problem.as<cnnspec_conv2d>();
  return {p.out_channels, depth_of(p), p.kernel_height, p.kernel_width};
}

std::vector<Idx> shape(const Problem& problem) {
  const auto& p = problem.as<cnnspec_conv2d>();
  const auto kernel = dyn_shape(p.out_channels, depth_of(p), p.kernel_height, p.kernel_width);
  return extents_in(conv2d_shape(x_shape(p), kernel, config_of(p)));
}
NetworkDefinition network(const Problem& problem) {
  const auto& p = problem.as<cnnspec_conv2d>();
  return {{p.in_channels, p.in_height, p.in_width},
          {{"", Conv2dDefinition{p.out_channels, p.kernel_height, p.kernel_width, config_of(p)}}}};
}

double work(const Problem& problem) {
  const auto& p = problem.as<cnnspec_conv2d>();
  const FilledAxis height = filled(height_of(p)), width = filled(width_of(p));
  const auto inputs = static_cast<double>(p.in_channels), outputs = static_cast<double>(p.out_channels);
  const double planes = inputs * outputs / static_cast<double>(p.groups);
  // Twin's dx: each cell is covered by a window of zeros and weights. Twin's dw: each cell of reach meets each place.
  const double gradients =
      planes * height.reach * width.reach * std::max(height.cells * width.cells, height.places * width.places);
  // L8: a single window covers the whole image.
  return std::max(gradients, inputs * outputs * height.cells * width.cells);
}

}  // namespace

extern const LayerChecks conv2d_checks{
    .laws = list_laws<Conv2dRoom>,
    .check = check_layer<Conv2dRoom>,
    .groups = {"groups", divided_channels},
    .parameters = parameters,
    .first_bytes = corpus_bytes,
    .small_problem = "mb1ic2ih3oc2kh2",
    .shape = shape,
    .network = network,
    .work = work,
};

}  // namespace cnnspec::checks
