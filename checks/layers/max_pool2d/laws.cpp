#include "checks/layers/max_pool2d/laws.hpp"

namespace cnnspec::checks {

template std::vector<MaxPool2dLaw<Int128>> max_pool2d_laws();
template std::vector<MaxPool2dLaw<double>> max_pool2d_laws();

std::vector<MaxPool2dLaw<Term>> max_pool2d_order_laws() {
  return {{"N1", "overlapping windows add their dy in row-major order from zero", N1_windows_add_in_order}};
}

}  // namespace cnnspec::checks
