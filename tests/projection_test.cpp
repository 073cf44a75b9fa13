// The projection: right outputs pass, and each kind of wrong output is noticed; and so is a wrong projection.
#include "checks/expect/projection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/data/data.hpp"
#include "checks/generate/configurations.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

// ---- Numbers modulo the prime ----

TEST(Modulo, adds_and_multiplies_like_integers) {
  constexpr Int128 p = Modulo::prime;
  Stream stream(test_seed());
  for (int n = 0; n < 1000; ++n) {
    const auto a = static_cast<Int128>(stream.bits() >> 3), b = static_cast<Int128>(stream.bits() >> 3);
    const Modulo x(a), y(b);
    EXPECT_EQ((x + y).value, static_cast<std::uint64_t>((a + b) % p));
    EXPECT_EQ((x * y).value, static_cast<std::uint64_t>(a % p * (b % p) % p));
    EXPECT_EQ((Modulo(-a) + x).value, 0u);
    EXPECT_EQ(Modulo(a * b).value, static_cast<std::uint64_t>(a * b % p));
    EXPECT_EQ((Modulo(-a * b) + x * y).value, 0u);
  }
}

TEST(Modulo, is_below_the_prime_at_every_border) {
  constexpr Int128 p = Modulo::prime, most = ~(Int128{1} << 127);
  for (const Int128 v : {Int128{0}, Int128{1}, p - 1, p, p + 1, 2 * p - 1, 2 * p, 2 * p + 1, p * p, p * p - 1,
                         Int128{1} << 61, Int128{1} << 122, most, most - 1}) {
    EXPECT_EQ(Modulo(v).value, static_cast<std::uint64_t>(v % p));
    EXPECT_EQ(Modulo(-v).value, static_cast<std::uint64_t>((p - v % p) % p));
  }
}

// ---- Outputs ----

/// The operations that have a projection.
std::vector<Op> projected_operations() {
  std::vector<Op> ops;
  for (const Op op : all_ops())
    if (pass_of(op).projection != nullptr) ops.push_back(op);
  return ops;
}

/// A set of exact data with the right output.
struct Exact {
  Operation operation;
  Arithmetic arithmetic;
  DataSet set;
  std::vector<double> output;

  bool passes(const std::vector<double>& actual, Weights weights = Weights::unpredictable()) const {
    const auto bytes = encode(operation.outputs.front(), arithmetic.dtype, actual);
    return is_projection_right(operation, arithmetic, set.inputs, bytes, weights);
  }
  bool passes(const Projected& projected) const {
    const auto bytes = encode(operation.outputs.front(), arithmetic.dtype, output);
    return is_projection_right(operation, arithmetic, set.inputs, bytes, projected);
  }
};

/// The exact data of a problem, each family in turn.
std::vector<Exact> exact_data(Op op, const Problem& problem, DType dtype, std::uint64_t seed) {
  const Operation operation = operation_of(op, problem);
  const Arithmetic arithmetic = arithmetic_for(dtype, nullptr);
  std::vector<Exact> all;
  for (DataSet& set : make_data(operation, arithmetic, seed, "", {.projects = true})) {
    if (!set.is_projected) continue;
    DataSet computed = set;
    compute_expected(operation, arithmetic, computed);
    all.push_back({operation, arithmetic, set, {computed.expected.values.begin(), computed.expected.values.end()}});
  }
  return all;
}

/// Calls `look` with exact data of random problems of every operation with a projection.
template <class Look>
void for_each_drawn(int problems, Look look) {
  RandomChoices choices(test_seed());
  for (const Op op : projected_operations())
    for (int n = 0; n < problems; ++n)
      for (const DType dtype : {DType::f32, DType::f64}) {
        const Problem problem = draw_problem(choices, layer_id(op), {});
        SCOPED_TRACE(std::string(name_of(op)) + " " + to_descriptor(problem));
        for (const Exact& e : exact_data(op, problem, dtype, choices.seed() + static_cast<std::uint64_t>(n)))
          look(e, choices);
      }
}

TEST(Projection, is_of_every_operation_with_products) {
  for (const Op op : all_ops())
    EXPECT_EQ(pass_of(op).projection != nullptr, pass_of(op).arithmetics == Arithmetics::products) << name_of(op);
}

TEST(Projection, accepts_every_right_output) {
  Idx seen = 0;
  for_each_drawn(scaled(40), [&](const Exact& e, Choices&) {
    EXPECT_TRUE(e.passes(e.output)) << e.set.family;
    ++seen;
  });
  EXPECT_GE(seen, std::ssize(projected_operations()) * 2 * scaled(40) * 2) << "wide families, two types";
}

TEST(Projection, accepts_zeros_of_both_signs) {
  for_each_drawn(5, [&](const Exact& e, Choices&) {
    std::vector<double> negative = e.output;
    for (double& v : negative)
      if (v == 0) v = -0.0;
    EXPECT_TRUE(e.passes(negative));
  });
}

TEST(Projection, rejects_one_wrong_element) {
  const double unit_of[]{1, -1, 2, 4096};
  for_each_drawn(scaled(20), [&](const Exact& e, Choices& choices) {
    if (!e.set.shows_all) return;  // of other families, the unit may not be 1
    std::vector<double> wrong = e.output;
    const auto n = static_cast<std::size_t>(choices.pick(0, std::ssize(wrong) - 1));
    wrong[n] += unit_of[choices.pick(0, 3)];
    EXPECT_FALSE(e.passes(wrong)) << n;
  });
}

TEST(Projection, rejects_what_is_no_integer_within_the_budget) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for_each_drawn(5, [&](const Exact& e, Choices&) {
    if (!e.set.shows_all) return;
    const double too_large = std::ldexp(1.0, e.arithmetic.accumulator.digits + 1);
    for (const double v : {0.5, std::nan(""), infinity, -infinity, too_large}) {
      std::vector<double> wrong = e.output;
      wrong[0] = v;
      EXPECT_FALSE(e.passes(wrong)) << v;
    }
  });
}

/// 2^61 is 1 modulo p: it must not pass in place of an output that is 1.
TEST(Projection, rejects_a_mistake_of_the_prime) {
  for (const Op op : projected_operations()) {
    const char* const one_element = layer_id(op) == LayerId::linear ? "mb1ic1oc1" : "mb1ic1ih1oc1kh1";
    const Operation operation = operation_of(op, parse_descriptor(layer_id(op), one_element));
    for (const DType dtype : {DType::f32, DType::f64}) {
      Exact e{operation, arithmetic_for(dtype, nullptr), {}, {}};
      e.set.inputs = {{1}, {1}};
      if (operation.takes_bias()) e.set.inputs.push_back({});
      EXPECT_TRUE(e.passes(std::vector{1.0})) << name_of(op);
      EXPECT_FALSE(e.passes(std::vector{0x1p61})) << name_of(op);
    }
  }
}

/// Mistakes that cancel if all weights of an axis are the same.
TEST(Projection, rejects_mistakes_that_cancel_along_an_axis) {
  Idx seen = 0;
  for_each_drawn(scaled(20), [&](const Exact& e, Choices&) {
    if (!e.set.shows_all) return;
    const std::vector<Idx>& extents = e.operation.outputs.front().extents;
    for (std::size_t axis = 0; axis < extents.size(); ++axis) {
      if (extents[axis] < 2) continue;
      Idx step = 1;
      for (std::size_t a = axis + 1; a < extents.size(); ++a) step *= extents[a];
      std::vector<double> wrong = e.output;
      wrong[0] += 1, wrong[static_cast<std::size_t>(step)] -= 1;
      EXPECT_FALSE(e.passes(wrong)) << "axis " << axis;
      ++seen;
    }
  });
  EXPECT_GT(seen, 100);
}

TEST(Projection, rejects_elements_that_changed_places) {
  for_each_drawn(scaled(20), [&](const Exact& e, Choices&) {
    std::vector<double> wrong = e.output;
    std::ranges::reverse(wrong);
    EXPECT_EQ(e.passes(wrong), wrong == e.output);
  });
}

/// Results in 16 bits: sums of small numbers are stored exactly. A sum that is not is no reason to reject a right
/// output for good, but the projection does not accept it.
TEST(Projection, in_half_types_accepts_what_is_stored_exactly) {
  RandomChoices choices(test_seed());
  Idx accepted = 0;
  for (const Op op : projected_operations())
    for (const DType dtype : {DType::f16, DType::bf16})
      for (int n = 0; n < scaled(20); ++n) {
        const Operation operation = operation_of(op, draw_problem(choices, layer_id(op), {}));
        const Arithmetic arithmetic = arithmetic_for(dtype, nullptr);
        DataSet set =
            make_data(operation, arithmetic, choices.seed(), "exact-small", {.sample = 2, .projects = true}).front();
        if (!set.is_projected) continue;  // too many terms
        DataSet computed = set;
        compute_expected(operation, arithmetic, computed);
        const std::vector<long double>& values = computed.expected.values;
        Exact e{operation, arithmetic, set, {values.begin(), values.end()}};
        const std::vector<double> sums = run_exactly(operation, {set.inputs}).front();
        EXPECT_EQ(e.passes(e.output), sums == e.output) << to_descriptor(operation.problem);
        accepted += sums == e.output;
        e.output.back() += e.output.back() > 0 ? -1 : 1;
        EXPECT_FALSE(e.passes(e.output)) << to_descriptor(operation.problem);
      }
  EXPECT_GT(accepted, scaled(100));
}

// ---- Wrong projections ----

/// Changes a projection. Returns false if there is nothing to change.
struct WrongProjection {
  const char* name;
  bool (*change)(Projected&);
};
bool drop_row_weights(Fold& f) {
  if (f.row_weights.empty()) return false;
  f.row_weights.clear();
  return true;
}
bool rotate_weights(Fold& f) {
  if (f.column_weights.size() < 2) return false;
  std::rotate(f.column_weights.begin(), f.column_weights.begin() + 1, f.column_weights.end());
  return true;
}
constexpr WrongProjection wrong_projections[]{
    {"the rows of the output have no weights", [](Projected& p) { return drop_row_weights(p.output); }},
    {"the bias is not multiplied by the images' weights",
     [](Projected& p) { return p.inputs.size() > 2 && drop_row_weights(p.inputs[2]); }},
    {"the first input has weights of other columns", [](Projected& p) { return rotate_weights(p.inputs[0]); }},
    {"the second input has weights of other columns", [](Projected& p) { return rotate_weights(p.inputs[1]); }},
    {"the output has weights of other columns", [](Projected& p) { return rotate_weights(p.output); }},
    {"one group's weights are used for all groups",
     [](Projected& p) {
       for (Fold* f : {&p.inputs[0], &p.inputs[1], &p.output})
         if (static_cast<Idx>(f->column_weights.size()) > f->columns) {
           f->column_weights.resize(static_cast<std::size_t>(f->columns));
           return true;
         }
       return false;
     }},
    {"each row has a block of its own",
     [](Projected& p) {
       for (Fold* f : {&p.inputs[0], &p.output})
         if (static_cast<Idx>(f->column_weights.size()) > f->columns && f->pairs_per_block > 1) {
           f->pairs_per_block = 1;
           return true;
         }
       return false;
     }},
};

TEST(Projection, that_is_wrong_rejects_right_outputs) {
  for (const WrongProjection& wrong : wrong_projections) {
    Idx changed = 0, rejected = 0;
    for_each_drawn(20, [&](const Exact& e, Choices&) {
      Weights weights = Weights::unpredictable();
      Projected p = e.operation.pass().projection->project(e.operation.problem, weights);
      if (!wrong.change(p)) return;
      ++changed;
      rejected += !e.passes(p);
    });
    EXPECT_GT(rejected, 0) << wrong.name << ": " << changed << " were changed";
  }
}

/// With weights that are all the same, mistakes cancel: the test above would see it.
TEST(Projection, without_random_weights_is_blind) {
  const Problem problem = parse_descriptor(LayerId::linear, "mb2ic3oc4");
  const Exact e = exact_data(Op::linear_forward, problem, DType::f32, 1).front();
  Weights weights(1);
  Projected p = e.operation.pass().projection->project(problem, weights);
  for (Fold* f : {&p.inputs[0], &p.inputs[1], &p.inputs[2], &p.output}) {
    std::ranges::fill(f->column_weights, Modulo(1));
    std::ranges::fill(f->row_weights, Modulo(f == &p.inputs[2] ? 2 : 1));
  }
  Exact cancels = e;
  cancels.output[0] += 1, cancels.output[1] -= 1;
  EXPECT_TRUE(cancels.passes(p));
  EXPECT_FALSE(cancels.passes(cancels.output));
}

// ---- The budget ----

TEST(Projection, bounds_every_sum_of_magnitudes) {
  for_each_drawn(scaled(30), [&](const Exact& e, Choices&) {
    Operands<double> magnitudes = e.set.inputs;
    for (auto& input : magnitudes)
      for (double& v : input) v = std::fabs(v);
    const std::vector<double> sums = run_exactly(e.operation, {magnitudes}).front();
    for (const std::size_t whole : {0u, 1u})
      EXPECT_GE(largest_sum_alone(e.operation, e.set.inputs, whole), *std::ranges::max_element(sums)) << whole;
  });
}

TEST(Projection, has_data_within_the_budget_where_sums_are_long) {
  for (const auto& [op, descriptor] : {std::pair{Op::conv2d_forward, "ic600ih9oc4kh3ph1"},
                                       {Op::conv2d_backward_input, "ic4ih9oc600kh3ph1"},
                                       {Op::conv2d_backward_kernel, "mb2ic3ih70oc2kh3sh2ph1"},
                                       {Op::linear_forward, "mb3ic5000oc4"},
                                       {Op::linear_backward_input, "mb3ic4oc5000"},
                                       {Op::linear_backward_weight, "mb6000ic3oc2"}}) {
    const Problem problem = parse_descriptor(layer_id(op), descriptor);
    const auto sets = exact_data(op, problem, DType::f32, 5);
    EXPECT_GE(sets.size(), 3u);
    for (const Exact& e : sets) {
      Operands<double> magnitudes = e.set.inputs;
      double largest = 0;
      for (auto& input : magnitudes)
        for (double& v : input) v = std::fabs(v), largest = std::max(largest, v);
      const std::vector<double> sums = run_exactly(e.operation, {magnitudes}).front();
      EXPECT_TRUE(e.passes(e.output)) << name_of(op) << " " << e.set.family;
      if (!e.set.shows_all) continue;
      EXPECT_LE(*std::ranges::max_element(sums), 0x1p24) << name_of(op) << " " << e.set.family;
      EXPECT_GT(largest, 2048) << "there are wide numbers";
    }
  }
}

}  // namespace
}  // namespace cnnspec::tests
