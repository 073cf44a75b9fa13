// The fields of a problem, valid or not.
//
// Most problems are tidy: small, and such that the channels fit the groups. The rest is wild: each number is any number
// at all. In both, the output extents are usually what the formula gives, so that a problem is not refused for them
// before anything else is looked at.
#pragma once

#include "checks/generate/case_fields.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// Lists the fields of `problem`, which is made one of that layer.
void list_problem(Fields& fields, LayerId layer, Problem& problem);

/// An operation, a storage type, and a layer that has problems. What is written is its own number, which stays the same
/// when others are added. A number that belongs to none of them means any one.
void list_op(Fields& fields, Op& op);
void list_dtype(Fields& fields, DType& dtype);
void list_layer_with_problems(Fields& fields, LayerId& layer);

/// All its numbers, each with its key, as in a descriptor; also of a problem that is not valid and that no reader
/// takes.
std::string spelled_out(const Problem& problem);

}  // namespace cnnspec::checks
