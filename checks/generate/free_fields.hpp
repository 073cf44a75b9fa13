// Fields: what an engine can derive from the table of a layer's fields, without knowing the layer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// The index of the field with that name; if there is none, the number of fields.
std::size_t place_of_field(const Layer& layer, std::string_view name);
inline bool has_field(const Layer& layer, std::string_view name) {
  return place_of_field(layer, name) < layer.fields.size();
}

/// The indices of the numbers that are neither the window's (window_axes.hpp) nor derived, and those of the extents
/// among them.
std::vector<std::size_t> free_fields(const Layer& layer);
std::vector<std::size_t> free_extents(const Layer& layer);

/// "input channels" of in_channels, "images" of batch, "elements" of count.
std::string in_words(const Field& field);

/// Sets the field to its plainest value: an extent to its least, any other to its default.
void make_plainest(Problem& problem, std::size_t field);
bool is_plainest(const Problem& problem, std::size_t field);
/// Sets every number except derived ones; the window becomes one window of one cell.
void make_plainest(Problem& problem);
/// The plainest problem of all.
Problem plainest_problem(const Layer& layer);

}  // namespace cnnspec::checks
