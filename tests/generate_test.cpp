// The generators: they draw valid problems, or problems invalid in the requested way, with enough variety to find
// mistakes.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>

#include "checks/generate/configurations.hpp"
#include "checks/generate/data.hpp"
#include "checks/generate/invalid.hpp"
#include "checks/generate/tape.hpp"
#include "checks/layers/avg_pool2d/config.hpp"
#include "checks/layers/conv2d/draw.hpp"
#include "checks/layers/linear/draw.hpp"
#include "checks/layers/max_pool2d/draw.hpp"
#include "checks/layers/problems.hpp"
#include "checks/layers/relu/draw.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

using tests::scaled;
using tests::test_seed;

constexpr std::array families{LayerId::conv2d, LayerId::max_pool2d, LayerId::relu, LayerId::linear};
constexpr std::array clauses{Clause::C1, Clause::C2, Clause::C3, Clause::C4, Clause::C5, Clause::C6};

std::string message(const Violation& v) { return v.ok() ? "" : ShapeError(v).what(); }

/// The clause of an action's refusal, or none.
Clause refusal(const std::function<void()>& action) {
  try {
    action();
    return Clause::none;
  } catch (const ShapeError& e) {
    return e.violation.clause;
  }
}

/// Always chooses the first, or always the last value of a range.
class ExtremeChoices final : public Choices {
 public:
  explicit ExtremeChoices(bool last) : last_(last) {}

 private:
  Idx do_pick(Idx lo, Idx hi) override { return last_ ? hi : lo; }
  bool last_;
};

/// Whether each window along an axis has a real cell, tested window by window.
bool every_window_has_a_real_cell(const Line& line) {
  for (Idx o = 0; o < line.out; ++o) {
    bool real = false;
    for (Idx k = 0; k < line.kernel; ++k) {
      const Idx cell = o * line.axis.stride + k * line.axis.dilation - line.axis.before;
      real = real || (0 <= cell && cell < line.in);
    }
    if (!real) return false;
  }
  return true;
}

// ---- Valid problems ----------------------------------------------------------------------------------------------

TEST(GeneratedProblems, C1_to_C6_hold_for_every_random_sequence_of_decisions) {
  RandomChoices choices(test_seed());
  for (int n = 0; n < scaled(2000); ++n)
    for (const LayerId family : families) {
      const Problem p = draw_problem(choices, family);
      EXPECT_EQ(layer_id(p), family);
      EXPECT_EQ(message(check(p)), "") << to_descriptor(p);
    }
}

TEST(GeneratedProblems, C1_to_C6_hold_within_unusual_limits) {
  const Limits smallest{1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  const Limits flat{.max_extent = 2, .max_kernel = 9, .max_stride = 9, .max_dilation = 9};
  const Limits large{.max_extent = 4000,
                     .max_channels = 500,
                     .max_batch = 64,
                     .max_kernel = 31,
                     .max_stride = 40,
                     .max_dilation = 50,
                     .max_groups = 500,
                     .max_taps = 1'000'000'000};
  RandomChoices choices(test_seed());
  for (const Limits& limits : {smallest, flat, large})
    for (int n = 0; n < scaled(500); ++n)
      for (const LayerId family : families) {
        const Problem p = draw_problem(choices, family, limits);
        EXPECT_EQ(message(check(p)), "") << to_descriptor(p);
        EXPECT_LE(taps(p), limits.max_taps) << to_descriptor(p);
      }
}

TEST(GeneratedProblems, stay_within_their_limits) {
  const Limits limits{.max_extent = 9, .max_channels = 6, .max_batch = 2, .max_taps = 3000};
  RandomChoices choices(test_seed());
  for (int n = 0; n < scaled(1000); ++n) {
    const cnnspec_conv2d p = draw_conv2d(choices, limits);
    EXPECT_LE(taps(p), 3000) << to_descriptor(p);
    EXPECT_LE(p.in_height + p.pad_top + p.pad_bottom, 9) << to_descriptor(p);
    EXPECT_LE(p.in_width + p.pad_left + p.pad_right, 9) << to_descriptor(p);
    EXPECT_LE(std::max(p.in_channels, p.out_channels), 6) << to_descriptor(p);
    EXPECT_LE(p.batch, 2) << to_descriptor(p);
  }
}

TEST(GeneratedProblems, are_the_plainest_when_every_decision_is) {
  ExtremeChoices first(false);
  EXPECT_EQ(to_descriptor(draw_conv2d(first)), "mb1ic1oc1_ih1oh1kh1");
  EXPECT_EQ(to_descriptor(draw_pool2d(first)), "mb1ic1_ih1oh1kh1");
  EXPECT_EQ(to_descriptor(draw_linear(first)), "mb1ic1oc1");
  EXPECT_EQ(to_descriptor(draw_elementwise(first)), "1");
}

TEST(GeneratedProblems, are_valid_when_every_decision_is_extreme) {
  ExtremeChoices last(true);
  for (const LayerId family : families) EXPECT_EQ(message(check(draw_problem(last, family))), "");
}

TEST(GeneratedProblems, C4_no_pooling_window_holds_only_padding) {
  RandomChoices choices(test_seed());
  for (int n = 0; n < scaled(5000); ++n) {
    const cnnspec_pool2d p =
        draw_pool2d(choices, {.max_extent = 8, .max_channels = 1, .max_batch = 1, .max_dilation = 7});
    EXPECT_TRUE(every_window_has_a_real_cell(height_of(p)) && every_window_has_a_real_cell(width_of(p)))
        << to_descriptor(p);
  }
}

/// The percentages of conv2d problems with certain properties. Each bound is about half of the actual percentage.
TEST(GeneratedProblems, cover_what_kernels_get_wrong) {
  using P = cnnspec_conv2d;
  struct Feature {
    const char* name;
    int at_least;
    bool (*holds)(const P&);
  };
  const auto remainder = [](const Line& l) {
    return l.in + l.axis.before + l.axis.after - ((l.out - 1) * l.axis.stride + l.axis.dilation * (l.kernel - 1) + 1);
  };
  static const auto has_remainder = [=](const Line& l) { return remainder(l) > 0; };
  static const std::array features{
      Feature{"height differs from width", 40, [](const P& p) { return p.in_height != p.in_width; }},
      Feature{"kernel is not square", 30, [](const P& p) { return p.kernel_height != p.kernel_width; }},
      Feature{"strides differ", 25, [](const P& p) { return p.stride_height != p.stride_width; }},
      Feature{"dilations differ", 15, [](const P& p) { return p.dilation_height != p.dilation_width; }},
      Feature{"the same along both axes", 5, [](const P& p) { return height_of(p) == width_of(p); }},
      Feature{"stride differs from dilation", 35, [](const P& p) { return p.stride_height != p.dilation_height; }},
      Feature{"the stride leaves a remainder", 20,
              [](const P& p) { return has_remainder(height_of(p)) || has_remainder(width_of(p)); }},
      Feature{"overlapping windows", 25,
              [](const P& p) { return p.kernel_height > p.stride_height && p.out_height > 1; }},
      Feature{"gaps between windows", 8,
              [](const P& p) { return p.kernel_height < p.stride_height && p.out_height > 1; }},
      Feature{"padding", 35, [](const P& p) { return p.pad_top + p.pad_bottom + p.pad_left + p.pad_right > 0; }},
      Feature{"no padding", 8, [](const P& p) { return p.pad_top + p.pad_bottom + p.pad_left + p.pad_right == 0; }},
      Feature{"asymmetric padding", 25,
              [](const P& p) { return p.pad_top != p.pad_bottom || p.pad_left != p.pad_right; }},
      Feature{"paddings of the axes differ", 30, [](const P& p) { return p.pad_top != p.pad_left; }},
      Feature{"padding as large as the kernel", 5, [](const P& p) { return p.pad_top >= p.kernel_height; }},
      Feature{"dilated kernel", 15, [](const P& p) { return p.dilation_height > 1 && p.kernel_height > 1; }},
      Feature{"groups", 15, [](const P& p) { return p.groups > 1; }},
      Feature{"several channels in a group", 3, [](const P& p) { return p.groups > 1 && p.in_channels > p.groups; }},
      Feature{"depthwise", 5,
              [](const P& p) { return p.groups > 1 && p.in_channels == p.groups && p.out_channels == p.groups; }},
      Feature{"depthwise with a multiplier", 2,
              [](const P& p) { return p.groups > 1 && p.in_channels == p.groups && p.out_channels > p.groups; }},
      Feature{"1x1 kernel", 7, [](const P& p) { return p.kernel_height == 1 && p.kernel_width == 1; }},
      Feature{"kernel as large as the image", 2,
              [](const P& p) {
                return p.kernel_height > 1 && p.kernel_height == p.in_height && p.kernel_width == p.in_width &&
                       p.dilation_height == 1 && p.dilation_width == 1;
              }},
      Feature{"one row", 5, [](const P& p) { return p.in_height == 1 && p.in_width > 1; }},
      Feature{"several images", 30, [](const P& p) { return p.batch > 1; }}};

  RandomChoices choices(test_seed());
  constexpr int draws = 2000;
  std::map<std::string, int> count;
  for (int n = 0; n < draws; ++n) {
    const P p = draw_conv2d(choices);
    for (const Feature& feature : features) count[feature.name] += feature.holds(p);
  }
  for (const Feature& feature : features)
    EXPECT_GE(count[feature.name] * 100 / draws, feature.at_least) << feature.name;
}

TEST(GeneratedProblems, cover_what_pooling_gets_wrong) {
  RandomChoices choices(test_seed());
  int overlaps = 0, gaps = 0, padded = 0, asymmetric = 0, dilations_differ = 0;
  constexpr int draws = 2000;
  for (int n = 0; n < draws; ++n) {
    const cnnspec_pool2d p = draw_pool2d(choices);
    overlaps += p.kernel_height > p.stride_height && p.out_height > 1;
    gaps += p.kernel_height < p.stride_height && p.out_height > 1;
    padded += p.pad_top > 0;
    asymmetric += p.pad_top != p.pad_bottom;
    dilations_differ += p.dilation_height != p.dilation_width;
  }
  for (const int count : {overlaps, gaps, padded, asymmetric, dilations_differ}) EXPECT_GE(count * 100 / draws, 5);
}

TEST(Taps, are_counted_and_never_wrap) {
  EXPECT_EQ(taps(parse_descriptor(LayerId::conv2d, "g2mb3ic4oc6_ih5iw9kh2kw3")), 3 * 6 * (4 * 7) * 2 * (2 * 3));
  EXPECT_EQ(taps(parse_descriptor(LayerId::max_pool2d, "mb3ic4_ih5iw9kh2kw3sh1")), 3 * 4 * (4 * 7) * (2 * 3));
  EXPECT_EQ(taps(parse_descriptor(LayerId::linear, "mb3ic4oc5")), 60);
  EXPECT_EQ(taps(parse_descriptor(LayerId::relu, "3x4")), 12);
  const Idx large = Idx{1} << 40;
  EXPECT_EQ(taps(cnnspec_linear{large, large, 1}), std::numeric_limits<Idx>::max());
}

// ---- Clauses -----------------------------------------------------------------------------------------------------

TEST(PoolingAxis, C4_is_violated_exactly_where_padding_is_too_large_or_a_window_has_no_real_cell) {
  for (Idx in = 1; in <= 5; ++in)
    for (Idx kernel = 1; kernel <= 4; ++kernel)
      for (Idx dilation = 1; dilation <= 7; ++dilation)
        for (Idx stride = 1; stride <= 3; ++stride)
          for (Idx before = 0; before <= 3; ++before)
            for (Idx after = 0; after <= 3; ++after) {
              const Axis axis{stride, before, after, dilation};
              if (!check_axis("test", "axis", in, kernel, axis).ok()) continue;
              const Line line{in, conv_out(in, kernel, axis), kernel, axis};
              const bool allowed = std::max(before, after) <= kernel / 2 && every_window_has_a_real_cell(line);
              EXPECT_EQ(check_pool_axis("test", "axis", in, kernel, axis).clause, allowed ? Clause::none : Clause::C4)
                  << "in " << in << " kernel " << kernel << " dilation " << dilation << " stride " << stride
                  << " before " << before << " after " << after;
            }
}

/// The specification's own verdict on a problem's shapes; it knows no batch.
Clause clause_by_spec(const cnnspec_conv2d& p) {
  return refusal([&] {
    const Idx channels = p.groups < 1 ? p.in_channels : std::max(Idx{1}, p.in_channels / p.groups);
    const auto x = dyn_shape(p.in_channels, p.in_height, p.in_width);
    const auto w = dyn_shape(p.out_channels, channels, p.kernel_height, p.kernel_width);
    const Violation v = check_conv2d(x.extents(), w.extents(), config_of(p));
    EXPECT_EQ(refusal([&] { conv2d_shape(x, w, config_of(p)); }), v.clause);
    if (v.ok() || v.clause == Clause::C2) {  // the size formula also refuses it
      const Line h = height_of(p), l = width_of(p);
      EXPECT_EQ(refusal([&] { conv_out(h.in, h.kernel, h.axis), conv_out(l.in, l.kernel, l.axis); }), v.clause);
    }
    require(v);
    require_same("conv2d", "y", conv2d_shape(x, w, config_of(p)), y_shape(p));
  });
}
Clause clause_by_spec(const cnnspec_pool2d& p) {
  return refusal([&] {
    const auto x = x_shape(p);
    const Violation v = check_max_pool2d(x.extents(), config_of(p));
    EXPECT_EQ(refusal([&] { max_pool2d_shape(x, config_of(p)); }), v.clause);
    if (v.ok() || v.clause == Clause::C2 || v.clause == Clause::C4) {
      const Line h = height_of(p), l = width_of(p);
      EXPECT_EQ(refusal([&] { pool_out(h.in, h.kernel, h.axis), pool_out(l.in, l.kernel, l.axis); }), v.clause);
    }
    require(v);
    require_same("max_pool2d", "y", max_pool2d_shape(x, config_of(p)), y_shape(p));
  });
}
Clause clause_by_spec(const AvgPool2dProblem& p) {
  return refusal([&] { require_same("avg_pool2d", "y", avg_pool2d_shape(x_shape(p), config_of(p)), y_shape(p)); });
}
Clause clause_by_spec(const cnnspec_linear& p) {
  return refusal([&] { x_shape(p), w_shape(p), y_shape(p); });
}
Clause clause_by_spec(const cnnspec_elementwise& p) {
  return refusal([&] { x_shape(p); });
}

TEST(InvalidProblems, C1_to_C6_are_refused_by_name) {
  RandomChoices choices(test_seed());
  for (const Clause clause : clauses)
    for (const LayerId family : layers_with(clause))
      for (int n = 0; n < scaled(500); ++n) {
        const InvalidCase invalid = draw_invalid(choices, family, clause);
        const Violation v = check(invalid.problem);
        EXPECT_EQ(v.clause, clause) << invalid.change << ": " << message(v);
        const bool seen_by_spec = !invalid.change.starts_with("batch");
        EXPECT_EQ(visit_problem([](const auto& p) { return clause_by_spec(p); }, invalid.problem),
                  seen_by_spec ? clause : Clause::none)
            << invalid.change;
      }
}

TEST(InvalidProblems, come_from_every_family_that_can_violate_the_clause) {
  RandomChoices choices(test_seed());
  for (const Clause clause : clauses) {
    std::set<LayerId> drawn;
    for (int n = 0; n < 200; ++n) drawn.insert(layer_id(draw_invalid(choices, clause).problem));
    EXPECT_EQ(drawn.size(), layers_with(clause).size());
  }
}

TEST(InvalidProblems, C2_includes_a_window_that_is_one_cell_too_large) {
  RandomChoices choices(test_seed());
  int by_one = 0;
  for (int n = 0; n < 500; ++n) {
    const Violation v = check(draw_invalid(choices, Clause::C2).problem);
    by_one += v.expected == v.actual + 1;
  }
  EXPECT_GE(by_one, 50);
}

TEST(ProblemCheck, C6_names_both_output_extents) {
  cnnspec_conv2d p = parse_descriptor(LayerId::conv2d, "mb1ic1oc1_ih5iw6kh3kw2").as<cnnspec_conv2d>();
  p.out_width = 4;
  const Violation v = check(p);
  EXPECT_EQ(v.clause, Clause::C6);
  EXPECT_STREQ(v.position, "out_width");
  EXPECT_EQ(v.expected, 5);
  EXPECT_EQ(v.actual, 4);
}

TEST(ProblemCheck, C3_counts_the_batch) {
  EXPECT_EQ(check(cnnspec_linear{Idx{1} << 62, 1, 1}).clause, Clause::none);
  EXPECT_EQ(check(cnnspec_linear{Idx{1} << 62, 2, 1}).clause, Clause::C3);
}

TEST(ProblemCheck, C1_refuses_the_number_that_means_unknown) {
  EXPECT_EQ(check(cnnspec_elementwise{dyn}).clause, Clause::C1);
  cnnspec_conv2d p = parse_descriptor(LayerId::conv2d, "mb1ic1oc1_ih5kh3").as<cnnspec_conv2d>();
  p.stride_height = dyn;
  EXPECT_EQ(check(p).clause, Clause::C1);
}

// ---- Tapes -------------------------------------------------------------------------------------------------------

TEST(Tape, makes_the_same_problem_again) {
  for (int n = 0; n < 100; ++n) {
    RandomChoices source(test_seed() + static_cast<std::uint64_t>(n));
    RecordedChoices recorded(source);
    const cnnspec_conv2d p = draw_conv2d(recorded);
    ReplayedChoices replayed(recorded.tape());
    EXPECT_EQ(to_descriptor(draw_conv2d(replayed)), to_descriptor(p));
  }
}

TEST(Tape, C1_to_C6_hold_whatever_is_on_it) {
  RandomChoices choices(test_seed());
  for (int n = 0; n < scaled(1000); ++n) {
    Tape tape;
    for (Idx length = choices.pick(0, 40); length > 0; --length)
      tape.push_back(choices.pick(0, choices.chance(50) ? 3 : 200));
    for (const LayerId family : families) {
      ReplayedChoices replayed(tape);
      EXPECT_EQ(message(check(draw_problem(replayed, family))), "");
    }
  }
}

TEST(Tape, becomes_plainer_in_steps_that_come_to_an_end) {
  const Tape tape{3, 0, 2};
  for (const Tape& p : plainer(tape)) EXPECT_LT(p, tape);
  EXPECT_EQ(plainer(tape), (std::vector<Tape>{{}, {3, 0}, {0, 0, 2}, {2, 0, 2}, {3, 0, 0}, {3, 0, 1}}));
  EXPECT_TRUE(plainer({}).empty());
}

// ---- Data --------------------------------------------------------------------------------------------------------

/// The minimal scalar for the spec: it can only be made from an int.
struct FromInt {
  FromInt() = default;
  explicit FromInt(int v) : value(v) {}
  template <class Other>
  explicit FromInt(Other) = delete;
  int value = 0;
};

TEST(Data, integers_reach_both_ends_of_their_range) {
  RandomChoices choices(test_seed());
  Vector<double> x(dyn_shape(500));
  fill_integers(x, choices, -3, 4);
  EXPECT_EQ(std::set<double>(x.elements().begin(), x.elements().end()), (std::set<double>{-3, -2, -1, 0, 1, 2, 3, 4}));
}

TEST(Data, odd_integers_are_never_zero) {
  RandomChoices choices(test_seed());
  Vector<FromInt> x(dyn_shape(500));
  fill_odd(x, choices, 2);
  std::set<int> values;
  for (const FromInt& v : x.elements()) values.insert(v.value);
  EXPECT_EQ(values, (std::set<int>{-5, -3, -1, 1, 3, 5}));
}

TEST(Data, distinct_integers_are_distinct_and_in_another_order_each_time) {
  RandomChoices choices(test_seed());
  Image<int> x(dyn_shape(2, 3, 5)), y(dyn_shape(2, 3, 5));
  fill_distinct(x, choices);
  fill_distinct(y, choices);
  EXPECT_NE(x, y);
  const std::set<int> values(x.elements().begin(), x.elements().end());
  EXPECT_EQ(values.size(), 30u);
  EXPECT_EQ(*values.begin(), -29);
  EXPECT_EQ(*values.rbegin(), 29);
  for (const int v : values) EXPECT_NE(v % 2, 0);
}

TEST(Data, tied_integers_tie_in_most_windows) {
  RandomChoices choices(test_seed());
  Image<int> x(dyn_shape(1, 40, 40));
  fill_tied(x, choices);
  int ties = 0;
  for (Idx i = 0; i < 40; i += 2)
    for (Idx j = 0; j < 40; j += 2) {
      const int ones = x(0, i, j) + x(0, i, j + 1) + x(0, i + 1, j) + x(0, i + 1, j + 1);
      ties += ones != 1;
    }
  EXPECT_GE(ties, 200);
}

TEST(Data, is_the_same_for_the_same_seed) {
  Vector<int> x(dyn_shape(50)), y(dyn_shape(50));
  RandomChoices one(7), same(7);
  fill_integers(x, one, -100, 100);
  fill_integers(y, same, -100, 100);
  EXPECT_EQ(x, y);
}

}  // namespace
}  // namespace cnnspec::checks
