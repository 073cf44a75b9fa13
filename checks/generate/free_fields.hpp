// Fields: what an engine can read off the table of a layer's fields, without knowing the layer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// Where it is among the layer's fields; their number, if there is none of that name.
std::size_t place_of_field(const Layer& layer, std::string_view name);
inline bool has_field(const Layer& layer, std::string_view name) {
  return place_of_field(layer, name) < layer.fields.size();
}

/// By place: the numbers that are neither the window's (window_axes.hpp) nor derived, and of these the extents.
std::vector<std::size_t> free_fields(const Layer& layer);
std::vector<std::size_t> free_extents(const Layer& layer);

/// "input channels" of in_channels, "images" of batch, "elements" of count.
std::string in_words(const Field& field);

/// Sets it to its plainest value: an extent to its least, any other to what is meant where it is not named.
void make_plainest(Problem& problem, std::size_t field);
bool is_plainest(const Problem& problem, std::size_t field);
/// Every number but the derived ones: one window of one cell, too.
void make_plainest(Problem& problem);
/// The plainest problem of all.
Problem plainest_problem(const Layer& layer);

}  // namespace cnnspec::checks
