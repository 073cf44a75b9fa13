// A network as text that people and other programs read. Each result ends with a newline.
#pragma once

#include <array>
#include <string>

#include "checks/describe/summary.hpp"

namespace cnnspec::checks {

/// What torchinfo's users know: a row for each layer, then totals. Padding is shown as n, height x width, or
/// top,left,bottom,right; columns that would say nothing are left out.
std::string show_table(const Summary& network);

/// A Graphviz digraph: a node for each layer, shapes on the edges.
std::string show_dot(const Summary& network);

/// A Python file that defines `model`, an nn.Sequential with the same layers (its parameters are PyTorch's own), and
/// when run puts a zero image through it. Names are changed as far as Python and nn.Sequential require it. Padding that
/// differs between opposite sides becomes a layer of its own.
std::string show_pytorch(const Summary& network);

/// The formats by name, in the order of the help text; "json" is format_network.
struct ShowFormat {
  const char* name;
  std::string (*show)(const Summary&);
};
extern const std::array<ShowFormat, 4> show_formats;

}  // namespace cnnspec::checks
