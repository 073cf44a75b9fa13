// Networks as JSON. A description is one object:
//
//   {"name": "tiny",                              optional
//    "input": [3, 16, 16],                        [channels, height, width], or [features]
//    "layers": [
//      {"kind": "conv2d", "name": "conv1",        names are optional, and unique: otherwise conv2d1, relu1, ...
//       "out_channels": 4,
//       "kernel": 3,                              n for both axes, or [height, width]
//       "stride": 1, "dilation": 1,               the same; 1 where left out
//       "padding": [0, 1, 1, 0],                  n, [height, width] or [top, left, bottom, right]; 0 where left out
//       "groups": 1},
//      {"kind": "relu"},
//      {"kind": "max_pool2d", "kernel": 2},       stride (the kernel where left out, as in PyTorch), padding, dilation
//      {"kind": "flatten"},
//      {"kind": "linear", "out_features": 10}]}
//
// format_network adds derived values: "schema", and the shapes and counts of the layers and of the whole network. They
// may be left out. If they are given, they must be right, so a file can state what its author expects.
#pragma once

#include <string>
#include <string_view>

#include "checks/describe/summary.hpp"

namespace cnnspec::checks {

inline constexpr std::size_t most_network_layers = 10'000;

/// `where` names the text in error messages, e.g. its file. Throws UsageError with the line and column of a syntax
/// error or the JSON pointer of a wrong value, and the ShapeError of a layer that does not fit.
NamedNetwork parse_network(std::string_view text, const std::string& where);

/// The settings of windows in a description, for the help.
std::string window_help();

/// A complete description: parse_network reads it back to the same network.
std::string format_network(const Summary& network);

}  // namespace cnnspec::checks
