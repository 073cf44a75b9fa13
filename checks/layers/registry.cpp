// The registry: one line makes a layer known. The numbers of a layer and of its operations are unique and never change.
#include "checks/layers/registry.hpp"

namespace cnnspec::checks {

/// Declares what the room checks/layers/`name` defines.
#define CNNSPEC_ROOM(name)           \
  [] {                               \
    extern const Layer name##_layer; \
    return &name##_layer;            \
  }()

std::vector<const Layer*>& registry() {
  static std::vector<const Layer*> all{
      CNNSPEC_ROOM(conv2d),  //
      CNNSPEC_ROOM(max_pool2d),
      CNNSPEC_ROOM(relu),
      CNNSPEC_ROOM(linear),
      CNNSPEC_ROOM(flatten),
      CNNSPEC_ROOM(avg_pool2d),
  };
  return all;
}

std::span<const Layer* const> layers() { return registry(); }

}  // namespace cnnspec::checks
