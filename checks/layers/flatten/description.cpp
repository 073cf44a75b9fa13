// flatten: its description for the engines. It computes nothing, so no kernel is judged on it.
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

extern const LayerChecks flatten_checks;  // checks.cpp
extern const NetworkLayer flatten_in_networks;

extern const Layer flatten_layer{
    .id = LayerId{4},
    .name = "flatten",
    .problem = "",
    .example = "",
    .fields = {},
    .passes = {},
    .checks = &flatten_checks,
    .network = &flatten_in_networks,
};

}  // namespace cnnspec::checks
