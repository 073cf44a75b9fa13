#include "checks/layers/conv2d/laws.hpp"

namespace cnnspec::checks {

template std::vector<Conv2dLaw<Int128>> conv2d_laws();
template std::vector<Conv2dLaw<double>> conv2d_laws();

std::vector<Conv2dLaw<Term>> conv2d_order_laws() {
  return {{"N1", "terms are added in row-major order from zero, the bias last", N1_terms_are_added_in_order}};
}

}  // namespace cnnspec::checks
