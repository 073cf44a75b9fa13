#include "checks/generate/size_axis.hpp"

#include <algorithm>
#include <cassert>

#include "checks/generate/free_fields.hpp"
#include "checks/generate/plainness.hpp"
#include "checks/generate/window_axes.hpp"

namespace cnnspec::checks {
namespace {

std::optional<Problem> if_valid(const Problem& p) {
  if (!check(p).ok()) return {};
  return p;
}

/// An axis of one extent. If its words end in a plural, it is a number of these things.
SizeAxis extent_axis(const Field& field, std::size_t place) {
  const std::string words = in_words(field);
  const bool counted = words.ends_with('s');
  return {counted ? words : field.name, counted, static_cast<Idx>(field.least),
          [place](const Problem& p) { return p.integer(place); },
          [place](const Problem& problem, Idx value) {
            Problem p = problem;
            p.set(place, value);
            fit_windows(p);
            return if_valid(p);
          }};
}

using PartOfLine = Idx& (*)(Line&);

auto value_of(const WindowAxis& axis, PartOfLine part) {
  return [&axis, part](const Problem& problem) {
    Line line = axis.of(problem);
    return part(line);
  };
}

/// An axis of a window's number. The number of windows stays, and the image grows or shrinks with the covered cells.
SizeAxis window_number(const std::string& name, bool counted, const WindowAxis& axis, PartOfLine part) {
  return {name, counted, 1, value_of(axis, part), [&axis, part](const Problem& problem, Idx value) {
            Problem p = problem;
            Line line = axis.of(p);
            const auto covered = [&] {
              return (line.out - 1) * line.axis.stride + line.axis.dilation * (line.kernel - 1) + 1;
            };
            const Idx before = covered();
            part(line) = value;
            line.in += covered() - before;
            axis.set(p, line);
            return if_valid(p);
          }};
}
/// An axis of a number that decides how many windows there are.
SizeAxis image_number(const std::string& name, bool counted, const WindowAxis& axis, PartOfLine part) {
  return {name, counted, counted ? 1 : 0, value_of(axis, part), [&axis, part](const Problem& problem, Idx value) {
            Problem p = problem;
            Line line = axis.of(p);
            part(line) = value;
            set_fitted(p, axis, line);
            return if_valid(p);
          }};
}

void append_line(std::vector<SizeAxis>& axes, const WindowAxis& axis) {
  const std::string many = axis.many, one = axis.name;
  const auto image = [&](const std::string& name, bool counted, PartOfLine part) {
    axes.push_back(image_number(name, counted, axis, part));
  };
  const auto window = [&](const std::string& name, bool counted, PartOfLine part) {
    axes.push_back(window_number(name, counted, axis, part));
  };
  image(many + " of the image", true, [](Line& l) -> Idx& { return l.in; });
  window(many + " of the window", true, [](Line& l) -> Idx& { return l.kernel; });
  window("stride_" + one, false, [](Line& l) -> Idx& { return l.axis.stride; });
  window("dilation_" + one, false, [](Line& l) -> Idx& { return l.axis.dilation; });
  image(axis.before, false, [](Line& l) -> Idx& { return l.axis.before; });
  image(axis.after, false, [](Line& l) -> Idx& { return l.axis.after; });
}

constexpr ProductAxis usual_products[]{
    {"pixels of the image", "rows of the image", "columns of the image"},
    {"cells of the window", "rows of the window", "columns of the window"},
    {"planes", "images", "channels"},
};

}  // namespace

std::vector<SizeAxis> size_axes(LayerId id) {
  const Layer& layer = layer_of(id);
  std::vector<SizeAxis> axes;
  for (const std::size_t n : free_extents(layer)) axes.push_back(extent_axis(layer.fields[n], n));
  for (const WindowAxis& axis : window_axes(layer)) append_line(axes, axis);
  if (layer.plainness != nullptr && layer.plainness->change_sizes != nullptr) layer.plainness->change_sizes(axes);
  return axes;
}

std::vector<ProductAxis> product_axes(LayerId id) {
  std::vector<ProductAxis> all(std::begin(usual_products), std::end(usual_products));
  if (const Plainness* const p = layer_of(id).plainness) all.insert(all.end(), p->products.begin(), p->products.end());
  return all;
}

SizeAxis& axis_named(std::vector<SizeAxis>& axes, std::string_view name) {
  const auto found = std::ranges::find(axes, name, &SizeAxis::name);
  assert(found != axes.end());
  return *found;
}

}  // namespace cnnspec::checks
