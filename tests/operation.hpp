// An operation on a problem that is written as a descriptor: operation(Op::linear_forward, "mb1ic9oc9").
#pragma once

#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/operation.hpp"

namespace cnnspec::tests {

inline checks::Operation operation(checks::Op op, const char* descriptor) {
  return checks::operation_of(op, checks::parse_descriptor(checks::layer_id(op), descriptor));
}

}  // namespace cnnspec::tests
