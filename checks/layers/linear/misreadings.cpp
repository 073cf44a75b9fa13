// linear: how w is laid out, and which terms of a sum are there.
#include "checks/misreadings/parts.hpp"
#include "checks/misreadings/tables.hpp"

namespace cnnspec::checks {
namespace {

bool is_linear(Op op) { return layer_id(op) == LayerId::linear; }

/// These input features are left out of what is summed up or returned.
Compute without_features(const Region& features) {
  return [features](const Call& call) {
    const bool has_x = call.operation.op != Op::linear_backward_input;
    return without(has_x ? Role::x : Role::w, features)(call);
  };
}

}  // namespace

std::vector<Misreading> linear_misreadings() {
  return {
      {"w as [in, out]", "The kernel takes w, or dw, for [in, out]; it is [out, in].", is_linear_product,
       stored_as(Role::w, {1, 0})},
      {"x as [features, batch]", "The kernel takes x, or dx, for [in_features, batch]; it is [batch, in_features].",
       is_linear_product, stored_as(Role::x, {1, 0})},
      {"y as [features, batch]", "The kernel takes y, or dy, for [out_features, batch]; it is [batch, out_features].",
       is_linear, stored_as(Role::y, {1, 0})},
      {"last input feature left out", "The kernel does not use the last feature of x, or leaves that of dx or dw zero.",
       is_linear_product, without_features(last(1))},
      {"last output feature left out", "The kernel does not compute the last feature of y, or does not use that of dy.",
       is_linear, without(Role::y, last(1))},
      {"last output feature has the bias alone", "The kernel does not add up the last feature of y.",
       is<Op::linear_forward>, zero_but_bias(last(1))},
      {"last feature not written", "The kernel does not write the last feature of its output.",
       is<Op::linear_forward, Op::linear_backward_input>, unwritten(last(1))},
  };
}

}  // namespace cnnspec::checks
