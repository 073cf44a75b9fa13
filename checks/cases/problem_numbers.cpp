#include "checks/cases/problem_numbers.hpp"

#include <algorithm>
#include <array>

namespace cnnspec::checks {
namespace {

bool has_batch(const Layer& layer) {
  return std::ranges::any_of(layer.fields, [](const Field& f) { return f.name == std::string_view(batch_field.name); });
}

}  // namespace

bool is_number_of_window(const Layer& layer, std::size_t field) {
  constexpr std::array window{in_height_field,       in_width_field,       out_height_field,    out_width_field,
                              kernel_height_field,   kernel_width_field,   stride_height_field, stride_width_field,
                              dilation_height_field, dilation_width_field, pad_top_field,       pad_left_field,
                              pad_bottom_field,      pad_right_field};
  if (!has_window(layer)) return false;
  const std::string_view name = layer.fields[field].name;
  return std::ranges::any_of(window, [&](const Field& f) { return name == f.name; });
}
bool is_batch(const Layer& layer, std::size_t field) {
  return layer.fields[field].name == std::string_view(batch_field.name);
}
bool is_number_of_groups(const Layer& layer, std::size_t field) {
  const char* const number = checks_of(layer).groups.number;
  return number != nullptr && layer.fields[field].name == std::string_view(number);
}
bool is_divided(const Layer& layer, std::size_t field) {
  const std::string_view name = layer.fields[field].name;
  return std::ranges::any_of(checks_of(layer).groups.divided, [&](const char* divided) { return name == divided; });
}

std::size_t field_named(const Layer& layer, std::string_view name) {
  std::size_t n = 0;
  while (n < layer.fields.size() && layer.fields[n].name != name) ++n;
  assert(n < layer.fields.size());
  return n;
}
Idx groups_of(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  const char* const number = checks_of(layer).groups.number;
  return number == nullptr ? 1 : problem.integer(field_named(layer, number));
}
std::vector<Idx> extents_of_image(const Port& port, const Problem& problem) {
  std::vector<Idx> extents = port.extents(problem);
  if (has_batch(layer_of(problem))) extents.erase(extents.begin());
  return extents;
}
Problem one_image_of(Problem problem) {
  const Layer& layer = layer_of(problem);
  if (has_batch(layer)) problem.set(field_named(layer, batch_field.name), 1);
  return problem;
}

}  // namespace cnnspec::checks
