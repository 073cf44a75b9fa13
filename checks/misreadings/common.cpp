// Mistakes that are possible in any operation: an output that is not written, images of a batch, the bias.
#include <algorithm>
#include <cmath>

#include "checks/misreadings/parts.hpp"
#include "checks/misreadings/tables.hpp"

namespace cnnspec::checks {
namespace {

// ---- The output ----

void fill(std::vector<Real>& output, const Real& v) { std::fill(output.begin(), output.end(), v); }

// ---- The batch ----

bool after_first_image(const Index& y, const TensorInfo&, const Operation&) { return y[0] > 0; }
bool before_last_image(const Index& y, const TensorInfo& t, const Operation&) { return y[0] < t.extents[0] - 1; }

/// The number of images: the first extent of each tensor that has images.
Idx images_of(const Operation& o) {
  const auto has_images = [](const TensorInfo& t) { return t.role == Role::x || t.role == Role::y; };
  return std::ranges::find_if(o.inputs, has_images)->extents.front();
}
/// Replaces every image of the input with this role by the first one.
Compute first_image_throughout(Role role) {
  return with_inputs([role](Call& call) {
    std::vector<Real>* input = find_input(call, role);
    if (!input) return;
    const std::size_t image = input->size() / static_cast<std::size_t>(images_of(call.operation));
    for (std::size_t n = image; n < input->size(); ++n) (*input)[n] = (*input)[n % image];
  });
}
bool has_batch_of_x(Op op) { return has_batch(op) && reads(op, Role::x); }
bool has_batch_of_dy(Op op) { return has_batch(op) && reads(op, Role::y) && !is_forward(op); }

}  // namespace

std::vector<Misreading> common_misreadings() {
  return {
      // The output.
      {"nothing written", "The kernel does not write its output.", any,
       with_output([](std::vector<Real>& out, const Call& call) { fill(out, call.garbage); })},
      {"all zero", "The kernel returns zeros.", any,
       with_output([](std::vector<Real>& out, const Call&) { fill(out, Real(0)); })},
      {"added to what was there", "The kernel adds its result to the old output; it should overwrite it.", any,
       with_output([](std::vector<Real>& out, const Call& call) {
         for (Real& v : out) v += call.garbage;
       })},
      {"sign reversed", "The kernel returns the result with the opposite sign.", any,
       with_output([](std::vector<Real>& out, const Call&) {
         for (Real& v : out) v = Real(0) - v;
       })},
      {"last element not written", "The kernel does not write the last element of its output.", any,
       with_output([](std::vector<Real>& out, const Call& call) { out.back() = call.garbage; })},
      {"0 times what was there added",
       "The kernel adds 0 times the old output, so that a NaN stays; it should overwrite it.", any,
       with_output([](std::vector<Real>& out, const Call& call) {
         for (Real& v : out) v += Real(0 * call.garbage.value);
       })},

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
       all_of<has_batch, is_not<sums_over_batch>>, unwritten(after_first_image)},
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
       with_inputs([](Call& call) { call.inputs.back().clear(); })},
      {"bias added twice", "The kernel adds the bias twice.", takes_bias, with_inputs([](Call& call) {
         for (Real& b : call.inputs.back()) b += b;
       })},
      {"bias subtracted", "The kernel subtracts the bias; it should add it.", takes_bias, with_inputs([](Call& call) {
         for (Real& b : call.inputs.back()) b = Real(0) - b;
       })},
      {"bias of the first channel for all", "The kernel adds the first element of the bias to every channel.",
       takes_bias, with_inputs([](Call& call) {
         for (Real& b : call.inputs.back()) b = call.inputs.back()[0];
       })},
  };
}

}  // namespace cnnspec::checks
