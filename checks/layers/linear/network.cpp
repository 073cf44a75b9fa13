// linear in networks.
#include "checks/networks/network_layer.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char *axes_of_input[]{"in_features"}, *axes_of_output[]{"out_features"};

void network_numbers(Definition& definition, Numbers& number) {
  number("out_features", std::get<LinearDefinition>(definition).out_features, 8);
}

}  // namespace

extern const NetworkLayer linear_in_networks{
    .definition = LinearDefinition{},
    .numbers = network_numbers,
    .input = axes_of_input,
    .output = axes_of_output,
    .pytorch = "nn.Linear in_features out_features",
    .target = "in_features=12,out_features=7",
    .often_in_vectors = 5,
};

}  // namespace cnnspec::checks
