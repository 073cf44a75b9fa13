// The checks of the fuzz targets as properties; and tests of the checks, with mistakes in layers, networks and kernels.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "checks/cases/clauses.hpp"
#include "checks/cases/kernel_case.hpp"
#include "checks/cases/layer_case.hpp"
#include "checks/cases/network_case.hpp"
#include "checks/cases/sizes.hpp"
#include "checks/generate/invalid.hpp"
#include "checks/generate/rapidcheck.hpp"
#include "checks/laws/work.hpp"
#include "checks/layers/conv2d/functions.hpp"
#include "checks/layers/flatten/functions.hpp"
#include "checks/layers/linear/functions.hpp"
#include "checks/layers/max_pool2d/functions.hpp"
#include "checks/layers/problems.hpp"
#include "checks/layers/relu/functions.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {

inline void showValue(const LayerCase& c, std::ostream& out) { out << ::testing::PrintToString(encode_case(c)); }
inline void showValue(const NetworkCase& c, std::ostream& out) { out << ::testing::PrintToString(encode_case(c)); }
inline void showValue(const KernelCase& c, std::ostream& out) { out << ::testing::PrintToString(encode_case(c)); }

}  // namespace cnnspec::checks

namespace cnnspec::tests {

using namespace checks;

// ---- Properties --------------------------------------------------------------------------------------------------

template <class Case>
void holds(const Case& c) {
  const CaseOutcome outcome = check_case(c);
  if (!outcome.holds()) RC_FAIL(outcome.failure);
}

RC_GTEST_PROP(Cases, a_layer_obeys_its_laws_or_is_refused, ()) { holds(*drawn(draw_case_of<LayerCase>)); }
RC_GTEST_PROP(Cases, a_network_is_the_composition_of_its_layers_or_is_refused, ()) {
  holds(*drawn(draw_case_of<NetworkCase>));
}
RC_GTEST_PROP(Cases, a_kernel_agrees_with_the_specification, ()) { holds(*drawn(draw_case_of<KernelCase>)); }

template <class Case>
void round_trips(const Case& c) {
  const Bytes bytes = encode_case(c);
  RC_ASSERT(encode_case(decode_case<Case>(bytes)) == bytes);
}
RC_GTEST_PROP(Cases, what_is_encoded_is_decoded_to_the_same, ()) {
  round_trips(*drawn(draw_case_of<LayerCase>));
  round_trips(*drawn(draw_case_of<NetworkCase>));
  round_trips(*drawn(draw_case_of<KernelCase>));
}

RC_GTEST_PROP(Fields, any_bytes_are_a_case, (const std::vector<std::uint8_t>& bytes)) {
  const Bytes again = encode_case(decode_case<LayerCase>(bytes));
  RC_ASSERT(encode_case(decode_case<LayerCase>(again)) == again);
}

TEST(Fields, numbers_take_as_many_bytes_as_their_range_needs) {
  FieldsToBytes out;
  Idx small = 7, medium = 300, large = -1;
  out.number(small, 5, 260), out.number(medium, 0, 65535), out.any(large);
  EXPECT_EQ(out.bytes(), (Bytes{2, 44, 1, 1}));
}

TEST(Fields, every_number_can_be_any_number) {
  for (const Idx n :
       {Idx{0}, Idx{-2}, Idx{224}, Idx{226}, Idx{12345}, Idx{-12345}, dyn, std::numeric_limits<Idx>::max()}) {
    Idx given = n, read = 0;
    FieldsToBytes out;
    out.any(given);
    FieldsFromBytes in(out.bytes());
    in.any(read);
    EXPECT_EQ(read, n);
  }
}

RC_GTEST_PROP(Fields, the_ones_in_range_are_told, ()) {
  const LayerCase c = *drawn(draw_case_of<LayerCase>);
  FieldsInRange in_range;
  LayerCase copy = c;
  copy.list_fields(in_range);
  RC_ASSERT(in_range.all());
  copy.data_seed = -1;
  copy.list_fields(in_range);
  RC_ASSERT(!in_range.all());
}

// ---- Clauses -----------------------------------------------------------------------------------------------------

RC_GTEST_PROP(Clauses, the_one_that_was_broken_is_found, ()) {
  const auto clause = static_cast<Clause>(*rc::gen::inRange(1, 7));
  const InvalidCase c = *drawn([clause](Choices& choices) { return draw_invalid(choices, clause); });
  RC_ASSERT(violated_clauses(c.problem).contains(clause));
}
RC_GTEST_PROP(Clauses, none_is_found_in_a_valid_problem, (const cnnspec_conv2d& p, const cnnspec_pool2d& q)) {
  RC_ASSERT(violated_clauses(p).empty());
  RC_ASSERT(violated_clauses(q).empty());
}
TEST(Clauses, output_extents_are_counted_windows) {
  EXPECT_EQ(output_extent(5, 3, {}), 3);
  EXPECT_EQ(output_extent(7, 2, {.stride = 2, .dilation = 3}), 2);
  EXPECT_EQ(output_extent(2, 3, {}), std::nullopt);
  EXPECT_EQ(output_extent(0, 1, {}), std::nullopt);
  EXPECT_EQ(output_extent(std::numeric_limits<Idx>::max(), 1, {}), std::numeric_limits<Idx>::max());
  EXPECT_EQ(output_extent(std::numeric_limits<Idx>::max(), 1, {.before = 1}), std::nullopt);
}
TEST(Clauses, C4_finds_the_window_that_straddles_the_image) {
  cnnspec_pool2d p{1, 1, 1, 5, 1, 5, 2, 1, 1, 1, 2, 1, 1, 0, 1, 0};
  EXPECT_EQ(violated_clauses(p), std::set{Clause::C4});
  p.in_height = 2, p.out_height = 2;
  EXPECT_TRUE(violated_clauses(p).empty());
}

TEST(Clauses, a_pooling_axis_that_is_known_later_violates_none_yet) {
  volatile Idx later = dyn;  // at run time
  const Axis straddling{.before = 1, .after = 1};
  EXPECT_TRUE(check_pool_axis("max_pool2d", "height", later, 2, straddling).ok());
  EXPECT_EQ(pool_out(later, 2, straddling), dyn);
}
TEST(Clauses, an_axis_violates_the_first_one_alone) {
  EXPECT_EQ(clause_of({5, 1, 3, {}}, true), Clause::none);
  EXPECT_EQ(clause_of({0, 1, 3, {}}, true), Clause::C1);
  EXPECT_EQ(clause_of({2, 1, 3, {}}, true), Clause::C2);
  EXPECT_EQ(clause_of({std::numeric_limits<Idx>::max(), 1, 3, {.before = 1}}, true), Clause::C3);
  EXPECT_EQ(clause_of({5, 1, 3, {.before = 2}}, true), Clause::C4);
  EXPECT_EQ(clause_of({5, 1, 3, {.before = 2}}, false), Clause::none);
}

// Most cases from random bytes must be computed, or a fuzzer spends its time on refusals.
template <class Case>
double share_that_is_valid(const std::function<bool(const Case&)>& is_valid) {
  RandomChoices choices(test_seed());
  int valid = 0;
  constexpr int cases = 1000;
  for (int n = 0; n < cases; ++n) {
    Bytes bytes(200);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(choices.pick(0, 255));
    valid += is_valid(decode_case<Case>(bytes));
  }
  return static_cast<double>(valid) / cases;
}
TEST(Cases, most_random_bytes_are_valid_layers_and_some_are_not) {
  const double share = share_that_is_valid<LayerCase>([](const LayerCase& c) { return check(c.problem).ok(); });
  EXPECT_GT(share, 0.5);
  EXPECT_LT(share, 0.9);
}

// ---- Tests of the checks -----------------------------------------------------------------------------------------

/// The number of cases that are found wrong.
template <class Case, class Check>
int rejected(Check check) {
  RandomChoices choices(test_seed());
  int count = 0;
  for (int n = 0; n < 400; ++n) count += check(draw_case_of<Case>(choices)).holds() ? 0 : 1;
  return count;
}
int rejected_layers(const LayerFunctions& f) {
  return rejected<LayerCase>([&](const LayerCase& c) { return check_case(c, f); });
}
int rejected_networks(const NetworkFunctions& f) {
  return rejected<NetworkCase>([&](const NetworkCase& c) { return check_case(c, f); });
}

/// Four taps, but the twins' zero-stuffed images would need half a billion multiply-adds.
TEST(LayerCases, a_problem_that_the_twins_would_make_huge_is_not_computed) {
  const cnnspec_conv2d p{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 150, 150, 149, 149, 149, 149, 150, 150};
  ASSERT_TRUE(check(p).ok());
  EXPECT_LE(taps(p), most_layer_taps);
  EXPECT_GT(work_of(p), 1e8);
  cnnspec_conv2d small = p;
  small.pad_bottom = small.pad_right = 1, small.dilation_height = small.dilation_width = 1;
  small.pad_top = small.pad_left = 1, small.stride_height = small.stride_width = 1;
  ASSERT_TRUE(check(small).ok());
  EXPECT_LE(work_of(small), most_layer_work);
  EXPECT_GT(check_case(LayerCase{LayerId::conv2d, small}).compared, check_case(LayerCase{LayerId::conv2d, p}).compared);
}
TEST(LayerCases, the_specification_passes) { EXPECT_EQ(rejected_layers({}), 0); }
TEST(LayerCases, a_layer_that_reads_the_wrong_cell_is_rejected) {
  auto f = spec_conv2d<Int128>();
  f.forward = [](const auto& x, const auto& w, const auto& g) {
    auto flipped = w;
    for (Idx n = 0; n < w.size(); ++n) flipped[n] = w[w.size() - 1 - n];
    return conv2d(x, flipped, g);
  };
  EXPECT_GT(rejected_layers({LayerId::conv2d, f}), 0);
}
TEST(LayerCases, a_wrong_gradient_is_rejected) {
  auto f = spec_linear<Int128>();
  f.backward_weight = [](const auto& x, const auto& dy) {
    auto dw = linear_backward_weight(x, dy);
    dw[0] = dw[0] + Int128(1);
    return dw;
  };
  EXPECT_GT(rejected_layers({LayerId::linear, f}), 0);
}
TEST(LayerCases, a_wrong_winner_is_rejected) {
  auto f = spec_max_pool2d<Int128>();
  f.backward = [](const auto& x, const auto& dy, const auto& g) {
    auto negative = x;
    for (Idx n = 0; n < x.size(); ++n) negative[n] = Int128(0) - x[n];
    return max_pool2d_backward(negative, dy, g);
  };
  EXPECT_GT(rejected_layers({LayerId::max_pool2d, f}), 0);
}
TEST(LayerCases, a_layer_that_takes_tensors_which_do_not_fit_is_rejected) {
  auto f = spec_relu<Int128>();
  f.backward = [](const auto& x, const auto& dy) {
    auto dx = zeros<Int128>(x.shape());
    for (Idx n = 0; n < x.size(); ++n) dx[n] = x[n] <= Int128(0) ? Int128(0) : dy[n];
    return dx;
  };
  EXPECT_GT(rejected_layers({LayerId::relu, f}), 0);
}
TEST(LayerCases, a_refusal_that_tells_the_wrong_extents_is_rejected) {
  auto f = spec_linear<Int128>();
  f.backward_input = [](const auto& w, const auto& dy) {
    require(check_agree("linear", "dy", dy.extent(0), w.extent(0)));  // expected and actual are swapped
    return linear_backward_input(w, dy);
  };
  EXPECT_GT(rejected_layers({LayerId::linear, f}), 0);
}
TEST(LayerCases, a_tensor_that_is_too_small_is_not_taken) {
  auto f = spec_linear<Int128>();
  f.forward = [](const auto& x, const auto& w) {
    if (x.extent(0) > w.extent(1)) refuse({Clause::C6, "linear", "x", "an extent of", w.extent(1), x.extent(0)});
    Vector<Int128> y(dyn_shape(w.extent(0)));
    for (Idx o = 0; o < w.extent(0); ++o)
      for (Idx i = 0; i < x.extent(0); ++i) y(o) += w(o, i) * x(i);
    return y;
  };
  EXPECT_GT(rejected_layers({LayerId::linear, f}), 0);
}
TEST(LayerCases, a_layer_that_throws_is_rejected) {
  auto f = spec_flatten<Int128>();
  f.forward = [](const auto&) -> Vector<Int128> { throw std::runtime_error("no"); };
  EXPECT_GT(rejected_layers({LayerId::flatten, f}), 0);
}

TEST(NetworkCases, the_specification_passes) { EXPECT_EQ(rejected_networks({}), 0); }
TEST(NetworkCases, a_layer_that_is_left_out_is_rejected) {
  NetworkFunctions f;
  f.forward = [](const Network<Int128>& net, const AnyTensor<Int128>& x) {
    auto y = x;
    for (std::size_t n = 0; n < net.layers.size(); ++n)
      if (!std::holds_alternative<ReluLayer>(net.layers[n])) y = net.forward_layer(n, y);
    return y;
  };
  EXPECT_GT(rejected_networks(f), 0);
}
TEST(NetworkCases, a_wrong_gradient_is_rejected) {
  NetworkFunctions f;
  f.backward = [](const Network<Int128>& net, const AnyTensor<Int128>& x, const AnyTensor<Int128>& dy) {
    auto gradients = net.backward(x, dy);
    for (auto& layer : gradients.d_parameters)
      for (auto& tensor : layer) tensor.back() = tensor.back() + Int128(1);
    return gradients;
  };
  EXPECT_GT(rejected_networks(f), 0);
}
TEST(NetworkCases, a_description_that_is_wrong_is_rejected) {
  NetworkFunctions f;
  f.describe = [](const NetworkDefinition& net) {
    auto rows = describe(net);
    if (!rows.empty()) ++rows.back().output.back();
    return rows;
  };
  EXPECT_GT(rejected_networks(f), 0);
}
TEST(NetworkCases, a_refusal_of_what_fits_is_rejected) {
  NetworkFunctions f;
  f.describe = [](const NetworkDefinition& net) {
    auto rows = describe(net);
    if (rows.size() > 1) refuse({Clause::C2, "conv2d", "height", "at least", 2, 1});
    return rows;
  };
  EXPECT_GT(rejected_networks(f), 0);
}
TEST(NetworkCases, a_network_that_does_not_fit_and_is_accepted_is_rejected) {
  NetworkFunctions f;
  f.describe = [](const NetworkDefinition& net) {
    try {
      return describe(net);
    } catch (const ShapeError&) {
      return std::vector<LayerDescription>(net.layers.size());
    }
  };
  EXPECT_GT(rejected_networks(f), 0);
}
TEST(NetworkCases, a_refusal_that_names_the_wrong_layer_is_rejected) {
  NetworkFunctions f;
  f.describe = [](const NetworkDefinition& net) {
    try {
      return describe(net);
    } catch (const ShapeError& e) {
      throw e.in_layer("layer 17");
    }
  };
  EXPECT_GT(rejected_networks(f), 0);
}

int rejected_kernels(const KernelUnderTest& tested) {
  const std::vector<KernelUnderTest> kernels{tested};
  return rejected<KernelCase>([&](const KernelCase& c) { return check_case(c, kernels); });
}
checks::Kernel im2col_named(const std::string& name) {
  for (const KernelUnderTest& k : kernels_under_test())
    if (k.kernel.name == name) return k.kernel;
  return {};
}

TEST(KernelCases, the_kernels_that_come_along_pass) {
  for (const KernelUnderTest& k : kernels_under_test()) EXPECT_EQ(rejected_kernels(k), 0) << k.kernel.name;
}
TEST(KernelCases, a_wrong_value_is_rejected) {
  checks::Kernel kernel = im2col_named("im2col");
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    for (Idx n = 0; n < p->count; ++n) y[n] = x[n] < 0 ? 0.01F * x[n] : x[n];
    return 0;
  };
  EXPECT_GT(rejected_kernels({kernel}), 0);
}
TEST(KernelCases, a_changed_input_is_rejected) {
  checks::Kernel kernel = im2col_named("im2col");
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    for (Idx n = 0; n < p->count; ++n) y[n] = x[n] <= 0 ? 0 : x[n];
    const_cast<float*>(x)[0] += 1;
    return 0;
  };
  EXPECT_GT(rejected_kernels({kernel}), 0);
}
TEST(KernelCases, an_error_of_a_kernel_is_rejected) {
  checks::Kernel kernel = im2col_named("im2col");
  kernel.f64.linear_backward_bias = [](const cnnspec_linear*, const double*, double*) { return 7; };
  EXPECT_GT(rejected_kernels({kernel}), 0);
}
TEST(KernelCases, a_kernel_that_claims_to_support_all_problems_and_declines_some_is_rejected) {
  checks::Kernel kernel = im2col_named("im2col");
  kernel.f32.relu_forward = [](const cnnspec_elementwise*, const float*, float*) { return CNNSPEC_UNSUPPORTED; };
  EXPECT_EQ(rejected_kernels({kernel, false, false}), 0);
  EXPECT_GT(rejected_kernels({kernel, false, true}), 0);
}
TEST(KernelCases, a_kernel_that_claims_to_check_problems_and_does_not_is_rejected) {
  checks::Kernel kernel = im2col_named("im2col");
  kernel.f32.conv2d_backward_bias = [](const cnnspec_conv2d*, const float*, float*) { return 0; };
  const std::vector<KernelUnderTest> kernels{{kernel, true}};
  KernelCase c{Op::conv2d_backward_bias, DType::f32,
               cnnspec_conv2d{1, 1, 1, 4, 4, 1, 2, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0}, 0, 0};
  EXPECT_NE(check_case(c, kernels).failure.find("C6"), std::string::npos);
}

}  // namespace cnnspec::tests
