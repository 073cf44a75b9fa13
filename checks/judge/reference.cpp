#include "checks/judge/reference.hpp"

#include <cassert>

#include "checks/generate/geometry.hpp"
#include "cnnspec/linear.hpp"
#include "cnnspec/relu.hpp"

namespace cnnspec::checks {
namespace {

/// Image `n` of a batch, or all of a parameter (n = 0).
template <class S, Idx... E>
Tensor<S, E...> tensor(const Shape<E...>& shape, const std::vector<S>& elements, Idx n = 0) {
  const auto first = elements.begin() + n * shape.count();
  return Tensor<S, E...>(shape, std::vector<S>(first, first + shape.count()));
}

template <class S, Idx... E>
void append(std::vector<S>& all, const Tensor<S, E...>& image) {
  all.insert(all.end(), image.elements().begin(), image.elements().end());
}

template <class S, Idx... E>
void add(std::vector<S>& sum, const Tensor<S, E...>& gradient) {
  if (sum.empty()) sum.resize(gradient.elements().size(), S(0));
  for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += gradient.elements()[n];
}

template <class S>
std::vector<S> run(Op op, const cnnspec_conv2d& p, const Operands<S>& in) {
  const Conv2dConfig g = config_of(p);
  const auto x = x_shape(p), y = y_shape(p);
  const auto w = w_shape(p);
  std::vector<S> out;
  if (op == Op::conv2d_forward) {
    const auto kernel = tensor(w, in[1]);
    for (Idx n = 0; n < p.batch; ++n)
      append(out, in[2].empty() ? conv2d(tensor(x, in[0], n), kernel, g)
                                : conv2d(tensor(x, in[0], n), kernel, Vector<S>(dyn_shape(p.out_channels), in[2]), g));
  } else if (op == Op::conv2d_backward_input) {
    const auto kernel = tensor(w, in[0]);
    for (Idx n = 0; n < p.batch; ++n) append(out, conv2d_backward_input(x, kernel, tensor(y, in[1], n), g));
  } else if (op == Op::conv2d_backward_kernel) {
    for (Idx n = 0; n < p.batch; ++n) add(out, conv2d_backward_kernel(tensor(x, in[0], n), w, tensor(y, in[1], n), g));
  } else {
    for (Idx n = 0; n < p.batch; ++n) add(out, conv2d_backward_bias(tensor(y, in[0], n)));
  }
  return out;
}

template <class S>
std::vector<S> run(Op op, const cnnspec_pool2d& p, const Operands<S>& in) {
  const auto x = x_shape(p), y = y_shape(p);
  std::vector<S> out;
  for (Idx n = 0; n < p.batch; ++n)
    if (op == Op::max_pool2d_forward)
      append(out, max_pool2d(tensor(x, in[0], n), config_of(p)));
    else
      append(out, max_pool2d_backward(tensor(x, in[0], n), tensor(y, in[1], n), config_of(p)));
  return out;
}

template <class S>
std::vector<S> run(Op op, const cnnspec_elementwise& p, const Operands<S>& in) {
  const auto x = tensor(x_shape(p), in[0]);
  return op == Op::relu_forward ? relu(x).elements() : relu_backward(x, tensor(x.shape(), in[1])).elements();
}

template <class S>
std::vector<S> run(Op op, const cnnspec_linear& p, const Operands<S>& in) {
  const auto x = x_shape(p), y = y_shape(p);
  const auto w = w_shape(p);
  std::vector<S> out;
  if (op == Op::linear_forward) {
    const auto weight = tensor(w, in[1]);
    for (Idx n = 0; n < p.batch; ++n)
      append(out, in[2].empty() ? linear(tensor(x, in[0], n), weight)
                                : linear(tensor(x, in[0], n), weight, Vector<S>(y, in[2])));
  } else if (op == Op::linear_backward_input) {
    const auto weight = tensor(w, in[0]);
    for (Idx n = 0; n < p.batch; ++n) append(out, linear_backward_input(weight, tensor(y, in[1], n)));
  } else if (op == Op::linear_backward_weight) {
    for (Idx n = 0; n < p.batch; ++n) add(out, linear_backward_weight(tensor(x, in[0], n), tensor(y, in[1], n)));
  } else {
    for (Idx n = 0; n < p.batch; ++n) add(out, linear_backward_bias(tensor(y, in[0], n)));
  }
  return out;
}

}  // namespace

template <class S>
std::vector<S> run_spec(const Operation& operation, const Operands<S>& inputs) {
  assert(inputs.size() == operation.inputs.size());
  return std::visit([&](const auto& p) { return run(operation.op, p, inputs); }, operation.problem);
}

template std::vector<double> run_spec(const Operation&, const Operands<double>&);
template std::vector<TermRange> run_spec(const Operation&, const Operands<TermRange>&);
template std::vector<ExactLanes<2>> run_spec(const Operation&, const Operands<ExactLanes<2>>&);
template std::vector<ExactLanes<4>> run_spec(const Operation&, const Operands<ExactLanes<4>>&);
template std::vector<Measured<double>> run_spec(const Operation&, const Operands<Measured<double>>&);
template std::vector<Measured<long double>> run_spec(const Operation&, const Operands<Measured<long double>>&);
template std::vector<Perturbed<double>> run_spec(const Operation&, const Operands<Perturbed<double>>&);
template std::vector<Perturbed<long double>> run_spec(const Operation&, const Operands<Perturbed<long double>>&);

}  // namespace cnnspec::checks
