// The numbers of a problem by kind: those of its window, its batch, its groups, and the others.
#pragma once

#include <string_view>
#include <vector>

#include "checks/laws/layer_checks.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// Also true for an output extent.
bool is_number_of_window(const Layer& layer, std::size_t field);
bool is_batch(const Layer& layer, std::size_t field);
/// The number of groups, as the layer's room names it.
bool is_number_of_groups(const Layer& layer, std::size_t field);
bool is_divided(const Layer& layer, std::size_t field);

/// The index of the field with that name.
std::size_t field_named(const Layer& layer, std::string_view name);
/// 1 if a layer has no groups.
Idx groups_of(const Problem& problem);
/// The extents of a tensor for one image of a valid problem, without the batch.
std::vector<Idx> extents_of_image(const Port& port, const Problem& problem);
/// The problem with a batch of 1, if it has a batch.
Problem one_image_of(Problem problem);

}  // namespace cnnspec::checks
