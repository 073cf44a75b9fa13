#include "checks/data/data.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>
#include <limits>

#include "checks/conventions/expect_under.hpp"
#include "checks/data/literal_data.hpp"
#include "checks/expect/projection.hpp"
#include "checks/expect/sample.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/stream.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
using Use = DataFamily::Use;

/// Calls `draw(stream)` for each element of each input. Each input has its own stream.
template <class Draw>
Operands<double> fill(const Operation& operation, std::uint64_t seed, Draw draw) {
  Operands<double> inputs;
  for (std::size_t i = 0; i < operation.inputs.size(); ++i) {
    Stream stream(~seed, i);
    std::vector<double>& v = inputs.emplace_back(static_cast<std::size_t>(operation.inputs[i].count()));
    for (double& e : v) e = draw(stream);
  }
  return inputs;
}

/// The largest number of small data.
constexpr Idx most_small = 31;

/// The number of the first stream for inputs that hold whole numbers.
constexpr std::uint64_t whole_numbers = 1000;
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0;
  for (const char c : text) hash = mix(hash ^ static_cast<unsigned char>(c));
  return hash;
}

// ---- Where a family applies ----

bool anywhere(const Operation&, const Arithmetic&, const ExactPlan&) { return true; }
bool has_terms_to_spare(const Operation& o, const Arithmetic&, const ExactPlan& plan) {
  return o.most_terms() <= Idx{1} << plan.bits;
}
/// Whether the accumulator has the whole range of the storage type.
bool reaches(const Arithmetic& a, const ExactPlan& plan) {
  return plan.proved() && a.accumulator.least_exponent <= a.storage.least_exponent &&
         a.accumulator.largest_exponent >= a.storage.largest_exponent;
}
bool has_few_bits(const Arithmetic& a) { return element_bytes(a.dtype) == 1; }
/// Whether data can be scaled to the far ends of the storage type's range. The accumulator must have this range too.
bool scales(const Operation&, const Arithmetic& a, const ExactPlan& plan) {
  return reaches(a, plan) && a.storage.largest_exponent > plan.bits;
}
bool to_sums(const Operation& o) { return o.multiplies() || o.adds_up_all(); }
bool to_sums(const Operation& o, const Arithmetic&, const ExactPlan&) { return to_sums(o); }
/// Whether sums of small integers are exact in the accumulator.
bool has_room_for_small(const Operation& o, const Arithmetic& a) {
  return o.most_terms() <= (Idx{1} << a.accumulator.digits) / most_small;
}
/// Whether subnormal factors survive. They have fewer digits than other numbers, so a rounding of the factors may lose
/// them.
bool keeps_subnormals(const Operation& o, const Arithmetic& a, const ExactPlan& plan) {
  const bool may_be_scaled = scales(o, a, plan) || (has_few_bits(a) && reaches(a, plan));
  return may_be_scaled && !(o.multiplies() && a.rounds_factors());
}

// ---- Integers on which nothing rounds ----

std::string describe_wide(const Operation& o, std::size_t wide) {
  if (!o.multiplies()) return "odd integers";
  return std::string("integers: ") + o.inputs[wide].name + " wide and odd, " + o.inputs[1 - wide].name +
         " powers of two";
}

Operands<double> draw_first_wide(const Operation& o, const Arithmetic&, const ExactPlan& plan, std::uint64_t seed) {
  return draw_integers(o, plan, seed, 0);
}

Operands<double> draw_second_wide(const Operation& o, const Arithmetic&, const ExactPlan& plan, std::uint64_t seed) {
  Operands<double> inputs = draw_integers(o, plan, seed, 1);
  const DataOfLayer* const own = layer_of(o.op).data;
  if (own == nullptr || !own->shows_one_sign) return inputs;
  inputs[0] = draw_integers(o, plan, seed, 0)[0];  // the elements that the other family hides
  for (double& e : inputs[0]) e = -e;
  return inputs;
}

/// The largest numbers whose sums the output type holds exactly, but for a few. The signs are random, so the sum of n
/// numbers is about sqrt(n) times as large as one. A projection asks for all sums, of many elements.
double most_to_be_stored(const Operation& o, const Arithmetic& a) {
  const double deviations = o.is_large() ? 6 : 4;
  return std::ldexp(1.0, a.storage.digits) / (deviations * std::sqrt(static_cast<double>(o.most_terms())));
}

/// Small odd integers of both signs, so small that the output type holds most results exactly.
Operands<double> draw_small(const Operation& o, const Arithmetic& a, const ExactPlan&, std::uint64_t seed) {
  const double most = most_to_be_stored(o, a);
  const Idx half = std::clamp(static_cast<Idx>((most - 1) / 2), Idx{0}, most_small / 2);
  Operands<double> inputs;
  for (std::size_t i = 0; i < o.inputs.size(); ++i) {
    Stream stream(~seed, i);
    std::vector<double>& v = inputs.emplace_back(static_cast<std::size_t>(o.inputs[i].count()));
    const bool is_narrow = o.multiplies() && i == 1;
    for (double& e : v) {
      const Idx size = 2 * (is_narrow ? 0 : stream.below(half + 1)) + 1;
      e = static_cast<double>(stream.below(2) == 0 ? size : -size);
    }
  }
  return inputs;
}

/// Ones; in one operand the signs alternate. So sums in the order of memory are -1, 0 or 1, and no term can vanish.
Operands<double> draw_alternating(const Operation& o, const Arithmetic&, const ExactPlan&, std::uint64_t seed) {
  Operands<double> inputs = fill(o, seed, [](Stream&) { return 1.0; });
  for (std::size_t n = 1; n < inputs[0].size(); n += 2) inputs[0][n] = -1;
  return inputs;
}
/// Whether the size of the numbers is independent of the plan.
bool has_small_numbers(const DataFamily& f) { return f.draw == draw_small || f.draw == draw_alternating; }
bool needs_small_sums(const Operation& o, const Arithmetic& a, const ExactPlan&) {
  return has_few_bits(a) && to_sums(o);
}

Operands<double> draw_ones(const Operation& o, const Arithmetic&, const ExactPlan&, std::uint64_t seed) {
  return fill(o, seed, [](Stream&) { return 1.0; });
}

/// One operand has a single nonzero element; the other operand is full, or has a single nonzero element too.
Operands<double> draw_one_hot(const Operation& o, const Arithmetic&, const ExactPlan& plan, std::uint64_t seed) {
  Stream stream(seed, 99);
  const Idx which = stream.below(3);  // the first, the second, both
  Operands<double> inputs = draw_integers(o, plan, seed, 0);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool is_full = i < 2 && which == static_cast<Idx>(1 - i) && inputs.size() > 1;
    const std::size_t hot = static_cast<std::size_t>(stream.below(static_cast<Idx>(inputs[i].size())));
    for (std::size_t n = 0; n < inputs[i].size(); ++n)
      if (!is_full && n != hot) inputs[i][n] = 0;
  }
  return inputs;
}

Operands<double> draw_signed_zeros(const Operation& o, const Arithmetic&, const ExactPlan&, std::uint64_t seed) {
  constexpr std::array<double, 4> values{-0.0, 0.0, 1.0, -1.0};
  return fill(o, seed, [&](Stream& s) { return values[static_cast<std::size_t>(s.below(4))]; });
}

bool saturates(const Operation& o, const Arithmetic& a, const ExactPlan&) {
  return a.saturates() && !o.selects() && o.most_terms() <= Idx{1} << 12;  // else sums round in the accumulator
}
/// Odd integers with all digits. One factor of each product is scaled by a power of two, such that a sum of a few
/// products exceeds the largest number.
Operands<double> draw_saturating(const Operation& o, const Arithmetic& a, const ExactPlan&, std::uint64_t seed) {
  const int most = 1 << a.storage.digits, shift = a.storage.largest_exponent - a.storage.digits;
  Operands<double> inputs;
  for (std::size_t i = 0; i < o.inputs.size(); ++i) {
    Stream stream(~seed, i);
    std::vector<double>& v = inputs.emplace_back(static_cast<std::size_t>(o.inputs[i].count()));
    for (double& e : v) {
      const double size = static_cast<double>(2 * stream.below(most / 2) + 1);
      const double magnitude = o.multiplies() && i == 1 ? 1 : std::ldexp(size, shift);
      e = stream.below(2) == 0 ? magnitude : -magnitude;
    }
  }
  return inputs;
}

/// The first wide family, with the results multiplied by 2^exponent.
Operands<double> scaled(const Operation& o, const ExactPlan& plan, std::uint64_t seed, int exponent) {
  Operands<double> inputs = draw_integers(o, plan, seed, 0);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!o.multiplies() || i != 1)  // scales one factor of each product
      for (double& e : inputs[i]) e = std::ldexp(e, exponent);
  return inputs;
}

Operands<double> draw_subnormals(const Operation& o, const Arithmetic& a, const ExactPlan& plan, std::uint64_t seed) {
  ExactPlan narrower = plan;  // a number with all the digits of its type is not subnormal
  narrower.wide_bits = std::min(plan.wide_bits, a.storage.digits - 1);
  return scaled(o, narrower, seed, a.storage.least_exponent);
}
Operands<double> draw_near_overflow(const Operation& o, const Arithmetic& a, const ExactPlan& plan,
                                    std::uint64_t seed) {
  return scaled(o, plan, seed, a.storage.largest_exponent - plan.bits);
}

// ---- Infinities and NaN ----

Operands<double> with_specials(const Operation& o, std::uint64_t seed, std::span<const double> specials) {
  return fill(o, seed, [&](Stream& s) {
    const double plain = static_cast<double>(s.below(5) - 2);
    return s.below(16) == 0 ? specials[static_cast<std::size_t>(s.below(static_cast<Idx>(specials.size())))] : plain;
  });
}
Operands<double> draw_infinities(const Operation& o, const Arithmetic&, const ExactPlan&, std::uint64_t seed) {
  return with_specials(o, seed, std::array{infinity, -infinity});
}
Operands<double> draw_nan(const Operation& o, const Arithmetic&, const ExactPlan&, std::uint64_t seed) {
  return with_specials(o, seed, std::array{std::numeric_limits<double>::quiet_NaN()});
}

// ---- Real numbers ----

/// Random numbers with an exponent in [-spread/2, spread/2). Terms of equal size make many roundings meet; terms of
/// very different sizes make large ones hide small ones and cancel. No number and no product of two is zero or
/// subnormal.
Operands<double> draw_rounded(const Operation& o, const Arithmetic& a, const ExactPlan&, std::uint64_t seed) {
  constexpr std::array<int, 4> binades{1, 4, 12, 24}, few_binades{1, 2, 3, 4};
  const bool is_narrow = std::min(a.storage.largest_exponent, a.accumulator.largest_exponent) < 100;  // binary16
  const int digits = a.storage.digits;
  Operands<double> inputs;
  for (std::size_t i = 0; i < o.inputs.size(); ++i) {
    Stream stream(~seed, i);
    const int spread = (is_narrow ? few_binades : binades)[static_cast<std::size_t>(stream.below(4))];
    std::array<double, 24> units{};  // the value of the last bit of a significand
    for (int e = 0; e < spread; ++e)
      units[static_cast<std::size_t>(e)] = std::ldexp(1.0, e - spread / 2 - (digits - 1));
    std::vector<double>& v = inputs.emplace_back(static_cast<std::size_t>(o.inputs[i].count()));
    for (double& e : v) {
      const std::uint64_t random = stream.bits(), top = std::uint64_t{1} << (digits - 1);
      const double magnitude =
          static_cast<double>((random & (top - 1)) | top) * units[static_cast<std::size_t>(stream.below(spread))];
      e = random >> 63 ? -magnitude : magnitude;
    }
  }
  return inputs;
}

template <char const* text>
std::string say(const Operation&) {
  return text;
}
constexpr char ones_text[] = "ones everywhere";
constexpr char one_hot_text[] = "integers, all but one of an operand zero";
constexpr char zeros_text[] = "ones and zeros of both signs";
constexpr char subnormal_text[] = "integers times the smallest number of the type";
constexpr char overflow_text[] = "integers times a power of two, the sums nearly as large as the type allows";
constexpr char saturating_text[] = "integers, many of the sums beyond the largest number of the type";
constexpr char small_text[] = "small odd integers";
constexpr char alternating_text[] = "ones, with signs in turn in one operand";
constexpr char infinities_text[] = "small integers and infinities";
constexpr char nan_text[] = "small integers and NaN";
constexpr char rounded_text[] = "real numbers of both signs and different sizes";

// The general families. The layers' own families stand between these and `after_the_layers`.
constexpr std::array before_the_layers{
    DataFamily{"exact-first-wide", Use::always, [](const Operation& o) { return describe_wide(o, 0); }, anywhere,
               draw_first_wide},
    DataFamily{"exact-second-wide", Use::always, [](const Operation& o) { return describe_wide(o, 1); }, anywhere,
               draw_second_wide},
    DataFamily{"ones", Use::in_turn, say<ones_text>, has_terms_to_spare, draw_ones},
    DataFamily{"one-hot", Use::in_turn, say<one_hot_text>, anywhere, draw_one_hot},
    DataFamily{"signed-zeros", Use::in_turn, say<zeros_text>, has_terms_to_spare, draw_signed_zeros},
    DataFamily{"subnormals", Use::in_turn, say<subnormal_text>, keeps_subnormals, draw_subnormals},
    DataFamily{"near-overflow", Use::in_turn, say<overflow_text>, scales, draw_near_overflow},
};
constexpr std::array after_the_layers{
    DataFamily{"saturating", Use::always, say<saturating_text>, saturates, draw_saturating},
    DataFamily{"exact-small", Use::always, say<small_text>, to_sums, draw_small},
    DataFamily{"alternating", Use::always, say<alternating_text>, needs_small_sums, draw_alternating},
    DataFamily{"infinities", Use::on_request, say<infinities_text>, anywhere, draw_infinities},
    DataFamily{"nan", Use::on_request, say<nan_text>, anywhere, draw_nan},
    DataFamily{"rounded", Use::always, say<rounded_text>, anywhere, draw_rounded},
};
constexpr const DataFamily& rounded_family = after_the_layers.back();

std::span<const DataFamily> own_families(const Layer& layer) {
  return layer.data == nullptr ? std::span<const DataFamily>{} : layer.data->families;
}

/// The families that an operation may have.
std::vector<const DataFamily*> families_of(const Operation& o) {
  std::vector<const DataFamily*> all;
  for (const auto families : {std::span<const DataFamily>(before_the_layers), own_families(layer_of(o.op)),
                              std::span<const DataFamily>(after_the_layers)})
    for (const DataFamily& f : families) all.push_back(&f);
  return all;
}

bool disputes_subnormals(const Arithmetic& a) { return row_of(a.dtype).disputes_subnormals; }
bool is_disputed(const DataFamily& f, const Arithmetic& a) {
  return disputes_subnormals(a) && f.draw == draw_subnormals;
}

/// The families to use. Exact data comes first, because its numbers are easier to read.
std::vector<const DataFamily*> families_for(const Operation& o, const Arithmetic& a, const ExactPlan& plan,
                                            std::uint64_t seed, bool specials) {
  std::vector<const DataFamily*> used, in_turn;
  for (const DataFamily* f : families_of(o)) {
    if (!f->applies(o, a, plan) || (is_disputed(*f, a) && !specials)) continue;
    // When a wide sum is rounded again for storage, a term can vanish. Only then do small numbers show more.
    if (has_small_numbers(*f) && !(a.rounds_output() && has_room_for_small(o, a))) continue;
    if (f->use == Use::in_turn)
      in_turn.push_back(f);
    else if (f->use == Use::always || specials)
      used.push_back(f);
  }
  const Idx turn = Stream(seed, 7).below(static_cast<Idx>(in_turn.size()));
  used.insert(used.begin() + 2, in_turn[static_cast<std::size_t>(turn)]);
  return used;
}

/// Rounds the inputs to numbers of the storage type: a type of eight bits has few integers, and perhaps no infinity.
/// Inputs of whole numbers are drawn from their own range.
Operands<double> stored(Operands<double> inputs, const Operation& o, const Arithmetic& a, std::uint64_t seed) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!o.inputs[i].is_stored()) {
      Stream stream(seed, whole_numbers + i);
      for (double& v : inputs[i]) v = static_cast<double>(stream.below(o.inputs[i].below));
    } else if (has_few_bits(a)) {
      for (double& v : inputs[i]) v = rounded_to(a.dtype, v);
    }
  }
  return inputs;
}
/// Leaves out every optional input in one of four cases, independently.
void leave_out_options(const Operation& o, std::uint64_t seed, Operands<double>& inputs) {
  Stream stream(seed);
  for (std::size_t i = inputs.size(); i-- > 0;)
    if (o.inputs[i].is_optional && stream.below(4) == 0) inputs[i].clear();
}

/// The data of a family.
Operands<double> drawn(const DataFamily& f, const Operation& o, const Arithmetic& a, const ExactPlan& plan,
                       std::uint64_t seed) {
  return stored(f.draw(o, a, plan, seed), o, a, mix(seed ^ hash_of(f.name)));
}

/// Counts the terms of an output whose loss still shows after the result is rounded to its storage type: all of them
/// or, as far as this count goes, none.
void count_shown(const Operation& operation, const Arithmetic& arithmetic, DataSet& set) {
  set.shows_all = false;
  set.visible = shown_terms_of_sample(operation, arithmetic, set.inputs, set.expected, 0, 0);
}

/// Rounds the expected results to the storage type.
void round_expected(const Arithmetic& arithmetic, DataSet& set) {
  for (long double& v : set.expected.values) v = rounded_to(arithmetic.dtype, static_cast<double>(v));
}

/// Makes the data of exact families. Draws again with a thinner plan until the sums stay within the budget.
class ExactMaker {
 public:
  ExactMaker(const Operation& o, const Arithmetic& a, ExactPlan plan, std::uint64_t seed, DataOptions options = {})
      : operation_(o), arithmetic_(a), plan_(plan), seed_(seed), options_(options) {
    options_.projects = options.projects && is_projectable(o, a);
  }

  std::vector<DataSet> make(const std::vector<const DataFamily*>& used) const {
    std::vector<DataSet> sets;
    if (!operation_.multiplies()) {
      for (const DataFamily* f : used)
        if (f->sets != nullptr)
          add_sets(*f, sets);
        else
          expect_sums(sets.emplace_back(draw(*f, plan_)), *f);
      return sets;
    }
    for (const DataFamily* f : used) sets.push_back(draw(*f, plan_));
    if (used.size() == 1 && has_small_numbers(*used[0]) && !has_room_for_small(operation_, arithmetic_)) {
      // The family was requested by name.
      sets[0].expected = expect(operation_, arithmetic_, sets[0].inputs, options_.sample, seed_);
      sets[0].sampled = !sets[0].expected.places.empty();
      return sets;
    }
    if (options_.projects && (!arithmetic_.rounds_output() || options_.sample > 0)) {
      for (std::size_t n = 0; n < sets.size(); ++n) leave_to_projection_or_sample(sets[n], *used[n]);
      return sets;
    }
    if (!plan_.proved()) count_visible(sets, used);
    const std::vector<std::vector<double>> results = run_exactly(operation_, inputs_of(sets));
    for (std::size_t n = 0; n < sets.size(); ++n) {
      sets[n].expected.values.assign(results[n].begin(), results[n].end());
      if (!arithmetic_.rounds_output()) continue;
      round_expected(arithmetic_, sets[n]);
      if (is_wide(*used[n])) count_shown(operation_, arithmetic_, sets[n]);
    }
    return sets;
  }

  /// Set n of a family of several sets.
  DataSet nth(const DataFamily& f, Idx n) const { return nth_of(f, n, f.in_sets(operation_, arithmetic_, seed_)(n)); }

 private:
  void add_sets(const DataFamily& f, std::vector<DataSet>& sets) const {
    const auto draw_set = f.in_sets(operation_, arithmetic_, seed_);
    for (Idx n = 0; n < f.sets(operation_); ++n) sets.push_back(nth_of(f, n, draw_set(n)));
  }

  /// For a selection, or a sum without products.
  void expect_sums(DataSet& set, const DataFamily& f) const {
    const bool adds_up_all = operation_.adds_up_all();
    if (adds_up_all || operation_.has_formulations() || !plan_.proved() || f.use == Use::on_request)
      return expect_measured(set, f);
    set.expected.values = exact_results(set.inputs);
    set.shows_all = false;
    for (const long double v : set.expected.values) set.visible.push_back(v != 0);
    set.expected.terms = set.visible;
  }

  /// Results for data on which no sum rounds in double.
  std::vector<long double> exact_results(const Operands<double>& inputs) const {
    std::vector<double> values = run_spec(operation_, inputs);
    if (arithmetic_.rounds_output())
      for (double& v : values) v = rounded_to(arithmetic_.dtype, v);
    return {values.begin(), values.end()};
  }

  /// Set n of a family that selects or adds exactly.
  DataSet nth_of(const DataFamily& f, Idx n, Operands<double> inputs) const {
    DataSet set{std::string(f.name) + ":" + std::to_string(n),
                f.describe(operation_),
                stored(std::move(inputs), operation_, arithmetic_, seed_ + static_cast<std::uint64_t>(n)),
                {},
                {}};
    if (operation_.most_terms() > Idx{1} << std::min(arithmetic_.accumulator.digits, 24)) {
      set.expected = expect(operation_, arithmetic_, set.inputs);
      return set;
    }
    set.expected.values = exact_results(set.inputs);
    return set;
  }

  static bool is_wide(const DataFamily& f) { return f.use == Use::always && f.draw != draw_saturating; }

  DataSet draw(const DataFamily& f, const ExactPlan& plan) const {
    DataSet set{f.name, f.describe(operation_), drawn(f, operation_, arithmetic_, plan, seed_), {}, {}};
    leave_out_options(operation_, seed_, set.inputs);
    set.shows_all = is_wide(f) && plan.proved();
    return set;
  }

  /// Sums and selections are cheap, so one run computes everything.
  void expect_measured(DataSet& set, const DataFamily& f) const {
    for (ExactPlan plan = plan_;; plan = thinned(plan), set = draw(f, plan)) {
      set.expected = expect(operation_, arithmetic_, set.inputs);
      const auto& bounds = set.expected.bounds;
      const bool is_exact = std::all_of(bounds.begin(), bounds.end(), [](double b) { return b == 0; });
      const bool has_plan = f.use != Use::on_request && !has_small_numbers(f);  // no plan makes infinities exact
      if (is_exact || plan.proved() || !has_plan || operation_.has_formulations()) break;
    }
    set.shows_all = false;
    if (operation_.has_formulations()) {
      set.visible = shown_terms(operation_, arithmetic_, set.inputs, set.expected);
      return;
    }
    set.visible = set.expected.terms;
    if (arithmetic_.rounds_output() && operation_.adds_up_all()) count_shown(operation_, arithmetic_, set);
  }

  static std::vector<Operands<double>> inputs_of(const std::vector<DataSet>& sets) {
    std::vector<Operands<double>> inputs;
    for (const DataSet& s : sets) inputs.push_back(s.inputs);
    return inputs;
  }

  template <class Change>
  static Operands<double> changed(Operands<double> inputs, Change change) {
    for (std::vector<double>& v : inputs)
      for (double& e : v) e = change(e);
    return inputs;
  }

  /// Whether data of the family may exceed the budget. The other families are within it wherever they apply.
  bool may_exceed_budget(const DataFamily& f) const {
    return !plan_.proved() && !has_small_numbers(f) && (is_wide(f) || f.draw == draw_one_hot);
  }

  /// Whether a projection can judge the results: they are not rounded when they are stored.
  bool is_stored_exactly(const DataFamily& f) const {
    return !arithmetic_.rounds_output() || (f.draw == draw_small && most_to_be_stored(operation_, arithmetic_) >= 1);
  }

  /// Draws data that may exceed the budget again. For a projection no number is zero, so that the loss of any term
  /// shows.
  void leave_to_projection_or_sample(DataSet& set, const DataFamily& f) const {
    const auto exceeds = [&](std::size_t whole) {
      return largest_sum_alone(operation_, set.inputs, whole) > std::ldexp(1.0, plan_.bits);
    };
    for (ExactPlan plan = plan_; may_exceed_budget(f) && exceeds(0) && exceeds(1);) {
      plan = thinned(plan);
      set.inputs = draw(f, plan).inputs;
    }
    set.is_projected = is_stored_exactly(f);
    set.shows_all = set.is_projected && is_wide(f);
    if (set.is_projected) return;
    set.expected = expect(operation_, arithmetic_, set.inputs, options_.sample, seed_);
    set.sampled = !set.expected.places.empty();
    set.visible = shown_terms_of_sample(operation_, arithmetic_, set.inputs, set.expected, options_.sample, seed_);
  }

  /// Draws data that exceeds the budget again, and counts the nonzero terms.
  void count_visible(std::vector<DataSet>& sets, const std::vector<const DataFamily*>& used) const {
    const double budget = std::ldexp(1.0, plan_.bits);
    for (std::size_t n = 0; n < sets.size(); ++n) {
      if (!may_exceed_budget(*used[n])) continue;
      for (ExactPlan plan = plan_;; plan = thinned(plan), sets[n] = draw(*used[n], plan)) {
        const auto results =
            run_exactly(operation_, {changed(sets[n].inputs, [](double v) { return std::fabs(v); }),
                                     changed(sets[n].inputs, [](double v) { return v == 0 ? 0.0 : 1.0; })});
        if (std::any_of(results[0].begin(), results[0].end(), [&](double m) { return m > budget; })) continue;
        if (is_wide(*used[n])) sets[n].visible.assign(results[1].begin(), results[1].end());
        break;
      }
    }
  }

  const Operation& operation_;
  const Arithmetic& arithmetic_;
  const ExactPlan plan_;
  const std::uint64_t seed_;
  DataOptions options_;
};

}  // namespace

std::vector<std::string> families_of_case(const Operation& operation, const Arithmetic& arithmetic, std::uint64_t seed,
                                          const DataOptions& options) {
  std::vector<std::string> names;
  for (const DataFamily* f :
       families_for(operation, arithmetic, plan_exact(operation, arithmetic), seed, options.specials))
    names.push_back(f->name);
  return names;
}

bool is_projectable(const Operation& operation, const Arithmetic& arithmetic) {
  return operation.pass().projection != nullptr && !has_few_bits(arithmetic) &&
         plan_exact(operation, arithmetic).zero_share == 0;
}

bool is_of(const DataFamily& family, const Operation& operation) {
  const std::vector<const DataFamily*> all = families_of(operation);
  return std::ranges::find(all, &family) != all.end();
}

const std::vector<const DataFamily*>& data_families() {
  static const std::vector<const DataFamily*> all = [] {
    std::vector<const DataFamily*> families;
    for (const DataFamily& f : before_the_layers) families.push_back(&f);
    for (const Layer* layer : layers())
      for (const DataFamily& f : own_families(*layer)) families.push_back(&f);
    for (const DataFamily& f : after_the_layers) families.push_back(&f);
    return families;
  }();
  return all;
}

const DataFamily* find_data_family(std::string_view name) {
  const auto& all = data_families();
  const auto found = std::ranges::find_if(all, [&](const DataFamily* f) {
    return f->name == name || (f->sets != nullptr && name.starts_with(std::string(f->name) + ":"));
  });
  return found == all.end() ? nullptr : *found;
}

void leave_open(const Operation& operation, DataSet& set) {
  if (const DataOfLayer* const own = layer_of(operation.op).data; own != nullptr && own->leave_open != nullptr)
    own->leave_open(operation, set);
}

void compute_expected(const Operation& operation, const Arithmetic& arithmetic, DataSet& set) {
  const std::vector<double> results = run_exactly(operation, {set.inputs}).front();
  set.expected.values.assign(results.begin(), results.end());
  set.is_projected = false;
  if (!arithmetic.rounds_output()) return;
  round_expected(arithmetic, set);
  count_shown(operation, arithmetic, set);  // a sum may be too large to be stored exactly
}

namespace {

/// Whether no sum of these inputs rounds in any order, and no result when it is stored.
bool is_exact_in_any_order(const Operation& operation, const Arithmetic& a, const Operands<double>& inputs) {
  const auto are_finite = [](const std::vector<double>& v) {
    return std::ranges::all_of(v, [](double e) { return std::isfinite(e); });
  };
  if (operation.pass().projection == nullptr || a.rounds_output() || a.rounds_factors() || a.rounds_summands() ||
      a.flushes || !std::ranges::all_of(inputs, are_finite))
    return false;
  const double most = exact_up_to(operation, a, inputs);
  return largest_sum_alone(operation, inputs, 0) <= most || largest_sum_alone(operation, inputs, 1) <= most;
}

}  // namespace

DataSet given_data(const Operation& operation, const Arithmetic& arithmetic, Operands<double> inputs,
                   const DataOptions& options) {
  DataSet set{"given", "the given data", std::move(inputs), {}, {}};
  if (options.projects && is_exact_in_any_order(operation, arithmetic, set.inputs)) {
    set.is_projected = true;
    return set;
  }
  set.expected = expect(operation, arithmetic, set.inputs, options.sample);
  set.sampled = !set.expected.places.empty();
  set.visible = set.expected.terms;
  if (options.specials) return set;
  leave_open(operation, set);
  const ConventionSet flushing = ConventionSet::named("ftz", "");
  set.may_flush = disputes_subnormals(arithmetic) && !relevant_to(operation, arithmetic, set.inputs, flushing).empty();
  return set;
}

namespace {

/// The set with the name FAMILY:N.
DataSet nth_set(const Operation& operation, const Arithmetic& arithmetic, const ExactPlan& plan, std::uint64_t seed,
                const DataFamily& family, const std::string& name) {
  const std::string_view number = std::string_view(name).substr(std::string_view(family.name).size() + 1);
  const Idx sets = family.sets(operation);
  Idx n = -1;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), n);
  if (error != std::errc() || end != number.data() + number.size() || n < 0 || n >= sets)
    throw UsageError("--data", "", std::string(family.name) + ":0 to " + family.name + ":" + std::to_string(sets - 1),
                     in_quotes(name));
  return ExactMaker(operation, arithmetic, plan, seed).nth(family, n);
}

}  // namespace

std::vector<DataSet> make_data(const Operation& operation, const Arithmetic& arithmetic, std::uint64_t seed,
                               const std::string& data, const DataOptions& options) {
  const ExactPlan plan = plan_exact(operation, arithmetic);
  std::vector<const DataFamily*> used;
  if (data.empty()) {
    used = families_for(operation, arithmetic, plan, seed, options.specials);
  } else if (is_literal(data)) {
    return {given_data(operation, arithmetic, parse_literal(operation, arithmetic.dtype, data), options)};
  } else {
    const DataFamily* const family = find_data_family(data);
    std::vector<std::string> names;
    for (const DataFamily* f : data_families()) names.push_back(f->name);
    if (family == nullptr) throw UsageError("--data", "", one_of(names, data), in_quotes(data));
    if (!is_of(*family, operation) || !family->applies(operation, arithmetic, plan))
      throw UsageError("--data", "", std::string("a family that applies to this ") + name_of(operation.op),
                       in_quotes(data));
    if (data != family->name) return {nth_set(operation, arithmetic, plan, seed, *family, data)};
    used = {family};
  }

  const bool is_rounded = used.back() == &rounded_family;
  if (is_rounded) used.pop_back();
  std::vector<DataSet> sets = ExactMaker(operation, arithmetic, plan, seed, options).make(used);
  if (!options.specials)
    for (DataSet& set : sets)
      if (std::ranges::any_of(used, [&](const DataFamily* f) { return f->is_left_open && f->name == set.family; }))
        leave_open(operation, set);
  if (!is_rounded) return sets;

  DataSet& set = sets.emplace_back();
  set.family = rounded_family.name, set.description = rounded_family.describe(operation);
  set.inputs = drawn(rounded_family, operation, arithmetic, plan, seed);
  leave_out_options(operation, seed, set.inputs);
  set.expected = expect(operation, arithmetic, set.inputs, options.sample, seed);
  set.sampled = !set.expected.places.empty();
  return sets;
}

}  // namespace cnnspec::checks
