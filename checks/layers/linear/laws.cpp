#include "checks/layers/linear/laws.hpp"

namespace cnnspec::checks {

template std::vector<LinearLaw<Int128>> linear_laws();
template std::vector<LinearLaw<double>> linear_laws();

std::vector<LinearLaw<Term>> linear_order_laws() {
  return {{"N1", "terms are added in increasing order from zero, the bias last", N1_terms_are_added_in_order}};
}

}  // namespace cnnspec::checks
