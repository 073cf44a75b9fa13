// The specification's descriptions: each layer's kind, names and hyper-parameters, the rows of chains and networks, and
// the run-time definition of the models. All are compared with texts and numbers in this file.
#include <gtest/gtest.h>

#include "checks/mutants/suite/uneven.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec {
namespace {

// All numbers differ, so that a swap of two of them shows.
constexpr Axis down{.stride = 2, .before = 1, .after = 3, .dilation = 4};
constexpr Axis across{.stride = 5, .before = 7, .after = 6, .dilation = 8};
const HyperParameters window{{"kernel_height", 2},   {"kernel_width", 3},  {"stride_height", 2}, {"stride_width", 5},
                             {"pad_top", 1},         {"pad_left", 7},      {"pad_bottom", 3},    {"pad_right", 6},
                             {"dilation_height", 4}, {"dilation_width", 8}};

TEST(Layers, are_described_by_kind_parameters_and_hyper_parameters) {
  const Conv2dLayer<double, dyn, dyn, dyn, dyn, Conv2dConfig> conv{
      zeros<double>(dyn_shape(4, 3, 2, 3)), zeros<double>(dyn_shape(4)), {down, across, 2}};
  HyperParameters with_groups = window;
  with_groups.emplace_back("groups", 2);
  EXPECT_EQ(std::string(conv.kind), "conv2d");
  EXPECT_EQ(conv.input_rank, 3);
  EXPECT_EQ(std::string(conv.parameter_names[0]) + " " + conv.parameter_names[1], "kernel bias");
  EXPECT_EQ(conv.hyper_parameters(), with_groups);

  const MaxPool2dLayer<MaxPool2dConfig> pool({2, 3, down, across});
  EXPECT_EQ(std::string(pool.kind), "max_pool2d");
  EXPECT_EQ(pool.input_rank, 3);
  EXPECT_EQ(pool.hyper_parameters(), window);
  EXPECT_EQ(pool.parameter_names.size(), 0u);
  const MaxPool2dConfig plain{1, 1, {1, 0, 0, 1}, {1, 0, 0, 1}};
  EXPECT_TRUE(MaxPool2dConfig{} == plain);

  const AvgPool2dLayer<AvgPool2dConfig> mean({2, 3, down, across, false, true, 9});
  HyperParameters of_mean = window;
  of_mean.emplace_back("count_include_pad", 0);
  of_mean.emplace_back("ceil_mode", 1);
  of_mean.emplace_back("divisor_override", 9);
  EXPECT_EQ(std::string(mean.kind), "avg_pool2d");
  EXPECT_EQ(mean.input_rank, 3);
  EXPECT_EQ(mean.hyper_parameters(), of_mean);
  EXPECT_EQ(mean.parameter_names.size(), 0u);
  const AvgPool2dConfig usual{1, 1, {1, 0, 0, 1}, {1, 0, 0, 1}, true, false, 0};
  EXPECT_TRUE(AvgPool2dConfig{} == usual);

  const LinearLayer<double, dyn, dyn> head{zeros<double>(dyn_shape(4, 3)), zeros<double>(dyn_shape(4))};
  EXPECT_EQ(std::string(head.kind), "linear");
  EXPECT_EQ(head.input_rank, 1);
  EXPECT_EQ(std::string(head.parameter_names[0]) + " " + head.parameter_names[1], "weight bias");
  EXPECT_EQ(head.hyper_parameters(), HyperParameters{});

  EXPECT_EQ(std::string(ReluLayer::kind), "relu");
  EXPECT_EQ(std::string(FlattenLayer::kind), "flatten");
  EXPECT_EQ(ReluLayer{}.hyper_parameters(), HyperParameters{});
}

TEST(Layers, have_a_row_with_extents_and_the_number_of_their_parameters) {
  const Conv2dLayer<double, dyn, dyn, dyn, dyn, Conv2dConfig> conv{
      zeros<double>(dyn_shape(4, 3, 2, 5)), zeros<double>(dyn_shape(4)), {{}, {}, 2}};
  const LayerDescription row = describe_layer("first", conv, dyn_shape(6, 7, 8));
  EXPECT_EQ(row.kind, "conv2d");
  EXPECT_EQ(row.name, "first");
  EXPECT_EQ(row.input, (std::vector<Idx>{6, 7, 8}));
  EXPECT_EQ(row.output, (std::vector<Idx>{4, 6, 4}));
  EXPECT_EQ(row.parameters, 4 * 3 * 2 * 5 + 4);
  EXPECT_EQ(row.hyper_parameters, conv.hyper_parameters());
  EXPECT_EQ(describe_layer("", ReluLayer{}, dyn_shape(2)).parameters, 0);
}

/// A layer that takes a tensor without axes, a scalar. It differs from a layer that takes any number of axes.
struct ScalarLayer : NoParameters {
  static constexpr int input_rank = 0;
};
TEST(Layers, take_a_number_of_axes_of_their_own_or_any) {
  EXPECT_TRUE((takes<ScalarLayer, Shape<>>));
  EXPECT_FALSE((takes<ScalarLayer, Shape<2>>));
  EXPECT_FALSE((takes<LinearLayer<int, 4, 3>, Shape<>>));
  EXPECT_TRUE((takes<LinearLayer<int, 4, 3>, Shape<3>>));
  EXPECT_TRUE((takes<ReluLayer, Shape<>>));
  EXPECT_TRUE((takes<FlattenLayer, Shape<2, 3>>));
}

/// One line for each row.
std::string text_of(const std::vector<LayerDescription>& rows) {
  const auto extents = [](const std::vector<Idx>& of) {
    std::string text;
    for (const Idx e : of) text += (text.empty() ? "" : "x") + std::to_string(e);
    return text;
  };
  std::string text;
  for (const LayerDescription& row : rows)
    text += row.name + " " + row.kind + " " + extents(row.input) + " -> " + extents(row.output) + " " +
            std::to_string(row.parameters) + "\n";
  return text;
}

TEST(Chains, name_their_layers_by_kind_and_position) {
  const Cnn2Spec<int, uneven, 2, 10, 13> model;
  EXPECT_EQ(text_of(cnn_with_relu_spec(model).describe()),
            "conv2d1 conv2d 2x10x13 -> 3x5x7 39\n"
            "relu1 relu 3x5x7 -> 3x5x7 0\n"
            "max_pool2d1 max_pool2d 3x5x7 -> 3x4x5 0\n"
            "conv2d2 conv2d 3x4x5 -> 5x6x8 95\n"
            "relu2 relu 5x6x8 -> 5x6x8 0\n"
            "max_pool2d2 max_pool2d 5x6x8 -> 5x3x3 0\n"
            "flatten1 flatten 5x3x3 -> 45 0\n"
            "linear1 linear 45 -> 4 184\n");
  EXPECT_EQ(text_of(cnn_spec(model).describe()),
            "conv2d1 conv2d 2x10x13 -> 3x5x7 39\n"
            "max_pool2d1 max_pool2d 3x5x7 -> 3x4x5 0\n"
            "conv2d2 conv2d 3x4x5 -> 5x6x8 95\n"
            "max_pool2d2 max_pool2d 5x6x8 -> 5x3x3 0\n"
            "flatten1 flatten 5x3x3 -> 45 0\n"
            "linear1 linear 45 -> 4 184\n");
  EXPECT_TRUE(cnn_spec(model).out_shape() == Shape<4>{});
}
TEST(Chains, count_layers_of_one_kind_also_where_they_follow_each_other) {
  const auto chain = make_chain<int>(Shape<2>{}, ReluLayer{}, ReluLayer{}, FlattenLayer{});
  EXPECT_EQ(text_of(chain.describe()),
            "relu1 relu 2 -> 2 0\n"
            "relu2 relu 2 -> 2 0\n"
            "flatten1 flatten 2 -> 2 0\n");
}

TEST(Models, have_a_run_time_definition_with_the_same_rows_and_names_of_their_own) {
  EXPECT_EQ(text_of(describe(cnn2_definition(uneven, 2, 10, 13))),
            "conv1 conv2d 2x10x13 -> 3x5x7 39\n"
            "relu1 relu 3x5x7 -> 3x5x7 0\n"
            "pool1 max_pool2d 3x5x7 -> 3x4x5 0\n"
            "conv2 conv2d 3x4x5 -> 5x6x8 95\n"
            "relu2 relu 5x6x8 -> 5x6x8 0\n"
            "pool2 max_pool2d 5x6x8 -> 5x3x3 0\n"
            "flatten flatten 5x3x3 -> 45 0\n"
            "head linear 45 -> 4 184\n");
  EXPECT_EQ(text_of(describe(cnn2_definition(uneven, 2, 10, 13, false))),
            "conv1 conv2d 2x10x13 -> 3x5x7 39\n"
            "pool1 max_pool2d 3x5x7 -> 3x4x5 0\n"
            "conv2 conv2d 3x4x5 -> 5x6x8 95\n"
            "pool2 max_pool2d 5x6x8 -> 5x3x3 0\n"
            "flatten flatten 5x3x3 -> 45 0\n"
            "head linear 45 -> 4 184\n");
}
TEST(Models, keep_their_hyper_parameters_in_every_form) {
  const Cnn2Spec<int, uneven, 2, 10, 13> model;
  const auto chain = cnn_with_relu_spec(model).describe(), network = describe(cnn2_definition(uneven, 2, 10, 13));
  const auto expect_window = [&](std::size_t layer, const std::vector<Idx>& values) {
    for (const auto& rows : {chain, network}) {
      std::vector<Idx> found;
      for (const auto& [name, value] : rows[layer].hyper_parameters) found.push_back(value);
      EXPECT_EQ(found, values) << rows[layer].name;
    }
  };
  // kernel, stride, top and left, bottom and right, dilation, groups
  expect_window(0, {3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1});
  expect_window(2, {2, 3, 1, 1, 0, 0, 0, 0, 1, 1});
  expect_window(3, {3, 2, 1, 1, 2, 2, 2, 2, 1, 1, 1});
  expect_window(5, {2, 3, 2, 2, 0, 0, 0, 0, 1, 1});
}

TEST(Cnn2ConfigSizes, are_those_of_each_stage) {
  EXPECT_EQ(out_h1(uneven, 10), 5);
  EXPECT_EQ(out_w1(uneven, 13), 7);
  EXPECT_EQ(pool_h1(uneven, 10), 4);
  EXPECT_EQ(pool_w1(uneven, 13), 5);
  EXPECT_EQ(out_h2(uneven, 10), 6);
  EXPECT_EQ(out_w2(uneven, 13), 8);
  EXPECT_EQ(pool_h2(uneven, 10), 3);
  EXPECT_EQ(pool_w2(uneven, 13), 3);
  EXPECT_EQ(feat_size(uneven, 10, 13), 45);
  EXPECT_EQ(text_of(describe(cnn2_definition({}, 3, 32, 32))),
            "conv1 conv2d 3x32x32 -> 32x32x32 896\n"
            "relu1 relu 32x32x32 -> 32x32x32 0\n"
            "pool1 max_pool2d 32x32x32 -> 32x16x16 0\n"
            "conv2 conv2d 32x16x16 -> 64x16x16 18496\n"
            "relu2 relu 64x16x16 -> 64x16x16 0\n"
            "pool2 max_pool2d 64x16x16 -> 64x8x8 0\n"
            "flatten flatten 64x8x8 -> 4096 0\n"
            "head linear 4096 -> 10 40970\n");
}

TEST(Networks, number_unnamed_layers_by_kind) {
  const NetworkDefinition net{{1, 4, 4},
                              {{"", ReluLayer{}},
                               {"", Conv2dDefinition{2, 3, 3}},
                               {"", ReluLayer{}},
                               {"mine", ReluLayer{}},
                               {"", ReluLayer{}},
                               {"", FlattenLayer{}},
                               {"", LinearDefinition{}}}};
  EXPECT_EQ(text_of(describe(net)),
            "relu1 relu 1x4x4 -> 1x4x4 0\n"
            "conv2d1 conv2d 1x4x4 -> 2x2x2 20\n"
            "relu2 relu 2x2x2 -> 2x2x2 0\n"
            "mine relu 2x2x2 -> 2x2x2 0\n"
            "relu4 relu 2x2x2 -> 2x2x2 0\n"
            "flatten1 flatten 2x2x2 -> 8 0\n"
            "linear1 linear 8 -> 1 9\n");
  EXPECT_EQ(text_of(Network<int>(net).describe()), text_of(describe(net)));
}
TEST(Networks, C3_count_no_more_parameters_than_can_be_counted) {
  constexpr Idx most = std::numeric_limits<Idx>::max();
  EXPECT_EQ(describe({{most - 1}, {{"a", LinearDefinition{}}}}).front().parameters, most);
  try {
    (void)describe({{most}, {{"a", LinearDefinition{}}}});
    ADD_FAILURE() << "not refused";
  } catch (const ShapeError& e) {
    EXPECT_EQ(std::string(e.what()), "C3: layer 1 (a): layer: parameters: expected a count of at most 0, got 1");
  }
}
TEST(Networks, take_a_vector_and_the_least_of_layers) {
  const NetworkDefinition points{{1, 2, 3}, {{"", Conv2dDefinition{}}}};
  EXPECT_EQ(text_of(describe({{5}, {{"a", LinearDefinition{2}}}})), "a linear 5 -> 2 12\n");
  EXPECT_EQ(text_of(describe(points)), "conv2d1 conv2d 1x2x3 -> 1x2x3 2\n");
  EXPECT_TRUE(describe({{5}, {}}).empty());
  EXPECT_EQ(text_of(describe({{4, 5, 6}, {{"pair", Conv2dDefinition{6, 3, 3, {{}, {}, 2}}}}})),
            "pair conv2d 4x5x6 -> 6x3x4 114\n");
  // A window that fits in one orientation only.
  EXPECT_EQ(text_of(describe({{1, 8, 2}, {{"tall", Conv2dDefinition{1, 5, 1}}}})), "tall conv2d 1x8x2 -> 1x4x2 6\n");
  EXPECT_EQ(text_of(describe({{1, 2, 8}, {{"wide", Conv2dDefinition{1, 1, 5}}}})), "wide conv2d 1x2x8 -> 1x2x4 6\n");
}

/// A number that counts its multiplications.
struct Counted {
  static inline Idx products = 0;
  Idx value = 0;
  Counted() = default;
  explicit Counted(int v) : value(v) {}
  explicit Counted(Idx v) : value(v) {}
  friend Counted operator*(const Counted& a, const Counted& b) {
    ++products;
    Counted c;
    c.value = a.value * b.value;
    return c;
  }
  friend Counted operator/(const Counted& a, const Counted& b) { return Counted(a.value / b.value); }
  Counted& operator+=(const Counted& other) { return value += other.value, *this; }
  friend bool operator<=(const Counted& a, const Counted& b) { return a.value <= b.value; }
  friend bool operator<(const Counted& a, const Counted& b) { return a.value < b.value; }
  friend bool operator==(const Counted&, const Counted&) = default;
};
TEST(Networks, run_only_those_layers_forward_again_whose_output_backward_needs) {
  const Network<Counted> net({{3}, {{"", LinearDefinition{4}}, {"", LinearDefinition{2}}}});
  Counted::products = 0;
  (void)net.backward(zeros<Counted>(dyn_shape(3)), zeros<Counted>(dyn_shape(2)));
  const Idx first = 4 * 3, second = 2 * 4;
  EXPECT_EQ(Counted::products, first + 2 * first + 2 * second);  // forward, then dx and dw of each
}

}  // namespace
}  // namespace cnnspec
