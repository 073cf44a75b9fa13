#include "checks/layers/flatten/laws.hpp"
#include "checks/layers/linear/laws.hpp"
#include "checks/layers/relu/laws.hpp"

namespace cnnspec::checks {

template std::vector<ReluLaw<Int128>> relu_laws();
template std::vector<ReluLaw<double>> relu_laws();
template std::vector<FlattenLaw<Int128>> flatten_laws();
template std::vector<FlattenLaw<double>> flatten_laws();
template std::vector<LinearLaw<Int128>> linear_laws();
template std::vector<LinearLaw<double>> linear_laws();

std::vector<LinearLaw<Term>> linear_order_laws() {
  return {{"N1", "terms are added in increasing order from zero, the bias last", N1_terms_are_added_in_order}};
}

}  // namespace cnnspec::checks
