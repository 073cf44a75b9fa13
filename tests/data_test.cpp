// Data families: each is drawn where it applies, has its promised properties, fits its storage type and its budget, and
// has exact expected values. A run with the default options uses all of them.
#include "checks/data/data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "checks/generate/configurations.hpp"
#include "checks/judge/judge.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/operation.hpp"
#include "tests/seed.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::infinity, tests::operation;

const std::set<std::string> inexact_families{"rounded"}, special_families{"infinities", "nan"};

/// A random combination of problem, storage type and claim.
struct Drawn {
  Operation operation;
  Arithmetic arithmetic;
  std::uint64_t seed;
};

void for_each_drawn(int count, const std::function<void(const Drawn&)>& visit) {
  std::vector<Arithmetic> all;
  for (const Profile& p : profiles())
    for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16})
      if (p.applies(dtype)) all.push_back(p.arithmetic(dtype));
  std::vector<Op> ops;  // operations that divide are exact only for some divisors
  for (const Op op : all_ops())
    if (formulations_of(op).empty()) ops.push_back(op);
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(count); ++n) {
    const auto number = static_cast<std::size_t>(n);
    const Op op = ops[number % ops.size()];
    visit(
        {operation_of(op, draw_problem(choices, layer_id(op))), all[number / ops.size() % all.size()], choices.seed()});
  }
}

/// All families except those of eight-bit types, which are tested separately.
std::vector<DataFamily> usual_families() {
  std::vector<DataFamily> all;
  for (const DataFamily* f : data_families())
    if (std::string(f->name) != "saturating" && std::string(f->name) != "alternating") all.push_back(*f);
  return all;
}

bool applies(const DataFamily& f, const Drawn& d) {
  return is_of(*find_data_family(f.name), d.operation) &&
         f.applies(d.operation, d.arithmetic, plan_exact(d.operation, d.arithmetic));
}
DataSet make(const DataFamily& f, const Drawn& d, const DataOptions& options = {}) {
  return make_data(d.operation, d.arithmetic, d.seed, f.name, options).at(0);
}

/// `visit(drawn, data set)` for each family.
void for_each_set(int count, const std::function<void(const Drawn&, const DataFamily&, const DataSet&)>& visit) {
  for_each_drawn(count, [&](const Drawn& d) {
    for (const DataFamily& f : usual_families())
      if (applies(f, d)) visit(d, f, make(f, d));
  });
}

std::string text_of(const Drawn& d, const DataFamily& f) {
  return std::string(f.name) + " " + name_of(d.arithmetic.dtype) + " " + name_of(d.operation.op) + " " +
         to_descriptor(d.operation.problem);
}

TEST(DataFamilies, have_names_of_their_own_and_words) {
  std::set<std::string> names;
  for (const DataFamily& f : usual_families()) {
    EXPECT_TRUE(names.insert(f.name).second) << f.name;
    ASSERT_NE(find_data_family(f.name), nullptr);
    EXPECT_STREQ(find_data_family(f.name)->name, f.name);
    EXPECT_FALSE(f.describe(operation(Op::conv2d_forward, "mb1ic1ih3oc1kh2")).empty());
  }
  EXPECT_EQ(find_data_family("nonsense"), nullptr);
}

TEST(DataFamilies, apply_somewhere_in_every_storage_type) {
  std::map<DType, std::set<std::string>> applied;
  for_each_drawn(480, [&](const Drawn& d) {
    for (const DataFamily& f : usual_families())
      if (applies(f, d)) applied[d.arithmetic.dtype].insert(f.name);
  });
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16})
    for (const DataFamily& f : usual_families())
      EXPECT_EQ(applied[dtype].count(f.name), 1u) << f.name << name_of(dtype);
}

TEST(DataFamilies, consist_of_numbers_that_the_storage_type_holds) {
  for_each_set(240, [](const Drawn& d, const DataFamily& f, const DataSet& data) {
    ASSERT_EQ(data.inputs.size(), d.operation.inputs.size());
    for (std::size_t i = 0; i < data.inputs.size(); ++i) {
      const bool is_left_out = data.inputs[i].empty() && d.operation.takes_bias() && i == 2;
      ASSERT_TRUE(is_left_out || static_cast<Idx>(data.inputs[i].size()) == d.operation.inputs[i].count());
      for (const double v : data.inputs[i])
        ASSERT_TRUE(std::isnan(v) || rounded_to(d.arithmetic.dtype, v) == v) << text_of(d, f) << ": " << v;
    }
    ASSERT_EQ(static_cast<Idx>(data.expected.values.size()), d.operation.output_count());
  });
}

TEST(DataFamilies, but_the_rounded_one_are_proved_exact_for_every_claim) {
  for_each_set(360, [](const Drawn& d, const DataFamily& f, const DataSet& data) {
    if (inexact_families.count(f.name) > 0) return;
    // If small integers are requested by name and their sums are too long, they are judged by the bound.
    const bool has_bounds = std::ranges::any_of(data.expected.bounds, [](double b) { return !(b == 0); });
    if (std::string(f.name) == "exact-small" && has_bounds) return;
    const Expectation proved = expect(d.operation, d.arithmetic, data.inputs);
    for (std::size_t n = 0; n < proved.values.size(); ++n) {
      ASSERT_EQ(proved.bound(n), 0) << text_of(d, f);
      const bool both_nan = std::isnan(proved.values[n]) && std::isnan(data.expected.values[n]);
      ASSERT_TRUE(both_nan || proved.values[n] == data.expected.values[n]) << text_of(d, f);
      ASSERT_TRUE(std::string(f.name) == "minus-infinity" || data.expected.bound(n) == 0) << text_of(d, f);
    }
  });
}

TEST(DataFamilies, never_overflow_in_any_order) {
  for_each_set(240, [](const Drawn& d, const DataFamily& f, const DataSet& data) {
    if (special_families.count(f.name) > 0 || std::string(f.name) == "minus-infinity") return;
    Operands<double> magnitudes = data.inputs;
    for (auto& v : magnitudes)
      for (double& e : v) e = std::fabs(e);
    if (d.operation.op == Op::max_pool2d_backward) magnitudes[0] = data.inputs[0];
    const double largest = std::min(d.arithmetic.accumulator.largest(), d.arithmetic.storage.largest());
    for (const double m : run_spec(d.operation, magnitudes)) ASSERT_LE(m, largest) << text_of(d, f);
  });
}

TEST(DataFamilies, depend_on_the_seed_alone) {
  const Drawn d{operation(Op::conv2d_forward, "mb2ic4ih6oc3kh3"), ieee(DType::f32), 5};
  Drawn other = d;
  other.seed = 6;
  for (const DataFamily& f : usual_families()) {
    if (!applies(f, d)) continue;
    const DataSet a = make(f, d), b = make(f, d);
    // All NaNs are equal here.
    for (std::size_t i = 0; i < a.inputs.size(); ++i)
      EXPECT_TRUE(encode(DType::f64, a.inputs[i]) == encode(DType::f64, b.inputs[i])) << f.name;
    const DataSet c = make(f, other);
    EXPECT_TRUE(std::string(f.name) == "ones" || encode(DType::f64, a.inputs[0]) != encode(DType::f64, c.inputs[0]) ||
                encode(DType::f64, a.inputs[1]) != encode(DType::f64, c.inputs[1]))
        << f.name;
  }
}

// ---- The promised properties ----

/// Checks `claim(inputs)` for some seeds of that family.
void for_seeds(const char* family, const Operation& o, const Arithmetic& a,
               const std::function<void(const Operands<double>&)>& claim) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) claim(make_data(o, a, seed, family).at(0).inputs);
}

bool all_of(const std::vector<double>& v, const std::function<bool(double)>& claim) {
  return std::all_of(v.begin(), v.end(), claim);
}
Idx count_of(const std::vector<double>& v, const std::function<bool(double)>& claim) {
  return std::count_if(v.begin(), v.end(), claim);
}

const Operation conv = operation(Op::conv2d_forward, "mb1ic3ih5oc4kh3"),
                pool = operation(Op::max_pool2d_backward, "mb2ic3ih9kh3sh1"),
                products = operation(Op::linear_backward_weight, "mb1ic9oc9"), relu = operation(Op::relu_forward, "50");

TEST(DataFamily, ones_are_ones) {
  for_seeds("ones", conv, ieee(DType::f32), [](const auto& inputs) {
    for (const auto& v : inputs) EXPECT_TRUE(all_of(v, [](double e) { return e == 1; }));
  });
}

TEST(DataFamily, one_hot_leaves_one_element_in_an_operand_or_in_both) {
  std::set<std::pair<bool, bool>> seen;
  for_seeds("one-hot", conv, ieee(DType::f32), [&](const auto& inputs) {
    const auto is_hot = [&](std::size_t i) { return count_of(inputs[i], [](double e) { return e != 0; }) == 1; };
    EXPECT_TRUE(is_hot(0) || is_hot(1));
    EXPECT_TRUE(inputs[2].empty() || is_hot(2));
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(is_hot(i) || all_of(inputs[i], [](double e) { return e != 0; }));
    seen.emplace(is_hot(0), is_hot(1));
  });
  EXPECT_EQ(seen.size(), 3u);
}

TEST(DataFamily, signed_zeros_are_of_both_signs) {
  for_seeds("signed-zeros", conv, ieee(DType::f32), [](const auto& inputs) {
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_GT(count_of(inputs[i], [](double e) { return e == 0 && std::signbit(e); }), 0);
      EXPECT_GT(count_of(inputs[i], [](double e) { return e == 0 && !std::signbit(e); }), 0);
      EXPECT_TRUE(all_of(inputs[i], [](double e) { return std::fabs(e) <= 1; }));
    }
  });
}

TEST(DataFamily, subnormals_are_subnormal_and_so_are_most_of_their_results) {
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
    const Format format = format_of(dtype);
    const double normal = std::ldexp(format.smallest(), format.digits - 1);
    Idx subnormal_results = 0, results = 0;
    for (const Operation& o : {relu, products})
      for_seeds("subnormals", o, ieee(dtype), [&](const auto& inputs) {
        for (const double e : inputs[0]) {
          EXPECT_LT(std::fabs(e), normal) << name_of(dtype);
          EXPECT_NE(e, 0);
          EXPECT_EQ(std::fmod(e, format.smallest()), 0);
        }
        for (const double y : run_spec(o, inputs)) ++results, subnormal_results += y != 0 && std::fabs(y) < normal;
      });
    EXPECT_GT(3 * subnormal_results, results) << name_of(dtype);
  }
}

TEST(DataFamily, subnormals_are_not_for_kernels_that_round_their_factors) {
  const DataFamily& f = *find_data_family("subnormals");
  for (const char* profile : {"tf32", "bf16"}) {
    const Arithmetic a = find_profile(profile)->arithmetic(DType::f32);
    EXPECT_FALSE(f.applies(conv, a, plan_exact(conv, a))) << profile;
    EXPECT_TRUE(f.applies(pool, a, plan_exact(pool, a))) << "nothing is multiplied";
  }
}

TEST(DataFamily, near_overflow_comes_near) {
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
    double largest = 0;
    for_seeds("near-overflow", products, ieee(dtype), [&](const auto& inputs) {
      for (const double y : run_spec(products, inputs)) largest = std::max(largest, std::fabs(y));
    });
    EXPECT_GT(largest, format_of(dtype).largest() / 64) << name_of(dtype);
  }
}

TEST(DataFamily, ties_tie_for_the_maximum_in_most_windows) {
  const cnnspec_pool2d& p = pool.problem.as<cnnspec_pool2d>();
  Idx windows = 0, tied = 0;
  for_seeds("ties", pool, ieee(DType::f32), [&](const auto& inputs) {
    const Idx planes = p.batch * p.channels;
    for (Idx plane = 0; plane < planes; ++plane)
      for (Idx i = 0; i + 3 <= p.in_height; ++i)
        for (Idx j = 0; j + 3 <= p.in_width; ++j) {
          std::vector<double> window;
          for (Idx k = 0; k < 9; ++k)
            window.push_back(
                inputs[0][static_cast<std::size_t>((plane * p.in_height + i + k / 3) * p.in_width + j + k % 3)]);
          ++windows;
          tied += std::count(window.begin(), window.end(), *std::max_element(window.begin(), window.end())) > 1;
        }
  });
  EXPECT_GT(2 * tied, windows);
}

TEST(DataFamily, constant_is_constant_and_all_negative_is_negative) {
  for_seeds("constant", pool, ieee(DType::f32), [](const auto& inputs) {
    EXPECT_TRUE(all_of(inputs[0], [&](double e) { return e == inputs[0][0] && e < 0; }));
    EXPECT_TRUE(all_of(inputs[1], [](double e) { return e != 0; })) << "dy is not";
  });
  for_seeds("all-negative", pool, ieee(DType::f32),
            [](const auto& inputs) { EXPECT_TRUE(all_of(inputs[0], [](double e) { return e < 0; })); });
}

TEST(DataFamily, minus_infinity_has_windows_of_nothing_else) {
  const Operation forward = operation(Op::max_pool2d_forward, "mb2ic3ih9kh3sh1");
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto make_with = [&](bool specials) {
      return make_data(forward, ieee(DType::f32), seed, "minus-infinity", {.specials = specials}).at(0);
    };
    const DataSet usual = make_with(false), asked_for = make_with(true);
    Idx infinite = 0;
    for (std::size_t n = 0; n < usual.expected.values.size(); ++n) {
      const bool is_infinite = usual.expected.values[n] == -infinity;
      infinite += is_infinite;
      EXPECT_EQ(std::isnan(usual.expected.bound(n)), is_infinite) << "judged only where asked for";
      EXPECT_EQ(asked_for.expected.bound(n), 0);
    }
    EXPECT_GT(infinite, 0);
  }
}

TEST(DataFamily, infinities_and_nan_are_some_of_the_elements) {
  Idx nans = 0, infinite = 0;
  for_seeds("infinities", conv, ieee(DType::f32), [&](const auto& inputs) {
    infinite += count_of(inputs[0], [](double e) { return std::isinf(e); });
    EXPECT_GT(count_of(inputs[0], [](double e) { return std::isfinite(e); }), 0);
    for (const auto& v : inputs) EXPECT_EQ(count_of(v, [](double e) { return std::isnan(e); }), 0);
  });
  EXPECT_GT(infinite, 20);
  for_seeds("nan", conv, ieee(DType::f32), [&](const auto& inputs) {
    nans += count_of(inputs[0], [](double e) { return std::isnan(e); });
    for (const auto& v : inputs) EXPECT_EQ(count_of(v, [](double e) { return std::isinf(e); }), 0);
  });
  EXPECT_GT(nans, 20);
}

TEST(DataFamily, rounded_is_of_both_signs_never_zero_and_uses_all_digits) {
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
    Idx odd = 0, all = 0;
    for_seeds("rounded", conv, ieee(dtype), [&](const auto& inputs) {
      for (const auto& v : inputs)
        for (const double e : v) {
          EXPECT_GE(std::fabs(e), 0x1p-12);
          EXPECT_LT(std::fabs(e), 0x1p12);
          int exponent = 0;
          const double significand = std::ldexp(std::frexp(e, &exponent), format_of(dtype).digits);
          odd += std::fmod(significand, 2) != 0, ++all;
        }
      EXPECT_GT(count_of(inputs[0], [](double e) { return e < 0; }), 10);
      EXPECT_GT(count_of(inputs[0], [](double e) { return e > 0; }), 10);
    });
    EXPECT_GT(3 * odd, all) << name_of(dtype);
  }
}

// ---- The data of a case ----

/// The number of cases that use each family in a run. Large cases have only one family, and are not counted.
std::map<std::string, int> families_used(const DataOptions& data) {
  JudgeOptions options;
  options.operations = {
      {Op::linear_forward, DType::f32}, {Op::linear_forward, DType::bf16}, {Op::max_pool2d_backward, DType::f32}};
  const CaseList cases(options);
  std::map<std::string, int> used;
  for (Idx n = 0; n < cases.size(); ++n) {
    const Case c = cases.at(n);
    if (!c.data.empty()) continue;
    const Arithmetic arithmetic = arithmetic_for(c.dtype, nullptr);
    std::set<std::string> names;
    for (const DataSet& d : make_data(operation_of(c.op, c.problem), arithmetic, c.seed, "", data))
      names.insert(d.family.substr(0, d.family.find(':')));  // NAME:0, NAME:1, ... count as one
    for (const std::string& name : names) ++used[name];
  }
  return used;
}

TEST(Data, of_a_run_is_of_every_family_that_was_not_to_be_asked_for) {
  const auto used = families_used({});
  for (const DataFamily& f : usual_families()) {
    const int times = used.count(f.name) > 0 ? used.at(f.name) : 0;
    const bool always = f.use == DataFamily::Use::always, on_request = f.use == DataFamily::Use::on_request;
    // At least one of the three operations has the families that are always used.
    EXPECT_GE(times, always ? 450 : on_request ? 0 : 20) << f.name;
    EXPECT_LE(times, on_request ? 0 : 1500) << f.name;
  }
}

TEST(Data, with_specials_is_made_where_sums_are_too_long_for_a_plan) {
  // 768 terms of bfloat16, whose sums are exact up to 256.
  const Operation o = operation_of(Op::conv2d_backward_bias, parse_descriptor(LayerId::conv2d, "mb3ic1ih16oc2kh1"));
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    EXPECT_GE(make_data(o, ieee(DType::bf16), seed, "", {.specials = true}).size(), 5);
}

TEST(Data, with_specials_is_of_every_family) {
  const auto used = families_used({.specials = true});
  EXPECT_EQ(used.size(), usual_families().size());
  EXPECT_EQ(used.at("nan"), used.at("rounded"));
}

TEST(Data, of_a_case_is_two_exact_families_one_in_turn_and_rounded) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto sets = make_data(conv, ieee(DType::f32), seed, "");
    ASSERT_EQ(sets.size(), 4u);
    EXPECT_EQ(sets[0].family, "exact-first-wide");
    EXPECT_EQ(sets[1].family, "exact-second-wide");
    EXPECT_EQ(sets[3].family, "rounded");
  }
}

TEST(Data, of_one_family_is_that_which_all_have) {
  for (const DataSet& d : make_data(conv, ieee(DType::f32), 3, "", {.specials = true})) {
    const auto alone = make_data(conv, ieee(DType::f32), 3, d.family);
    ASSERT_EQ(alone.size(), 1u);
    for (std::size_t i = 0; i < d.inputs.size(); ++i)
      EXPECT_EQ(encode(DType::f64, alone[0].inputs[i]), encode(DType::f64, d.inputs[i])) << d.family;
  }
}

TEST(Data, that_is_given_is_taken_as_it_is) {
  const Operation o = operation(Op::linear_forward, "mb1ic2oc1");
  const auto sets = make_data(o, ieee(DType::f32), 1, "x[0]=3 x[1]=4 w[0]=5");
  ASSERT_EQ(sets.size(), 1u);
  EXPECT_EQ(sets[0].inputs, (Operands<double>{{3, 4}, {5, 0}, {}}));
  EXPECT_EQ(sets[0].expected.values[0], 15);
  EXPECT_EQ(sets[0].expected.bound(0), 0);
}

TEST(Data, that_there_is_not_is_refused) {
  EXPECT_THROW(make_data(conv, ieee(DType::f32), 1, "onehot"), UsageError);
  EXPECT_THROW(make_data(conv, ieee(DType::f32), 1, "ties"), UsageError) << "of pooling";
  EXPECT_THROW(make_data(conv, ieee(DType::f32), 1, "q[0]=1"), UsageError);
}

}  // namespace
}  // namespace cnnspec::checks
