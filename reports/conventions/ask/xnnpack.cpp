// XNNPACK's answers. Its layouts are NHWC and, for the filter, group x output channel x height x width x input channel;
// the questions' are NCHW.
#include <xnnpack.h>

#include <limits>

#include "reports/conventions/ask/question.hpp"

namespace {

using cnnspec::conventions::NotOffered;
using cnnspec::conventions::Question;
using cnnspec::conventions::Refusal;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr std::size_t slack = XNN_EXTRA_BYTES / sizeof(float);  // it may read so far beyond its inputs

void expect_success(xnn_status status) {
  const char* const words[]{"success",       "uninitialized",         "invalid parameter",
                            "invalid state", "unsupported parameter", "unsupported hardware",
                            "out of memory"};
  if (status != xnn_status_success) throw Refusal(words[status]);
}

std::uint32_t size(const Question& q, const char* name) { return static_cast<std::uint32_t>(q.size(name)); }

/// outer x first x second -> outer x second x first, with room for what XNNPACK reads beyond the end
std::vector<float> swapped(const std::vector<float>& from, std::size_t outer, std::size_t first, std::size_t second) {
  std::vector<float> to(from.size() + slack);
  for (std::size_t n = 0; n < outer; ++n)
    for (std::size_t a = 0; a < first; ++a)
      for (std::size_t b = 0; b < second; ++b) to[(n * second + b) * first + a] = from[(n * first + a) * second + b];
  return to;
}

std::vector<float> to_channels_first(const Question& q, std::vector<float> y, std::size_t channels) {
  std::vector<float> result = swapped(y, size(q, "batch"), size(q, "out_height") * size(q, "out_width"), channels);
  result.resize(y.size());
  return result;
}

std::vector<float> conv2d(const Question& q) {
  const std::size_t in = size(q, "in_channels"), out = size(q, "out_channels"), groups = size(q, "groups");
  const std::size_t kernel_area = size(q, "kernel_height") * size(q, "kernel_width");
  const std::vector<float> w = swapped(q.tensor("w"), out, in / groups, kernel_area);
  const std::vector<float> x = swapped(q.tensor("x"), size(q, "batch"), in, size(q, "in_height") * size(q, "in_width"));
  const std::vector<float> b = q.has("b") ? q.tensor("b") : std::vector<float>();
  std::vector<float> y(static_cast<std::size_t>(q.size("answers")));
  xnn_operator_t operation = nullptr;
  expect_success(xnn_create_convolution2d_nhwc_f32(
      size(q, "pad_top"), size(q, "pad_right"), size(q, "pad_bottom"), size(q, "pad_left"), size(q, "kernel_height"),
      size(q, "kernel_width"), size(q, "stride_height"), size(q, "stride_width"), size(q, "dilation_height"),
      size(q, "dilation_width"), size(q, "groups"), in / groups, out / groups, in, out, w.data(),
      b.empty() ? nullptr : b.data(), -infinity, infinity, 0, &operation));
  expect_success(xnn_setup_convolution2d_nhwc_f32(operation, size(q, "batch"), size(q, "in_height"),
                                                  size(q, "in_width"), x.data(), y.data(), nullptr));
  expect_success(xnn_run_operator(operation, nullptr));
  return to_channels_first(q, y, out);
}

std::vector<float> max_pool2d(const Question& q) {
  const std::size_t channels = size(q, "channels");
  const std::vector<float> x =
      swapped(q.tensor("x"), size(q, "batch"), channels, size(q, "in_height") * size(q, "in_width"));
  std::vector<float> y(static_cast<std::size_t>(q.size("answers")));
  xnn_operator_t operation = nullptr;
  expect_success(xnn_create_max_pooling2d_nhwc_f32(
      size(q, "pad_top"), size(q, "pad_right"), size(q, "pad_bottom"), size(q, "pad_left"), size(q, "kernel_height"),
      size(q, "kernel_width"), size(q, "stride_height"), size(q, "stride_width"), size(q, "dilation_height"),
      size(q, "dilation_width"), channels, channels, channels, -infinity, infinity, 0, &operation));
  expect_success(xnn_setup_max_pooling2d_nhwc_f32(operation, size(q, "batch"), size(q, "in_height"),
                                                  size(q, "in_width"), x.data(), y.data(), nullptr));
  expect_success(xnn_run_operator(operation, nullptr));
  return to_channels_first(q, y, channels);
}

/// XNNPACK has no ReLU of its own: it is a clamp.
std::vector<float> relu(const Question& q) {
  std::vector<float> x = q.tensor("x"), y(x.size());
  x.resize(x.size() + slack);
  xnn_operator_t operation = nullptr;
  expect_success(xnn_create_clamp_nc_f32(1, 1, 1, 0.0F, infinity, 0, &operation));
  expect_success(xnn_setup_clamp_nc_f32(operation, y.size(), x.data(), y.data(), nullptr));
  expect_success(xnn_run_operator(operation, nullptr));
  return y;
}

std::vector<float> solve(const Question& q) {
  expect_success(xnn_initialize(nullptr));
  if (q.has("ceil_mode")) throw NotOffered("sizes are rounded down");
  if (q.operation == "conv2d_forward") return conv2d(q);
  if (q.operation == "max_pool2d_forward") return max_pool2d(q);
  if (q.operation == "relu_forward") return relu(q);
  throw NotOffered("no gradients");
}

}  // namespace

int main(int argc, char** argv) { return cnnspec::conventions::answer(argc, argv, "XNNPACK", solve); }
