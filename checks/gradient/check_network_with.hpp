// The body of check_network_with, for the one file that instantiates each scalar.
#pragma once

#include <algorithm>

#include "checks/gradient/check_network.hpp"
#include "checks/gradient/network_subject.hpp"

namespace cnnspec::checks {

template <class T>
GradientReport check_network_with(const NetworkDefinition& net, const std::string& target, const std::string& scalar,
                                  const NetworkData& data, const GradientOptions& options) {
  const bool scaled = is_integer<T>;
  const std::vector<double>& scales = data.scales;
  NetworkSubject<T> subject(net, data.range, scaled ? scales : std::vector<double>(scales.size(), 1));
  subject.set_small_step(*std::max_element(scales.begin(), scales.end()));
  return check_subject<T>(subject, target, scalar, options);
}

}  // namespace cnnspec::checks
