#include "checks/gradient/check_network_with.hpp"

namespace cnnspec::checks {
template GradientReport check_network_with<Whole<float>>(const NetworkDefinition&, const std::string&,
                                                         const std::string&, const NetworkData&,
                                                         const GradientOptions&);
template GradientReport check_network_with<Whole<double>>(const NetworkDefinition&, const std::string&,
                                                          const std::string&, const NetworkData&,
                                                          const GradientOptions&);
template GradientReport check_network_with<std::int64_t>(const NetworkDefinition&, const std::string&,
                                                         const std::string&, const NetworkData&,
                                                         const GradientOptions&);
template GradientReport check_network_with<Int128>(const NetworkDefinition&, const std::string&, const std::string&,
                                                   const NetworkData&, const GradientOptions&);
}  // namespace cnnspec::checks
