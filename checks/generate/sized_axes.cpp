#include "checks/generate/sized_axes.hpp"

#include <map>

#include "checks/generate/drawing.hpp"
#include "checks/generate/fields.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

SizedAxis axis_of_extent(const Layer& layer, std::size_t n, unsigned settles) {
  return {axis_name(layer.fields[n]), settles, [n](const Problem& p) { return p.integer(n); }, true};
}

/// The axes of a window that moves over an image.
void append_window(std::vector<SizedAxis>& all) {
  const auto append = [&](const char* name, unsigned settles, auto of, bool may_be_far = false) {
    all.push_back({name, settles, of, may_be_far});
  };
  append(
      "input height", height_settled, [](const Problem& p) { return height_of(p).in; }, true);
  append(
      "input width", width_settled, [](const Problem& p) { return width_of(p).in; }, true);
  append("output height", height_settled, [](const Problem& p) { return height_of(p).out; });
  append("output width", width_settled, [](const Problem& p) { return width_of(p).out; });
  append("kernel height", height_settled, [](const Problem& p) { return height_of(p).kernel; });
  append("kernel width", width_settled, [](const Problem& p) { return width_of(p).kernel; });
  append(cells_axis, height_settled | width_settled,
         [](const Problem& p) { return height_of(p).kernel * width_of(p).kernel; });
}

void append_channels(std::vector<SizedAxis>& all, const Layer& layer, const ChannelPlaces& at) {
  const auto per_group = [groups = at.groups](std::size_t total) {
    return [=](const Problem& p) { return p.integer(total) / p.integer(groups); };
  };
  all.push_back(axis_of_extent(layer, at.groups, groups_settled));
  all.push_back(axis_of_extent(layer, at.in, groups_settled | in_settled));
  all.push_back({in_per_group_axis, in_settled, per_group(at.in)});
  all.push_back(axis_of_extent(layer, at.out, groups_settled | out_settled));
  all.push_back({out_per_group_axis, out_settled, per_group(at.out)});
}

/// The product of other axes, which settles what these settle.
void append_terms(std::vector<SizedAxis>& all, Op op) {
  const std::vector<const char*> names = factors_of_terms(op);
  if (names.empty()) return;
  std::vector<SizedAxis> factors;
  unsigned settles = height_settled | width_settled;
  for (const SizedAxis& axis : all)
    for (const char* name : names)
      if (axis.name == name) factors.push_back(axis), settles |= axis.settles;
  all.push_back({terms_axis, settles, [factors](const Problem& p) {
                   Idx product = 1;
                   for (const SizedAxis& factor : factors) product *= factor.of(p);
                   return product;
                 }});
}

std::vector<SizedAxis> axes_by_fields(Op op) {
  const Layer& layer = layer_of(op);
  const FieldPlaces& at = field_places(layer);
  std::vector<SizedAxis> all;
  if (at.batch) all.push_back(axis_of_extent(layer, *at.batch, batch_settled));
  if (has_window(layer)) append_window(all);
  if (at.channels) append_channels(all, layer, *at.channels);
  unsigned settles = first_settled;
  for (const std::size_t n : at.extents) all.push_back(axis_of_extent(layer, n, settles)), settles *= 2;
  append_terms(all, op);
  return all;
}

}  // namespace

std::string axis_name(const Field& field) {
  if (*field.key == '\0') return "elements";
  std::string name = field.name;
  if (name.starts_with("in_")) name.insert(2, "put");
  if (name.starts_with("out_")) name.insert(3, "put");
  for (char& c : name)
    if (c == '_') c = ' ';
  return name;
}

std::vector<const char*> factors_of_terms(Op op) {
  if (!field_places(layer_of(op)).channels) return {};
  switch (pass_of(op).outputs.front().role) {
    case Role::y:
      return {in_per_group_axis, "kernel height", "kernel width"};
    case Role::x:
      return {out_per_group_axis, "kernel height", "kernel width"};
    default:
      return {"batch", "output height", "output width"};
  }
}

const std::vector<SizedAxis>& sized_axes(Op op) {
  static const std::map<Op, std::vector<SizedAxis>> all = [] {
    std::map<Op, std::vector<SizedAxis>> axes;
    for (const Op each : all_ops()) {
      const auto by_layer = drawing_of(layer_of(each)).axes;
      axes[each] = by_layer == nullptr ? axes_by_fields(each) : by_layer(each);
    }
    return axes;
  }();
  return all.at(op);
}

}  // namespace cnnspec::checks
