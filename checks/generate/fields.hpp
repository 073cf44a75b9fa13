// Fields: the roles of a problem's numbers for the generators, from the table of its layer.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// The indices of the groups, and of the channels that they divide.
struct ChannelPlaces {
  std::size_t groups, in, out;
};

/// The indices of the numbers that do not belong to a window.
struct FieldPlaces {
  std::optional<std::size_t> batch;
  std::optional<ChannelPlaces> channels;  // of a window that moves over channels in groups
  std::vector<std::size_t> extents;       // all other integers with a least value
  std::vector<std::size_t> settings;      // flags, choices and reals
};
const FieldPlaces& field_places(const Layer& layer);

/// A layer with a window but without weights: at most half of the window is padding (C4).
bool is_pooling(const Layer& layer);

/// A problem with the usual settings, and all other numbers 0.
Problem unset_problem(const Layer& layer);

/// Draws each flag, choice and real. Call it first, because the number of windows may depend on them.
void draw_settings(Choices& choices, Problem& problem);
/// Another value of the setting at `place`.
void change_setting(Choices& choices, Problem& problem, std::size_t place);

/// The number of kernel calls for one case: a selection among the cells of a window needs one call for each cell.
Idx calls_of(const Problem& problem);

/// Elements of the first input and of the first output of the forward pass.
Idx elements_of_x(const Problem& problem);
Idx elements_of_y(const Problem& problem);

}  // namespace cnnspec::checks
