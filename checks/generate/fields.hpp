// Fields: what the numbers of a problem are to those who draw them, by the table of its layer.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "checks/generate/choices.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// Groups, and the channels that they divide.
struct ChannelPlaces {
  std::size_t groups, in, out;
};

/// Where the numbers are that do not belong to a window.
struct FieldPlaces {
  std::optional<std::size_t> batch;
  std::optional<ChannelPlaces> channels;  // of a window that moves over channels in groups
  std::vector<std::size_t> extents;       // all other integers with a least value
  std::vector<std::size_t> settings;      // flags, choices and reals
};
const FieldPlaces& field_places(const Layer& layer);

/// A layer without weights whose window moves: no more than half of the window is padding (C4).
bool is_pooling(const Layer& layer);

/// With all settings as they usually are, and all else 0.
Problem unset_problem(const Layer& layer);

/// Gives a value to each flag, choice and real. First, because the number of windows may depend on them.
void draw_settings(Choices& choices, Problem& problem);
/// Another value of the setting at `place`.
void change_setting(Choices& choices, Problem& problem, std::size_t place);

/// How often a kernel is called for one case: what selects among the cells of a window, once for each, to see them all.
Idx calls_of(const Problem& problem);

/// Elements of the first input and of the first output of the forward pass.
Idx elements_of_x(const Problem& problem);
Idx elements_of_y(const Problem& problem);

}  // namespace cnnspec::checks
