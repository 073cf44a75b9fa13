// flatten in networks.
#include "checks/networks/network_layer.hpp"

namespace cnnspec::checks {

extern const NetworkLayer flatten_in_networks{.definition = FlattenLayer{},
                                              .to_one_axis = true,
                                              .pytorch = "nn.Flatten",
                                              .often_in_images = 1,
                                              .often_in_vectors = 1};

}  // namespace cnnspec::checks
