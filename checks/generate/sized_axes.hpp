// Sized axes: the numbers of a problem that fast code blocks, vectorises, or counts in a narrow integer, and the values
// around which it branches. They are the extents among its fields, and what the window and the groups make of these.
//
// A layer with others lists them in Drawing::axes, and says in Drawing::sized how a problem is drawn in which such
// a number has a given value.
#pragma once

#include <array>
#include <cassert>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// Where fast code branches: beside each power of two from 8 to 256. 257 is the first beyond 256 that is no multiple of it.
inline constexpr std::array<Idx, 17> size_boundaries{8,  9,  15,  16,  17,  31,  32,  33, 63,
                                                     64, 65, 127, 128, 129, 255, 256, 257};

/// What a problem is asked to have: sizes by the names of axes, which live longer than this. 0: anything.
class WantedSizes {
 public:
  WantedSizes() = default;
  WantedSizes(std::initializer_list<std::pair<std::string_view, Idx>> sizes) {
    for (const auto& [axis, size] : sizes) (*this)[axis] = size;
  }
  Idx of(std::string_view axis) const {
    for (std::size_t n = 0; n < count_; ++n)
      if (sizes_[n].first == axis) return sizes_[n].second;
    return 0;
  }
  /// Stays where it is.
  Idx& operator[](std::string_view axis) {
    for (std::size_t n = 0; n < count_; ++n)
      if (sizes_[n].first == axis) return sizes_[n].second;
    assert(count_ < sizes_.size());
    return (sizes_[count_++] = {axis, 0}).second;
  }

 private:
  std::array<std::pair<std::string_view, Idx>, 32> sizes_{};
  std::size_t count_ = 0;
};

/// What a size settles about a problem, as bits. Two sizes that settle nothing in common can be wanted at once. From
/// `first_settled` on, each extent outside of the window has a bit of its own.
enum Settled : unsigned {
  batch_settled = 1,
  height_settled = 2,
  width_settled = 4,
  groups_settled = 8,
  in_settled = 16,
  out_settled = 32,
  first_settled = 64
};

struct SizedAxis {
  std::string name;
  unsigned settles;
  std::function<Idx(const Problem&)> of;
  bool may_be_far = false;  // kernels count it one by one: it is also met far beyond 16 bits
};

/// Those that an operation has.
const std::vector<SizedAxis>& sized_axes(Op op);

/// The name of an extent's axis: "in_features" is "input features".
std::string axis_name(const Field& field);

// Names of axes that are no extents.
inline constexpr const char* cells_axis = "cells of the window";
inline constexpr const char* terms_axis = "terms of a sum";
inline constexpr const char* in_per_group_axis = "input channels per group";
inline constexpr const char* out_per_group_axis = "output channels per group";

/// Of what the terms of one sum of a pass are a product, the bias apart, where the windows lie inside the image: names
/// of axes. None where there are no channels in groups.
std::vector<const char*> factors_of_terms(Op op);

}  // namespace cnnspec::checks
