// A network as a PyTorch program.
#include <fmt/format.h>

#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "checks/describe/show.hpp"
#include "checks/networks/network_layer.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

/// Python's keywords, and the attributes of nn.Sequential (PyTorch 1.13 and 2), which it does not accept as names of
/// layers.
constexpr const char* reserved_names = R"(
    False None True and as assert async await break class continue def del elif else except finally for from global
    if import in is lambda nonlocal not or pass raise return try while with yield

    T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double
    dump_patches eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half
    insert ipu load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters
    pop register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook
    register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty
    train training type xpu zero_grad
)";

const std::set<std::string>& reserved() {
  static const std::set<std::string> names = [] {
    std::istringstream words(reserved_names);
    return std::set<std::string>(std::istream_iterator<std::string>(words), {});
  }();
  return names;
}

/// Names for attributes of one Python object.
class PythonNames {
 public:
  /// `name` with every character except ASCII letters, digits and _ replaced, and made different from all earlier
  /// names.
  std::string operator()(const std::string& name) {
    std::string result;
    for (const char c : name) result += is_word(c) ? c : '_';
    if (result.empty() || result[0] == '_' || is_digit(result[0])) result = "layer" + result;
    if (reserved().count(result) > 0) result += "_";
    std::string unique = result;
    int& n = next_number_.try_emplace(result, 2).first->second;
    while (!given_.insert(unique).second) unique = fmt::format("{}_{}", result, n++);
    return unique;
  }

 private:
  static bool is_digit(char c) { return '0' <= c && c <= '9'; }
  static bool is_word(char c) { return is_digit(c) || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || c == '_'; }

  std::set<std::string> given_;
  std::map<std::string, int> next_number_;
};

/// ", name=value", where the value is an integer or (height, width); empty for the default.
std::string argument(const char* name, std::array<Idx, 2> value, std::array<Idx, 2> otherwise) {
  if (value == otherwise) return "";
  if (value[0] == value[1]) return fmt::format(", {}={}", name, value[0]);
  return fmt::format(", {}=({}, {})", name, value[0], value[1]);
}

/// The common arguments of convolution and pooling. Asymmetric padding is a separate layer before.
std::string window_arguments(const Window& w, std::array<Idx, 2> default_stride) {
  const std::array<Idx, 2> pad = w.pads_symmetrically() ? std::array{w.top, w.left} : std::array<Idx, 2>{0, 0};
  return argument("kernel_size", {w.kernel_height, w.kernel_width}, {0, 0}) +
         argument("stride", {w.stride_height, w.stride_width}, default_stride) + argument("padding", pad, {0, 0}) +
         argument("dilation", {w.dilation_height, w.dilation_width}, {1, 1});
}

/// The named arguments after the window; empty for usual values.
std::string further_settings(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  std::string text;
  for (const std::string& name : settings_of(layer)) {
    const std::size_t n = known_place_of(layer, name);
    const Field& field = layer.fields[n];
    if (!field.usual) continue;
    if (field.kind == Field::Kind::real)
      text += problem.real(n) == *field.usual ? "" : fmt::format(", {}={}", name, problem.real(n));
    else
      text += argument(name.c_str(), {problem.integer(n), problem.integer(n)},
                       {static_cast<Idx>(*field.usual), static_cast<Idx>(*field.usual)});
  }
  return text;
}

const NetworkLayer* find_network_layer(const std::string& kind) {
  const Layer* const layer = find_layer(kind);
  return layer == nullptr ? nullptr : layer->network;
}

/// A padding layer, for padding that the layer itself does not support.
std::string explicit_padding(const LayerDescription& layer, const Window& w) {
  const std::string sides = fmt::format("({}, {}, {}, {})", w.left, w.right, w.top, w.bottom);  // PyTorch's order
  const NetworkLayer* const known = find_network_layer(layer.kind);
  if (known == nullptr || known->pytorch_padding == nullptr) return fmt::format("nn.ZeroPad2d({})", sides);
  return fmt::format("nn.ConstantPad2d({}, {})", sides, known->pytorch_padding);
}

/// The arguments, each with ", " before it.
std::string arguments(const LayerDescription& row, const Layer& layer, std::istringstream& first) {
  if (layer.passes.empty()) return "";
  const Problem problem = problem_of(row, 1);
  std::string text;
  for (std::string field; first >> field;) text += fmt::format(", {}", problem.integer(known_place_of(layer, field)));
  if (const auto w = window_of(row)) {
    const std::array<Idx, 2> kernel{w->kernel_height, w->kernel_width}, ones{1, 1};
    text += window_arguments(*w, is_pool(layer) ? kernel : ones);
  }
  return text + further_settings(problem);
}

std::string module(const LayerDescription& row) {
  const NetworkLayer* const known = find_network_layer(row.kind);
  if (known == nullptr) throw std::logic_error("show_pytorch: no module for layers of kind " + row.kind);
  std::istringstream words(known->pytorch);
  std::string name;
  words >> name;
  const std::string all = arguments(row, *find_layer(row.kind), words);
  return fmt::format("{}({})", name, all.empty() ? "" : all.substr(2));
}

}  // namespace

std::string show_pytorch(const Summary& network) {
  PythonNames names;
  std::string layers;
  const auto add = [&](const std::string& name, const std::string& made_by) {
    layers += fmt::format("    (\"{}\", {}),\n", names(name), made_by);
  };
  for (const LayerDescription& layer : network.layers) {
    const auto w = window_of(layer);
    if (w && !w->pads_symmetrically()) add(layer.name + "_pad", explicit_padding(layer, *w));
    add(layer.name, module(layer));
  }
  return fmt::format(R"(# {name}: [{input}] -> [{output}], {parameters} parameters. Written by cnnspec.
from collections import OrderedDict

import torch
from torch import nn

INPUT_SHAPE = (1, {input})  # a batch of one

model = nn.Sequential(OrderedDict([
{layers}]))

if __name__ == "__main__":
    with torch.no_grad():
        y = model(torch.zeros(INPUT_SHAPE))
    print("output shape:", tuple(y.shape))
    print("parameters:", sum(p.numel() for p in model.parameters()))
)",
                     fmt::arg("name", printable(network.name)), fmt::arg("input", joined(network.input, ", ")),
                     fmt::arg("output", joined(network.output(), ", ")),
                     fmt::arg("parameters", thousands(network.parameters)), fmt::arg("layers", layers));
}

}  // namespace cnnspec::checks
