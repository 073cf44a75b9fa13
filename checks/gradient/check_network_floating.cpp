#include "checks/gradient/check_network_with.hpp"

namespace cnnspec::checks {
template GradientReport check_network_with<double>(const NetworkDefinition&, const std::string&, const std::string&,
                                                   const NetworkData&, const GradientOptions&);
template GradientReport check_network_with<float>(const NetworkDefinition&, const std::string&, const std::string&,
                                                  const NetworkData&, const GradientOptions&);
}  // namespace cnnspec::checks
