#include "checks/conventions/convention.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

bool everywhere(Op, DType) { return true; }
bool to_products_of_f32(Op op, DType dtype) {
  const bool is_product = layer_id(op) == LayerId::conv2d || layer_id(op) == LayerId::linear;
  return dtype == DType::f32 && is_product && op != Op::conv2d_backward_bias && op != Op::linear_backward_bias;
}
bool to_padded_products(Op op, DType) { return op <= Op::conv2d_backward_kernel; }
bool to_pooling(Op op, DType) { return layer_id(op) == LayerId::max_pool2d; }
bool to_pooling_gradient(Op op, DType) { return op == Op::max_pool2d_backward; }
bool to_relu(Op op, DType) { return layer_id(op) == LayerId::relu; }
bool to_relu_gradient(Op op, DType) { return op == Op::relu_backward; }

constexpr std::array<Convention, 13> all_conventions{{
    {"ftz", "subnormal numbers",
     "Numbers below the least normal one are flushed: each operand and each result (product, partial sum, output) "
     "whose absolute value is below the least normal number L of its type may count as 0. In comparisons such operands "
     "may be equal to 0, and where a result may be taken for 0 either branch is right.",
     "An operand that counts as 0 is off by less than L, and its error passes through the other factor: |w|*L for each "
     "term. Each of at most n products and n sums of n terms is off by less than L, which later roundings make at most "
     "1 + gamma(n, u) times as much; the output by another L. Where all operands are normal, and all terms multiples "
     "of one power of two that is, nothing is below L but 0, and only equality is right. A maximum is exact unless it "
     "is below L.",
     "OpenCV, XNNPACK; JAX and TensorFlow on the CPU; oneDNN in bfloat16", everywhere,
     [](Rules& r) { r.flushes = true; }},
    {"tf32", "factors", "Both factors of every product are first rounded to the 11 digits of TF32. Sums are in f32.",
     "The same as the profile: a factor is off by less than one unit in its last place of 11 digits, however it is "
     "rounded, and passes that on through the other factor; the bound of the sum holds for the rounded factors. What "
     "is not multiplied (a bias, its gradient) is not rounded. Where TF32 holds the factors, nothing changes.",
     "PyTorch (cuDNN) and JAX on graphics processors, unless told otherwise", to_products_of_f32,
     [](Rules& r) { r.factors = "tf32"; }},
    {"bf16", "factors", "Both factors of every product are first rounded to bfloat16. Sums are in f32.",
     "As tf32, with 8 digits.", "oneDNN where its math mode allows bf16; XLA on TPUs", to_products_of_f32,
     [](Rules& r) { r.factors = "bf16"; }},
    {"padded-taps-multiplied", "padding",
     "A tap in the padding is not absent but multiplied, by a zero: times an infinite or NaN factor it makes NaN.",
     "0 * inf is NaN, and so is any sum with it; on finite numbers nothing changes. Of the gradient of x, such taps "
     "are those for which there is no output: a kernel either multiplies all of them or none.",
     "PyTorch, OpenCV, XNNPACK, cnnspec's own im2col; ONNX Runtime in some shapes", to_padded_products,
     [](Rules& r) { r.multiplies_padding = true; }},
    {"nan-ignored", "NaN in a window",
     "NaN loses against every number in a window. A window of nothing but NaN has NaN for its maximum, or that of an "
     "empty window.",
     "The maximum of the numbers is exact. The gradient goes to a number; in a window of nothing but NaN to its first "
     "cell, or to none.",
     "oneDNN, TensorFlow.js, OpenCV", to_pooling, [](Rules& r) { r.nan = Rules::Nan::is_ignored; }},
    {"nan-first", "NaN in a window",
     "NaN counts only where it is the first real cell of its window, and is ignored elsewhere: the maximum starts with "
     "that cell, and nothing is greater than NaN.",
     "Exact: the first cell if it is NaN, which gets the gradient as well, else the maximum of the numbers.", "",
     to_pooling, [](Rules& r) { r.nan = Rules::Nan::wins_as_first_cell; }},
    {"ties-last", "ties", "Of the tied maxima of a window, the last gets the gradient.",
     "Exact but for the sums of windows that overlap, whose bound is the usual one.", "", to_pooling_gradient,
     [](Rules& r) { r.ties = Rules::Ties::last; }},
    {"ties-all", "ties", "Each of the tied maxima of a window gets the whole gradient.",
     "Exact but for the sums of windows that overlap, whose bound is the usual one. A window with NaN has no cell that "
     "is equal to its maximum: its gradient goes to the NaN, or to none.",
     "", to_pooling_gradient, [](Rules& r) { r.ties = Rules::Ties::all; }},
    {"ties-shared", "ties", "The tied maxima of a window share its gradient: each of k gets a k-th.",
     "A share is off by at most two roundings (a division, or a reciprocal and a product), which count as such in the "
     "bound of the sum. A window with NaN as in ties-all.",
     "tinygrad, JAX (jax.numpy.max)", to_pooling_gradient, [](Rules& r) { r.ties = Rules::Ties::shared; }},
    {"lowest-for-empty", "windows of -inf",
     "A maximum starts at the lowest finite number instead of -inf: so much is the maximum of a window of nothing but "
     "-inf, in which no cell is greater than where it started.",
     "Exact. The gradient of such a window goes to none, or to its first cell, or to its first cell but where the "
     "window begins in the padding.",
     "oneDNN, ONNX Runtime, OpenCV; TensorFlow.js loses the gradient", to_pooling,
     [](Rules& r) { r.lowest_for_empty = true; }},
    {"nan-to-zero", "NaN in ReLU", "ReLU of NaN is 0, and the gradient there is 0.",
     "Exact: what is not greater than 0 is 0, in both directions.", "oneDNN and XNNPACK, forward", to_relu,
     [](Rules& r) { r.nan_is_zero = true; }},
    {"relu-grad-half", "gradient of ReLU at 0", "The derivative of ReLU at 0 is 1/2.",
     "Half a gradient is exact unless it is subnormal, where it may be rounded once.", "", to_relu_gradient,
     [](Rules& r) { r.gradient_at_zero = 0.5; }},
    {"relu-grad-one", "gradient of ReLU at 0", "The derivative of ReLU at 0 is 1.", "Exact.", "", to_relu_gradient,
     [](Rules& r) { r.gradient_at_zero = 1; }},
}};

bool have_one_of_each_group(const std::vector<const Convention*>& some) {
  for (const Convention* a : some)
    for (const Convention* b : some)
      if (a != b && std::string_view(a->group) == b->group) return false;
  return true;
}

/// The smallest first.
std::vector<ConventionSet> sets_within(ConventionSet all) {
  std::vector<ConventionSet> sets;
  for (std::uint32_t bits = 1; bits <= all.bits(); ++bits) {
    const ConventionSet set(bits);
    if (set.is_within(all) && have_one_of_each_group(set.all())) sets.push_back(set);
  }
  std::ranges::stable_sort(sets, [](ConventionSet a, ConventionSet b) { return a.size() < b.size(); });
  return sets;
}

}  // namespace

std::span<const Convention> conventions() { return all_conventions; }

ConventionSet ConventionSet::named(const std::string& names, const std::string& option) {
  std::vector<std::string> known;
  for (const Convention& c : all_conventions) known.push_back(c.name);
  ConventionSet set;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const std::string name = names.substr(begin, end - begin);
    const auto found = std::ranges::find(known, name);
    if (found == known.end()) throw UsageError(option, "", one_of(known, name), in_quotes(name));
    set = set | ConventionSet(std::uint32_t{1} << (found - known.begin()));
    begin = end + 1;
  }
  return set;
}

std::vector<const Convention*> ConventionSet::all() const {
  std::vector<const Convention*> some;
  for (std::size_t n = 0; n < all_conventions.size(); ++n)
    if (has(n)) some.push_back(&all_conventions[n]);
  return some;
}

std::string ConventionSet::names() const {
  std::string names;
  for (const Convention* c : all()) names += (names.empty() ? "" : ",") + std::string(c->name);
  return names;
}

Rules ConventionSet::rules() const {
  Rules rules;
  for (const Convention* c : all()) c->change(rules);
  return rules;
}

ConventionSet conventions_of(Op op, DType dtype) {
  std::uint32_t bits = 0;
  for (std::size_t n = 0; n < all_conventions.size(); ++n)
    if (all_conventions[n].applies(op, dtype)) bits |= std::uint32_t{1} << n;
  return ConventionSet(bits);
}

namespace {

using SetsByOperation = std::map<std::pair<Op, DType>, std::vector<ConventionSet>>;

SetsByOperation all_sets() {
  SetsByOperation sets;
  for (const Op op : all_ops())
    for (const DTypeRow& row : dtype_rows) sets[{op, row.dtype}] = sets_within(conventions_of(op, row.dtype));
  return sets;
}

}  // namespace

const std::vector<ConventionSet>& sets_of_conventions(Op op, DType dtype) {
  static const SetsByOperation all = all_sets();
  return all.at({op, dtype});
}

}  // namespace cnnspec::checks
