// A layer as part of networks: the conversion between the specification's definition of it and its problem, and its
// names in other programs. Everything else is derived from its fields, its passes and its window.
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

/// Visits the numbers of a definition one by one, each with the name of its field, and may change them.
class Numbers {
 public:
  virtual ~Numbers() = default;
  /// `most`: the largest value in small networks.
  virtual void operator()(const char* field, Idx& number, Idx most) = 0;
  virtual void real(const char* field, double& number) = 0;
  /// A window that moves over an image. `pads_half`: by at most half a kernel (C4).
  virtual void window(Idx& kernel_height, Idx& kernel_width, Axis& height, Axis& width, bool pads_half);
};

struct NetworkLayer {
  Definition definition;  // a definition of the layer
  /// Visits the numbers of a definition of the layer; null: it has none.
  void (*numbers)(Definition&, Numbers&) = nullptr;
  /// The fields that are the extents of an input, and of an output. None: the layer takes any number of axes, its
  /// output has the extents of its input, and the first field of its problem is the number of elements.
  std::span<const char*const> input{}, output{};
  bool to_one_axis = false;  // for any input, the output has one axis

  /// The class in PyTorch, and the fields that are its first arguments. The window and optional settings follow by
  /// name.
  const char* pytorch = "";
  /// The value of padding cells in PyTorch, if the layer itself cannot pad in this way; null: zeros.
  const char* pytorch_padding = nullptr;
  /// The default configuration of a gradient check of the layer alone, as in "in_c=2,in_h=4,in_w=5", in the order of
  /// its text; null: that of the layer's example.
  const char* target = nullptr;
  /// How often random networks have the layer, in addition to once, if the tensor is an image, and if it is a vector.
  int often_in_images = 0, often_in_vectors = 0;
  /// The largest number of roundings of a term, forward and then backward; null: derived from the longest sums.
  double (*roundings)(const Problem&) = nullptr;
};

/// The layers of networks, in the order of the specification's list.
const std::vector<const Layer*>& layers_of_networks();
const Layer& layer_of(const Definition& definition);

/// Visits the numbers of a definition for reading.
void show_numbers(const Definition& definition, Numbers& numbers);
/// The same with a visitor that may change the numbers.
void show_numbers(Definition& definition, Numbers& numbers);

/// The names of the fields in a definition of the layer, without those of its window.
std::vector<std::string> settings_of(const Layer& layer);
std::optional<std::size_t> place_of(const Layer& layer, std::string_view field);
/// The index of a field that must exist.
std::size_t known_place_of(const Layer& layer, std::string_view field);

/// A row of a network's description as a problem; numbers that the row does not give are zero. The layer must have
/// operations.
Problem problem_of(const LayerDescription& row, Idx batch);
/// The problem for one image, without output extents. None if the number of axes is wrong.
std::optional<Problem> problem_of(const Definition& definition, const std::vector<Idx>& input);
/// The definition with the problem's numbers.
Definition definition_of(const Problem& problem);

/// A layer with a window but without weights. If its stride is left out, it equals the kernel, as in PyTorch.
bool is_pool(const Layer& layer);
/// Whether the layer computes its result in a different way if its inputs compare differently.
bool branches(const Layer& layer);
/// For one image; see NetworkLayer::roundings.
double roundings_of(const Problem& problem);
/// At most one rounding for each product and each addition of the longest sum, forward and backward.
double roundings_of_sums(const Problem& problem);

}  // namespace cnnspec::checks
