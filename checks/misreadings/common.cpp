// What can happen to any operation: an output that is not written, numbers that are rounded, images of a batch, the
// bias.
#include <algorithm>
#include <cmath>

#include "checks/generate/geometry.hpp"
#include "checks/misreadings/parts.hpp"
#include "checks/misreadings/tables.hpp"

namespace cnnspec::checks {
namespace {

constexpr int tf32_digits = 11, bf16_digits = 8, f32_digits = 24;

// ---- The output ----

void fill(std::vector<Real>& output, const Real& v) { std::fill(output.begin(), output.end(), v); }

/// The elements after the last whole vector of `width` keep what was there.
Compute tail_unwritten(std::size_t width) {
  return with_output([width](std::vector<Real>& output, const Call& call) {
    for (std::size_t n = output.size() / width * width; n < output.size(); ++n) output[n] = call.garbage;
  });
}

// ---- Rounding ----

/// To the accumulator's format in the way of kernels that have none of their own: computed in f32 first.
Real to_f16(Real v) { return as_f16(rounded(v, f32_digits)); }
Real to_bf16(Real v) { return rounded(rounded(v, f32_digits), bf16_digits); }

/// Toward zero, to a number of the storage type.
Real cut_off(Real v, const Format& f) {
  if (v.value == 0 || !std::isfinite(v.value)) return v;
  int exponent = 0;
  std::frexp(v.value, &exponent);
  v = truncated(v, std::min(f.digits, exponent - f.least_exponent));
  if (std::fabs(v.value) > static_cast<long double>(f.largest()))
    v.value = std::copysign(static_cast<long double>(f.largest()), v.value);
  return v;
}
bool adds_up(Op op) { return is_product(op) || is<Op::conv2d_backward_bias, Op::linear_backward_bias>(op); }

/// The sum over images and pixels, rounded after each step.
std::vector<Real> bias_gradient(const Call& call, const Steps& steps) {
  const std::vector<Real>& dy = call.inputs[0];
  const std::vector<Idx>& extents = call.operation.inputs[0].extents;
  const auto channels = static_cast<std::size_t>(extents[1]);
  const std::size_t pixels = dy.size() / static_cast<std::size_t>(extents[0]) / channels;
  std::vector<Real> db(channels);
  for (std::size_t n = 0; n < dy.size(); ++n) {
    Real& sum = db[n / pixels % channels];
    sum = steps.sum(sum + dy[n]);
  }
  return db;
}

/// A convolution, or a linear layer as one, or the gradient of its bias, whose products and sums round.
Compute rounding(const Steps& steps) {
  return [steps](const Call& call) {
    if (is<Op::conv2d_backward_bias, Op::linear_backward_bias>(call.operation.op)) return bias_gradient(call, steps);
    const Call c = family_of(call.operation.op) == Family::linear ? as_conv2d(call) : call;
    return conv2d_taps(c, std::get<cnnspec_conv2d>(c.operation.problem), steps);
  };
}

/// Numbers of the storage type without their full number of digits become zero.
void flush(std::vector<Real>& values, const Format& f) {
  const long double least_normal = std::ldexp(1.0L, f.least_exponent + f.digits - 1);
  for (Real& v : values)
    if (std::fabs(v.value) < least_normal) v = Real(0);
}

bool sums(Op op) {
  return family_of(op) == Family::conv2d || family_of(op) == Family::linear || op == Op::max_pool2d_backward;
}

// ---- The batch ----

bool after_first_image(const Index& y, const TensorInfo&, const Operation&) { return y[0] > 0; }
bool before_last_image(const Index& y, const TensorInfo& t, const Operation&) { return y[0] < t.extents[0] - 1; }

Idx images_of(const Operation& o) {
  return std::visit([](const auto& p) { return batch_of(p); }, o.problem);
}
/// Every image of the input of this role is the first.
Compute first_image_throughout(Role role) {
  return with_inputs([role](Call& call) {
    std::vector<Real>* input = find_input(call, role);
    if (!input) return;
    const std::size_t image = input->size() / static_cast<std::size_t>(images_of(call.operation));
    for (std::size_t n = image; n < input->size(); ++n) (*input)[n] = (*input)[n % image];
  });
}
bool has_batch(Op op) { return family_of(op) != Family::elementwise; }
bool has_batch_of_x(Op op) {
  return is<Op::conv2d_forward, Op::conv2d_backward_kernel, Op::max_pool2d_forward, Op::max_pool2d_backward,
            Op::linear_forward, Op::linear_backward_weight>(op);
}
bool has_batch_of_dy(Op op) { return has_batch(op) && !is_forward(op); }

}  // namespace

std::vector<Misreading> common_misreadings() {
  return {
      // The output.
      {"nothing written", "The kernel does not write its output.", any,
       with_output([](std::vector<Real>& out, const Call& call) { fill(out, call.garbage); })},
      {"all zero", "The kernel returns zeros.", any,
       with_output([](std::vector<Real>& out, const Call&) { fill(out, Real(0)); })},
      {"added to what was there", "The kernel adds its result to what the output held; it should overwrite it.", any,
       with_output([](std::vector<Real>& out, const Call& call) {
         for (Real& v : out) v += call.garbage;
       })},
      {"sign reversed", "The kernel returns the result with the opposite sign.", any,
       with_output([](std::vector<Real>& out, const Call&) {
         for (Real& v : out) v = Real(0) - v;
       })},
      {"last element not written", "The kernel does not write the last element of its output.", any,
       with_output([](std::vector<Real>& out, const Call& call) { out.back() = call.garbage; })},
      {"elements after the last vector of 4 not written",
       "The kernel writes its output in vectors of 4 and does not write the elements that remain.", any,
       tail_unwritten(4)},
      {"elements after the last vector of 8 not written",
       "The kernel writes its output in vectors of 8 and does not write the elements that remain.", any,
       tail_unwritten(8)},
      {"elements after the last vector of 16 not written",
       "The kernel writes its output in vectors of 16 and does not write the elements that remain.", any,
       tail_unwritten(16)},

      // Rounding.
      {"inputs rounded to TF32", "The kernel rounds the factors to the 11 bits of TF32.", is_product,
       with_each_factor([](const Real& v) { return rounded(v, tf32_digits); })},
      {"inputs truncated to TF32", "The kernel cuts the factors off after the 11 bits of TF32.", is_product,
       with_each_factor([](const Real& v) { return truncated(v, tf32_digits); })},
      {"inputs rounded to bf16", "The kernel rounds the factors to the 8 bits of bfloat16.", is_product,
       with_each_factor([](const Real& v) { return rounded(v, bf16_digits); })},
      {"inputs truncated to bf16", "The kernel cuts the factors off after the 8 bits of bfloat16.", is_product,
       with_each_factor([](const Real& v) { return truncated(v, bf16_digits); })},
      {"products rounded to f16", "The kernel rounds each product to f16.", is_product, rounding({.product = to_f16})},
      {"products rounded to bf16", "The kernel rounds each product to the 8 bits of bfloat16.", is_product,
       rounding({.product = to_bf16})},
      {"sums rounded to f16", "The kernel rounds each partial sum to f16.", adds_up, rounding({.sum = to_f16})},
      {"sums rounded to bf16", "The kernel rounds each partial sum to the 8 bits of bfloat16.", adds_up,
       rounding({.sum = to_bf16})},
      {"result rounded to f16", "The kernel rounds its results to f16.", any,
       with_output([](std::vector<Real>& out, const Call&) {
         for (Real& v : out) v = as_f16(v);
       })},
      {"result rounded to bf16", "The kernel rounds its results to the 8 bits of bfloat16.", any,
       with_output([](std::vector<Real>& out, const Call&) {
         for (Real& v : out) v = rounded(v, bf16_digits);
       })},
      {"result truncated", "The kernel cuts off the digits that the storage type has no room for; it should round.",
       adds_up, with_output([](std::vector<Real>& out, const Call& call) {
         for (Real& v : out) v = cut_off(v, call.storage);
       })},
      {"subnormals flushed to zero",
       "The kernel takes subnormal inputs for zero, and returns zero for subnormal results.", any,
       [](Call call) {
         for (std::vector<Real>& input : call.inputs) flush(input, call.storage);
         std::vector<Real> out = right(call);
         flush(out, call.storage);
         return out;
       }},
      {"subnormal results flushed to zero", "The kernel returns zero for subnormal results.", sums,
       with_output([](std::vector<Real>& out, const Call& call) { flush(out, call.storage); })},
      {"NaN replaced by 0", "The kernel returns 0 where the result is NaN.", is_product,
       with_output([](std::vector<Real>& out, const Call&) {
         for (Real& v : out)
           if (!(v == v)) v = Real(0);
       })},

      // The batch.
      {"only the first image",
       "The kernel computes the first image alone, or adds up the gradient of the first image alone.", has_batch,
       without(Role::y, after_first_image)},
      {"only the last image",
       "The kernel computes the last image alone, or adds up the gradient of the last image alone.", has_batch,
       without(Role::y, before_last_image)},
      {"only the first image written", "The kernel does not write the images after the first.",
       [](Op op) { return has_batch(op) && !sums_over_batch(op); }, unwritten(after_first_image)},
      {"x of the first image for all", "The kernel reads the first image of x for all of the batch.", has_batch_of_x,
       first_image_throughout(Role::x)},
      {"dy of the first image for all", "The kernel reads the first image of dy for all of the batch.", has_batch_of_dy,
       first_image_throughout(Role::y)},
      {"divided by the batch", "The kernel divides the gradient by the number of images; it is a sum and not a mean.",
       sums_over_batch, with_output([](std::vector<Real>& out, const Call& call) {
         for (Real& v : out) v = v * Real(1 / static_cast<long double>(images_of(call.operation)));
       }),
       false},

      // The bias.
      {"bias dropped", "The kernel does not add the bias.", takes_bias,
       with_inputs([](Call& call) { call.inputs[2].clear(); })},
      {"bias added twice", "The kernel adds the bias twice.", takes_bias, with_inputs([](Call& call) {
         for (Real& b : call.inputs[2]) b += b;
       })},
      {"bias subtracted", "The kernel subtracts the bias; it should add it.", takes_bias, with_inputs([](Call& call) {
         for (Real& b : call.inputs[2]) b = Real(0) - b;
       })},
      {"bias of the first channel for all", "The kernel adds the first element of the bias to every channel.",
       takes_bias, with_inputs([](Call& call) {
         for (Real& b : call.inputs[2]) b = call.inputs[2][0];
       })},
  };
}

}  // namespace cnnspec::checks
