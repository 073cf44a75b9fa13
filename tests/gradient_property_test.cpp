// Every layer, and whole networks, gradient-checked over generated configurations: exactly, and in high precision. A
// failure shows the shrunk configuration, the tensor, the entry, both values, and the command that repeats it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "checks/describe/targets.hpp"
#include "checks/generate/rapidcheck.hpp"
#include "checks/gradient/check_network.hpp"
#include "checks/gradient/forward_mode.hpp"

namespace cnnspec::checks {
namespace {

constexpr Limits small{
    .max_extent = 7, .max_channels = 4, .max_batch = 1, .max_features = 10, .max_count = 40, .max_taps = 600};

void expect_right(const GradientTarget& target, GradientScalar scalar, const char* scalar_name, Mode mode, Seed seed) {
  const GradientReport report = check_network(target.network, target.name, scalar, {.mode = mode, .seed = seed.value});
  if (!report.passed())
    RC_FAIL(report.failure() + "\n  reproduce: cnnspec gradcheck " + target.name + " --config " + target.config +
            " --scalar " + scalar_name + " --mode " + (mode == Mode::full ? "full" : "directional") + " --seed " +
            std::to_string(seed.value));
}

void expect_exact(LayerId family, Seed seed) {
  const Problem problem = *drawn([&](Choices& choices) { return draw_problem(choices, family, small); }).as("problem");
  expect_right(target_of(problem), GradientScalar::exact, "exact", Mode::full, seed);
}

RC_GTEST_PROP(GradientOfConv2d, equals_its_exact_finite_differences, (const Seed& seed)) {
  expect_exact(LayerId::conv2d, seed);
}
RC_GTEST_PROP(GradientOfMaxPool2d, equals_its_exact_finite_differences, (const Seed& seed)) {
  expect_exact(LayerId::max_pool2d, seed);
}
RC_GTEST_PROP(GradientOfRelu, equals_its_exact_finite_differences, (const Seed& seed)) {
  expect_exact(LayerId::relu, seed);
}
RC_GTEST_PROP(GradientOfLinear, equals_its_exact_finite_differences, (const Seed& seed)) {
  expect_exact(LayerId::linear, seed);
}

RC_GTEST_PROP(GradientOfEveryLayer, agrees_with_finite_differences_in_50_digits, (const Seed& seed)) {
  const Problem problem = *drawn([](Choices& choices) {
                             return draw_problem(choices, static_cast<LayerId>(choices.pick(0, 3)), small);
                           }).as("problem");
  expect_right(target_of(problem), GradientScalar::float50, "float50", Mode::directional, seed);
}

/// A Cnn2Config that fits its input: the input is built up backwards, from the output of the second stage.
GradientTarget draw_cnn2(Choices& choices) {
  Cnn2Config k{.c1 = choices.pick(1, 3),
               .c2 = choices.pick(1, 3),
               .out_dim = choices.pick(1, 3),
               .kernel_h = choices.pick(1, 3),
               .kernel_w = choices.pick(1, 3),
               .stride1 = choices.pick(1, 2),
               .padding1 = choices.pick(0, 2),
               .stride2 = choices.pick(1, 2),
               .padding2 = choices.pick(0, 2),
               .pool_kernel_h = choices.pick(1, 2),
               .pool_kernel_w = choices.pick(1, 2),
               .pool_stride1 = choices.pick(1, 2),
               .pool_stride2 = choices.pick(1, 2)};
  const auto input_of = [](Idx out, Idx window, Idx stride, Idx padding) {
    return std::max<Idx>(1, (out - 1) * stride + window - 2 * padding);
  };
  const auto input = [&](Idx kernel, Idx pool_kernel) {
    const Idx pooled2 = choices.pick(1, 2);
    const Idx conv2 = input_of(pooled2, pool_kernel, k.pool_stride2, 0);
    const Idx pooled1 = input_of(conv2, kernel, k.stride2, k.padding2);
    const Idx conv1 = input_of(pooled1, pool_kernel, k.pool_stride1, 0);
    return input_of(conv1, kernel, k.stride1, k.padding1) + choices.pick(0, 1);
  };
  const Idx in_c = choices.pick(1, 2), in_h = input(k.kernel_h, k.pool_kernel_h),
            in_w = input(k.kernel_w, k.pool_kernel_w);
  std::string config =
      "in_c=" + std::to_string(in_c) + ",in_h=" + std::to_string(in_h) + ",in_w=" + std::to_string(in_w);
  const std::pair<const char*, Idx> fields[] = {{"c1", k.c1},
                                                {"c2", k.c2},
                                                {"out_dim", k.out_dim},
                                                {"kernel_h", k.kernel_h},
                                                {"kernel_w", k.kernel_w},
                                                {"stride1", k.stride1},
                                                {"padding1", k.padding1},
                                                {"stride2", k.stride2},
                                                {"padding2", k.padding2},
                                                {"pool_kernel_h", k.pool_kernel_h},
                                                {"pool_kernel_w", k.pool_kernel_w},
                                                {"pool_stride1", k.pool_stride1},
                                                {"pool_stride2", k.pool_stride2}};
  for (const auto& [name, value] : fields) config += "," + std::string(name) + "=" + std::to_string(value);
  return load_target(choices.chance(50) ? "cnn2" : "cnn", config);
}

RC_GTEST_PROP(GradientOfCnn2, equals_its_exact_finite_differences, (const Seed& seed)) {
  const GradientTarget target = *drawn(draw_cnn2).as("network");
  expect_right(target, GradientScalar::exact, "exact", Mode::full, seed);
}

}  // namespace
}  // namespace cnnspec::checks
