// linear: the layout of w, and which terms a sum has.
#include "checks/layers/linear/problem.hpp"
#include "checks/misreadings/misreadings_of_layer.hpp"

namespace cnnspec::checks {
namespace {

constexpr auto is_linear_product = is<Op::linear_forward, Op::linear_backward_input, Op::linear_backward_weight>;
constexpr auto writes_images_of_features = is<Op::linear_forward, Op::linear_backward_input>;
bool is_linear(Op op) { return layer_id(op) == LayerId::linear; }

/// Leaves these input features out of the sum or out of the result.
Compute without_features(const Region& features) {
  return [features](const Call& call) {
    const bool has_x = call.operation.op != Op::linear_backward_input;
    return without(has_x ? Role::x : Role::w, features)(call);
  };
}

std::vector<Misreading> table_of_linear() {
  return {
      {"w as [in, out]", "The kernel treats w, or dw, as [in, out]; it is [out, in].", is_linear_product,
       stored_as(Role::w, {1, 0})},
      {"x as [features, batch]", "The kernel treats x, or dx, as [in_features, batch]; it is [batch, in_features].",
       is_linear_product, stored_as(Role::x, {1, 0})},
      {"y as [features, batch]", "The kernel treats y, or dy, as [out_features, batch]; it is [batch, out_features].",
       is_linear, stored_as(Role::y, {1, 0})},
      {"last input feature left out",
       "The kernel does not use the last feature of x, or leaves the last feature of dx or dw zero.", is_linear_product,
       without_features(last(1))},
      {"last output feature left out",
       "The kernel does not compute the last feature of y, or does not use the last feature of dy.", is_linear,
       without(Role::y, last(1))},
      {"last output feature has the bias alone", "The kernel does not add up the last feature of y.",
       is<Op::linear_forward>, zero_but_bias(last(1))},
      {"last feature not written", "The kernel does not write the last feature of its output.",
       writes_images_of_features, unwritten(last(1))},
  };
}

/// In square tiles of images and features.
std::vector<Misreading> partial_tiles() {
  std::vector<Misreading> table;
  for (const Idx block : block_sizes) {
    const std::string many = std::to_string(block);
    Misreading m{"0 times what was there added to partial tiles of " + many,
                 "The kernel writes tiles of " + many + " images and " + many +
                     " features; where a tile is smaller, it adds 0 times the old output, so that a NaN stays.",
                 writes_images_of_features, zero_times_old_added(either(tail(0, block), tail(1, block)))};
    m.told_by = [block](const Operation& o) {
      const std::vector<Idx>& extents = o.outputs.front().extents;
      return extents[0] > block && extents[1] > block;
    };
    table.push_back(std::move(m));
  }
  return table;
}

/// Computes one element after the other: adds its terms in order; term n is `product(element, n)`.
template <class Product>
std::vector<Real> sums_of(Idx count, Idx terms, const Steps& steps, Product product) {
  std::vector<Real> sums(static_cast<std::size_t>(count));
  for (Idx element = 0; element < count; ++element)
    for (Idx n = 0; n < terms; ++n) {
      Real& sum = sums[static_cast<std::size_t>(element)];
      sum = steps.sum(sum + steps.product(product(element, n)));
    }
  return sums;
}

std::vector<Real> y_stepped(const Call& call, const cnnspec_linear& p, const Steps& steps, Bias bias) {
  const std::vector<Real>&x = call.inputs[0], &w = call.inputs[1], &b = call.inputs[2];
  std::vector<Real> y;
  for (Idx n = 0; n < p.batch; ++n)
    for (Idx o = 0; o < p.out_features; ++o) {
      const Real* const added = b.empty() ? nullptr : &b[static_cast<std::size_t>(o)];
      Real& sum = y.emplace_back();
      if (added != nullptr && bias == Bias::first) sum = *added;
      for (Idx i = 0; i < p.in_features; ++i)
        sum = steps.sum(sum + steps.product(w[static_cast<std::size_t>(o * p.in_features + i)] *
                                            x[static_cast<std::size_t>(n * p.in_features + i)]));
      if (added != nullptr && bias == Bias::last) sum = steps.sum(sum + *added);
    }
  return y;
}

std::vector<Real> linear_stepped(const Call& call, const Steps& steps, const Order* order) {
  const auto& p = call.operation.problem.as<cnnspec_linear>();
  const Idx in = p.in_features, out = p.out_features;
  const std::vector<Real>&a = call.inputs[0], &dy = call.inputs[1];
  const auto at = [](const std::vector<Real>& all, Idx row, Idx length, Idx n) -> const Real& {
    return all[static_cast<std::size_t>(row * length + n)];
  };
  if (call.operation.op == Op::linear_forward)
    return y_stepped(call, p, steps, order == nullptr ? Bias::last : order->bias);
  if (call.operation.op == Op::linear_backward_input)
    return sums_of(p.batch * in, out, steps,
                   [&](Idx dx, Idx o) { return at(a, o, in, dx % in) * at(dy, dx / in, out, o); });
  return sums_of(out * in, p.batch, steps,
                 [&](Idx dw, Idx n) { return at(a, n, in, dw % in) * at(dy, n, out, dw / in); });
}

}  // namespace

extern const Misreadings linear_misreadings{
    .table = table_of_linear, .in_blocks = partial_tiles, .stepped = linear_stepped};

}  // namespace cnnspec::checks
