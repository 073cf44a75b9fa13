// Window: the numbers of a problem with a window that moves over an image, axis by axis.
#pragma once

#include "checks/vocabulary/layer.hpp"
#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

inline constexpr Idx largest_idx = std::numeric_limits<Idx>::max();

/// One axis of a moving window.
struct Line {
  Idx in = 1, out = 1, kernel = 1;
  Axis axis{};
  friend bool operator==(const Line&, const Line&) = default;
};

/// The number of cells with padding, for a line that satisfies C3.
inline Idx padded_extent(const Line& l) { return l.in + l.axis.before + l.axis.after; }

template <ProblemStruct P>
Line height_of(const P& p) {
  return {p.in_height, p.out_height, p.kernel_height, {p.stride_height, p.pad_top, p.pad_bottom, p.dilation_height}};
}
template <ProblemStruct P>
Line width_of(const P& p) {
  return {p.in_width, p.out_width, p.kernel_width, {p.stride_width, p.pad_left, p.pad_right, p.dilation_width}};
}
template <ProblemStruct P>
void set_height(P& p, const Line& line) {
  p.in_height = line.in, p.out_height = line.out, p.kernel_height = line.kernel;
  p.stride_height = line.axis.stride, p.dilation_height = line.axis.dilation;
  p.pad_top = line.axis.before, p.pad_bottom = line.axis.after;
}
template <ProblemStruct P>
void set_width(P& p, const Line& line) {
  p.in_width = line.in, p.out_width = line.out, p.kernel_width = line.kernel;
  p.stride_width = line.axis.stride, p.dilation_width = line.axis.dilation;
  p.pad_left = line.axis.before, p.pad_right = line.axis.after;
}

// The same for a problem of any layer, by field names.
bool has_window(const Layer& layer);
inline bool has_window(const Problem& problem) { return has_window(layer_of(problem)); }
Line height_of(const Problem& problem);
Line width_of(const Problem& problem);
void set_height(Problem& problem, const Line& line);
void set_width(Problem& problem, const Line& line);

/// The number of windows on an axis of the problem; 0, which is not a valid extent, if no window fits. `line.out` is
/// not read.
Idx outputs_of(const Problem& problem, const Line& line);

// ---- Clauses, for the checks of the layers ----

struct NamedExtent {
  const char* name;
  Idx value;
};
/// C1. The spec's own checks accept `dyn`; here every number must be known.
Violation check_extents(const char* operation, std::initializer_list<NamedExtent> extents);
/// C3 for a tensor with these extents.
Violation check_elements(const char* operation, const char* tensor, std::initializer_list<Idx> extents);
/// The product of positive factors, or `largest_idx` if it is larger.
Idx saturated_product(std::initializer_list<Idx> factors);

template <class... Violations>
Violation first_of(const Violations&... violations) {
  Violation first;
  ((first.ok() ? void(first = violations) : void()), ...);
  return first;
}

template <ProblemStruct P>
Violation check_window_extents(const char* operation, const P& p) {
  return check_extents(operation, {{"in_height", p.in_height},
                                   {"in_width", p.in_width},
                                   {"out_height", p.out_height},
                                   {"out_width", p.out_width},
                                   {"kernel_height", p.kernel_height},
                                   {"kernel_width", p.kernel_width},
                                   {"stride_height", p.stride_height},
                                   {"stride_width", p.stride_width},
                                   {"dilation_height", p.dilation_height},
                                   {"dilation_width", p.dilation_width}});
}
/// C6 for the output extents, if the size formula is that of a convolution.
template <ProblemStruct P>
Violation check_out(const char* operation, const P& p) {
  const Line h = height_of(p), w = width_of(p);
  return first_of(check_agree(operation, "out_height", conv_out(h.in, h.kernel, h.axis), p.out_height),
                  check_agree(operation, "out_width", conv_out(w.in, w.kernel, w.axis), p.out_width));
}

// ---- Common fields of layers with such a window ----

inline constexpr Field batch_field{"batch", "mb", Field::Kind::extent, 1, 2};
inline constexpr Field in_height_field{"in_height", "ih"}, in_width_field{"in_width", "iw"};
inline constexpr Field out_height_field{"out_height", "oh", Field::Kind::derived};
inline constexpr Field out_width_field{"out_width", "ow", Field::Kind::derived};
inline constexpr Field kernel_height_field{"kernel_height", "kh"}, kernel_width_field{"kernel_width", "kw"};
inline constexpr Field stride_height_field{"stride_height", "sh"}, stride_width_field{"stride_width", "sw"};
inline constexpr Field dilation_height_field{"dilation_height", "dh"}, dilation_width_field{"dilation_width", "dw"};
inline constexpr Field pad_top_field{"pad_top", "ph", Field::Kind::extent, 0};
inline constexpr Field pad_left_field{"pad_left", "pw", Field::Kind::extent, 0};
inline constexpr Field pad_bottom_field{"pad_bottom", "pb", Field::Kind::extent, 0};
inline constexpr Field pad_right_field{"pad_right", "pr", Field::Kind::extent, 0};

}  // namespace cnnspec::checks
