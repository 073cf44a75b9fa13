// Functions of layers that replace the specification's: to judge other layers, and to insert mistakes.
#pragma once

#include <any>
#include <utility>
#include <vector>

#include "checks/vocabulary/operations.hpp"

namespace cnnspec::checks {

class LayerFunctions {
 public:
  /// Every layer has the specification's functions.
  LayerFunctions() = default;
  /// Replaces the functions of one layer. F: XFunctions<T> of the layer's room.
  template <class F>
  LayerFunctions(LayerId layer, F functions) {
    set(layer, std::move(functions));
  }
  /// Functions over several scalars have different types, and are stored side by side.
  template <class F>
  void set(LayerId layer, F functions) {
    std::erase_if(given_, [&](const Given& g) { return g.layer == layer && g.functions.type() == typeid(F); });
    given_.push_back({layer, std::move(functions)});
  }

  /// The given functions, or else the result of `specified`.
  template <auto specified>
  const auto& of(LayerId layer) const {
    using F = decltype(specified());
    static const F specification = specified();
    for (const Given& g : given_)
      if (const F* const functions = std::any_cast<F>(&g.functions); functions != nullptr && g.layer == layer)
        return *functions;
    return specification;
  }

 private:
  struct Given {
    LayerId layer;
    std::any functions;
  };
  std::vector<Given> given_;
};

}  // namespace cnnspec::checks
