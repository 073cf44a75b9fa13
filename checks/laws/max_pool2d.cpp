#include "checks/laws/max_pool2d.hpp"

namespace cnnspec::checks {

template std::vector<MaxPool2dLaw<Int128>> max_pool2d_laws();
template std::vector<MaxPool2dLaw<double>> max_pool2d_laws();

}  // namespace cnnspec::checks
