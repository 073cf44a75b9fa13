// conv2d: the parts of the tensors that a single element of an output needs.
#pragma once

#include "checks/expect/slices.hpp"

namespace cnnspec::checks {

Slices conv2d_slices_of_y(const Problem& problem, const Box& y);
Slices conv2d_slices_of_dx(const Problem& problem, const Box& dx);
Slices conv2d_slices_of_dw(const Problem& problem, const Box& dw);
Slices conv2d_slices_of_db(const Problem& problem, const Box& db);

}  // namespace cnnspec::checks
