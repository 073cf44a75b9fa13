// The census: does it count every configuration, and does it disprove every wrong layer?
#include "checks/census/census.hpp"

#include <gtest/gtest.h>

#include <set>

#include "checks/census/census_file.hpp"
#include "checks/census/census_report.hpp"
#include "checks/census/ordered.hpp"
#include "checks/census/variables.hpp"
#include "checks/layers/problems.hpp"
#include "checks/scalars/int128.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
// Wrong layers may calculate with cells; a right layer that did so would not compile.
inline Ordered operator+(Ordered a, const Ordered& b) { return a += b; }
inline Ordered operator-(const Ordered&, const Ordered&) { return {}; }
}  // namespace cnnspec::checks

#include "tests/wrong_layers_conv2d.hpp"
#include "tests/wrong_layers_max_pool2d.hpp"
#include "tests/wrong_layers_vectors.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::vector<LayerId>& all_families = census_families();
constexpr CensusBounds small{.extent = 3,
                             .kernel = 3,
                             .stride = 2,
                             .padding = 1,
                             .dilation = 2,
                             .groups = 2,
                             .channels = 2,
                             .taps = 4,
                             .features = 4};
constexpr CensusBounds tiny{.extent = 2,
                            .kernel = 2,
                            .stride = 2,
                            .padding = 1,
                            .dilation = 1,
                            .groups = 1,
                            .channels = 1,
                            .taps = 4,
                            .features = 2};

// ---- Which configurations are counted ----

/// Whether each tap reads a real cell in some window. Found by walking, without the size formula.
struct Walk {
  Idx windows = 0;
  bool each_has_a_real_cell = true;
};
Walk walk(Idx in, Idx kernel, Idx stride, Idx before, Idx after, Idx dilation) {
  Walk w;
  for (Idx start = 0;; start += stride) {
    bool is_real = false;
    for (Idx tap = 0; tap < kernel; ++tap) {
      const Idx cell = start + tap * dilation;
      if (cell >= before + in + after) return w;
      is_real = is_real || (cell >= before && cell < before + in);
    }
    ++w.windows;
    w.each_has_a_real_cell = w.each_has_a_real_cell && is_real;
  }
}

template <class Visit>
void for_each_axis(const CensusBounds& b, Visit visit) {
  for (Idx in = 1; in <= b.extent; ++in)
    for (Idx kernel = 1; kernel <= b.kernel; ++kernel)
      for (Idx stride = 1; stride <= b.stride; ++stride)
        for (Idx before = 0; before <= b.padding; ++before)
          for (Idx after = 0; after <= b.padding; ++after)
            for (Idx dilation = 1; dilation <= b.dilation; ++dilation)
              visit(kernel, before, after, walk(in, kernel, stride, before, after, dilation));
}

Idx brute_force_conv2d(const CensusBounds& b) {
  Idx axes = 0, channels = 0;
  for_each_axis(b, [&](Idx, Idx, Idx, const Walk& w) { axes += w.windows > 0; });
  const Idx most = b.groups * b.channels;
  for (Idx in = 1; in <= most; ++in)
    for (Idx out = 1; out <= most; ++out)
      for (Idx groups = 1; groups <= b.groups; ++groups)
        channels += in % groups == 0 && out % groups == 0 && in / groups <= b.channels && out / groups <= b.channels;
  return axes * axes * channels;
}

Idx brute_force_max_pool2d(const CensusBounds& b) {
  std::vector<Idx> axes(static_cast<std::size_t>(b.kernel) + 1);
  for_each_axis(b, [&](Idx kernel, Idx before, Idx after, const Walk& w) {
    axes[static_cast<std::size_t>(kernel)] +=
        w.windows > 0 && w.each_has_a_real_cell && 2 * before <= kernel && 2 * after <= kernel;
  });
  Idx count = 0;
  for (Idx channels = 1; channels <= b.channels; ++channels)
    for (Idx height = 1; height <= b.kernel; ++height)
      for (Idx width = 1; width <= b.kernel; ++width)
        if (channels * height * width <= b.taps)
          count += axes[static_cast<std::size_t>(height)] * axes[static_cast<std::size_t>(width)];
  return count;
}

TEST(CensusSpace, has_as_many_configurations_as_a_count_by_hand) {
  for (const CensusBounds& bounds : {tiny, small, CensusBounds{}}) {
    const CensusSpace space(bounds, all_families);
    EXPECT_EQ(space.size(LayerId::conv2d), brute_force_conv2d(bounds));
    EXPECT_EQ(space.size(LayerId::max_pool2d), brute_force_max_pool2d(bounds));
    EXPECT_EQ(space.size(LayerId::linear), bounds.features * bounds.features);
    EXPECT_EQ(space.size(),
              space.size(LayerId::conv2d) + space.size(LayerId::max_pool2d) + space.size(LayerId::linear));
  }
}

TEST(CensusSpace, has_each_configuration_once_and_only_valid_ones) {
  const CensusSpace space(tiny, all_families);
  std::set<std::string> seen;
  for (Idx n = 0; n < space.size(); ++n) {
    const Problem problem = space.at(n);
    ASSERT_TRUE(check(problem).ok()) << n;
    const std::string name = to_descriptor(problem);
    EXPECT_TRUE(seen.insert(std::string(checks::name_of(problem.layer())) + name).second) << name;
  }
}

TEST(CensusSpace, refuses_bounds_that_make_no_sense) {
  EXPECT_EQ(parse_census_bounds("extent=7,taps=9", "--max").extent, 7);
  for (const char* text : {"extent=0", "extent=1000", "extend=3", "kernel", "taps=10"})
    EXPECT_THROW(parse_census_bounds(text, "--max"), UsageError) << text;
}

// ---- The methods of proof ----

TEST(WeakOrders, are_all_there_and_each_once) {
  for (int n = 1; n <= 5; ++n) {
    std::set<std::vector<int>> seen;
    Idx count = 0;
    for_each_weak_order(n, [&](const std::vector<int>& ranks) {
      seen.insert(ranks);
      ++count;
      const std::set<int> used(ranks.begin(), ranks.end());
      for (const int rank : used) EXPECT_TRUE(rank == nan_rank || rank == 0 || used.contains(rank - 1));
      return true;
    });
    EXPECT_EQ(count, count_weak_orders(n));
    EXPECT_EQ(static_cast<Idx>(seen.size()), count);
  }
  EXPECT_EQ(count_weak_orders(6), 2 * 4683);
  EXPECT_EQ(count_weak_orders(9), 2 * 7087261);
}

TEST(FormalPolynomial, is_a_ring_of_formulas) {
  const auto v = [](int n) { return FormalPolynomial::variable(n); };
  EXPECT_TRUE(same(v(1) * v(2) + v(3), v(3) + v(2) * v(1)));
  EXPECT_TRUE(same((v(0) + v(1)) * (v(0) + v(1)), v(0) * v(0) + FormalPolynomial(2) * v(0) * v(1) + v(1) * v(1)));
  EXPECT_FALSE(same(v(0) * v(0), v(0)));
  EXPECT_FALSE(same(v(0), v(0) + v(0)));
  EXPECT_FALSE(same(v(0) * v(1), v(0) * v(2)));
  EXPECT_TRUE(same(v(0) + FormalPolynomial(-1) * v(0), FormalPolynomial()));
  EXPECT_FALSE(same(FormalPolynomial(1), FormalPolynomial()));
  FormalPolynomial twice = v(4) + v(5);
  twice += twice;
  EXPECT_TRUE(same(twice, FormalPolynomial(2) * (v(5) + v(4))));
  EXPECT_THROW(v(0) * v(1) * v(2) * v(3) * v(4), std::length_error);
}

TEST(ModularPolynomial, is_arithmetic_modulo_a_prime_with_bounds) {
  Stream stream(1);
  for (int n = 0; n < 1000; ++n) {
    const std::uint64_t a = draw_residue(stream), b = draw_residue(stream);
    const auto product = ModularPolynomial::variable(a) * ModularPolynomial::variable(b);
    const auto sum = ModularPolynomial::variable(a) + ModularPolynomial::variable(b);
    EXPECT_EQ(product.value(), static_cast<std::uint64_t>(static_cast<Int128>(a) * b % ModularPolynomial::prime));
    EXPECT_EQ(sum.value(), (a + b) % ModularPolynomial::prime);
    EXPECT_EQ(product.degree(), 2);
    EXPECT_EQ(sum.degree(), 1);
  }
  const auto large = ModularPolynomial(1 << 30) * ModularPolynomial(1 << 30);
  EXPECT_TRUE(large.is_bounded());
  EXPECT_FALSE((large + large).is_bounded()) << "2^61 = 1 modulo p: the same value, but not the same polynomial";
  EXPECT_FALSE(same(large + large, ModularPolynomial(1)));
  EXPECT_FALSE(same(ModularPolynomial(-1), ModularPolynomial(-1))) << "no bound is known";
}

/// The layers to prove, each over the scalars of its proof. They are the specification's layers until one is changed.
struct CensusSubject {
  Conv2dFunctions<FormalPolynomial> conv2d_formulas = spec_conv2d<FormalPolynomial>();
  Conv2dFunctions<ModularPolynomial> conv2d_at_random = spec_conv2d<ModularPolynomial>();
  LinearFunctions<FormalPolynomial> linear_formulas = spec_linear<FormalPolynomial>();
  LinearFunctions<ModularPolynomial> linear_at_random = spec_linear<ModularPolynomial>();
  MaxPool2dFunctions<Ordered> max_pool2d = spec_max_pool2d<Ordered>();

  operator LayerFunctions() const {
    LayerFunctions all(LayerId::conv2d, conv2d_formulas);
    all.set(LayerId::conv2d, conv2d_at_random);
    all.set(LayerId::linear, linear_formulas), all.set(LayerId::linear, linear_at_random);
    all.set(LayerId::max_pool2d, max_pool2d);
    return all;
  }
};

CensusProgress census_of(const LayerFunctions& subject, const CensusBounds& bounds, CensusProof proof,
                         const CensusShard& shard = {}) {
  const CensusPlan plan{.bounds = bounds, .proof = proof};
  return run_census(subject, plan, CensusSpace(bounds, plan.families), shard, {}, {});
}

TEST(Census, proves_the_specification) {
  for (const CensusProof proof : {CensusProof::basis, CensusProof::random}) {
    const CensusProgress p = census_of({}, tiny, proof);
    EXPECT_EQ(p.sum().disproved, 0);
    const CensusTally &conv = p.tallies[0], &pool = p.tallies[1], &linear = p.tallies[2];
    EXPECT_EQ(conv.configurations, brute_force_conv2d(tiny));
    EXPECT_EQ(conv.basis + conv.random, conv.configurations);
    EXPECT_EQ(pool.whole_image + pool.windows, pool.configurations);
    EXPECT_EQ(linear.basis + linear.random, 4);
    EXPECT_EQ(pool.doubt, pool.images);
    EXPECT_EQ(conv.doubt, proof == CensusProof::basis ? 0 : 3 * conv.configurations);
    EXPECT_EQ(conv.basis, proof == CensusProof::basis ? conv.configurations : 0);
    EXPECT_DOUBLE_EQ(p.failure_probability(), static_cast<double>(p.sum().doubt) / 2305843009213693951.0);
  }
}

/// Whether any configuration is disproved. The order of configurations meets all kinds early.
bool is_disproved(const LayerFunctions& subject, LayerId family, CensusProof proof) {
  const CensusPlan plan{.bounds = small, .proof = proof};
  const CensusSpace space(small, {family});
  const Idx step = 7919;  // a prime that divides no size
  EXPECT_NE(space.size() % step, 0);
  for (Idx n = 0; n < std::min(space.size(), Idx{3000}); ++n)
    if (const auto p = prove(subject, plan, space.at(n * step % space.size())); p.sum().disproved > 0) {
      EXPECT_EQ(p.first.size(), 1u);
      EXPECT_TRUE(contains(text_of(p.first[0], plan), "again: cnnspec census"));
      return true;
    }
  return false;
}

/// Whether the mistake is found only by laws about the order of evaluation, infinity, or NaN times zero.
bool is_beyond_polynomials(const std::string& rejected_by) {
  return rejected_by == "N1" || rejected_by == "N1 N2" || rejected_by == "N3";
}

TEST(Census, disproves_every_wrong_conv2d) {
  for_each_wrong_conv2d([](const std::string& mistake, const std::string& rejected_by, auto make) {
    CensusSubject subject;
    make(subject.conv2d_formulas), make(subject.conv2d_at_random);
    const bool expected = !is_beyond_polynomials(rejected_by);
    EXPECT_EQ(is_disproved(subject, LayerId::conv2d, CensusProof::basis), expected) << mistake;
    EXPECT_EQ(is_disproved(subject, LayerId::conv2d, CensusProof::random), expected) << mistake;
  });
}

TEST(Census, disproves_every_wrong_linear_layer) {
  for_each_wrong_linear([](const std::string& mistake, const std::string&, auto make) {
    CensusSubject subject;
    make(subject.linear_formulas), make(subject.linear_at_random);
    EXPECT_TRUE(is_disproved(subject, LayerId::linear, CensusProof::basis)) << mistake;
    EXPECT_TRUE(is_disproved(subject, LayerId::linear, CensusProof::random)) << mistake;
  });
}

TEST(Census, disproves_every_wrong_max_pool2d) {
  for_each_wrong_max_pool2d([](const std::string& mistake, const std::string& rejected_by, auto make) {
    CensusSubject subject;
    make(subject.max_pool2d);
    EXPECT_EQ(is_disproved(subject, LayerId::max_pool2d, CensusProof::basis), !is_beyond_polynomials(rejected_by))
        << mistake;
  });
}

cnnspec_conv2d conv(const char* descriptor) {
  return parse_descriptor(LayerId::conv2d, descriptor).as<cnnspec_conv2d>();
}

TEST(Census, says_what_differs) {
  CensusSubject subject;
  misread_dx<FormalPolynomial>(subject.conv2d_formulas, [](Conv2dConfig g) {
    g.width.dilation = 1;
    return g;
  });
  const auto p = prove(subject, {.bounds = {}, .seed = 3}, conv("mb1ic1ih1iw3oc1kh1kw2dw1"));
  ASSERT_EQ(p.first.size(), 1u);
  EXPECT_EQ(text_of(p.first[0].difference), "dx[0,0,1]: expected 0, got dy[0]*w[1]");
  EXPECT_TRUE(contains(text_of(p.first[0], {.bounds = {}, .seed = 3}), "--seed 3"));
}

TEST(Census, disproves_a_layer_that_is_not_linear) {
  CensusSubject subject;
  then_dx<FormalPolynomial>(subject.conv2d_formulas, [](auto& dx, const auto&, const auto&, const auto&) {
    dx = mapped(dx, [](const FormalPolynomial& v) { return v * v; });
  });
  EXPECT_EQ(prove(subject, {}, conv("mb1ic1ih1oc1kh1")).sum().disproved, 1);
  set_forward<ModularPolynomial>(subject.conv2d_at_random, [](const auto& x, const auto& w, const auto& g) {
    return mapped(conv2d(x, w, g), [](const ModularPolynomial& v) { return v * v; });
  });
  EXPECT_EQ(prove(subject, {.bounds = {}, .proof = CensusProof::random}, conv("mb1ic1ih1oc1kh1")).sum().disproved, 1);
}

TEST(Census, disproves_a_layer_of_the_wrong_shape_and_one_that_looks_at_values) {
  CensusSubject subject;
  subject.conv2d_formulas.backward_bias = [](const auto& dy) {
    return zeros<FormalPolynomial>(dyn_shape(dy.size() + 1));
  };
  EXPECT_EQ(prove(subject, {}, conv("mb1ic1ih1oc1kh1")).sum().disproved, 1);
  subject.max_pool2d.forward = [](const auto& x, const auto& g) {
    return mapped(max_pool2d(x, g), [](const Ordered& v) { return v < Ordered(0) ? Ordered(0) : v; });
  };
  const auto p = prove(subject, {}, parse_descriptor(LayerId::max_pool2d, "mb1ic1ih2kh2"));
  ASSERT_EQ(p.first.size(), 1u);
  EXPECT_TRUE(contains(p.first[0].difference.actual, "no cell")) << p.first[0].difference.actual;
}

/// Adds rows to the end of a tensor's second axis, or removes some if the number is negative. The added rows are empty.
template <class T>
Image<T> with_more_rows(const Image<T>& y, Idx more) {
  Image<T> other(dyn_shape(y.extent(0), y.extent(1) + more, y.extent(2)));
  for (Idx c = 0; c < y.extent(0); ++c)
    for (Idx i = 0; i < std::min(y.extent(1), other.extent(1)); ++i)
      for (Idx j = 0; j < y.extent(2); ++j) other(c, i, j) = y(c, i, j);
  return other;
}

/// The disproof in words; empty if the configuration is proved.
std::string disproof(const LayerFunctions& subject, const Problem& problem, CensusProof proof = CensusProof::basis) {
  const auto p = prove(subject, {.bounds = {}, .proof = proof}, problem);
  return p.first.empty() ? "" : text_of(p.first[0].difference);
}

const Problem some_conv2d = parse_descriptor(LayerId::conv2d, "mb1ic1ih4iw2oc2kh2kw1");
const Problem some_max_pool2d = parse_descriptor(LayerId::max_pool2d, "mb1ic1ih4iw2kh2kw1sh1sw1");
const Problem some_linear = parse_descriptor(LayerId::linear, "mb1ic2oc3");

TEST(Census, disproves_a_size_formula_that_is_not_the_twins) {
  for (const Idx more : {-1, 1}) {
    const auto changed = [more](auto p, auto extent) {
      p.*extent += more;
      return Problem(p);
    };
    const Problem wrong_conv2d = changed(some_conv2d.as<cnnspec_conv2d>(), &cnnspec_conv2d::out_height);
    const Problem wrong_pool = changed(some_max_pool2d.as<cnnspec_pool2d>(), &cnnspec_pool2d::out_width);
    for (const CensusProof proof : {CensusProof::basis, CensusProof::random})
      EXPECT_TRUE(
          contains(disproof({}, wrong_conv2d, proof), "the extents of y, by the size formula: expected 2, 3, 2"))
          << disproof({}, wrong_conv2d, proof);
    EXPECT_TRUE(contains(disproof({}, wrong_pool), "the extents of y, by the size formula: expected 1, 3, 2"))
        << disproof({}, wrong_pool);
  }
}

TEST(Census, disproves_a_layer_with_a_row_too_many_or_too_few) {
  for (const Idx more : {-1, 1}) {
    CensusSubject wrong;
    set_forward<FormalPolynomial>(wrong.conv2d_formulas, [more](const auto& x, const auto& w, const auto& g) {
      return with_more_rows(conv2d(x, w, g), more);
    });
    wrong.conv2d_at_random.forward_with_bias = [more](const auto& x, const auto& w, const auto& b, const auto& g) {
      return with_more_rows(conv2d(x, w, b, g), more);
    };
    wrong.linear_formulas.forward = [more](const auto& x, const auto& w) {
      const auto y = linear(x, w);
      return Vector<FormalPolynomial>(dyn_shape(y.size() + more));
    };
    wrong.max_pool2d.forward = [more](const auto& x, const auto& g) { return with_more_rows(max_pool2d(x, g), more); };
    const std::string rows = std::to_string(3 + more);
    EXPECT_EQ(disproof(wrong, some_conv2d), "the extents of y: expected 2, 3, 2, got 2, " + rows + ", 2");
    EXPECT_EQ(disproof(wrong, some_conv2d, CensusProof::random),
              "the extents of y with a bias: expected 2, 3, 2, got 2, " + rows + ", 2");
    EXPECT_EQ(disproof(wrong, some_linear), "the extents of y: expected 3, got " + rows);
    EXPECT_TRUE(contains(disproof(wrong, some_max_pool2d), "C6")) << disproof(wrong, some_max_pool2d);

    wrong.max_pool2d = spec_max_pool2d<Ordered>();
    wrong.max_pool2d.winners = [more](const auto& x, const auto& g) {
      return with_more_rows(max_pool2d_with_winners(x, g).winners, more);
    };
    EXPECT_TRUE(contains(disproof(wrong, some_max_pool2d), "C6")) << disproof(wrong, some_max_pool2d);
  }
}

TEST(Census, tests_on_random_images_that_no_window_looks_at_cells_of_another_one) {
  CensusSubject subject;  // y is not the winner of its window, but the cell two rows below, if there is one
  subject.max_pool2d.forward = [](const auto& x, const auto& g) {
    const auto right = max_pool2d_with_winners(x, g);
    auto y = right.y;
    for (Idx n = 0; n < y.size(); ++n)
      if (right.winners[n] + 2 < x.size()) y[n] = x[right.winners[n] + 2];
    return y;
  };
  const Problem problem = parse_descriptor(LayerId::max_pool2d, "mb1ic1ih6iw1kh2kw1sh1sw1");
  EXPECT_TRUE(contains(disproof(subject, problem), "y[0,"))
      << "equal in all images in which every second cell is equal";
  const auto right = prove({}, {}, problem);
  EXPECT_EQ(right.sum().windows, 1);
  EXPECT_EQ(right.sum().images, count_weak_orders(2) + random_images);
  EXPECT_EQ(right.sum().doubt, right.sum().images);
}

// ---- Shards ----

TEST(CensusShards, add_up_to_the_census) {
  const CensusProgress whole = census_of({}, tiny, CensusProof::automatic);
  for (const Idx count : {1, 3, 7}) {
    CensusProgress sum;
    for (Idx number = 1; number <= count; ++number)
      sum.add(census_of({}, tiny, CensusProof::automatic, {number, count}));
    EXPECT_EQ(sum.tallies, whole.tallies) << count;
    EXPECT_EQ(sum.done, whole.done);
  }
}

TEST(CensusShards, go_on_from_where_they_were_saved) {
  const CensusPlan plan{.bounds = tiny};
  const CensusSpace space(tiny, plan.families);
  std::vector<CensusProgress> saved;
  CensusRun often{.jobs = 2, .seconds_between_saves = 0};  // saves after each configuration
  often.save = [&](const CensusProgress& p) { saved.push_back(p); };
  const CensusShard shard{2, 3};
  const CensusProgress whole = run_census({}, plan, space, shard, {}, often);
  ASSERT_GE(saved.size(), 2u);
  EXPECT_LT(saved[0].done, whole.done);
  const CensusProgress rest = run_census({}, plan, space, shard, saved[0], {});
  EXPECT_EQ(rest.tallies, whole.tallies);
  EXPECT_EQ(rest.done, size_of(shard, space));
}

CensusFile shard_file(Idx number, Idx count) {
  const CensusPlan plan{.bounds = tiny, .families = {LayerId::linear}};
  const CensusSpace space(tiny, plan.families);
  const CensusShard shard{number, count};
  return {"1", "0123456789abcdef", plan, shard, size_of(shard, space), run_census({}, plan, space, shard, {}, {})};
}

TEST(CensusFile, is_read_back_as_it_was_written) {
  CensusFile file = shard_file(2, 3);
  file.progress.tallies[2].disproved = 1;
  file.progress.first.push_back({7, conv("mb1ic2ih5oc2kh3"), {"dx", {0, 1, 2}, "1", "2", ""}});
  const CensusFile read = parse_census_file(to_json(file), "file");
  EXPECT_EQ(to_json(read), to_json(file));
  EXPECT_EQ(difference_of(file, read), "");
  EXPECT_TRUE(read.is_finished());
}

TEST(CensusReport, speaks_of_all_inputs_and_of_doubt_only_where_nothing_is_disproved) {
  CensusFile file = shard_file(1, 1);
  EXPECT_TRUE(contains(text_of(file, false), "\nproved: 4 configurations, for all inputs; probability"))
      << text_of(file, false);
  file.progress.tallies[2].disproved = 1;
  const std::string disproved = text_of(file, false);
  EXPECT_TRUE(contains(disproved, "\ndisproved: 1 of 4 configurations, each wrong for some input (seed 1, "))
      << disproved;
  EXPECT_FALSE(contains(disproved, "probability")) << disproved;
}

TEST(CensusFile, that_is_none_is_refused) {
  const std::string good = to_json(shard_file(1, 1));
  const auto changed = [&](const std::string& part, const std::string& by) {
    std::string text = good;
    EXPECT_TRUE(contains(text, part)) << part;
    return text.replace(text.find(part), part.size(), by);
  };
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), changed("\"type\": \"census\"", "\"type\": \"judge\""),
        changed("\"schema\": 1", "\"schema\": 2"), changed("\"extent\": 2", "\"extent\": 2000000"),
        changed("\"done\": 4", "\"done\": 3"), changed("\"shard\": 1", "\"shard\": 2"), changed("\"auto\"", "\"all\""),
        changed("\"linear\"", "\"lineal\""), changed("\"linear\"", "\"relu\""),
        changed("\"seed\": 1", "\"seed\": \"x\"")})
    EXPECT_THROW(parse_census_file(text, "file"), UsageError) << text;
}

std::string refusal(const std::vector<CensusFile>& files) {
  std::vector<std::string> names;
  for (std::size_t n = 0; n < files.size(); ++n) names.push_back("file " + std::to_string(n));
  try {
    merge(files, names);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

TEST(CensusFile, merges_with_all_the_others_and_nothing_else) {
  const CensusFile one = shard_file(1, 2), two = shard_file(2, 2);
  const CensusFile whole = merge({two, one}, {"a", "b"});
  EXPECT_EQ(whole.progress.tallies, shard_file(1, 1).progress.tallies);
  EXPECT_TRUE(whole.is_finished());

  EXPECT_TRUE(contains(refusal({one}), "none with number 2")) << refusal({one});
  EXPECT_TRUE(contains(refusal({one, two, one}), "shard 1, as in file 0")) << refusal({one, two, one});
  EXPECT_TRUE(contains(refusal({one, shard_file(2, 3)}), "number of shards"));
  CensusFile other = two;
  other.plan.seed = 2;
  EXPECT_TRUE(contains(refusal({one, other}), "seed"));
  other = two;
  other.plan.bounds.features = 3;
  EXPECT_TRUE(contains(refusal({one, other}), "bounds"));
  other = two;
  other.version = "2";
  EXPECT_TRUE(contains(refusal({one, other}), "version"));
  other = two;
  other.source = "fedcba9876543210";
  EXPECT_TRUE(
      contains(refusal({one, other}), "another source (the specification, the census or the twins were changed)"))
      << refusal({one, other});
  other = two;
  other.plan.proof = CensusProof::random;
  EXPECT_TRUE(contains(refusal({one, other}), "proof"));
  other = two;
  --other.progress.done;
  EXPECT_TRUE(contains(refusal({one, other}), "finished"));
}

}  // namespace
}  // namespace cnnspec::tests
