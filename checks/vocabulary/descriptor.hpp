// Descriptors: a problem as one word of text, in the language that kernel engineers use for oneDNN's tester.
//
//   g1mb2ic16ih7iw7oc16oh7ow7kh5kw5sh1sw1ph2pw2dh0dw0n"name"     conv2d
//   mb16ic64_ih32oh16_kh3sh2ph1                                  max_pool2d: ic is the number of channels
//   mb1ic256oc1000, mb1ic512ih7iw7oc4096                         linear: ih and iw multiply the input features
//   8x16x7x7                                                     elementwise: only the product counts
//
// Items are a key and a number, in any order; `_` between them is ignored; n"name" is a comment. Default values:
//   mb                          is 2
//   g, sh                       are 1
//   dh                          is 0: it counts from 0 (0 is dense), so the kernel contract's dilation is dh + 1
//   iw, ow, kw, sw, pw, dw      equal their h twins; but without any h key, the image has one row
//   ph, with oh                 is half, rounded down, of the padding that oh needs
//   ph, without oh              is 0
//   oh                          follows from the paddings, which are then the same on both sides
// A given oh also defines the bottom padding: the padding that oh needs minus the top padding, and at least 0.
// An extension: pb and pr give the bottom and the right padding if they are neither this value nor equal to ph and pw.
// Three-dimensional problems (id, od, kd, sd, pd, dd) are refused.
#pragma once

#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// Guesses the layer of a descriptor from its keys: a kernel means a window, an oc alone a linear layer, no key at all
/// an elementwise problem.
LayerId guess_layer(std::string_view descriptor);

/// Reads one descriptor; `batch` overrides its mb. Throws UsageError, which names the column or the violated clause.
Problem parse_descriptor(LayerId layer, std::string_view descriptor, std::optional<Idx> batch = {});

/// The shortest complete descriptor of a valid problem. parse_descriptor reads it back.
std::string to_descriptor(const Problem& problem);

/// One entry of a list of shapes.
struct ShapeLine {
  Problem problem;
  std::string descriptor, name;  // as written; the name is without its quotes
  Idx line = 0;                  // counts from 1
};

struct ShapeList {
  std::vector<ShapeLine> shapes;
  std::vector<std::string> notes;  // for each reason to leave entries out: how often, and the first line
};

/// Reads a list of shapes: descriptors separated by white space, `#` comments. Some entries are left out, with a note:
/// lines that begin with `--` (options of oneDNN's tester), three-dimensional problems, and problems that need negative
/// padding or more padding than C4 allows. `layer`: the layer of all entries; without it, each is guessed. Throws
/// UsageError, which names the file and the line.
ShapeList read_shapes(std::optional<LayerId> layer, std::istream& in, const std::string& file,
                      std::optional<Idx> batch = {});

}  // namespace cnnspec::checks
