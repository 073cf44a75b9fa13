// A configuration of the two-stage model. An explicit model is compiled for one problem: this one has unequal extents,
// strides and paddings, and remainders. This file includes only the model, so that it can be used together with a
// mutant.
#pragma once

#include "cnnspec/cnn.hpp"

namespace cnnspec {

inline constexpr Cnn2Config uneven{.c1 = 3,
                                   .c2 = 5,
                                   .out_dim = 4,
                                   .kernel_h = 3,
                                   .kernel_w = 2,
                                   .stride1 = 2,
                                   .padding1 = 1,
                                   .stride2 = 1,
                                   .padding2 = 2,
                                   .pool_kernel_h = 2,
                                   .pool_kernel_w = 3,
                                   .pool_stride1 = 1,
                                   .pool_stride2 = 2};
inline constexpr Idx uneven_in_c = 2, uneven_in_h = 10, uneven_in_w = 13;

}  // namespace cnnspec
