// The configuration of the built-in models as text: "in_c=3,in_h=16,in_w=16,c1=4,...", the fields of Cnn2Config by
// name.
#pragma once

#include <string>
#include <string_view>

#include "cnnspec/cnn.hpp"

namespace cnnspec::checks {

/// A model and the extents of its input. The defaults are the command line's: small enough to check every derivative.
struct Cnn2Run {
  Cnn2Config config{.c1 = 4, .c2 = 8, .out_dim = 10};
  Idx in_c = 3, in_h = 16, in_w = 16;
  friend bool operator==(const Cnn2Run&, const Cnn2Run&) = default;
};

/// Fields that the text does not name keep their defaults. `where` names the text in error messages, e.g. "--config".
/// Throws UsageError for mistakes in the text, and the ShapeError of well_formed.
Cnn2Run parse_config(std::string_view text, const std::string& where);

/// Every field, in a form that parse_config reads back.
std::string format_config(const Cnn2Run& run);

}  // namespace cnnspec::checks
