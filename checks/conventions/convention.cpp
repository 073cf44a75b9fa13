#include "checks/conventions/convention.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <utility>

#include "checks/conventions/layer_rules.hpp"
#include "checks/expect/bound.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

bool to_products_of_f32(const Pass& pass, DType dtype) {
  return dtype == DType::f32 && pass.arithmetics == Arithmetics::products;
}

bool has_subnormals(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  const auto is_small = [&](double v) { return v != 0 && std::fabs(v) < a.factor().least_normal(); };
  if (std::ranges::any_of(inputs, [&](const auto& input) { return std::ranges::any_of(input, is_small); })) return true;
  const std::optional<int> terms = least_exponent_of_terms(operation, inputs);
  return terms && std::ldexp(1.0, *terms) < std::fmax(a.accumulator.least_normal(), a.storage.least_normal());
}

bool rounds_some_factor(const Operation&, const Arithmetic& a, const Operands<double>& inputs) {
  const auto is_rounded = [&](double v) { return std::isfinite(v) && slack_of(v, a.factor(), false) > 0; };
  return std::ranges::any_of(inputs[0], is_rounded) || std::ranges::any_of(inputs[1], is_rounded);
}

constexpr ConventionRow general_conventions[]{
    {"ftz", "subnormal numbers",
     "Subnormal numbers are flushed. Let L be the least normal number of a type. Each operand and each result "
     "(product, partial sum, output) of that type whose absolute value is below L may count as 0. In a comparison, "
     "such an operand may count as 0 too. If that would change the branch, either branch is right.",
     "An operand that counts as 0 is off by less than L. The other factor w multiplies this error: it is at most |w|*L "
     "for each term. A sum of n terms has at most n products and n partial sums. Each of these is off by less than L, "
     "and later roundings multiply that error by at most 1 + gamma(n, u). Flushing the output adds at most another L. "
     "If all operands are normal, and all terms are multiples of one normal power of two, then only 0 is below L, and "
     "only equality is right. A maximum is exact unless it is below L.",
     "OpenCV, XNNPACK; JAX and TensorFlow on the CPU; oneDNN in bfloat16", to_all_passes,
     [](Rules& r) { r.flushes = true; }, has_subnormals},
    {"tf32", "factors",
     "Both factors of every product are first rounded to TF32, which has 11 significant bits. Sums are in f32.",
     "The same as for the profile `tf32`. However a factor is rounded, it is off by less than one unit in the last of "
     "its 11 bits. The other factor multiplies this error. The bound of the sum holds for the rounded factors. A value "
     "that is not multiplied (a bias, its gradient) is not rounded. If TF32 represents all factors exactly, nothing "
     "changes.",
     "PyTorch (cuDNN) and JAX on graphics processors, unless told otherwise", to_products_of_f32,
     [](Rules& r) { r.factors = "tf32"; }, rounds_some_factor},
    {"bf16", "factors", "Both factors of every product are first rounded to bfloat16. Sums are in f32.",
     "The same as for `tf32`, with 8 bits.", "oneDNN where its math mode allows bf16; XLA on TPUs", to_products_of_f32,
     [](Rules& r) { r.factors = "bf16"; }, rounds_some_factor},
};

/// There are at most as many as a ConventionSet can hold.
std::vector<Convention> all_conventions() {
  std::vector<Convention> all;
  for (const ConventionRow& row : general_conventions) all.push_back({row, {}});
  for (const Layer* layer : layers()) {
    if (layer->rules == nullptr) continue;
    for (const ConventionRow& row : layer->rules->conventions) {
      const auto known = std::ranges::find(all, std::string_view(row.name), &Convention::name);
      if (known == all.end())
        all.push_back({row, {layer}});
      else
        known->layers.push_back(layer);
    }
  }
  assert(all.size() <= 32);
  return all;
}

bool have_one_of_each_group(const std::vector<const Convention*>& some) {
  for (const Convention* a : some)
    for (const Convention* b : some)
      if (a != b && std::string_view(a->group) == b->group) return false;
  return true;
}

/// The smallest set comes first.
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

std::span<const Convention> conventions() {
  static const std::vector<Convention> all = all_conventions();
  return all;
}

bool Convention::applies(Op op, DType dtype) const {
  const bool is_of_layer = layers.empty() || std::ranges::find(layers, &layer_of(op)) != layers.end();
  return is_of_layer && applies_to(pass_of(op), dtype);
}

ConventionSet ConventionSet::named(const std::string& names, const std::string& option) {
  std::vector<std::string> known;
  for (const Convention& c : conventions()) known.push_back(c.name);
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
  for (std::size_t n = 0; n < conventions().size(); ++n)
    if (has(n)) some.push_back(&conventions()[n]);
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
  for (std::size_t n = 0; n < conventions().size(); ++n)
    if (conventions()[n].applies(op, dtype)) bits |= std::uint32_t{1} << n;
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
