// The gradient checker: right gradients pass exactly; wrong gradients, kinks and functions beyond its reach do not
// pass.
#include <gtest/gtest.h>

#include <atomic>

#include "checks/gradient/check_gradient.hpp"
#include "checks/gradient/check_network.hpp"
#include "checks/gradient/forward_mode.hpp"
#include "checks/gradient/in_parallel.hpp"
#include "checks/gradient/one_sided.hpp"
#include "checks/scalars/exact.hpp"
#include "checks/scalars/high_precision.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "cnnspec/cnn.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

constexpr Cnn2Config small{.c1 = 2, .c2 = 3, .out_dim = 4, .pool_stride1 = 1};
const NetworkDefinition& small_network() {
  static const NetworkDefinition net = cnn2_definition(small, 2, 7, 6);
  return net;
}
GradientOptions options(Mode mode) { return {.mode = mode, .seed = tests::test_seed()}; }

// y = s * x, elementwise with one s for each row, as a user's code
const auto scale_forward = [](const auto& x, const auto& s) {
  auto y = x;
  for (Idx i = 0; i < x.extent(0); ++i)
    for (Idx j = 0; j < x.extent(1); ++j) y(i, j) = x(i, j) * s(i);
  return y;
};
const auto scale_backward = [](const auto& x, const auto& s, const auto& dy) {
  auto dx = x;
  auto ds = zeros<typename std::decay_t<decltype(s)>::Scalar>(s.shape());
  for (Idx i = 0; i < x.extent(0); ++i)
    for (Idx j = 0; j < x.extent(1); ++j) {
      dx(i, j) = dy(i, j) * s(i);
      ds(i) += dy(i, j) * x(i, j);
    }
  return std::tuple{dx, ds};
};
const auto forgetful_backward = [](const auto& x, const auto& s, const auto& dy) {
  auto [dx, ds] = scale_backward(x, s, dy);
  ds(1) = 0 * ds(1);
  return std::tuple{dx, ds};
};

TEST(GradientOfANetwork, equals_its_exact_finite_differences_for_every_entry) {
  for (const auto scalar : {GradientScalar::exact, GradientScalar::rational}) {
    const GradientReport report = check_network(small_network(), "cnn2", scalar, options(Mode::full));
    EXPECT_TRUE(report.passed()) << report.failure();
    Idx parameters_and_inputs = 2 * 7 * 6;
    for (const LayerDescription& row : describe(small_network())) parameters_and_inputs += row.parameters;
    EXPECT_EQ(report.entries(), parameters_and_inputs * small.out_dim);
    for (const TensorReport& tensor : report.tensors) EXPECT_EQ(tensor.worst, 0) << tensor.name;
  }
}

TEST(GradientOfANetwork, agrees_with_finite_differences_within_the_rounding_bound_of_each_floating_point_scalar) {
  for (const auto scalar : {GradientScalar::single_precision, GradientScalar::double_precision, GradientScalar::float50,
                            GradientScalar::float100})
    for (const Mode mode : {Mode::full, Mode::directional}) {
      const GradientReport report = check_network(small_network(), "cnn2", scalar, options(mode));
      EXPECT_TRUE(report.passed()) << report.scalar << ": " << report.failure();
      if (scalar != GradientScalar::single_precision) {
        EXPECT_STREQ(report.verdict(), "pass") << report.scalar;
      }
    }
}

TEST(GradientOfANetwork, is_vacuously_right_where_rounding_would_hide_a_gradient_of_zero) {
  const GradientReport report =
      check_network(small_network(), "cnn2", GradientScalar::single_precision, options(Mode::full));
  EXPECT_STREQ(report.verdict(), "vacuous");
  EXPECT_TRUE(report.tensors[0].vacuous());
  EXPECT_GT(report.tensors[0].bound, report.tensors[0].largest);
}

TEST(GradientOfANetwork, equals_its_forward_mode_derivative_on_dual_numbers) {
  const GradientReport report = check_forward_mode<Int128>(small_network(), "cnn2", tests::test_seed());
  EXPECT_TRUE(report.passed()) << report.failure();
  EXPECT_EQ(report.entries(), 7);
}

TEST(GradientOfANetwork, needs_wider_integers_as_it_gets_deeper_and_takes_them) {
  NetworkDefinition deep{{1, 9, 9}, {}};
  const auto scalar = [&] {
    return check_network(deep, "deep", GradientScalar::exact, options(Mode::directional)).scalar;
  };
  const std::string shallow = (deep.layers.push_back({"", Conv2dDefinition{2, 3, 3}}), scalar());
  EXPECT_EQ(shallow, "int53");
  for (int n = 0; n < 24; ++n) deep.layers.push_back({"", Conv2dDefinition{2, 3, 3, {{1, 1, 1}, {1, 1, 1}}}});
  EXPECT_EQ(scalar(), "integer");
  EXPECT_TRUE(check_network(deep, "deep", GradientScalar::exact, options(Mode::directional)).passed());
}

TEST(GradientOfANetwork, is_refused_where_it_is_so_deep_that_no_double_bounds_its_numbers) {
  NetworkDefinition deep{{50, 1, 1}, {}};
  for (int n = 0; n < 150; ++n) {
    deep.layers.push_back({"", Conv2dDefinition{50, 1, 1}});
    deep.layers.push_back({"", ReluLayer{}});
  }
  EXPECT_THROW(check_network(deep, "deep", GradientScalar::exact, options(Mode::directional)), UsageError);
}

/// A network whose backward is wrong in one entry.
template <class T>
class WrongBackward : public NetworkSubject<T> {
 public:
  WrongBackward(std::size_t tensor, std::size_t entry)
      : NetworkSubject<T>(small_network(), DataRange{}, std::vector<double>(7, 1 << 30)),
        tensor_(tensor),
        entry_(entry) {}
  Point<T> backward(const std::vector<T>& dy) override {
    Point<T> gradients = NetworkSubject<T>::backward(dy);
    gradients[tensor_][entry_] += 1;
    return gradients;
  }

 private:
  std::size_t tensor_, entry_;
};

/// Int128 evaluates four moves at a time, std::int64_t eight.
template <class T>
class GradientCheckerOn : public testing::Test {};
using MachineIntegers = testing::Types<Int128, std::int64_t>;
TYPED_TEST_SUITE(GradientCheckerOn, MachineIntegers);

TYPED_TEST(GradientCheckerOn, names_the_tensor_and_the_entry_that_is_wrong) {
  WrongBackward<TypeParam> subject(3, 17);
  const GradientReport report = check_subject<TypeParam>(subject, "cnn2", "", options(Mode::full));
  EXPECT_FALSE(report.passed());
  for (const TensorReport& tensor : report.tensors) EXPECT_EQ(tensor.wrong > 0, tensor.name == "conv2.kernel");
  EXPECT_EQ(report.tensors[3].wrong, small.out_dim);
  EXPECT_EQ(report.tensors[3].first->index, (std::vector<Idx>{0, 1, 2, 2}));  // 17 = 1*9 + 2*3 + 2
  EXPECT_NE(report.failure().find("conv2.kernel [0,1,2,2]"), std::string::npos) << report.failure();
}

TYPED_TEST(GradientCheckerOn, sees_one_wrong_entry_along_a_random_direction_too) {
  WrongBackward<TypeParam> subject(0, 5);
  EXPECT_FALSE(check_subject<TypeParam>(subject, "cnn2", "", options(Mode::directional)).passed());
}

void expect_same(const GradientReport& a, const GradientReport& b) {
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  EXPECT_EQ(a.failure(), b.failure());
  for (std::size_t t = 0; t < a.tensors.size(); ++t) {
    const TensorReport &x = a.tensors[t], &y = b.tensors[t];
    EXPECT_EQ(std::tuple(x.entries, x.wrong, x.resampled, x.certified, x.largest, x.worst, x.bound),
              std::tuple(y.entries, y.wrong, y.resampled, y.certified, y.largest, y.worst, y.bound))
        << x.name;
  }
}

TYPED_TEST(GradientCheckerOn, several_threads_says_what_one_thread_says) {
  for (const std::size_t wrong : {0, 3, 5}) {
    GradientOptions o = options(Mode::full);
    WrongBackward<TypeParam> one(wrong, 17), several(wrong, 17);
    const GradientReport expected = check_subject<TypeParam>(one, "cnn2", "", o);
    o.jobs = 3;
    EXPECT_FALSE(expected.passed());
    expect_same(check_subject<TypeParam>(several, "cnn2", "", o), expected);
  }
}

TEST(GradientOfANetwork, is_given_up_where_a_step_changes_a_branch_and_at_the_same_entry_by_several_threads) {
  GradientOptions o = options(Mode::full);
  o.max_points = 2;
  const auto at = [&](double scale) {  // a step that is far too long for the branches
    NetworkSubject<std::int64_t> subject(small_network(), DataRange{}, std::vector<double>(7, scale));
    return check_subject<std::int64_t>(subject, "cnn2", "", o);
  };
  const GradientReport expected = at(1);
  EXPECT_FALSE(expected.passed());
  o.jobs = 4;
  expect_same(at(1), expected);
}

TEST(InParallel, everything_is_done_up_to_the_first_that_says_stop) {
  for (const std::size_t workers : {1, 2, 5}) {
    std::vector<std::atomic<int>> done(100);
    const auto until = [&](Idx end) {
      return in_parallel_until_false(100, workers, [&](std::size_t, Idx n) {
        ++done[static_cast<std::size_t>(n)];
        return n < end || n % 2 == 0;
      });
    };
    EXPECT_EQ(until(37), 37);
    for (std::size_t n = 0; n <= 37; ++n) EXPECT_EQ(done[n], 1);
    EXPECT_EQ(until(100), 100);
  }
}

TEST(InParallel, what_the_first_piece_throws_is_thrown) {
  for (const std::size_t workers : {1, 4}) {
    const auto work = [](std::size_t, Idx n) -> bool {
      if (n >= 7) throw std::runtime_error(std::to_string(n));
      return true;
    };
    try {
      in_parallel_until_false(50, workers, work);
      ADD_FAILURE();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "7");
    }
  }
}

TEST(Lanes, compute_what_each_lane_computes_alone) {
  using Four = Lanes<std::int64_t, 4>;
  Tensor<Four, 1, 2, 2> x;
  Tensor<Four, 1, 1, 2, 2> w;
  for (Idx e = 0; e < 4; ++e)
    for (Idx lane = 0; lane < 4; ++lane) {
      x[e].lane[static_cast<std::size_t>(lane)] = 10 * lane + e;
      w[e].lane[static_cast<std::size_t>(lane)] = lane - e;
    }
  const Four y = conv2d(x, w)[0];
  for (Idx lane = 0; lane < 4; ++lane) {
    Idx sum = 0;
    for (Idx e = 0; e < 4; ++e) sum += (10 * lane + e) * (lane - e);
    EXPECT_EQ(y.lane[static_cast<std::size_t>(lane)], sum);
  }
}

TEST(Lanes, say_so_when_a_comparison_does_not_come_out_alike_in_all) {
  using Two = Lanes<std::int64_t, 2>;
  Tensor<Two, 2> x;
  x[0].lane = {1, 2};
  x[1].lane = {-1, -5};
  lanes_diverged = false;
  (void)relu(x);
  EXPECT_FALSE(lanes_diverged);
  x[1].lane = {-1, 5};
  (void)relu(x);
  EXPECT_TRUE(lanes_diverged);
}

TEST(GradientChecker, accepts_a_users_layer_with_any_scalar) {
  const auto check = [](auto scalar, Mode mode) {
    return check_gradient<decltype(scalar)>("scale", {"x", "s"}, scale_forward, scale_backward, options(mode),
                                            dyn_shape(3, 4), dyn_shape(3));
  };
  for (const Mode mode : {Mode::full, Mode::directional})
    for (const GradientReport& report :
         {check(Rational(), mode), check(BigInt(), mode), check(Float50(), mode), check(0.0, mode), check(0.0f, mode)})
      EXPECT_TRUE(report.passed()) << report.scalar << ": " << report.failure();
}

TEST(GradientChecker, rejects_a_users_layer_that_forgets_a_gradient) {
  const auto check = [](auto scalar) {
    return check_gradient<decltype(scalar)>("scale", {"x", "s"}, scale_forward, forgetful_backward, options(Mode::full),
                                            dyn_shape(3, 4), dyn_shape(3));
  };
  for (const GradientReport& report : {check(Rational()), check(BigInt()), check(Float50()), check(0.0)}) {
    EXPECT_FALSE(report.passed());
    EXPECT_EQ(report.tensors[0].wrong, 0);
    EXPECT_EQ(report.tensors[1].wrong, 4);
    EXPECT_EQ(report.tensors[1].first->index, std::vector<Idx>{1});
  }
}

const auto cube_forward = [](const auto& x) {
  auto y = x;
  for (Idx n = 0; n < x.size(); ++n) y[n] = x[n] * x[n] * x[n];
  return y;
};
const auto cube_backward = [](const auto& x, const auto& dy) {
  auto dx = x;
  for (Idx n = 0; n < x.size(); ++n) dx[n] = 3 * x[n] * x[n] * dy[n];
  return dx;
};

TEST(GradientChecker, says_that_it_proved_nothing_where_the_function_is_not_piecewise_affine) {
  GradientOptions few = options(Mode::full);
  few.max_points = 3;
  const auto report = check_gradient<Rational>("cube", {"x"}, cube_forward, cube_backward, few, dyn_shape(2));
  EXPECT_FALSE(report.passed());
  EXPECT_NE(report.failure().find("nothing was proved"), std::string::npos) << report.failure();
}

TEST(GradientChecker, accepts_a_smooth_function_in_high_precision_and_rejects_it_off_by_one_part_in_ten_to_the_20) {
  const auto good =
      check_gradient<Float50>("cube", {"x"}, cube_forward, cube_backward, options(Mode::full), dyn_shape(6));
  EXPECT_TRUE(good.passed()) << good.failure();
  const auto off = [](const auto& x, const auto& dy) {
    auto dx = cube_backward(x, dy);
    dx[3] = dx[3] + dx[3] * Float50("1e-20");
    return dx;
  };
  EXPECT_FALSE(check_gradient<Float50>("cube", {"x"}, cube_forward, off, options(Mode::full), dyn_shape(6)).passed());
}

TEST(GradientChecker, fails_a_gradient_that_is_not_a_number) {
  const auto broken = [](const auto& x, const auto& dy) {
    auto dx = cube_backward(x, dy);
    dx[1] = std::numeric_limits<double>::quiet_NaN();
    return dx;
  };
  EXPECT_FALSE(check_gradient<double>("cube", {"x"}, cube_forward, broken, options(Mode::full), dyn_shape(3)).passed());
}

/// relu of one number. Its first `kinks` points are at the kink, and it does not report its branches.
class ReluAtItsKink : public Subject<Rational> {
 public:
  explicit ReluAtItsKink(int kinks) : kinks_(kinks) {}
  const std::vector<SubjectTensor>& tensors() const override { return infos_; }
  const Point<Rational>& draw(RandomChoices& choices) override {
    const Idx x = kinks_-- > 0 ? 0 : choices.pick(1, 9);
    return point_ = {{Rational(x)}};
  }
  Evaluation<Rational> evaluate(std::size_t, const std::vector<Rational>& x) override {
    return {relu(Vector<Rational>(dyn_shape(1), x)).elements(), {}};
  }
  Point<Rational> backward(const std::vector<Rational>& dy) override {
    return {relu_backward(Vector<Rational>(dyn_shape(1), point_[0]), Vector<Rational>(dyn_shape(1), dy)).elements()};
  }

 private:
  int kinks_;
  std::vector<SubjectTensor> infos_{{"x", {1}}};
  Point<Rational> point_;
};

TEST(GradientChecker, draws_another_point_at_a_kink_and_counts_it) {
  ReluAtItsKink three(3);
  const GradientReport report = check_subject<Rational>(three, "relu", "rational", options(Mode::full));
  EXPECT_TRUE(report.passed()) << report.failure();
  EXPECT_EQ(report.tensors[0].resampled, 3);
  EXPECT_EQ(report.entries(), 1);
}

TEST(GradientChecker, proves_nothing_if_every_point_is_a_kink) {
  ReluAtItsKink always(1000000);
  const GradientReport report = check_subject<Rational>(always, "relu", "rational", options(Mode::full));
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.entries(), 0);
}

TEST(GradientChecker, refuses_a_backward_that_returns_too_few_elements) {
  const auto short_backward = [](const auto& x, const auto& dy) {
    return Vector<double>(dyn_shape(x.size() - 1 + 0 * dy.size()));
  };
  try {
    check_gradient<double>("cube", {"x"}, cube_forward, short_backward, options(Mode::full), dyn_shape(3));
    FAIL() << "accepted";
  } catch (const ShapeError& e) {
    EXPECT_EQ(e.clause(), "C6") << e.what();
  }
}

TEST(OneSidedQuotients, of_relu_at_its_kink_are_0_and_1_and_contain_its_subgradient) {
  const auto f = [](const std::vector<Rational>& x) { return relu(Vector<Rational>(dyn_shape(1), x))[0]; };
  const auto q = one_sided_quotients<Rational>(f, {0}, {1}, Rational(1, 1024));
  EXPECT_EQ(q.left, 0);
  EXPECT_EQ(q.right, 1);
  const Vector<Rational> at_zero(dyn_shape(1)), one(dyn_shape(1), {1});
  EXPECT_TRUE(q.contain(relu_backward(at_zero, one)[0]));
  EXPECT_FALSE(q.contain(Rational(2)));
  EXPECT_FALSE(q.contain(Rational(-1)));
}

}  // namespace
}  // namespace cnnspec::checks
