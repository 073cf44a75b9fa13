#include "checks/gradient/check_network_with.hpp"
#include "checks/scalars/exact.hpp"

namespace cnnspec::checks {
template GradientReport check_network_with<BigInt>(const NetworkDefinition&, const std::string&, const std::string&,
                                                   const NetworkData&, const GradientOptions&);
template GradientReport check_network_with<Rational>(const NetworkDefinition&, const std::string&, const std::string&,
                                                     const NetworkData&, const GradientOptions&);
}  // namespace cnnspec::checks
