#include "checks/layers/relu/laws.hpp"

namespace cnnspec::checks {

template std::vector<ReluLaw<Int128>> relu_laws();
template std::vector<ReluLaw<double>> relu_laws();

}  // namespace cnnspec::checks
