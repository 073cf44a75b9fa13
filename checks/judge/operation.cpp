#include "checks/judge/operation.hpp"

#include "checks/extents.hpp"
#include "checks/generate/geometry.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {
namespace {

template <class S>
TensorInfo batched(const char* name, Idx batch, const S& shape) {
  TensorInfo t{name, {batch}};
  t.extents.insert(t.extents.end(), shape.extents().begin(), shape.extents().end());
  return t;
}

template <class S>
TensorInfo parameter(const char* name, const S& shape) {
  return {name, {shape.extents().begin(), shape.extents().end()}};
}

template <class P>
TensorInfo x_of(const P& p, const char* name = "x") {
  return batched(name, p.batch, x_shape(p));
}
template <class P>
TensorInfo y_of(const P& p, const char* name = "y") {
  return batched(name, p.batch, y_shape(p));
}
TensorInfo x_of(const cnnspec_elementwise& p, const char* name) { return {name, {p.count}}; }
TensorInfo w_of(const auto& p, const char* name = "w") { return parameter(name, w_shape(p)); }
TensorInfo b_of(const auto& p, const char* name = "b") { return {name, {y_shape(p).extent(0)}}; }

void set_tensors(Operation& o, const cnnspec_conv2d& p) {
  switch (o.op) {
    case Op::conv2d_forward:
      o.inputs = {x_of(p), w_of(p), b_of(p)}, o.output = y_of(p);
      break;
    case Op::conv2d_backward_input:
      o.inputs = {w_of(p), y_of(p, "dy")}, o.output = x_of(p, "dx");
      break;
    case Op::conv2d_backward_kernel:
      o.inputs = {x_of(p), y_of(p, "dy")}, o.output = w_of(p, "dw");
      break;
    default:
      o.inputs = {y_of(p, "dy")}, o.output = b_of(p, "db");
  }
}

void set_tensors(Operation& o, const cnnspec_pool2d& p) {
  if (o.op == Op::max_pool2d_forward)
    o.inputs = {x_of(p)}, o.output = y_of(p);
  else
    o.inputs = {x_of(p), y_of(p, "dy")}, o.output = x_of(p, "dx");
}

void set_tensors(Operation& o, const cnnspec_elementwise& p) {
  if (o.op == Op::relu_forward)
    o.inputs = {x_of(p, "x")}, o.output = x_of(p, "y");
  else
    o.inputs = {x_of(p, "x"), x_of(p, "dy")}, o.output = x_of(p, "dx");
}

void set_tensors(Operation& o, const cnnspec_linear& p) {
  switch (o.op) {
    case Op::linear_forward:
      o.inputs = {x_of(p), w_of(p), b_of(p)}, o.output = y_of(p);
      break;
    case Op::linear_backward_input:
      o.inputs = {w_of(p), y_of(p, "dy")}, o.output = x_of(p, "dx");
      break;
    case Op::linear_backward_weight:
      o.inputs = {x_of(p), y_of(p, "dy")}, o.output = w_of(p, "dw");
      break;
    default:
      o.inputs = {y_of(p, "dy")}, o.output = b_of(p, "db");
  }
}

Idx most_terms_of(Op op, const cnnspec_conv2d& p) {
  const Idx window = p.kernel_height * p.kernel_width;
  if (op == Op::conv2d_forward) return p.in_channels / p.groups * window + 1;
  if (op == Op::conv2d_backward_input) return p.out_channels / p.groups * window;
  return p.batch * p.out_height * p.out_width;
}
// A cell is in at most one window for each place that it can have there, and wins it or not.
Idx most_terms_of(Op op, const cnnspec_pool2d& p) {
  return op == Op::max_pool2d_forward ? 1 : p.kernel_height * p.kernel_width;
}
Idx most_terms_of(Op, const cnnspec_elementwise&) { return 1; }
Idx most_terms_of(Op op, const cnnspec_linear& p) {
  if (op == Op::linear_forward) return p.in_features + 1;
  return op == Op::linear_backward_input ? p.out_features : p.batch;
}

}  // namespace

Idx TensorInfo::count() const { return count_of(extents); }

std::vector<Idx> TensorInfo::index(Idx n) const { return index_of(n, extents); }

bool Operation::multiplies() const {
  const bool sums_or_selects = family_of(op) == Family::max_pool2d || family_of(op) == Family::elementwise;
  return !sums_or_selects && op != Op::conv2d_backward_bias && op != Op::linear_backward_bias;
}

Idx Operation::most_terms() const {
  return std::visit([&](const auto& p) { return most_terms_of(op, p); }, problem);
}

double Operation::elements() const {
  const auto count = [](const TensorInfo& t) {
    double n = 1;
    for (const Idx e : t.extents) n *= static_cast<double>(e);
    return n;
  };
  double elements = count(output);
  for (const TensorInfo& t : inputs) elements += count(t);
  return elements;
}

Operation operation_of(Op op, const Problem& problem) {
  if (family_of(op) != family_of(problem))
    throw UsageError(name_of(op), "", "a problem of its own family", "another operation's");
  require(check(problem));
  Operation o{op, problem, {}, {}};
  std::visit([&](const auto& p) { set_tensors(o, p); }, problem);
  return o;
}

}  // namespace cnnspec::checks
