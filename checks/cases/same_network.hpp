// Whether two definitions of networks are the same, but for the names of their layers.
#pragma once

#include <type_traits>
#include <variant>

#include "cnnspec/network.hpp"

namespace cnnspec::checks {

inline bool is_same(const Conv2dDefinition& a, const Conv2dDefinition& b) {
  return a.out_channels == b.out_channels && a.kernel_height == b.kernel_height && a.kernel_width == b.kernel_width &&
         a.config == b.config;
}
inline bool is_same(const MaxPool2dConfig& a, const MaxPool2dConfig& b) { return a == b; }
inline bool is_same(const LinearDefinition& a, const LinearDefinition& b) { return a.out_features == b.out_features; }
inline bool is_same(const ReluLayer&, const ReluLayer&) { return true; }
inline bool is_same(const FlattenLayer&, const FlattenLayer&) { return true; }

inline bool is_same(const NetworkDefinition& a, const NetworkDefinition& b) {
  if (a.input != b.input || a.layers.size() != b.layers.size()) return false;
  for (std::size_t n = 0; n < a.layers.size(); ++n) {
    const auto& left = a.layers[n].what;
    const auto& right = b.layers[n].what;
    const auto agree = [&](const auto& layer) {
      return is_same(layer, std::get<std::decay_t<decltype(layer)>>(right));
    };
    if (left.index() != right.index() || !std::visit(agree, left)) return false;
  }
  return true;
}

}  // namespace cnnspec::checks
