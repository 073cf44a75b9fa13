// The specification's answers, in float: the headers of spec/ and nothing else.
#include <algorithm>
#include <cnnspec/conv2d.hpp>
#include <cnnspec/max_pool2d.hpp>
#include <cnnspec/relu.hpp>

#include "reports/conventions/ask/question.hpp"

namespace {

using namespace cnnspec;
using conventions::Question;

Axis axis(const Question& q, const std::string& name, const std::string& before, const std::string& after) {
  return {q.size("stride_" + name), q.size("pad_" + before), q.size("pad_" + after), q.size("dilation_" + name)};
}
Axis height(const Question& q) { return axis(q, "height", "top", "bottom"); }
Axis width(const Question& q) { return axis(q, "width", "left", "right"); }

/// Image n of a batch.
Image<float> image(const Question& q, const std::string& name, Idx n, const Shape<dyn, dyn, dyn>& shape) {
  const std::vector<float> batch = q.tensor(name);
  return {shape, {batch.begin() + n * shape.count(), batch.begin() + (n + 1) * shape.count()}};
}

void append(std::vector<float>& all, const auto& tensor) {
  all.insert(all.end(), tensor.elements().begin(), tensor.elements().end());
}

void add(std::vector<float>& sum, const auto& tensor) {
  for (Idx n = 0; n < tensor.size(); ++n) sum[static_cast<std::size_t>(n)] += tensor[n];
}

/// A batch is a loop over its images: outputs lie side by side, and gradients of parameters are summed.
std::vector<float> conv2d_answer(const Question& q) {
  const Conv2dConfig g{height(q), width(q), q.size("groups")};
  const auto x_shape = dyn_shape(q.size("in_channels"), q.size("in_height"), q.size("in_width"));
  const auto w_shape = dyn_shape(q.size("out_channels"), q.size("in_channels") / g.groups, q.size("kernel_height"),
                                 q.size("kernel_width"));
  const auto y_shape = dyn_shape(q.size("out_channels"), q.size("out_height"), q.size("out_width"));
  const auto w = [&] { return Kernel<float>(w_shape, q.tensor("w")); };
  std::vector<float> result;
  if (q.operation == "conv2d_backward_kernel") result.resize(static_cast<std::size_t>(w_shape.count()));
  require(check_conv2d(x_shape.extents(), w_shape.extents(), g));
  for (Idx n = 0; n < q.size("batch"); ++n)
    if (q.operation == "conv2d_backward_input")
      append(result, conv2d_backward_input(x_shape, w(), image(q, "dy", n, y_shape), g));
    else if (q.operation == "conv2d_backward_kernel")
      add(result, conv2d_backward_kernel(image(q, "x", n, x_shape), w_shape, image(q, "dy", n, y_shape), g));
    else if (q.has("b"))
      append(result, conv2d(image(q, "x", n, x_shape), w(),
                            Vector<float>(dyn_shape(q.size("out_channels")), q.tensor("b")), g));
    else
      append(result, conv2d(image(q, "x", n, x_shape), w(), g));
  return result;
}

std::vector<float> max_pool2d_answer(const Question& q) {
  const MaxPool2dConfig g{q.size("kernel_height"), q.size("kernel_width"), height(q), width(q)};
  const auto x_shape = dyn_shape(q.size("channels"), q.size("in_height"), q.size("in_width"));
  const auto y_shape = dyn_shape(q.size("channels"), q.size("out_height"), q.size("out_width"));
  std::vector<float> result;
  for (Idx n = 0; n < q.size("batch"); ++n) {
    const Image<float> x = image(q, "x", n, x_shape);
    if (q.operation == "max_pool2d_forward")
      append(result, max_pool2d(x, g));
    else
      append(result, max_pool2d_backward(x, image(q, "dy", n, y_shape), g));
  }
  return result;
}

std::vector<float> relu_answer(const Question& q) {
  const auto vector = [&](const std::string& name) {
    return Vector<float>(dyn_shape(q.size("count")), q.tensor(name));
  };
  if (q.operation == "relu_forward") return relu(vector("x")).elements();
  return relu_backward(vector("x"), vector("dy")).elements();
}

std::vector<float> solve(const Question& q) {
  if (q.has("ceil_mode")) throw conventions::NotOffered("sizes are rounded down");
  try {
    if (q.has("groups")) return conv2d_answer(q);
    return q.has("channels") ? max_pool2d_answer(q) : relu_answer(q);
  } catch (const ShapeError& error) {
    throw conventions::Refusal(error.clause());
  }
}

}  // namespace

int main(int argc, char** argv) { return conventions::answer(argc, argv, "", solve); }
