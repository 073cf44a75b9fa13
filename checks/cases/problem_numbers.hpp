// The numbers of a problem by what they are: those of its window, its batch, its groups, and the rest.
#pragma once

#include <string_view>
#include <vector>

#include "checks/laws/layer_checks.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {

/// An output extent of it, too.
bool is_number_of_window(const Layer& layer, std::size_t field);
bool is_batch(const Layer& layer, std::size_t field);
/// Of the groups that the layer's room tells.
bool is_number_of_groups(const Layer& layer, std::size_t field);
bool is_divided(const Layer& layer, std::size_t field);

/// Where the field of that name is.
std::size_t field_named(const Layer& layer, std::string_view name);
/// 1 where a layer has no groups.
Idx groups_of(const Problem& problem);
/// Of one image of a valid problem: a tensor's extents without the batch.
std::vector<Idx> extents_of_image(const Port& port, const Problem& problem);
/// With a batch of 1, where it has one.
Problem one_image_of(Problem problem);

}  // namespace cnnspec::checks
