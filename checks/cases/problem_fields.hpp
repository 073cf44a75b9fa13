// The fields of a problem, valid or not.
//
// Most problems are tidy: small, with channels that are multiples of the groups. The rest is wild: each number is any
// number at all. In both kinds, the output extents usually agree with the formula, so that wrong outputs do not hide
// other mistakes.
#pragma once

#include "checks/generate/case_fields.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// Lists the fields of `problem`, which becomes a problem of that layer.
void list_problem(Fields& fields, LayerId layer, Problem& problem);

/// An operation, a storage type, and a layer that has problems. Each is listed by its permanent number, which does not
/// change when others are added. An unknown number stands for some valid one.
void list_op(Fields& fields, Op& op);
void list_dtype(Fields& fields, DType& dtype);
void list_layer_with_problems(Fields& fields, LayerId& layer);

/// All numbers of the problem, each with its key, as in a descriptor. Also for an invalid problem that no reader
/// accepts.
std::string spelled_out(const Problem& problem);

}  // namespace cnnspec::checks
