// The laws as checks of a mutant: each law of a layer's table and its gradient check, over problems that are the same
// in every run. Compiled once, with the specification as it is.
#pragma once

#include "checks/laws/functions.hpp"
#include "checks/laws/model_functions.hpp"
#include "checks/laws/term.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::mutants {

using checks::Int128, checks::Term;

bool add_conv2d(const checks::Conv2dFunctions<Int128>& exact, const checks::Conv2dFunctions<double>& floating,
                const checks::Conv2dFunctions<Term>& terms);
bool add_max_pool2d(const checks::MaxPool2dFunctions<Int128>& exact, const checks::MaxPool2dFunctions<double>& floating,
                    const checks::MaxPool2dFunctions<Term>& terms);
bool add_relu(const checks::ReluFunctions<Int128>& exact, const checks::ReluFunctions<double>& floating);
bool add_flatten(const checks::FlattenFunctions<Int128>& exact);
bool add_linear(const checks::LinearFunctions<Int128>& exact, const checks::LinearFunctions<Term>& terms);
/// The models over generated configurations; `form` says which of them: "network", "chain".
bool add_model(const std::string& form, const checks::ModelFunctions<Int128>& functions);

/// An explicit model is compiled for one problem: unequal extents, strides and paddings, and remainders.
inline constexpr Cnn2Config uneven{.c1 = 3,
                                   .c2 = 2,
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
bool add_uneven_model(const checks::ModelFunctions<Int128>& functions);

}  // namespace cnnspec::mutants
