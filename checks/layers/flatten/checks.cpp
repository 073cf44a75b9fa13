// flatten: the checks on any input, which a pooling problem describes.
#include "checks/generate/case_fields.hpp"
#include "checks/laws/layer_checks.hpp"
#include "checks/layers/flatten/gradient.hpp"
#include "checks/layers/flatten/laws.hpp"

namespace cnnspec::checks {
namespace {

struct FlattenRoom {
  template <class T>
  static FlattenFunctions<T> functions() {
    return spec_flatten<T>();
  }
  template <class T>
  static std::vector<FlattenLaw<T>> laws() {
    return flatten_laws<T>();
  }

  static void give_wrong_tensors(const FlattenFunctions<Int128>& f, const cnnspec_pool2d& p, WrongTensors& tensors) {
    tensors.give("flatten: dy", dyn_shape(x_shape(p).count()), [&](const auto& dy) { f.backward(x_shape(p), dy); });
  }
};

constexpr std::uint8_t corpus_bytes[]{3};

/// flatten's input: of a problem whose window is a single cell.
void list_image(Fields& fields, Problem& problem) {
  constexpr Idx most_channels = 3, most_extent = 12;
  if (!problem.is<cnnspec_pool2d>()) problem = cnnspec_pool2d{};
  auto& p = problem.as<cnnspec_pool2d>();
  fields.mostly(p.channels, 1, most_channels), fields.mostly(p.in_height, 1, most_extent);
  fields.mostly(p.in_width, 1, most_extent);
  p = {1, p.channels, p.in_height, p.in_width, p.in_height, p.in_width, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
}

}  // namespace

extern const LayerChecks flatten_checks{
    .laws = list_laws<FlattenRoom>,
    .check = check_layer<FlattenRoom>,
    .first_bytes = corpus_bytes,
    .list = list_image,
};

}  // namespace cnnspec::checks
