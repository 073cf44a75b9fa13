#include "checks/layers/flatten/laws.hpp"

namespace cnnspec::checks {

template std::vector<FlattenLaw<Int128>> flatten_laws();
template std::vector<FlattenLaw<double>> flatten_laws();

}  // namespace cnnspec::checks
