// Whether two definitions of networks are the same, apart from the names of their layers.
#pragma once

#include <algorithm>
#include <vector>

#include "checks/networks/network_layer.hpp"

namespace cnnspec::checks {

inline bool is_same(const Definition& a, const Definition& b) {
  class All : public Numbers {
   public:
    void operator()(const char*, Idx& number, Idx) override { integers.push_back(number); }
    void real(const char*, double& number) override { reals.push_back(number); }
    std::vector<Idx> integers;
    std::vector<double> reals;
  };
  All left, right;
  show_numbers(a, left), show_numbers(b, right);
  return a.index() == b.index() && left.integers == right.integers && left.reals == right.reals;
}

inline bool is_same(const NetworkDefinition& a, const NetworkDefinition& b) {
  return a.input == b.input && std::ranges::equal(a.layers, b.layers, [](const auto& left, const auto& right) {
           return is_same(left.what, right.what);
         });
}

}  // namespace cnnspec::checks
