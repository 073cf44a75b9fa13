// conv2d, computed in other ways than the specification.
#pragma once

#include "checks/layers/conv2d/problem.hpp"
#include "checks/misreadings/misreadings_of_layer.hpp"

namespace cnnspec::checks {

/// conv2d of the problem `misread`, on tensors of the right sizes. Cells outside x are skipped, whatever the size of x.
std::vector<Real> conv2d_taps(const Call& call, const cnnspec_conv2d& misread, const Steps& steps = {});
/// y or dx, element by element. Terms are added in the order of their channels and places in the window that `order`
/// gives.
std::vector<Real> conv2d_sums(const Call& call, const Steps& steps, const Order& order);
/// conv2d of the cells that the kernel takes to be inside the image.
std::vector<Real> conv2d_inside(const Call& call, const Inside& inside);

// For Misreadings.
std::vector<Real> conv2d_walked(const Call& call, const Walk& walk);
std::vector<Real> conv2d_stepped(const Call& call, const Steps& steps, const Order* order);

}  // namespace cnnspec::checks
