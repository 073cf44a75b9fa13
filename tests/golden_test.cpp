// Golden vectors: the folder has the right content, and the verdict on files equals the verdict on a library.
#include "checks/golden/golden.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "checks/golden/compare.hpp"
#include "checks/golden/golden_folder.hpp"
#include "checks/golden/npy.hpp"
#include "checks/host/fork_host.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/kernels/registry.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/broken_kernels.hpp"
#include "tests/folder.hpp"
#include "tests/special_numbers.hpp"

namespace cnnspec::checks {
namespace {

using tests::Folder;

struct Sample {
  const char* op;
  const char* descriptor;
};
constexpr Sample layers[] = {{"conv2d", "g2mb2ic4ih5iw6oc6kh3kw2sh2ph1pw1dw1"},
                             {"max_pool2d", "mb2ic3ih7iw5kh3kw2sh2sw1ph1"},
                             {"relu", "3x4x5"},
                             {"linear", "mb3ic5oc4"},
                             {"avg_pool2d", "mb2ic3ih7iw5kh3kw2sh2sw1ph1_cip0"}};

/// A problem of the operation's layer.
const char* descriptor_of(Op op) {
  return std::ranges::find(layers, std::string(layer_of(op).name), &Sample::op)->descriptor;
}

GoldenCase case_of(const Sample& s, DType dtype = DType::f32, const std::string& data = "rounded",
                   std::uint64_t seed = 1) {
  GoldenCase c;
  c.ops = ops_named(s.op);
  c.dtype = dtype, c.seed = seed, c.data = data;
  c.problem = parse_descriptor(layer_id(c.ops.front()), s.descriptor);
  return c;
}

void write(const Folder& folder, const Golden& golden) {
  write_golden(golden,
               [&](const std::string& name, std::string_view content) { folder.file(name, std::string(content)); });
}

void write_array(const Folder& folder, const TensorInfo& tensor, DType dtype, const std::vector<double>& values) {
  folder.file(tensor_file(tensor.name), to_npy(npy_type(dtype), tensor.extents, encode(dtype, values)));
}

/// Writes the kernel's results on the files of `golden` as files of `actual`.
void run(const Kernel& kernel, const Folder& golden, const Folder& actual) {
  const GoldenCase c = read_golden_case(golden.path());
  for (const Op op : c.ops) {
    const Operation operation = operation_of(op, c.problem);
    std::vector<Trial> trial(1);
    trial[0].operation = &operation, trial[0].dtype = c.dtype;
    for (const TensorInfo& input : operation.inputs)
      trial[0].inputs.push_back(encode(c.dtype, read_input(golden.path(), c.dtype, input)));
    const std::vector<Execution> executions = ForkHost(kernel).execute(trial, Isolation{});
    ASSERT_TRUE(executions[0].is_done()) << name_of(op);
    write_array(actual, operation.outputs.front(), c.dtype, decode(c.dtype, executions[0].output));
  }
}

GoldenComparison compare(const Folder& golden, const Folder& actual) {
  return compare_golden(golden.path(), actual.path());
}

/// A ReLU with this expected output and these bounds.
Golden golden_of(const std::vector<double>& expected, const std::vector<double>& bounds) {
  Golden g = make_golden(case_of({"relu_forward", "3"}, DType::f64));
  g.outputs[0].expected = expected, g.outputs[0].bounds = bounds;
  return g;
}

GoldenComparison compare_values(const Golden& g, const std::vector<double>& values) {
  const Folder golden, actual;
  write(golden, g);
  write_array(actual, g.outputs[0].tensor, DType::f64, values);
  return compare(golden, actual);
}

using tests::infinity, tests::nan;

TEST(GoldenFolder, is_read_back) {
  for (const Sample& layer : layers)
    for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
      const Folder folder;
      const Golden golden = make_golden(case_of(layer, dtype));
      write(folder, golden);
      const GoldenCase c = read_golden_case(folder.path());
      EXPECT_EQ(c.ops, golden.made_of.ops);
      EXPECT_EQ(c.dtype, dtype);
      EXPECT_EQ(to_descriptor(c.problem), to_descriptor(golden.made_of.problem));
      for (const GoldenInput& input : golden.inputs)
        EXPECT_EQ(read_input(folder.path(), dtype, input.tensor), input.values) << input.tensor.name;
      for (const GoldenOutput& output : golden.outputs) {
        const GoldenOutput read = read_output(folder.path(), output.op, output.tensor);
        EXPECT_EQ(read.expected, output.expected);
        EXPECT_EQ(encode(DType::f64, read.bounds), encode(DType::f64, output.bounds)) << "NaN included";
      }
    }
}

TEST(GoldenFolder, says_in_json_all_that_a_reader_needs) {
  const auto json = nlohmann::json::parse(to_json(make_golden(case_of(layers[0], DType::bf16))));
  EXPECT_EQ(json["schema"], 2);
  EXPECT_EQ(json["operations"].size(), 4u);
  EXPECT_EQ(json["geometry"]["in_width"], 6);
  EXPECT_EQ(json["geometry"]["dilation_width"], 2) << "1 is dense, unlike in the descriptor";
  const auto& x = json["tensors"][0];
  EXPECT_EQ(x["shape"], (std::vector<Idx>{2, 4, 5, 6}));
  EXPECT_EQ(x["type"], "<u2");
  EXPECT_TRUE(x["encoding"].get<std::string>().starts_with("bit patterns of bfloat16"));
  EXPECT_EQ(json["tensors"].size(), 4u + 2 * 4) << "x w b dy; y dx dw db, each with its bound";
}

TEST(Golden, has_the_data_of_the_judge_for_one_operation) {
  for (const char* data : {"rounded", "exact-first-wide"}) {
    const GoldenCase c = case_of({"conv2d_backward_kernel", layers[0].descriptor}, DType::f32, data, 7);
    const Golden golden = make_golden(c);
    const CaseJudge judge({c.ops[0], c.dtype, c.problem, c.seed, c.data}, {});
    EXPECT_EQ(golden.inputs[0].values, judge.data()[0].inputs[0]);
    EXPECT_EQ(golden.inputs[1].values, judge.data()[0].inputs[1]);
  }
}

TEST(Golden, of_a_layer_takes_literal_data_for_all_its_inputs) {
  const Golden golden = make_golden(case_of({"linear", "mb1ic2oc1"}, DType::f32, "x[0]=2 w[0]=3 w[1]=5 dy[0]=7"));
  ASSERT_EQ(golden.inputs.size(), 3u) << "no bias";
  EXPECT_EQ(golden.outputs[0].expected, (std::vector<double>{6}));
  EXPECT_EQ(golden.outputs[1].expected, (std::vector<double>{21, 35}));
  EXPECT_EQ(golden.outputs[2].expected, (std::vector<double>{14, 0}));
  EXPECT_EQ(golden.outputs[3].expected, (std::vector<double>{7}));
  EXPECT_EQ(golden.outputs[1].bounds, (std::vector<double>{0, 0})) << "nothing rounds";
}

TEST(Golden, adds_to_the_bound_what_float64_cannot_hold) {
  const Operation operation = operation_of(Op::relu_forward, cnnspec_elementwise{4});
  const long double wide = 1 + std::ldexp(1.0L, -60);
  const Expectation expected{{wide, 1, 1, infinity}, {0.25, 0.25, nan, 0}, {}};
  const GoldenOutput o = golden_outputs(operation, expected).front();
  EXPECT_EQ(o.expected, (std::vector<double>{1, 1, 1, infinity}));
  EXPECT_GE(static_cast<long double>(o.bounds[0]), 0.25L + std::ldexp(1.0L, -60));
  EXPECT_LE(o.bounds[0], std::nextafter(0.25, 1)) << "rounded up, and no further";
  EXPECT_EQ(o.bounds[1], 0.25);
  EXPECT_TRUE(std::isnan(o.bounds[2]));
  EXPECT_EQ(o.bounds[3], 0);
}

TEST(Compare, passes_what_a_right_kernel_computes) {
  for (const Sample& layer : layers)
    for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16})
      for (const char* data : {"rounded", "exact-first-wide"}) {
        const bool is_half = dtype == DType::f16 || dtype == DType::bf16;
        const Folder golden, actual;
        write(golden, make_golden(case_of(layer, dtype, data)));
        run(is_half ? tests::healthy_kernel() : find_kernel("im2col"), golden, actual);
        const GoldenComparison result = compare(golden, actual);
        EXPECT_EQ(result.verdict(), Verdict::pass) << describe_comparison(result);
        EXPECT_TRUE(result.ignored.empty());
      }
}

TEST(Compare, agrees_with_the_judge_about_broken_kernels) {
  Idx passed = 0, failed = 0;
  for (const tests::BrokenKernel& broken : tests::broken_kernels()) {
    if (broken.kinds != std::vector<std::string>{"wrong-value"} || broken.specials || broken.needs_memory_limit)
      continue;
    const Op op = broken.ops.front();
    for (const char* data : {"rounded", "exact-second-wide"}) {
      const Sample sample{name_of(op), descriptor_of(op)};
      const GoldenCase c = case_of(sample, broken.dtype, data);
      const CaseResult judged = judge_case(broken.kernel, {op, c.dtype, c.problem, c.seed, c.data});
      if (!judged.supported || (judged.failure && judged.failure->kind != FailureKind::wrong_value)) continue;
      const Folder golden, actual;
      write(golden, make_golden(c));
      run(broken.kernel, golden, actual);
      const GoldenComparison compared = compare(golden, actual);
      EXPECT_EQ(compared.verdict(), judged.failure ? Verdict::fail : Verdict::pass) << broken.name << " " << data;
      ++(judged.failure ? failed : passed);
      if (!judged.failure || compared.verdict() != Verdict::fail) continue;
      const Failure& f = *compared.outputs[0].failure;
      EXPECT_EQ(f.first_index, judged.failure->first_index) << broken.name;
      EXPECT_EQ(f.elements_wrong, judged.failure->elements_wrong) << broken.name;
      EXPECT_EQ(f.picture, judged.failure->picture) << broken.name;
    }
  }
  EXPECT_GT(failed, 10);
  EXPECT_GT(passed, 0);
}

TEST(Compare, fails_each_output_that_is_wrong_and_says_where) {
  const Folder golden, right;
  write(golden, make_golden(case_of(layers[0])));
  run(find_kernel("im2col"), golden, right);
  const GoldenCase c = read_golden_case(golden.path());
  for (std::size_t n = 0; n < c.ops.size(); ++n) {
    const Folder actual;
    for (const auto& entry : std::filesystem::directory_iterator(right.path()))
      std::filesystem::copy(entry.path(), actual.path());
    const TensorInfo tensor = operation_of(c.ops[n], c.problem).outputs.front();
    const std::string file = actual / tensor_file(tensor.name);
    std::vector<double> values = decode(DType::f32, read_npy(file, {"<f4"}, tensor.extents).elements);
    values[1] += 100;
    write_array(actual, tensor, DType::f32, values);
    const GoldenComparison result = compare(golden, actual);
    EXPECT_EQ(result.verdict(), Verdict::fail);
    for (std::size_t other = 0; other < c.ops.size(); ++other)
      EXPECT_EQ(result.outputs[other].verdict(), other == n ? Verdict::fail : Verdict::pass);
    ASSERT_TRUE(result.outputs[n].failure);
    EXPECT_EQ(result.outputs[n].failure->first_index, tensor.index(1));
    EXPECT_EQ(result.outputs[n].failure->elements_wrong, 1);
  }
}

TEST(Compare, names_the_misreading) {
  const Folder golden, actual;
  write(golden, make_golden(case_of({"relu_backward", "3"}, DType::f32, "x[0]=1 x[1]=-1 dy[0]=2 dy[1]=3 dy[2]=5")));
  write_array(actual, {"dx", {3}}, DType::f32, {2, 0, 5});
  const GoldenComparison result = compare(golden, actual);
  ASSERT_TRUE(result.outputs[0].failure);
  ASSERT_FALSE(result.outputs[0].failure->diagnoses.empty());
  EXPECT_EQ(result.outputs[0].failure->diagnoses[0].name, "relu'(0) = 1") << describe_comparison(result);
}

TEST(Compare, passes_at_the_bound_and_fails_one_ulp_beyond) {
  const Golden g = golden_of({1, 1, 1}, {0.5, 0, nan});
  EXPECT_EQ(compare_values(g, {1.5, 1, 99}).verdict(), Verdict::pass);
  EXPECT_EQ(compare_values(g, {0.5, 1, nan}).verdict(), Verdict::pass);
  EXPECT_EQ(compare_values(g, {std::nextafter(1.5, 2), 1, 1}).verdict(), Verdict::fail);
  EXPECT_EQ(compare_values(g, {std::nextafter(0.5, 0), 1, 1}).verdict(), Verdict::fail);
  EXPECT_EQ(compare_values(g, {1, std::nextafter(1, 2), 1}).verdict(), Verdict::fail);
  EXPECT_EQ(compare_values(g, {nan, 1, 1}).verdict(), Verdict::fail);
  EXPECT_EQ(compare_values(g, {1, nan, 1}).verdict(), Verdict::fail);
  EXPECT_EQ(compare_values(g, {1, infinity, 1}).verdict(), Verdict::fail);
  EXPECT_EQ(compare_values(golden_of({0, infinity, nan}, {0, 0, 0}), {-0.0, infinity, nan}).verdict(), Verdict::pass);
  EXPECT_EQ(compare_values(golden_of({1, 1, 1}, {nan, nan, nan}), {1, 1, 1}).verdict(), Verdict::vacuous);
}

TEST(Compare, takes_any_float_in_either_order_and_bit_patterns_of_bfloat16_alone) {
  const Folder golden;
  write(golden,
        make_golden(case_of({"linear_backward_weight", "mb1ic2oc2"}, DType::bf16, "x[0]=1 x[1]=2 dy[0]=3 dy[1]=5")));
  const std::vector<double> dw{3, 6, 5, 10};
  for (const DType stored : {DType::f16, DType::f32, DType::f64, DType::bf16}) {
    const Folder actual;
    write_array(actual, {"dw", {2, 2}}, stored, dw);
    EXPECT_EQ(compare(golden, actual).verdict(), Verdict::pass) << npy_type(stored);
  }
  const Folder columns;
  std::string file = to_npy("<f4", {2, 2}, encode(DType::f32, {3, 5, 6, 10}));
  columns.file("dw.npy", file.replace(file.find("False"), 5, "True "));
  EXPECT_EQ(compare(golden, columns).verdict(), Verdict::pass);
  const Folder in_f32, actual;
  write(in_f32, make_golden(case_of({"linear_backward_weight", "mb1ic2oc2"})));
  write_array(actual, {"dw", {2, 2}}, DType::bf16, dw);
  EXPECT_THROW(compare(in_f32, actual), UsageError);
}

TEST(Compare, is_vacuous_if_an_output_is_missing_and_refuses_if_all_are) {
  const Folder golden, actual;
  write(golden, make_golden(case_of(layers[3])));
  EXPECT_THROW(compare(golden, actual), UsageError);
  run(find_kernel("im2col"), golden, actual);
  actual.file("notes.txt", "");
  std::filesystem::remove(actual / "dw.npy");
  const GoldenComparison result = compare(golden, actual);
  EXPECT_EQ(result.verdict(), Verdict::vacuous);
  EXPECT_EQ(result.ignored, (std::vector<std::string>{"notes.txt"}));
  EXPECT_NE(describe_comparison(result).find("of dw no element was judged"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(comparison_to_json(result))["outputs"][2]["verdict"], "not there");
  EXPECT_THROW(compare_golden(golden.path(), "/nonexistent"), UsageError);
  EXPECT_THROW(compare_golden(golden / "case.json", actual.path()), UsageError);
}

TEST(Compare, refuses_golden_vectors_that_are_none) {
  const Folder golden;
  const auto json = nlohmann::json::parse(to_json(make_golden(case_of(layers[0]))));
  const auto expect_refused = [&](const nlohmann::json& changed, const std::string& where) {
    golden.file("case.json", changed.dump());
    try {
      read_golden_case(golden.path());
      ADD_FAILURE() << "accepted: " << where;
    } catch (const UsageError& e) {
      EXPECT_EQ(std::string(e.what()).rfind(golden / "case.json" + ": at " + where, 0), 0u) << e.what();
    }
  };
  for (const char* key : {"schema", "operations", "dtype", "profile", "descriptor", "geometry", "seed", "data"}) {
    auto changed = json;
    changed.erase(key);
    expect_refused(changed, "/" + std::string(key));
    changed[key] = nullptr;
    expect_refused(changed, "/" + std::string(key));
  }
  const auto with = [&](const char* key, const nlohmann::json& value) {
    auto changed = json;
    changed[key] = value;
    return changed;
  };
  golden.file("case.json", with("schema", 1).dump());
  EXPECT_EQ(read_golden_case(golden.path()).problem, case_of(layers[0]).problem) << "of an earlier version";
  expect_refused(with("schema", 3), "/schema: expected schema 1 or 2");
  expect_refused(with("operations", {"relu_forward", "conv2d_forward"}), "/operations");
  expect_refused(with("operations", nlohmann::json::array()), "/operations");
  expect_refused(with("dtype", "f31"), "/dtype: expected one of f32");
  expect_refused(with("profile", "f32-acc"), "/profile: expected a profile of f32, got \"f32-acc\"");
  expect_refused(with("descriptor", "ic3"), "/descriptor");
  expect_refused(with("descriptor", "mb1ic3ih8oc4kh9"), "/descriptor");
  expect_refused(with("descriptor", "mb1ic3ih8oc4kh3"), "/geometry/");
  expect_refused(with("seed", -1), "/seed");
  golden.file("case.json", "{\"schema\": 1");
  EXPECT_THROW(read_golden_case(golden.path()), UsageError);
  golden.file("case.json", "[]");
  EXPECT_THROW(read_golden_case(golden.path()), UsageError);
  const Folder empty;
  EXPECT_THROW(read_golden_case(empty.path()), UsageError);
}

TEST(Compare, refuses_a_bound_that_is_none) {
  for (const double bound : {-1.0, infinity})
    EXPECT_THROW(compare_values(golden_of({1, 1, 1}, {0, bound, 0}), {1, 1, 1}), UsageError);
}

TEST(GoldenFolder, is_read_and_written_by_NumPy_bit_for_bit) {
  const std::string python = CNNSPEC_TEST_NUMPY;
  if (python.empty()) GTEST_SKIP() << "there is no Python with NumPy";
  const std::string script =
      "import json, sys, numpy as np\n"
      "case = json.load(open(sys.argv[1] + '/case.json'))\n"
      "for t in case['tensors']:\n"
      "    a = np.load(sys.argv[1] + '/' + t['file'])\n"
      "    assert list(a.shape) == t['shape'] and a.dtype == np.dtype(t['type']) and a.flags.c_contiguous, t\n"
      "    np.save(sys.argv[2] + '/' + t['file'], a)\n";
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
    const Folder golden, copy;
    const Golden g = make_golden(case_of(layers[0], dtype));
    write(golden, g);
    copy.file("copy.py", script);
    const std::string line = python + " '" + copy / "copy.py" + "' '" + golden.path() + "' '" + copy.path() + "'";
    ASSERT_EQ(std::system(line.c_str()), 0);
    for (const GoldenInput& input : g.inputs)
      EXPECT_EQ(encode(dtype, read_input(copy.path(), dtype, input.tensor)), encode(dtype, input.values));
    for (const GoldenOutput& output : g.outputs) {
      const GoldenOutput read = read_output(copy.path(), output.op, output.tensor);
      EXPECT_EQ(encode(DType::f64, read.expected), encode(DType::f64, output.expected));
      EXPECT_EQ(encode(DType::f64, read.bounds), encode(DType::f64, output.bounds));
    }
  }
}

}  // namespace
}  // namespace cnnspec::checks
