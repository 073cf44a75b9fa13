// Extents that are partly known at compile time: the known ones are checked then, the others at run time. Every size
// that overflows by one is distinguished from the largest size that does not.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>

#include "checks/sanitized.hpp"
#include "cnnspec/conv2d.hpp"
#include "cnnspec/flatten.hpp"

namespace cnnspec {
namespace {

constexpr Idx greatest = std::numeric_limits<Idx>::max();

/// "ok", or the message of the ShapeError.
std::string text_of(const Violation& v) { return v.ok() ? "ok" : ShapeError(v).what(); }

TEST(PartlyKnownExtents, of_conv2d_are_checked_as_far_as_they_are_known) {
  const Conv2dConfig g{{}, {}, 2};
  EXPECT_EQ(text_of(check_conv2d({dyn, dyn, dyn}, {dyn, dyn, dyn, dyn}, g)), "ok");
  EXPECT_EQ(text_of(check_conv2d({dyn, 5, 5}, {2, 3, 3, 3}, g)), "ok");
  EXPECT_EQ(text_of(check_conv2d({4, dyn, dyn}, {dyn, 3, dyn, dyn}, g)),
            "C6: conv2d: kernel's input channels: expected an extent of 2, got 3");
  EXPECT_EQ(text_of(check_conv2d({3, dyn, dyn}, {dyn, dyn, dyn, dyn}, g)),
            "C5: conv2d: input channels: expected a multiple of groups = 2, got 3");
  EXPECT_EQ(text_of(check_conv2d({dyn, dyn, dyn}, {3, dyn, dyn, dyn}, g)),
            "C5: conv2d: output channels: expected a multiple of groups = 2, got 3");
  EXPECT_EQ(text_of(check_conv2d({dyn, 2, dyn}, {dyn, dyn, 3, dyn}, g)),
            "C2: conv2d: height: expected a padded extent of at least 3, got 2");
  EXPECT_EQ(text_of(check_conv2d({dyn, dyn, 3}, {dyn, dyn, dyn, 4}, g)),
            "C2: conv2d: width: expected a padded extent of at least 4, got 3");
}
TEST(PartlyKnownExtents, of_an_axis_are_checked_as_far_as_they_are_known) {
  EXPECT_EQ(text_of(check_axis("a", "b", dyn, 3, {})), "ok");
  EXPECT_EQ(text_of(check_axis("a", "b", 3, dyn, {.before = greatest, .after = greatest})), "ok");
  EXPECT_EQ(text_of(check_axis("a", "b", dyn, 0, {})), "C1: a: b: expected at least 1, got 0");
  EXPECT_EQ(text_of(check_axis("a", "b", -1, dyn, {})), "C1: a: b: expected at least 1, got -1");
  EXPECT_EQ(text_of(check_axis("a", "b", dyn, dyn, {.stride = 0})), "C1: a: b: expected at least 1, got 0");
  EXPECT_EQ(conv_out(dyn, 3), dyn);
  EXPECT_EQ(conv_out(3, dyn), dyn);
}
TEST(PartlyKnownExtents, of_a_pooling_axis_are_checked_as_far_as_they_are_known) {
  EXPECT_EQ(text_of(check_pool_axis("a", "b", dyn, 2, {.before = 1, .after = 1, .dilation = 9})), "ok");
  EXPECT_EQ(text_of(check_pool_axis("a", "b", 8, dyn, {.before = 5, .after = 5})), "ok");
  EXPECT_EQ(text_of(check_pool_axis("a", "b", dyn, 5, {.before = 3})),
            "C4: a: b: expected padding of at most 2, got 3");
  EXPECT_EQ(text_of(check_pool_axis("a", "b", dyn, 5, {.after = 3})), "C4: a: b: expected padding of at most 2, got 3");
  EXPECT_EQ(pool_out(dyn, 2), dyn);
  EXPECT_EQ(pool_out(4, dyn), dyn);
}
TEST(PartlyKnownExtents, agree_with_everything_where_they_are_not_known) {
  EXPECT_EQ(text_of(check_agree("a", "b", dyn, 3)), "ok");
  EXPECT_EQ(text_of(check_agree("a", "b", 3, dyn)), "ok");
  EXPECT_EQ(text_of(check_agree("a", "b", dyn, dyn)), "ok");
  EXPECT_EQ(text_of(check_agree("a", "b", 3, 3)), "ok");
  EXPECT_EQ(text_of(check_agree("a", "b", 3, 4)), "C6: a: b: expected an extent of 3, got 4");
}
TEST(PartlyKnownExtents, of_tensors_agree_where_only_one_of_them_is_known_at_compile_time) {
  const auto agree = [](const auto& expected, const auto& actual) {
    try {
      require_same("a", "b", expected, actual);
    } catch (const ShapeError&) {
      return false;
    }
    return true;
  };
  EXPECT_TRUE(agree(Shape<3, dyn>({3, 4}), Shape<dyn, 4>({3, 4})));
  EXPECT_FALSE(agree(Shape<3, dyn>({3, 4}), Shape<dyn, 4>({2, 4})));
}

TEST(Limits, C3_of_a_padded_extent) {
  EXPECT_EQ(conv_out(greatest - 3, 1, {.before = 1, .after = 2}), greatest);
  EXPECT_EQ(text_of(check_axis("a", "b", greatest - 2, 1, {.before = 1, .after = 2})),
            "C3: a: b: expected a padded extent of at most 9223372036854775807, got 9223372036854775805");
  EXPECT_EQ(text_of(check_axis("a", "b", greatest, 1, {.before = 1})),
            "C3: a: b: expected a padded extent of at most 9223372036854775807, got 9223372036854775807");
  EXPECT_EQ(text_of(check_axis("a", "b", greatest, 1, {.after = 1})),
            "C3: a: b: expected a padded extent of at most 9223372036854775807, got 9223372036854775807");
  EXPECT_EQ(conv_out(greatest, 1), greatest);
}
TEST(Limits, C3_of_a_dilated_window) {
  EXPECT_EQ(conv_out(greatest, 2, {.dilation = greatest - 1}), 1);
  EXPECT_EQ(text_of(check_axis("a", "b", 1, 2, {.dilation = greatest})),
            "C3: a: b: expected a dilated window of at most 9223372036854775807, got 2");
  EXPECT_EQ(conv_out(greatest, greatest), 1);
  EXPECT_EQ(conv_out(1, 1, {.dilation = greatest}), 1);
  EXPECT_EQ(conv_out(greatest, 3, {.dilation = greatest / 2}), 1);
  EXPECT_EQ(text_of(check_axis("a", "b", greatest, 3, {.dilation = greatest / 2 + 1})),
            "C3: a: b: expected a dilated window of at most 9223372036854775807, got 3");
}
// The compiler rejects an overflow in a constant expression: these expressions find an overflow before the refusal.
constexpr bool refused(Idx in, Idx k, const Axis& a) { return check_axis("", "", in, k, a).clause == Clause::C3; }
static_assert(refused(greatest, 1, {.before = 1}) && refused(greatest, 1, {.after = 1}));
static_assert(refused(greatest - 2, 1, {.before = 1, .after = 2}) &&
              refused(1, 1, {.before = greatest, .after = greatest}));
static_assert(refused(1, 2, {.dilation = greatest}) && refused(1, greatest, {.dilation = greatest}));
static_assert(refused(greatest, 3, {.dilation = greatest / 2 + 1}) &&
              !refused(greatest, 3, {.dilation = greatest / 2}));
static_assert(!refused(greatest - 3, 1, {.before = 1, .after = 2}) &&
              !refused(greatest, 2, {.dilation = greatest - 1}));

TEST(Limits, of_sums_and_products) {
  EXPECT_TRUE(sum_fits(greatest, 0) && sum_fits(0, greatest) && sum_fits(greatest - 1, 1));
  EXPECT_FALSE(sum_fits(greatest, 1) || sum_fits(1, greatest));
  EXPECT_TRUE(product_fits(0, greatest) && product_fits(greatest, 0) && product_fits(1, greatest) &&
              product_fits(greatest / 2, 2));
  EXPECT_FALSE(product_fits(2, greatest) || product_fits(greatest, 2) || product_fits(greatest / 2 + 1, 2));
}
TEST(Limits, of_products_with_zero_when_the_program_runs) {  // where a division by zero would end the program
  for (const Idx n : {Idx{0}, Idx{1}, greatest}) EXPECT_TRUE(product_fits(0, n) && product_fits(n, 0)) << n;
}
TEST(Limits, C3_of_the_elements_of_a_tensor) {
  EXPECT_EQ(dyn_shape(greatest / 2, 2).count(), greatest - 1);
  EXPECT_EQ(dyn_shape(2, greatest / 2).count(), greatest - 1);
  EXPECT_EQ(dyn_shape(1, greatest, 1).count(), greatest);
  // Any two of these can be multiplied, all three cannot.
  const auto refused_by = [](auto make) -> std::string {
    try {
      make();
    } catch (const ShapeError& e) {
      return e.clause();
    }
    return "none";
  };
  EXPECT_EQ(refused_by([] { (void)dyn_shape(Idx{1} << 31, Idx{1} << 20, Idx{1} << 20); }), "C3");
  EXPECT_EQ(refused_by([] { (void)Shape<greatest, 2>{}; }), "C3");
}
TEST(Limits, C3_refuses_only_what_cannot_be_addressed) {
  if (checks::sanitized) return;  // a sanitizer ends a program that requests that much memory
  try {
    (void)zeros<double>(dyn_shape(greatest / 8));
    ADD_FAILURE() << "that much memory?";
  } catch (const std::bad_alloc&) {
  }
}

/// Whether `call` ends the program, like a failed assertion.
bool ends_the_program(void (*call)()) {
  const pid_t child = fork();
  if (child == 0) {
    (void)close(STDERR_FILENO);
    call();
    _exit(0);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
TEST(Indices, beyond_an_extent_are_found_by_an_assertion_even_where_there_is_an_element) {
  static const Tensor<int, 2, 3> t({}, {1, 2, 3, 4, 5, 6});
  EXPECT_FALSE(ends_the_program([] { (void)t(1, 2); }));
#ifndef NDEBUG
  EXPECT_TRUE(ends_the_program([] { (void)t(0, 3); }));
  EXPECT_TRUE(ends_the_program([] { (void)t(1, -1); }));
#endif
}

TEST(Violations, are_none_unless_they_say_which) {
  const Violation none;
  EXPECT_TRUE(none.ok());
  EXPECT_EQ(std::string(none.operation) + none.position + none.relation, "");
  EXPECT_EQ(none.expected, 0);
  EXPECT_EQ(none.actual, 0);
}

TEST(PartlyKnownExtents, are_flattened_to_one_that_is_not_known) {
  const auto partly = flat_shape(Shape<2, dyn>({2, 3}));
  EXPECT_EQ(partly.fixed[0], dyn);
  EXPECT_EQ(partly.count(), 6);
  EXPECT_EQ((flat_shape(Shape<2, 3>{}).fixed[0]), 6);
}
TEST(FixedExtents, alone_need_no_argument) {
  EXPECT_TRUE((std::is_default_constructible_v<Shape<2, 3>> && std::is_default_constructible_v<Tensor<int, 2, 3>>));
  EXPECT_FALSE((std::is_default_constructible_v<Shape<2, dyn>> || std::is_default_constructible_v<Shape<dyn, dyn>>));
  EXPECT_FALSE((std::is_default_constructible_v<Tensor<int, 2, dyn>>));
  EXPECT_FALSE((std::is_default_constructible_v<Tensor<int, dyn, dyn>>));
}
TEST(FixedExtents, are_those_of_the_type) {
  EXPECT_EQ((Shape<2, 3>{}.extents()), (std::array<Idx, 2>{2, 3}));
  EXPECT_EQ((Shape<2, dyn>({2, 5}).extents()), (std::array<Idx, 2>{2, 5}));
  EXPECT_EQ((Shape<2, dyn>({2, 5}).extent(1)), 5);
  EXPECT_EQ((Shape<2, dyn>({2, 5}).count()), 10);
  EXPECT_FALSE((Shape<dyn, dyn>({2, 5}) == Shape<dyn, dyn>({5, 2})));
  EXPECT_FALSE((Tensor<int, 2>({}, {1, 2}) == Tensor<int, 2>({}, {1, 3})));
  EXPECT_FALSE((zeros<int>(dyn_shape(2, 3)) == zeros<int>(dyn_shape(3, 2))));
}

}  // namespace
}  // namespace cnnspec
