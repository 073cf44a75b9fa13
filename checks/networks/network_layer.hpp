// What a layer is to networks: how the specification's own definition of it and its problem are translated into each
// other, and what other programs call it. Everything else is derived from its fields, its passes and its window.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/vocabulary/layer.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {

using Definition = decltype(LayerDefinition::what);

/// Is shown the numbers of a definition one by one, each by the name of its field, and may change them.
class Numbers {
 public:
  virtual ~Numbers() = default;
  /// `most`: no small network has more.
  virtual void operator()(const char* field, Idx& number, Idx most) = 0;
  virtual void real(const char* field, double& number) = 0;
  /// A window that moves over an image. `pads_half`: by at most half a kernel (C4).
  virtual void window(Idx& kernel_height, Idx& kernel_width, Axis& height, Axis& width, bool pads_half);
};

struct NetworkLayer {
  Definition definition;  // one of the layer's
  /// Shows the numbers of a definition of the layer; null: it has none.
  void (*numbers)(Definition&, Numbers&) = nullptr;
  /// The fields that are the extents of an input, and of an output. None: it takes any number of axes, its output is as
  /// its input, and the first field of its problem says how many elements there are in all.
  std::span<const char*const> input{}, output{};
  bool to_one_axis = false;  // with any input: the output has one axis

  /// The class in PyTorch, and the fields that are its first arguments; the window and what may be left out follow by
  /// name.
  const char* pytorch = "";
  /// What its cells of padding are there, where the layer cannot pad so itself; null: zeros.
  const char* pytorch_padding = nullptr;
  /// What a gradient check of the layer alone has by default, as in "in_c=2,in_h=4,in_w=5", in the order in which it is
  /// told; null: what its example is.
  const char* target = nullptr;
  /// How often random networks have it, besides once, where the tensor is an image, and where it is a vector.
  int often_in_images = 0, often_in_vectors = 0;
  /// How many roundings a term undergoes at most, forward and then backward; null: as its longest sums say.
  double (*roundings)(const Problem&) = nullptr;
};

/// The layers that networks have, in the order of the specification's list.
const std::vector<const Layer*>& layers_of_networks();
const Layer& layer_of(const Definition& definition);

/// What a definition says, for someone who reads it.
void show_numbers(const Definition& definition, Numbers& numbers);
/// The same for someone who may change them.
void show_numbers(Definition& definition, Numbers& numbers);

/// The names of the fields that a definition of the layer has; those of its window aside.
std::vector<std::string> settings_of(const Layer& layer);
std::optional<std::size_t> place_of(const Layer& layer, std::string_view field);
/// Where a field is that must be there.
std::size_t known_place_of(const Layer& layer, std::string_view field);

/// A row of a network's description as a problem; all numbers zero but those that the row says. Of a layer that has
/// operations.
Problem problem_of(const LayerDescription& row, Idx batch);
/// One image, but for output extents. Nothing where the number of axes is wrong.
std::optional<Problem> problem_of(const Definition& definition, const std::vector<Idx>& input);
/// The definition with the problem's numbers.
Definition definition_of(const Problem& problem);

/// A window without weights: where its stride is left out, it is the kernel, as in PyTorch.
bool is_pool(const Layer& layer);
/// Its result is made in another way, where its inputs compare otherwise.
bool branches(const Layer& layer);
/// Of one image; as NetworkLayer::roundings.
double roundings_of(const Problem& problem);
/// At most one for each product and each addition of the longest sum, forward and backward.
double roundings_of_sums(const Problem& problem);

}  // namespace cnnspec::checks
