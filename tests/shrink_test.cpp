// Shrinking: only to valid and plainer problems, and to the plainest one that fails in the same way.
#include "checks/judge/shrink.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>

#include "checks/generate/configurations.hpp"
#include "checks/host/fork_host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/broken_kernels.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

// ---- Plainer problems ----

/// The numbers that can be chosen freely; the output extents follow from them.
std::vector<Idx> free_numbers(const cnnspec_conv2d& p) {
  return {p.batch,         p.groups,       p.in_channels,   p.in_height,    p.in_width,        p.out_channels,
          p.kernel_height, p.kernel_width, p.stride_height, p.stride_width, p.dilation_height, p.dilation_width,
          p.pad_top,       p.pad_left,     p.pad_bottom,    p.pad_right};
}
std::vector<Idx> free_numbers(const cnnspec_pool2d& p) {
  return {p.batch,        p.channels,      p.in_height,    p.in_width,        p.kernel_height,
          p.kernel_width, p.stride_height, p.stride_width, p.dilation_height, p.dilation_width,
          p.pad_top,      p.pad_left,      p.pad_bottom,   p.pad_right};
}
std::vector<Idx> free_numbers(const AvgPool2dProblem& p) {
  return {p.batch,        p.channels,      p.in_height,    p.in_width,        p.kernel_height,
          p.kernel_width, p.stride_height, p.stride_width, p.dilation_height, p.dilation_width,
          p.pad_top,      p.pad_left,      p.pad_bottom,   p.pad_right};
}
std::vector<Idx> free_numbers(const cnnspec_linear& p) { return {p.batch, p.in_features, p.out_features}; }
std::vector<Idx> free_numbers(const cnnspec_elementwise& p) { return {p.count}; }
std::vector<Idx> free_numbers(const Problem& problem) {
  return visit_problem([](const auto& p) { return free_numbers(p); }, problem);
}

/// Strides, dilations and extents are plainest at 1, paddings at 0.
std::ptrdiff_t not_plainest(const std::vector<Idx>& numbers) {
  return std::ranges::count_if(numbers, [](Idx n) { return n > 1; });
}
bool is_plainer(const Problem& a, const Problem& b) {
  const std::vector<Idx> x = free_numbers(a), y = free_numbers(b);
  const bool none_greater = std::equal(x.begin(), x.end(), y.begin(), std::less_equal<>());
  return x != y && (none_greater || not_plainest(x) < not_plainest(y));
}

TEST(Plainer, problems_are_valid_and_plainer_and_come_to_an_end) {
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(100); ++n) {
    Problem problem = draw_problem(choices, static_cast<LayerId>(n % 4));
    for (;;) {
      const std::vector<Problem> found = plainer(problem);
      for (const Problem& p : found) {
        ASSERT_TRUE(check(p).ok()) << to_descriptor(p);
        ASSERT_TRUE(is_plainer(p, problem)) << to_descriptor(p) << " and " << to_descriptor(problem);
      }
      if (found.empty()) break;
      problem = found[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(found.size()) - 1))];
    }
    for (const Idx v : free_numbers(problem)) ASSERT_LE(v, 1) << to_descriptor(problem);
  }
}

TEST(Plainer, than_the_plainest_is_nothing) {
  for (const Problem& p :
       {Problem(cnnspec_linear{1, 1, 1}), Problem(cnnspec_elementwise{1}),
        parse_descriptor(LayerId::conv2d, "mb1ic1ih1oc1kh1"), parse_descriptor(LayerId::max_pool2d, "mb1ic1ih1kh1")})
    EXPECT_TRUE(plainer(p).empty()) << to_descriptor(p);
}

// ---- Kernels that are wrong on some problems ----

using tests::healthy;

Conditions conditions(double seconds_per_call = 10) {
  Conditions c;
  c.isolation.seconds_per_call = seconds_per_call;
  return c;
}

/// The failure of a case, shrunk. The shrunk case still fails, and passes on the healthy kernel.
Failure shrunk(const Kernel& kernel, Op op, const char* descriptor, const Conditions& how = conditions(),
               const std::string& data = "") {
  const Case c{op, DType::f32, parse_descriptor(layer_id(op), descriptor), tests::test_seed(), data};
  const CaseResult r = judge_case(kernel, c, how);
  EXPECT_TRUE(r.failure);
  if (!r.failure) return {};
  ForkHost host(kernel);
  Failure f = shrink(host, *r.failure, how);
  EXPECT_EQ(f.kind, r.failure->kind);
  EXPECT_FALSE(is_plainer(c.problem, f.failed.problem));
  const CaseResult again = judge_case(kernel, f.failed, how);
  EXPECT_TRUE(again.failure && again.failure->kind == f.kind) << reproduce("", f.failed);
  EXPECT_EQ(again.failure ? describe_failure("", *again.failure) : "", describe_failure("", f));
  EXPECT_FALSE(judge_case(healthy, f.failed, how).failure) << reproduce("", f.failed);
  return f;
}

TEST(Shrink, finds_the_least_stride_and_padding_that_fail) {
  Kernel kernel = healthy;
  kernel.f32.conv2d_forward = [](const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
    const int status = healthy.f32.conv2d_forward(p, x, w, b, y);
    if (p->stride_width > 1 && p->pad_left > 0) y[0] += 1;
    return status;
  };
  const Failure f = shrunk(kernel, Op::conv2d_forward, "g2mb2ic4ih9iw11oc6kh3kw2sh2sw3ph1pw1dh1dw0");
  EXPECT_EQ(to_descriptor(f.failed.problem),
            to_descriptor(parse_descriptor(LayerId::conv2d, "mb1ic1ih1iw1oc1kh1kw1sh1sw2ph0pw1pb0pr0")));
  EXPECT_EQ(f.failed.data.substr(0, 7), "x=0 w=0") << "wrong on any data";
}

TEST(Shrink, leaves_only_the_elements_that_matter) {
  Kernel kernel = healthy;
  kernel.f32.linear_forward = [](const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
    const int status = healthy.f32.linear_forward(p, x, w, b, y);
    if (p->in_features >= 3) y[0] -= x[2] * w[2];
    return status;
  };
  const Failure f = shrunk(kernel, Op::linear_forward, "mb3ic17oc5");
  EXPECT_EQ(to_descriptor(f.failed.problem), "mb1ic3oc1");
  EXPECT_EQ(f.failed.data.substr(0, 13), "x[2]=1 w[2]=1") << f.failed.data;
  EXPECT_EQ(f.elements_wrong, 1);
  EXPECT_EQ(f.expected, 1);
  EXPECT_EQ(f.actual, 0);
}

TEST(Shrink, keeps_what_data_must_be_like) {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    for (Idx n = 0; n < p->count; ++n) y[n] = x[n] <= 0 ? 0 : x[n] < 100 ? x[n] : 100;
    return CNNSPEC_DONE;
  };
  const Failure f = shrunk(kernel, Op::relu_forward, "200");
  EXPECT_LE(f.failed.problem.as<cnnspec_elementwise>().count, 8);
  EXPECT_EQ(std::count(f.failed.data.begin(), f.failed.data.end(), '='), 1) << f.failed.data;
  EXPECT_GT(f.expected, 100);
  EXPECT_EQ(f.actual, 100);
}

TEST(Shrink, starts_from_given_data_as_well) {
  Kernel kernel = healthy;
  kernel.f32.relu_backward = [](const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
    for (Idx n = 0; n < p->count; ++n) dx[n] = x[n] < 0 ? 0 : dy[n];
    return CNNSPEC_DONE;
  };
  const Failure f = shrunk(kernel, Op::relu_backward, "4", conditions(), "x[0]=3 x[2]=5 dy[0]=1 dy[3]=7 dy[1]=-2");
  EXPECT_TRUE(f.failed.data == "x=0 dy[3]=1" || f.failed.data == "x=0 dy[1]=1") << f.failed.data;
}

TEST(Shrink, of_a_kind_stays_of_that_kind) {
  Kernel kernel = healthy;
  // Small problems fail in another way.
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    if (p->count < 4) return 7;
    healthy.f32.relu_forward(p, x, y);
    const_cast<float*>(x)[3] = 9;
    return CNNSPEC_DONE;
  };
  const Failure f = shrunk(kernel, Op::relu_forward, "100");
  EXPECT_EQ(f.kind, FailureKind::input_modified);
  EXPECT_EQ(to_descriptor(f.failed.problem), "4");
}

TEST(Shrink, finds_the_least_that_crashes) {
  Kernel kernel = healthy;
  kernel.f32.linear_backward_weight = [](const cnnspec_linear* p, const float* x, const float* dy, float* dw) {
    if (p->batch > 1 && p->out_features % 2 == 0) std::abort();
    return healthy.f32.linear_backward_weight(p, x, dy, dw);
  };
  const Failure f = shrunk(kernel, Op::linear_backward_weight, "mb5ic9oc8");
  EXPECT_EQ(f.kind, FailureKind::crash);
  EXPECT_EQ(to_descriptor(f.failed.problem), "mb2ic1oc2");
}

TEST(Shrink, ends_after_as_many_crashes_as_are_allowed) {
  Kernel kernel = healthy;
  kernel.f32.linear_backward_weight = [](const cnnspec_linear*, const float*, const float*, float*) -> int {
    std::abort();
  };
  EXPECT_EQ(to_descriptor(shrunk(kernel, Op::linear_backward_weight, "mb5ic9oc8").failed.problem), "mb1ic1oc1");
  Conditions once = conditions();
  once.most_restarts = 1;
  const Failure f = shrunk(kernel, Op::linear_backward_weight, "mb5ic9oc8", once);
  EXPECT_EQ(f.kind, FailureKind::crash);
  EXPECT_EQ(to_descriptor(f.failed.problem), "mb5ic9oc8");
}

TEST(Shrink, finds_the_least_that_hangs) {
  Kernel kernel = healthy;
  kernel.f32.max_pool2d_forward = [](const cnnspec_pool2d* p, const float* x, float* y) {
    while (p->kernel_height > 1) pause();
    return healthy.f32.max_pool2d_forward(p, x, y);
  };
  const Failure f = shrunk(kernel, Op::max_pool2d_forward, "mb1ic1ih3iw1kh2kw1", conditions(0.1));
  EXPECT_EQ(f.kind, FailureKind::hang);
  EXPECT_EQ(to_descriptor(f.failed.problem),
            to_descriptor(parse_descriptor(LayerId::max_pool2d, "mb1ic1ih2iw1kh2kw1")));
}

TEST(Shrink, finds_the_least_that_is_written_beyond) {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    for (Idx n = 0; n < (p->count + 3) / 4 * 4; ++n) y[n] = x[n] <= 0 ? 0 : x[n];
    return CNNSPEC_DONE;
  };
  const Failure f = shrunk(kernel, Op::relu_forward, "99");
  EXPECT_EQ(f.kind, FailureKind::out_of_bounds);
  EXPECT_EQ(to_descriptor(f.failed.problem), "1");
}

TEST(Shrink, finds_the_least_that_is_read_beyond) {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    const volatile float* const all = x;
    for (Idx n = 0; n < p->count; ++n) y[n] = all[n] <= 0 && all[n + 1] <= all[n + 1] + 1 ? 0 : all[n];
    return healthy.f32.relu_forward(p, x, y);
  };
  const Failure f = shrunk(kernel, Op::relu_forward, "300");
  EXPECT_EQ(f.kind, FailureKind::out_of_bounds);
  EXPECT_EQ(f.failed.data.substr(0, 2), "x=") << f.failed.data;
}

// ---- Mistakes that need a size ----

/// No plainer problem fails on the same family of data.
void expect_plainest(const Kernel& kernel, const Failure& f, const std::string& data) {
  for (const Problem& p : plainer(f.failed.problem)) {
    Case c = f.failed;
    c.problem = p, c.data = data;
    EXPECT_FALSE(judge_case(kernel, c, conditions()).failure) << to_descriptor(p);
  }
}

template <class Wrong>
Kernel wrong_if(Wrong) {
  Kernel kernel = healthy;
  kernel.f32.conv2d_forward = [](const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
    const int status = healthy.f32.conv2d_forward(p, x, w, b, y);
    if (Wrong()(*p)) y[0] += 1;
    return status;
  };
  return kernel;
}
std::string plainest_if(auto wrong, const char* descriptor) {
  const Kernel kernel = wrong_if(wrong);
  const Failure f = shrunk(kernel, Op::conv2d_forward, descriptor, conditions(), "exact-first-wide");
  expect_plainest(kernel, f, "exact-first-wide");
  return to_descriptor(f.failed.problem);
}
std::string plain(const char* descriptor) { return to_descriptor(parse_descriptor(LayerId::conv2d, descriptor)); }

TEST(Shrink, keeps_a_size_that_it_needs_and_nothing_else) {
  EXPECT_EQ(plainest_if([](const auto& p) { return p.out_channels >= 16; }, "mb2g2ic4ih5iw7oc50kh3kw2ph1"),
            plain("mb1ic1ih1oc16kh1"));
  EXPECT_EQ(plainest_if([](const auto& p) { return p.in_channels / p.groups >= 257; }, "mb1ic300ih3oc2kh3ph1"),
            plain("mb1ic257ih1oc1kh1"));
  EXPECT_EQ(plainest_if([](const auto& p) { return p.in_width > 64; }, "mb2ic3ih2iw129oc2kh1kw3pw1"),
            plain("mb1ic1ih1iw65oc1kh1kw1"));
}
TEST(Shrink, finds_the_least_multiple) {
  EXPECT_EQ(plainest_if([](const auto& p) { return p.out_channels % 8 == 0; }, "mb1ic2ih3oc24kh2"),
            plain("mb1ic1ih1oc8kh1"));
}
TEST(Shrink, moves_what_is_tied) {
  EXPECT_EQ(
      plainest_if([](const auto& p) { return p.in_height == p.in_width && p.in_height > 2; }, "mb1ic2ih9oc2kh3ph1"),
      plain("mb1ic1ih3iw3oc1kh1"));
  EXPECT_EQ(
      plainest_if([](const auto& p) { return p.groups > 1 && p.in_channels == p.groups && p.out_channels == p.groups; },
                  "g6ic6oc6ih5kh3"),
      plain("g2mb1ic2oc2ih1kh1"));
  EXPECT_EQ(plainest_if([](const auto& p) { return p.in_channels == p.out_channels && p.in_channels > 4; },
                        "mb1ic9ih3oc9kh1"),
            plain("mb1ic5ih1oc5kh1"));
  EXPECT_EQ(
      plainest_if([](const auto& p) { return p.out_width == 5 && p.kernel_width > 1; }, "mb1ic1ih1iw12oc1kh1kw4sw2dw0"),
      plain("mb1ic1ih1iw6oc1kh1kw2"));
}
TEST(Shrink, lays_out_in_one_row_what_is_a_number_of_pixels_or_cells) {
  EXPECT_EQ(plainest_if([](const auto& p) { return p.in_height * p.in_width > 64; }, "mb1ic2ih9iw9oc1kh1"),
            plain("mb1ic1ih1iw65oc1kh1"));
  EXPECT_EQ(plainest_if([](const auto& p) { return p.kernel_height * p.kernel_width > 16; }, "mb1ic1ih7iw7oc2kh5kw5"),
            plain("mb1ic1ih1iw17oc1kh1kw17"));
}

TEST(Shrink, says_how_the_failure_depends_on_sizes) {
  const auto said = [](const Kernel& kernel, const char* descriptor) {
    const Case c{Op::conv2d_forward, DType::f32, parse_descriptor(LayerId::conv2d, descriptor), tests::test_seed(), ""};
    ForkHost host(kernel);
    const CaseResult r = judge_case(host, c, conditions());
    std::vector<std::string> words;
    if (r.failure)
      for (const SizeCondition& s : find_plainest(host, *r.failure, conditions()).conditions)
        words.push_back(s.in_words());
    return words;
  };
  using Said = std::vector<std::string>;
  EXPECT_EQ(said(wrong_if([](const auto& p) { return p.out_channels >= 16; }), "mb2ic2ih5oc40kh3ph1"),
            Said{"from 16 output channels on"});
  EXPECT_EQ(
      said(wrong_if([](const auto& p) { return p.in_channels / p.groups > 16 && p.in_channels / p.groups % 16 != 0; }),
           "mb1ic35ih1oc2kh1"),
      Said{"from 17 input channels on, their number no multiple of 16"});
  EXPECT_EQ(said(wrong_if([](const auto&) { return true; }), "mb2ic2ih5oc4kh3ph1"), Said{});
}

TEST(Shrink, stays_with_the_reason_that_it_came_for) {
  Kernel kernel = healthy;
  // With few channels the bias is lost; from 16 channels on the kernel is flipped, which is another mistake.
  kernel.f32.conv2d_forward = [](const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
    if (p->out_channels < 4) return healthy.f32.conv2d_forward(p, x, w, nullptr, y);
    if (p->out_channels < 16) return healthy.f32.conv2d_forward(p, x, w, b, y);
    return tests::broken_kernel("kernel flipped").kernel.f32.conv2d_forward(p, x, w, b, y);
  };
  const Failure f = shrunk(kernel, Op::conv2d_forward, "mb1ic2ih4oc20kh2", conditions(), "exact-first-wide");
  EXPECT_EQ(f.failed.problem.as<cnnspec_conv2d>().out_channels, 16);
}

TEST(Shrink, stays_with_nan) {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    healthy.f32.relu_forward(p, x, y);
    if (p->count < 5) y[0] += 1;
    if (p->count >= 20) y[0] = std::numeric_limits<float>::quiet_NaN();
    return CNNSPEC_DONE;
  };
  EXPECT_EQ(to_descriptor(shrunk(kernel, Op::relu_forward, "90").failed.problem), "20");
}

/// A slow call does not count as a hang if each call has the time limit of the case that hung.
TEST(Shrink, gives_each_call_the_time_that_it_had) {
  Kernel kernel = healthy;
  kernel.f32.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) {
    while (p->count >= 4) pause();
    static bool was_slow = false;  // separate in each child
    if (p->count == 3 && !was_slow) usleep(1'050'000);
    was_slow |= p->count == 3;
    return healthy.f32.relu_forward(p, x, y);
  };
  Conditions limited = conditions(1.5);
  limited.isolation.most_hung = 1;  // each hang takes as long as the limit
  const Case five{Op::relu_forward, DType::f32, cnnspec_elementwise{5}, 1, "x=0"};
  ForkHost host(kernel);
  const Failure f = shrink(host, *judge_case(host, five, limited).failure, limited);
  EXPECT_EQ(f.kind, FailureKind::hang);
  EXPECT_EQ(to_descriptor(f.failed.problem), "4");
  EXPECT_NE(describe_failure("", f).find("within 1.5 s"), std::string::npos) << describe_failure("", f);
}

TEST(Shrink, leaves_what_does_not_fail_again_as_it_is) {
  Failure once;
  once.failed = {Op::relu_forward, DType::f32, cnnspec_elementwise{9}, 1};
  once.kind = FailureKind::crash, once.data = "ones";
  ForkHost host(healthy);
  const Failure f = shrink(host, once, conditions());
  EXPECT_EQ(reproduce("", f.failed), reproduce("", once.failed));
}

}  // namespace
}  // namespace cnnspec::checks
