// Somebody else's functions of layers, in the place of the specification's: to judge other layers, and to plant
// mistakes.
#pragma once

#include <any>
#include <utility>
#include <vector>

#include "checks/vocabulary/operations.hpp"

namespace cnnspec::checks {

class LayerFunctions {
 public:
  /// Each layer's are the specification's.
  LayerFunctions() = default;
  /// But for this one's. F: what the layer's room calls XFunctions<T>.
  template <class F>
  LayerFunctions(LayerId layer, F functions) {
    set(layer, std::move(functions));
  }
  /// Those over several scalars have different types, and are kept side by side.
  template <class F>
  void set(LayerId layer, F functions) {
    std::erase_if(given_, [&](const Given& g) { return g.layer == layer && g.functions.type() == typeid(F); });
    given_.push_back({layer, std::move(functions)});
  }

  /// What was given, or else what `specified`, a function, returns.
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
