#include "checks/vocabulary/window.hpp"

#include <map>

namespace cnnspec::checks {
namespace {

/// The places of one axis's numbers among the fields.
struct Places {
  std::size_t in, out, kernel, stride, dilation, before, after;
};
struct WindowPlaces {
  Places height, width;
};

std::size_t place_of(const Layer& layer, std::string_view name) {
  std::size_t n = 0;
  while (n < layer.fields.size() && layer.fields[n].name != name) ++n;
  return n;
}

Places places_of(const Layer& layer, const std::string& axis, const char* before, const char* after) {
  const auto place = [&](const std::string& what) { return place_of(layer, what + axis); };
  return {place("in_"),       place("out_"),           place("kernel_"),      place("stride_"),
          place("dilation_"), place_of(layer, before), place_of(layer, after)};
}

const WindowPlaces& window_places(const Layer& layer) {
  static thread_local std::map<const Layer*, WindowPlaces> known;
  const auto [found, is_new] = known.try_emplace(&layer);
  if (is_new)
    found->second = {places_of(layer, "height", "pad_top", "pad_bottom"),
                     places_of(layer, "width", "pad_left", "pad_right")};
  return found->second;
}

Line line_at(const Problem& p, const Places& at) {
  return {p.integer(at.in),
          p.integer(at.out),
          p.integer(at.kernel),
          {p.integer(at.stride), p.integer(at.before), p.integer(at.after), p.integer(at.dilation)}};
}
void set_line_at(Problem& p, const Places& at, const Line& line) {
  p.set(at.in, line.in), p.set(at.out, line.out), p.set(at.kernel, line.kernel);
  p.set(at.stride, line.axis.stride), p.set(at.dilation, line.axis.dilation);
  p.set(at.before, line.axis.before), p.set(at.after, line.axis.after);
}

}  // namespace

bool has_window(const Layer& layer) { return place_of(layer, "kernel_height") < layer.fields.size(); }
Line height_of(const Problem& problem) { return line_at(problem, window_places(layer_of(problem)).height); }
Line width_of(const Problem& problem) { return line_at(problem, window_places(layer_of(problem)).width); }
void set_height(Problem& problem, const Line& line) {
  set_line_at(problem, window_places(layer_of(problem)).height, line);
}
void set_width(Problem& problem, const Line& line) {
  set_line_at(problem, window_places(layer_of(problem)).width, line);
}

Idx outputs_of(const Problem& problem, const Line& line) {
  if (!check_axis("", "", line.in, line.kernel, line.axis).ok()) return 0;
  const Layer& layer = layer_of(problem);
  return layer.outputs == nullptr ? conv_out(line.in, line.kernel, line.axis) : layer.outputs(problem, line);
}

Violation check_extents(const char* operation, std::initializer_list<NamedExtent> extents) {
  for (const NamedExtent& e : extents)
    if (e.value < 1) return {Clause::C1, operation, e.name, "at least", 1, e.value};
  return {};
}

Violation check_elements(const char* operation, const char* tensor, std::initializer_list<Idx> extents) {
  Idx count = 1;
  for (const Idx e : extents) {
    if (!product_fits(count, e)) return {Clause::C3, operation, tensor, "an element count of at most", largest_idx, e};
    count *= e;
  }
  return {};
}

Idx saturated_product(std::initializer_list<Idx> factors) {
  Idx product = 1;
  for (const Idx factor : factors) {
    if (!product_fits(product, factor)) return largest_idx;
    product *= factor;
  }
  return product;
}

}  // namespace cnnspec::checks
