#include "checks/gradient/check_network_with.hpp"
#include "checks/scalars/high_precision.hpp"

namespace cnnspec::checks {
template GradientReport check_network_with<Float50>(const NetworkDefinition&, const std::string&, const std::string&,
                                                    const NetworkData&, const GradientOptions&);
template GradientReport check_network_with<Float100>(const NetworkDefinition&, const std::string&, const std::string&,
                                                     const NetworkData&, const GradientOptions&);
}  // namespace cnnspec::checks
