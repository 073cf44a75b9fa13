// A whole network, judged layer by layer: the report names the first wrong layer, and its results are not counted
// against the other layers.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "checks/describe/network_json.hpp"
#include "checks/describe/networks.hpp"
#include "checks/judge/network.hpp"
#include "tests/broken_kernels.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

NetworkResult judged(const checks::Kernel& kernel, DType dtype = DType::f32, const std::string& name = "cnn2",
                     const Conditions& conditions = {}) {
  const NamedNetwork network = load_network(name, "");
  return judge_network(kernel, network.name, network.definition, 2, {dtype}, test_seed(), conditions);
}

std::set<std::string> wrong_layers(const NetworkResult& r) {
  std::set<std::string> names;
  for (const LayerStep& s : r.steps)
    if (s.is_wrong()) names.insert(s.layer + " " + name_of(s.what.op));
  return names;
}

TEST(NetworkJudge, passes_a_right_kernel_on_every_operation_of_every_layer) {
  for (const Order order : {Order::forward, Order::reversed}) {
    const NetworkResult r = judged(healthy_kernel(order));
    EXPECT_EQ(r.verdict(), Verdict::pass) << describe_network(r);
    // conv and linear: y, dw, db, dx; relu and pooling: y, dx
    EXPECT_EQ(r.steps.size(), 3 * 4 + 4 * 2);
    for (const LayerStep& s : r.steps) EXPECT_TRUE(s.by_kernel && s.result.judged > 0) << s.layer;
    EXPECT_EQ(r.first_wrong(), nullptr);
  }
}

TEST(NetworkJudge, names_the_first_wrong_layer_and_holds_nothing_against_the_right_ones) {
  const NetworkResult r = judged(broken_kernel("relu masks by dy").kernel);
  EXPECT_EQ(r.verdict(), Verdict::fail);
  ASSERT_NE(r.first_wrong(), nullptr);
  EXPECT_EQ(r.first_wrong()->layer, "relu2");  // the first on the backward pass
  EXPECT_EQ(wrong_layers(r), (std::set<std::string>{"relu1 relu_backward", "relu2 relu_backward"}));
  EXPECT_NE(describe_network(r).find("first wrong layer: relu2\nrelu_backward f32"), std::string::npos)
      << describe_network(r);
}

TEST(NetworkJudge, judges_a_sample_and_goes_on_with_all_results) {
  Conditions conditions;
  conditions.data.sample = 64;  // the default for large layers
  const NamedNetwork net = parse_network(
      R"({"input": [4, 32, 32], "layers": [{"kind": "conv2d", "out_channels": 8, "kernel": 3, "padding": 1},
                                             {"kind": "max_pool2d", "kernel": 4}]})",
      "net");
  const auto result_of = [&](const checks::Kernel& kernel) {
    return judge_network(kernel, "net", net.definition, 2, {DType::f32}, test_seed(), conditions);
  };
  const NetworkResult right = result_of(healthy_kernel());
  EXPECT_EQ(right.verdict(), Verdict::pass) << describe_network(right);
  EXPECT_TRUE(right.steps.front().result.in_sample > 0);
  const NetworkResult wrong = result_of(broken_kernel("kernel flipped").kernel);
  EXPECT_EQ(wrong.verdict(), Verdict::fail);
  EXPECT_EQ(wrong.first_wrong()->what.op, Op::conv2d_forward);
  checks::Kernel only_pools = healthy_kernel();
  only_pools.f32.conv2d_forward = nullptr;
  EXPECT_EQ(result_of(only_pools).verdict(), Verdict::pass) << "the specification computes all of y";
}

TEST(NetworkJudge, tells_conventions_from_mistakes) {
  const checks::Kernel tf32 = broken_kernel("inputs rounded to TF32").kernel;
  const NetworkResult r = judged(tf32);
  EXPECT_EQ(r.verdict(), Verdict::differs);
  EXPECT_NE(describe_verdict(r).find("--accept tf32"), std::string::npos) << describe_verdict(r);
  Conditions accepting;
  accepting.accepted = ConventionSet::named("tf32", "--accept");
  const NetworkResult accepted = judged(tf32, DType::f32, "cnn2", accepting);
  EXPECT_EQ(accepted.verdict(), Verdict::pass) << describe_network(accepted);
  EXPECT_NE(reproduce(accepted, {DType::f32}).find("--accept tf32"), std::string::npos);
  accepting.accepted = ConventionSet::named("ftz,bf16", "--accept");
  EXPECT_EQ(judged(broken_kernel("kernel flipped").kernel, DType::f32, "cnn2", accepting).verdict(), Verdict::fail);
}

TEST(NetworkJudge, finds_a_flipped_kernel_in_every_convolution) {
  const NetworkResult r = judged(broken_kernel("kernel flipped").kernel);
  ASSERT_NE(r.first_wrong(), nullptr);
  EXPECT_EQ(r.first_wrong()->layer, "conv1");
  for (const std::string& name : wrong_layers(r)) EXPECT_EQ(name.rfind("conv", 0), 0) << name;
}

TEST(NetworkJudge, the_specification_stands_in_for_what_the_kernel_does_not_have) {
  checks::Kernel only_linear;
  only_linear.f32.linear_forward = healthy_kernel().f32.linear_forward;
  const NetworkResult r = judged(only_linear);
  EXPECT_EQ(r.verdict(), Verdict::pass);
  EXPECT_EQ(std::count_if(r.steps.begin(), r.steps.end(), [](const LayerStep& s) { return s.by_kernel; }), 1);
  EXPECT_EQ(judged(checks::Kernel{}).verdict(), Verdict::vacuous);
}

TEST(NetworkJudge, is_vacuous_where_a_step_has_no_bound) {
  // A sum of 129 terms may lose every digit if it is taken in 8-bit numbers.
  EXPECT_EQ(judged(healthy_kernel(), DType::bf16, "cnn").verdict(), Verdict::pass);
  Conditions claim;
  claim.profile = find_profile("ieee");
  const NetworkResult r = judged(healthy_kernel(), DType::bf16, "cnn", claim);
  EXPECT_EQ(r.verdict(), Verdict::vacuous);
  ASSERT_EQ(r.unjudged().size(), 1);
  EXPECT_EQ(r.unjudged().front()->layer, "head");
}

TEST(NetworkJudge, a_kernel_that_dies_is_wrong_and_the_run_goes_on) {
  const NetworkResult r = judged(broken_kernel("crashes").kernel);
  ASSERT_NE(r.first_wrong(), nullptr);
  EXPECT_EQ(r.first_wrong()->result.failure->kind, FailureKind::crash);
  EXPECT_EQ(r.steps.back().layer, "conv1");
}

TEST(NetworkJudge, depends_on_the_seed_alone_and_says_so_in_json) {
  const checks::Kernel kernel = broken_kernel("kernel flipped").kernel;
  const auto json_of = [&] {
    auto j = nlohmann::json::parse(network_to_json(judged(kernel)));
    EXPECT_TRUE(j["seconds"].is_number());
    j.erase("seconds");
    return j;
  };
  const auto json = json_of();
  EXPECT_EQ(json, json_of());
  EXPECT_EQ(json["verdict"], "fail");
  EXPECT_EQ(json["first_wrong_layer"], "conv1");
  EXPECT_EQ(json["network"], "cnn2");
  EXPECT_EQ(json["steps"].size(), 20);
}

TEST(NetworkJudge, says_in_json_what_it_says_on_the_terminal) {
  NetworkResult r = judged(broken_kernel("kernel flipped").kernel);
  r.source = "my net.json", r.config = "c1=2";
  const auto json = nlohmann::json::parse(network_to_json(r));
  const std::string sentence = json["sentence"], repro = json["repro"];
  EXPECT_NE(describe_network(r).find("fail: " + sentence + " (cnn2, "), std::string::npos) << sentence;
  const std::string net = "cnnspec judge 'kernel flipped' --net 'my net.json' --config c1=2 --dtype f32 --seed ";
  EXPECT_EQ(repro, net + std::to_string(r.seed));
  const auto& step = json["steps"][0];
  EXPECT_EQ(step["failure"]["kind"], "wrong-value");
  EXPECT_EQ(step["failure"]["repro"], repro) << "the step has no case of its own";
  EXPECT_GT(step["failure"]["map"]["elements"].size(), 0);
  EXPECT_FALSE(step["worst_wrong_ratio"].is_null());
  for (const auto& s : json["steps"]) EXPECT_EQ(s.contains("failure"), s["verdict"] == "fail");
}

TEST(NetworkJudge, has_no_ratio_of_what_the_kernel_did_not_compute) {
  checks::Kernel only_linear;
  only_linear.f32.linear_forward = healthy_kernel().f32.linear_forward;
  const auto json = nlohmann::json::parse(network_to_json(judged(only_linear)));
  for (const auto& s : json["steps"]) EXPECT_EQ(s["worst_ratio"].is_null(), s["verdict"] != "pass") << s;
}

TEST(NetworkJudge, counts_one_step_as_one) {
  checks::Kernel kernel;
  kernel.f32.relu_backward = broken_kernel("relu masks by dy").kernel.f32.relu_backward;
  const NetworkResult r = judged(kernel, DType::f32, "cnn-relu");
  EXPECT_EQ(describe_verdict(r), "2 of the kernel's 2 steps are wrong");
  checks::Kernel only_linear;
  only_linear.f32.linear_forward = healthy_kernel().f32.linear_forward;
  EXPECT_EQ(describe_verdict(judged(only_linear)),
            "1 step, every element exact or within what rounding in any order explains");
}

}  // namespace
}  // namespace cnnspec::tests
