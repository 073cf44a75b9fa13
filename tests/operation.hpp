// An operation on a problem that is written as a descriptor: operation(Op::linear_forward, "mb1ic9oc9").
#pragma once

#include "checks/judge/descriptor.hpp"
#include "checks/judge/operation.hpp"

namespace cnnspec::tests {

inline checks::Operation operation(checks::Op op, const char* descriptor) {
  return checks::operation_of(op, checks::parse_descriptor(checks::family_of(op), descriptor));
}

}  // namespace cnnspec::tests
