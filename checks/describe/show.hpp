// A network as text that people and other programs read. Each result ends with a newline.
#pragma once

#include <array>
#include <string>

#include "checks/describe/summary.hpp"

namespace cnnspec::checks {

/// A table in the style of torchinfo: a row for each layer, then totals. Padding is shown as n, height x width, or
/// top,left,bottom,right; columns without information are left out.
std::string show_table(const Summary& network);

/// A Graphviz digraph: a node for each layer, shapes on the edges.
std::string show_dot(const Summary& network);

/// A Python file that defines `model`, an nn.Sequential with the same layers (PyTorch initialises its parameters). When
/// it is run, it passes a zero image through the model. Names are changed if Python or nn.Sequential requires it.
/// Padding that differs between opposite sides becomes a separate layer.
std::string show_pytorch(const Summary& network);

/// The formats by name, in the order of the help text; "json" is format_network.
struct ShowFormat {
  const char* name;
  std::string (*show)(const Summary&);
};
extern const std::array<ShowFormat, 4> show_formats;

}  // namespace cnnspec::checks
