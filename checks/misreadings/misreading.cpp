#include "checks/misreadings/misreading.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "checks/expect/bound.hpp"
#include "checks/expect/expectation.hpp"
#include "checks/misreadings/misreadings_of_layer.hpp"
#include "checks/misreadings/tables.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {
namespace {

Call call_of(const Observation& o) {
  Call call{o.operation, o.arithmetic.storage, {}, Real(static_cast<long double>(o.garbage))};
  for (const std::vector<double>& input : o.inputs) {
    std::vector<Real>& to = call.inputs.emplace_back();
    to.reserve(input.size());
    for (const double v : input) to.emplace_back(static_cast<long double>(v));
  }
  return call;
}

bool is_integer(double v) { return std::isfinite(v) && v == std::nearbyint(v); }

bool has_integers_only(const Operands<double>& inputs) {
  return std::all_of(inputs.begin(), inputs.end(), [](const std::vector<double>& input) {
    return std::all_of(input.begin(), input.end(), is_integer);
  });
}

/// The kernel's results, and the right ones.
struct Evidence {
  const Observation& observation;
  Call call;
  Expectation right;
  std::vector<bool> wrong;
  bool integers;

  explicit Evidence(const Observation& o)
      : observation(o),
        call(call_of(o)),
        right(expect(o.operation, o.arithmetic, o.inputs)),
        wrong(o.actual.size()),
        integers(has_integers_only(o.inputs)) {
    call.specified = std::make_shared<const std::vector<Real>>(run_spec(call.operation, call.inputs));
    assert(o.actual.size() == right.values.size());
    for (std::size_t n = 0; n < wrong.size(); ++n)
      wrong[n] = judge_element(o.actual[n], right.values[n], right.bound(n)).judgement == Judgement::wrong;
  }
  bool shows_a_mistake() const { return std::find(wrong.begin(), wrong.end(), true) != wrong.end(); }
};

/// Whether a kernel that makes this mistake may have returned `actual`.
bool agrees(double actual, const Real& misread, const Arithmetic& a, bool exact) {
  if (!std::isfinite(misread.value)) return judge_element(actual, misread.value, 0).judgement == Judgement::right;
  const bool unrounded = exact && !a.rounds_factors() && misread.value == std::nearbyint(misread.value) &&
                         misread.magnitude <= std::ldexp(1.0L, a.accumulator.digits);
  if (unrounded) return actual == rounded_to(a.dtype, static_cast<double>(misread.value));
  const double bound = error_bound(misread, a, slack_of_products(misread.magnitude, a));
  return judge_element(actual, misread.value, bound).judgement != Judgement::wrong;
}

bool agrees(const std::vector<Real>& misread, const Observation& o, bool exact) {
  assert(misread.size() == o.actual.size());
  for (std::size_t n = 0; n < misread.size(); ++n)
    if (!agrees(o.actual[n], misread[n], o.arithmetic, exact)) return false;
  return true;
}

bool explains(const std::vector<Real>& results, const Misreading& m, const Evidence& e) {
  if (!agrees(results, e.observation, e.integers && m.exact_on_integers)) return false;
  for (std::size_t n = 0; n < results.size(); ++n) {
    const double actual = e.observation.actual[n];
    // Also true if one of them is NaN or infinite: then the misreading agrees, and the right result does not.
    const bool nearer = !(std::fabs(actual - e.right.values[n]) <= std::fabs(actual - results[n].value));
    if (e.wrong[n] && !nearer) return false;
  }
  return true;
}

/// Whether `holds(results)` in one of the orders of evaluation.
template <class Holds>
bool in_some_order(const Misreading& m, const Call& call, Holds holds) {
  if (holds(m.compute(call))) return true;
  return std::any_of(m.otherwise.begin(), m.otherwise.end(), [&](const Compute& c) { return holds(c(call)); });
}

bool explains(const Misreading& m, const Evidence& e) {
  return in_some_order(m, e.call, [&](const std::vector<Real>& results) { return explains(results, m, e); });
}

bool concerns(const Misreading& m, const Observation& o) {
  return m.applies(o.operation.op) && m.in(o.arithmetic.storage);
}

}  // namespace

const Misreadings& misreadings_of(const Layer& layer) {
  static constexpr Misreadings none{};
  return layer.misreadings == nullptr ? none : *layer.misreadings;
}

std::span<const Misreading> misreadings() {
  static const std::vector<Misreading> all = [] {
    std::vector<Misreading> tables;
    const auto add = [&](std::vector<Misreading> (*table)()) {
      if (table == nullptr) return;
      for (Misreading& m : table()) tables.push_back(std::move(m));
    };
    add(common_misreadings), add(rounding_misreadings), add(window_misreadings);
    for (const Layer* layer : layers()) add(misreadings_of(*layer).table);
    add(block_misreadings);
    for (const Layer* layer : layers()) add(misreadings_of(*layer).in_blocks);
    return tables;
  }();
  return all;
}

bool agrees(const Misreading& m, const Observation& o) {
  const bool exact = has_integers_only(o.inputs) && m.exact_on_integers;
  return concerns(m, o) && in_some_order(m, call_of(o), [&](const auto& results) { return agrees(results, o, exact); });
}

std::vector<const Misreading*> explanations(std::span<const Observation> observations, Idx most_taps, bool untold) {
  std::vector<const Observation*> smallest_first;
  for (const Observation& o : observations) smallest_first.push_back(&o);
  std::stable_sort(smallest_first.begin(), smallest_first.end(), [](const Observation* a, const Observation* b) {
    return taps(a->operation.problem) < taps(b->operation.problem);
  });
  std::vector<const Misreading*> left;
  for (const Misreading& m : misreadings()) {
    const auto concerned = [&](const Observation& o) { return concerns(m, o); };
    const auto tells = [&](const Observation& o) { return m.told_by(o.operation); };
    if (std::all_of(observations.begin(), observations.end(), concerned) &&
        (untold || !m.told_by || std::any_of(observations.begin(), observations.end(), tells)))
      left.push_back(&m);
  }
  bool mistaken = false;
  for (const Observation* o : smallest_first) {
    if (left.empty() || taps(o->operation.problem) > most_taps / static_cast<Idx>(left.size())) return {};
    const Evidence evidence(*o);
    mistaken |= evidence.shows_a_mistake();
    std::erase_if(left, [&](const Misreading* m) { return !explains(*m, evidence); });
  }
  return mistaken ? left : std::vector<const Misreading*>{};
}

}  // namespace cnnspec::checks
