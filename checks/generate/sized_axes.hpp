// Sized axes: the numbers of a problem that fast code blocks, vectorises, or counts in a narrow integer, and the values
// around which it branches. The numbers are the extents among the fields, and those derived from the window and the
// groups.
//
// A layer with other such numbers lists them in Drawing::axes. Its Drawing::sized draws a problem in which such a
// number has a given value.
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

/// Sizes around which fast code branches: beside each power of two from 8 to 256. 257 is the first after 256 that is
/// not a multiple of it.
inline constexpr std::array<Idx, 17> size_boundaries{8,  9,  15,  16,  17,  31,  32,  33, 63,
                                                     64, 65, 127, 128, 129, 255, 256, 257};

/// The sizes that a problem should have, by the names of axes. The names must outlive this object. 0: any size.
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
  /// The reference stays valid.
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

/// The parts of a problem that a size determines, as bits. Two sizes without a common bit can be wanted together. From
/// `first_settled` on, each extent outside of the window has its own bit.
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
  bool may_be_far = false;  // kernels count it one by one: values far beyond 16 bits are met too
};

/// The axes of an operation.
const std::vector<SizedAxis>& sized_axes(Op op);

/// The name of an extent's axis: "in_features" is "input features".
std::string axis_name(const Field& field);

// Names of axes that are not extents.
inline constexpr const char* cells_axis = "cells of the window";
inline constexpr const char* terms_axis = "terms of a sum";
inline constexpr const char* in_per_group_axis = "input channels per group";
inline constexpr const char* out_per_group_axis = "output channels per group";

/// The axes whose product is the number of terms in one sum of a pass, without the bias, for windows inside the image.
/// None if there are no channels in groups.
std::vector<const char*> factors_of_terms(Op op);

}  // namespace cnnspec::checks
