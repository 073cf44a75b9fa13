// Numbers with fewer bits than the kernel claims: in the factors, the products, the sums or the results.
#include <algorithm>
#include <cmath>

#include "checks/misreadings/misreadings_of_layer.hpp"
#include "checks/misreadings/tables.hpp"

namespace cnnspec::checks {
namespace {

constexpr int tf32_digits = 11, bf16_digits = 8, f32_digits = 24, f64_digits = 53;

using Round = Real (*)(Real);

/// Rounds as kernels do that have no arithmetic for the format: first to f32.
Real to_f16(Real v) { return as_f16(rounded(v, f32_digits)); }
Real to_bf16(Real v) { return rounded(rounded(v, f32_digits), bf16_digits); }
Real to_tf32(Real v) { return rounded(rounded(v, f32_digits), tf32_digits); }
Real to_f32(Real v) {
  v.value = static_cast<float>(v.value);
  return v;
}
Real as_is(Real v) { return v; }

/// Rounds toward zero to a number of the storage type.
Real cut_off(Real v, const Format& f) {
  if (v.value == 0 || !std::isfinite(v.value)) return v;
  int exponent = 0;
  std::frexp(v.value, &exponent);
  v = truncated(v, std::min(f.digits, exponent - f.least_exponent));
  if (std::fabs(v.value) > static_cast<long double>(f.largest()))
    v.value = std::copysign(static_cast<long double>(f.largest()), v.value);
  return v;
}

bool adds_up(Op op) { return is_product(op) || is_bias_gradient(op); }
/// Whether the layer can compute with other roundings.
bool steps_through(Op op) { return is_product(op) && misreadings_of(layer_of(op)).stepped != nullptr; }
bool steps_or_adds_up(Op op) { return steps_through(op) || is_bias_gradient(op); }
bool any_type(const Format&) { return true; }
bool has_f64(const Format& storage) { return storage.digits == f64_digits; }

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

Call with_inputs_rounded(Call call, Round round) {
  for (std::vector<Real>& input : call.inputs)
    for (Real& v : input) v = round(v);
  return call;
}

/// Rounds inputs, products and sums, with terms in this order, or in that of the specification.
std::vector<Real> stepped(const Call& call, const Steps& steps, Round inputs, const Order* order) {
  const Call rounded_call = with_inputs_rounded(call, inputs);
  const Op op = call.operation.op;
  if (is_bias_gradient(op)) return bias_gradient(rounded_call, steps);
  return misreadings_of(layer_of(op)).stepped(rounded_call, steps, sums_over_batch(op) ? nullptr : order);
}
Compute rounding(const Steps& steps, Round inputs = as_is) {
  return [=](const Call& call) { return stepped(call, steps, inputs, nullptr); };
}

/// The same in the other orders in which a plain loop may add.
std::vector<Compute> in_other_orders(const Steps& steps, Round inputs = as_is) {
  std::vector<Compute> all;
  for (const Terms terms : {Terms::by_channel, Terms::by_tap})
    for (const Bias bias : {Bias::first, Bias::last})
      all.push_back([=, order = Order{terms, bias}](const Call& call) { return stepped(call, steps, inputs, &order); });
  return all;
}

/// A mistake whose effect depends on the order of the sum.
Misreading ordered(const std::string& name, const std::string& sentence, bool (*applies)(Op), const Steps& steps,
                   bool (*in)(const Format&), Round inputs = as_is) {
  Misreading m{name, sentence, applies, rounding(steps, inputs)};
  m.in = in, m.otherwise = in_other_orders(steps, inputs);
  return m;
}

Compute result_rounded(Round round) {
  return with_output([round](std::vector<Real>& out, const Call&) {
    for (Real& v : out) v = round(v);
  });
}

/// Flushes subnormal numbers of the storage type to zero.
void flush(std::vector<Real>& values, const Format& f) {
  const long double least_normal = std::ldexp(1.0L, f.least_exponent + f.digits - 1);
  for (Real& v : values)
    if (std::fabs(v.value) < least_normal) v = Real(0);
}

struct Narrow {
  const char* name;
  const char* words;
  Round round;
  bool (*in)(const Format& storage);
};
const Narrow narrow_formats[]{
    {"f16", "f16", to_f16, any_type},
    {"bf16", "the 8 bits of bfloat16", to_bf16, any_type},
    {"TF32", "the 11 bits of TF32", to_tf32, any_type},
    {"f32", "f32", to_f32, has_f64},
};

/// For each narrow format: products, sums, both, and results.
void append_narrow(std::vector<Misreading>& table) {
  for (const Narrow& f : narrow_formats) {
    const std::string name = f.name, words = f.words;
    Misreading products{"products rounded to " + name, "The kernel rounds each product to " + words + ".",
                        steps_through, rounding({.product = f.round})};
    products.in = f.in;
    table.push_back(products);
    table.push_back(ordered("sums rounded to " + name, "The kernel rounds each partial sum to " + words + ".",
                            steps_or_adds_up, {.sum = f.round}, f.in));
    table.push_back(ordered("products and sums rounded to " + name,
                            "The kernel rounds each product and each partial sum to " + words + ".", steps_through,
                            {.product = f.round, .sum = f.round}, f.in));
    Misreading results{"result rounded to " + name, "The kernel rounds its results to " + words + ".", any,
                       result_rounded(f.round)};
    results.in = f.in;
    table.push_back(results);
  }
}

/// Computes f64 in f32.
void append_f64_in_f32(std::vector<Misreading>& table) {
  Misreading inputs{"inputs rounded to f32", "The kernel rounds its inputs to f32; they are f64.", adds,
                    [](const Call& call) { return right(with_inputs_rounded(call, to_f32)); }};
  inputs.in = has_f64;
  table.push_back(inputs);
  const Steps fused{.sum = to_f32}, plain{.product = to_f32, .sum = to_f32};
  Misreading all =
      ordered("computed in f32", "The kernel rounds inputs, products and sums to f32; it should compute in f64.",
              steps_or_adds_up, plain, has_f64, to_f32);
  all.otherwise.push_back(rounding(fused, to_f32));
  for (const Compute& c : in_other_orders(fused, to_f32)) all.otherwise.push_back(c);
  table.push_back(all);
}

}  // namespace

std::vector<Misreading> rounding_misreadings() {
  std::vector<Misreading> table{
      {"inputs rounded to TF32", "The kernel rounds the factors to the 11 bits of TF32.", is_product,
       with_each_factor([](const Real& v) { return rounded(v, tf32_digits); })},
      {"inputs truncated to TF32", "The kernel truncates the factors to the 11 bits of TF32.", is_product,
       with_each_factor([](const Real& v) { return truncated(v, tf32_digits); })},
      {"inputs rounded to bf16", "The kernel rounds the factors to the 8 bits of bfloat16.", is_product,
       with_each_factor([](const Real& v) { return rounded(v, bf16_digits); })},
      {"inputs truncated to bf16", "The kernel truncates the factors to the 8 bits of bfloat16.", is_product,
       with_each_factor([](const Real& v) { return truncated(v, bf16_digits); })},
      {"result truncated", "The kernel cuts off the digits that the storage type has no room for; it should round.",
       adds_up, with_output([](std::vector<Real>& out, const Call& call) {
         for (Real& v : out) v = cut_off(v, call.storage);
       })},
      {"subnormals flushed to zero",
       "The kernel treats subnormal inputs as zero, and returns zero for subnormal results.", any,
       [](Call call) {
         for (std::vector<Real>& input : call.inputs) flush(input, call.storage);
         std::vector<Real> out = right(call);
         flush(out, call.storage);
         return out;
       }},
      {"subnormal results flushed to zero", "The kernel returns zero for subnormal results.", adds,
       with_output([](std::vector<Real>& out, const Call& call) { flush(out, call.storage); })},
  };
  append_narrow(table);
  append_f64_in_f32(table);
  return table;
}

}  // namespace cnnspec::checks
