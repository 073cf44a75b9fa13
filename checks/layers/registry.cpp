// The registry: one line makes a layer known. A layer's number, and those of its operations, are its own and never
// change.
#include "checks/layers/registry.hpp"

namespace cnnspec::checks {

/// What the room checks/layers/`name` defines.
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
