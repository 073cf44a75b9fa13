// conv2d, computed otherwise than the specification does.
#pragma once

#include "checks/layers/conv2d/problem.hpp"
#include "checks/misreadings/misreadings_of_layer.hpp"

namespace cnnspec::checks {

/// conv2d as another problem says, on tensors of the right sizes. What is outside x is skipped, whatever its size.
std::vector<Real> conv2d_taps(const Call& call, const cnnspec_conv2d& misread, const Steps& steps = {});
/// y or dx, element by element, its terms in this order of their channels and their place in the window.
std::vector<Real> conv2d_sums(const Call& call, const Steps& steps, const Order& order);
/// conv2d of what the kernel takes for cells of the image.
std::vector<Real> conv2d_inside(const Call& call, const Inside& inside);

// For Misreadings.
std::vector<Real> conv2d_walked(const Call& call, const Walk& walk);
std::vector<Real> conv2d_stepped(const Call& call, const Steps& steps, const Order* order);

}  // namespace cnnspec::checks
