// relu in networks.
#include "checks/networks/network_layer.hpp"

namespace cnnspec::checks {

extern const NetworkLayer relu_in_networks{
    .definition = ReluLayer{}, .pytorch = "nn.ReLU", .often_in_images = 2, .often_in_vectors = 4};

}  // namespace cnnspec::checks
