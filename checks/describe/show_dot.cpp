// A network as a Graphviz digraph.
#include <fmt/format.h>

#include "checks/describe/show.hpp"
#include "checks/networks/network_layer.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

/// A quoted string of the DOT language; lines of a label are separated by \n there.
std::string label(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += "\\n";
    for (const char c : printable(line)) text += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  }
  return '"' + text + '"';
}

std::string both(const char* what, Idx height, Idx width) { return fmt::format("{} {}x{}", what, height, width); }

/// What differs from a layer's defaults, e.g. "kernel 3x3, padding 1x1".
std::string settings(const Window& w, bool stride_is_kernel) {
  std::vector<std::string> parts{both("kernel", w.kernel_height, w.kernel_width)};
  const Idx height = stride_is_kernel ? w.kernel_height : 1, width = stride_is_kernel ? w.kernel_width : 1;
  if (w.stride_height != height || w.stride_width != width)
    parts.push_back(both("stride", w.stride_height, w.stride_width));
  if (!w.pads_symmetrically())
    parts.push_back("padding " + joined(std::vector<Idx>{w.top, w.left, w.bottom, w.right}, ","));
  else if (w.top != 0 || w.left != 0)
    parts.push_back(both("padding", w.top, w.left));
  if (w.dilation_height != 1 || w.dilation_width != 1)
    parts.push_back(both("dilation", w.dilation_height, w.dilation_width));
  if (w.groups.value_or(1) != 1) parts.push_back(fmt::format("groups {}", *w.groups));
  return joined(parts, ", ");
}

bool has_own_default_stride(const LayerDescription& layer) {
  const Layer* const kind = find_layer(layer.kind);
  return kind != nullptr && is_pool(*kind);
}

std::string node(const LayerDescription& layer) {
  std::vector<std::string> lines{layer.name, layer.kind};
  if (const auto w = window_of(layer)) lines.push_back(settings(*w, has_own_default_stride(layer)));
  if (layer.parameters > 0) lines.push_back(thousands(layer.parameters) + " parameters");
  return label(lines);
}

}  // namespace

std::string show_dot(const Summary& network) {
  std::string text = fmt::format("digraph {} {{\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n",
                                 label({network.name}));
  text += "  edge [fontname=\"sans-serif\"];\n  input [shape=ellipse];\n";
  for (std::size_t n = 0; n < network.layers.size(); ++n)
    text += fmt::format("  layer{} [label={}];\n", n + 1, node(network.layers[n]));
  text += "  output [shape=ellipse];\n";
  std::string from = "input";
  const auto edge = [&](const std::string& to, const std::vector<Idx>& shape) {
    text += fmt::format("  {} -> {} [label={}];\n", from, to, label({joined(shape, "x")}));
    from = to;
  };
  for (std::size_t n = 0; n < network.layers.size(); ++n) edge(fmt::format("layer{}", n + 1), network.layers[n].input);
  edge("output", network.output());
  return text + "}\n";
}

}  // namespace cnnspec::checks
