// Pooling: a kernel that never reads one cell of its windows is convicted on that very problem, whichever cell it is.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <ostream>

#include "checks/host/fork_host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

constexpr Idx none = -1;
Idx ignored_cell = none;  // of each window; the kernel's process inherits it from the test

struct Maximum {
  float value = -std::numeric_limits<float>::infinity();
  Idx cell = none;  // its index in the plane
};

Maximum maximum(const cnnspec_pool2d& p, const float* plane, Idx i, Idx j) {
  Maximum best;
  for (Idx n = 0; n < p.kernel_height * p.kernel_width; ++n) {
    const Idx row = i * p.stride_height + n / p.kernel_width * p.dilation_height - p.pad_top;
    const Idx column = j * p.stride_width + n % p.kernel_width * p.dilation_width - p.pad_left;
    const bool outside = row < 0 || row >= p.in_height || column < 0 || column >= p.in_width;
    if (outside || n == ignored_cell) continue;
    const float value = plane[row * p.in_width + column];
    if (best.cell == none || value > best.value || std::isnan(value)) best = {value, row * p.in_width + column};
  }
  return best;
}

/// `visit(maximum, first element of its plane in x, number of the output)`.
template <class Visit>
void visit_windows(const cnnspec_pool2d& p, const float* x, Visit visit) {
  const Idx plane = p.in_height * p.in_width;
  for (Idx n = 0; n < y_count(p); ++n) {
    const Idx first = n / (p.out_height * p.out_width) * plane;
    visit(maximum(p, x + first, n / p.out_width % p.out_height, n % p.out_width), first, n);
  }
}

checks::Kernel pooling() {
  checks::Kernel kernel{.name = "pooling that ignores a cell", .description = ""};
  kernel.f32.max_pool2d_forward = [](const cnnspec_pool2d* p, const float* x, float* y) -> int {
    visit_windows(*p, x, [&](const Maximum& best, Idx, Idx n) { y[n] = best.value; });
    return CNNSPEC_DONE;
  };
  kernel.f32.max_pool2d_backward = [](const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) -> int {
    std::fill_n(dx, x_count(*p), 0.0f);
    visit_windows(*p, x, [&](const Maximum& best, Idx first, Idx n) {
      if (best.cell != none) dx[first + best.cell] += dy[n];
    });
    return CNNSPEC_DONE;
  };
  return kernel;
}

bool is_convicted(const CaseJudge& judge, Idx cell) {
  const checks::Kernel kernel = pooling();
  ForkHost host(kernel);
  ignored_cell = cell;
  const bool convicted = judge.judge(host).failure.has_value();
  ignored_cell = none;
  return convicted;
}

struct Windows {
  const char* name;
  const char* descriptor;
  Idx step;  // every step-th cell is tried
  bool all;  // each cell is real in some window, and there are enough windows to show all of them
  friend void PrintTo(const Windows& w, std::ostream* out) { *out << w.descriptor; }
};

class PoolingCells : public testing::TestWithParam<std::tuple<Windows, Op>> {
 protected:
  const Windows& windows() const { return std::get<Windows>(GetParam()); }
  CaseJudge judge_of_case() const {
    const Problem problem = parse_descriptor(LayerId::max_pool2d, windows().descriptor);
    return {{std::get<Op>(GetParam()), DType::f32, problem, test_seed()}, {}};
  }
};

TEST_P(PoolingCells, a_kernel_that_ignores_one_is_convicted) {
  const CaseJudge judge = judge_of_case();
  const checks::Kernel kernel = pooling();
  ForkHost host(kernel);
  const CaseResult healthy_result = judge.judge(host);
  ASSERT_FALSE(healthy_result.failure);
  const auto& p = judge.operation().problem.as<cnnspec_pool2d>();
  const Idx cells = p.kernel_height * p.kernel_width;
  Idx tried = 0, convicted = 0;
  for (Idx cell = 0; cell < cells; cell += windows().step, ++tried) convicted += is_convicted(judge, cell);
  const double share = static_cast<double>(convicted) / static_cast<double>(tried);
  fmt::print("{} {}: {} of {} convicted, sensitivity {:.1f}%\n", windows().descriptor,
             name_of(std::get<Op>(GetParam())), convicted, tried, 100 * healthy_result.sensitivity());
  if (windows().all) {
    EXPECT_EQ(convicted, tried);
  }
  // The reported sensitivity is not too high.
  if (windows().step == 1) {
    EXPECT_GE(share, healthy_result.sensitivity() - 1e-12);
  } else if (convicted < tried) {
    EXPECT_LT(healthy_result.sensitivity(), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Of, PoolingCells,
    testing::Combine(testing::Values(Windows{"of_one_9x9_window", "mb1ic1_ih9oh1kh9", 1, true},
                                     Windows{"of_9x9_windows", "mb1ic2_ih12oh2kh9sh3ph0", 1, true},
                                     Windows{"of_one_17x17_window", "mb1ic1_ih17oh1kh17", 3, true},
                                     Windows{"of_3x3_dilated", "mb1ic1_ih7oh5kh3dh1ph1", 1, true},
                                     Windows{"of_3x3_that_overlap", "mb2ic1_ih6oh6kh3ph1", 1, true},
                                     Windows{"of_1x7", "mb1ic1_ih3oh3kh1sh1ph0_iw13ow7kw7sw1pw0", 1, true},
                                     Windows{"of_7x1", "mb1ic1_ih13oh7kh7sh1ph0_iw3ow3kw1sw1pw0", 1, true},
                                     Windows{"of_one_5x4_window", "mb1ic1_ih5oh1kh5_iw4ow1kw4", 1, true},
                                     Windows{"of_one_32x32_window", "mb1ic1_ih32oh1kh32", 97, true},
                                     Windows{"of_one_33x33_window", "mb1ic1_ih33oh1kh33", 97, false},
                                     Windows{"of_33x33_windows", "mb2ic4_ih34oh2kh33", 97, true}),
                     testing::Values(Op::max_pool2d_forward, Op::max_pool2d_backward)),
    [](const auto& test) {
      return std::string(std::get<Windows>(test.param).name) + "_" + name_of(std::get<Op>(test.param));
    });

}  // namespace
}  // namespace cnnspec::tests
