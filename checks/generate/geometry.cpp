#include "checks/generate/geometry.hpp"

#include <initializer_list>

namespace cnnspec::checks {
namespace {

/// The product of positive factors, or `largest_idx` where it is larger.
Idx saturated_product(std::initializer_list<Idx> factors) {
  Idx product = 1;
  for (const Idx factor : factors) {
    if (!product_fits(product, factor)) return largest_idx;
    product *= factor;
  }
  return product;
}

struct Extent {
  const char* name;
  Idx value;
};

/// C1. The spec's own checks let `dyn` pass; here every number is known.
Violation check_extents(const char* operation, std::initializer_list<Extent> extents) {
  for (const Extent& e : extents)
    if (e.value < 1) return {Clause::C1, operation, e.name, "at least", 1, e.value};
  return {};
}

template <class P>
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

/// C3 for a tensor of these extents.
Violation check_elements(const char* operation, const char* tensor, std::initializer_list<Idx> extents) {
  Idx count = 1;
  for (const Idx e : extents) {
    if (!product_fits(count, e)) return {Clause::C3, operation, tensor, "an element count of at most", largest_idx, e};
    count *= e;
  }
  return {};
}

template <class... Checks>
Violation first_of(const Checks&... violations) {
  Violation first;
  ((first.ok() ? void(first = violations) : void()), ...);
  return first;
}

template <class P>
Violation check_out(const char* operation, const P& p) {
  const Line h = height_of(p), w = width_of(p);
  const Idx height = conv_out(h.in, h.kernel, h.axis), width = conv_out(w.in, w.kernel, w.axis);
  return first_of(check_agree(operation, "out_height", height, p.out_height),
                  check_agree(operation, "out_width", width, p.out_width));
}

}  // namespace

Violation check(const cnnspec_conv2d& p) {
  const Violation extents = first_of(
      check_extents("conv2d", {{"batch", p.batch}, {"in_channels", p.in_channels}, {"out_channels", p.out_channels}}),
      check_window_extents("conv2d", p));
  if (!extents.ok()) return extents;
  const Idx channels = p.groups < 1 ? p.in_channels : p.in_channels / p.groups;
  const Violation v = check_conv2d({p.in_channels, p.in_height, p.in_width},
                                   {p.out_channels, channels, p.kernel_height, p.kernel_width}, config_of(p));
  if (!v.ok()) return v;
  return first_of(check_out("conv2d", p),
                  check_elements("conv2d", "x", {p.batch, p.in_channels, p.in_height, p.in_width}),
                  check_elements("conv2d", "w", {p.out_channels, channels, p.kernel_height, p.kernel_width}),
                  check_elements("conv2d", "y", {p.batch, p.out_channels, p.out_height, p.out_width}));
}

Violation check(const cnnspec_pool2d& p) {
  const Violation extents = first_of(check_extents("max_pool2d", {{"batch", p.batch}, {"channels", p.channels}}),
                                     check_window_extents("max_pool2d", p));
  if (!extents.ok()) return extents;
  if (const Violation v = check_max_pool2d({p.channels, p.in_height, p.in_width}, config_of(p)); !v.ok()) return v;
  return first_of(check_out("max_pool2d", p),
                  check_elements("max_pool2d", "x", {p.batch, p.channels, p.in_height, p.in_width}),
                  check_elements("max_pool2d", "y", {p.batch, p.channels, p.out_height, p.out_width}));
}

Violation check(const cnnspec_linear& p) {
  const Violation extents =
      check_extents("linear", {{"batch", p.batch}, {"in_features", p.in_features}, {"out_features", p.out_features}});
  if (!extents.ok()) return extents;
  return first_of(check_elements("linear", "x", {p.batch, p.in_features}),
                  check_elements("linear", "w", {p.out_features, p.in_features}),
                  check_elements("linear", "y", {p.batch, p.out_features}));
}

Violation check(const cnnspec_elementwise& p) { return check_extents("elementwise", {{"count", p.count}}); }

Violation check(const Problem& problem) {
  return std::visit([](const auto& p) { return check(p); }, problem);
}

Idx taps(const cnnspec_conv2d& p) {
  return saturated_product(
      {p.batch, p.out_channels, p.out_height, p.out_width, p.in_channels / p.groups, p.kernel_height, p.kernel_width});
}
Idx taps(const cnnspec_pool2d& p) {
  return saturated_product({p.batch, p.channels, p.out_height, p.out_width, p.kernel_height, p.kernel_width});
}
Idx taps(const cnnspec_linear& p) { return saturated_product({p.batch, p.in_features, p.out_features}); }
Idx taps(const cnnspec_elementwise& p) { return p.count; }
Idx taps(const Problem& problem) {
  return std::visit([](const auto& p) { return taps(p); }, problem);
}

}  // namespace cnnspec::checks
