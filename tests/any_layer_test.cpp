// Every engine on a layer that no engine knows: it has two outputs, whole numbers and a mask as inputs, an optional
// input, a state, a real attribute and an attribute of words, and a definition that combines the images of a batch
// (class_pick.hpp).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "checks/cases/inputs_case.hpp"
#include "checks/cases/kernel_case.hpp"
#include "checks/cases/layer_case.hpp"
#include "checks/cases/problem_numbers.hpp"
#include "checks/contract/headers.hpp"
#include "checks/data/literal_data.hpp"
#include "checks/generate/configurations.hpp"
#include "checks/generate/coverage_axis.hpp"
#include "checks/generate/rapidcheck.hpp"
#include "checks/generate/size_axis.hpp"
#include "checks/golden/compare.hpp"
#include "checks/golden/golden_folder.hpp"
#include "checks/host/fork_host.hpp"
#include "checks/host/worker_protocol.hpp"
#include "checks/judge/judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/judge/shrink.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/class_pick.hpp"
#include "tests/folder.hpp"
#include "tests/seed.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;
using P = ClassPickProblem;

const bool is_registered = [] { return register_class_pick(), true; }();
constexpr LayerId layer = ProblemOf<P>::layer;
constexpr Op forward = class_pick_forward, backward = class_pick_backward;

Problem parsed(const char* descriptor) { return parse_descriptor(layer, descriptor); }

// ---- Its kernel, right or with one mistake ----

enum class Mistake {
  none,
  next_class,       // reads the class after each target
  last_class_as_0,  // a target of the last class is taken as 0
  mask_ignored,
  bias_ignored,
  scale_ignored,
  sign_ignored,
  state_forgotten,
  last_image_only,  // s_out uses only the last image
  s_out_not_written,
  state_once_for_each_image,  // dx has ds in the first image only
  target_changed,
  beyond_s_out,  // writes one element too many
};

template <class T, Mistake mistake>
int run_forward(const P* p, const T* x, const T* s, const std::int64_t* t, const std::uint8_t* m, const T* b, T* y,
                T* s_out) {
  const T sign = p->sign == 0 || mistake == Mistake::sign_ignored ? T(1) : T(-1);
  const T factor = sign * (mistake == Mistake::scale_ignored ? T(1) : static_cast<T>(p->scale));
  for (Idx n = 0; n < p->batch; ++n)
    for (Idx l = 0; l < p->length; ++l) {
      const Idx pixel = n * p->length + l;
      Idx c = t[pixel];
      if (mistake == Mistake::next_class) c = (c + 1) % p->classes;
      if (mistake == Mistake::last_class_as_0 && c == p->classes - 1) c = 0;
      y[pixel] = factor * x[(n * p->classes + c) * p->length + l];
      if (b != nullptr && mistake != Mistake::bias_ignored) y[pixel] += b[c];
      if (m[pixel] == 0 && mistake != Mistake::mask_ignored) y[pixel] = 0;
    }
  if (mistake == Mistake::target_changed) const_cast<std::int64_t*>(t)[0] ^= 1;
  if (mistake == Mistake::s_out_not_written) return CNNSPEC_DONE;
  for (Idx c = 0; c < p->classes; ++c) {
    T sum = mistake == Mistake::state_forgotten ? T(0) : s[c];
    for (Idx n = mistake == Mistake::last_image_only ? p->batch - 1 : 0; n < p->batch; ++n)
      for (Idx l = 0; l < p->length; ++l) sum += x[(n * p->classes + c) * p->length + l];
    s_out[c] = sum;
  }
  if (mistake == Mistake::beyond_s_out) s_out[p->classes] = 0;
  return CNNSPEC_DONE;
}

template <class T, Mistake mistake>
int run_backward(const P* p, const std::int64_t* t, const std::uint8_t* m, const T* dy, const T* ds, T* dx, T* db) {
  const T factor = static_cast<T>(p->sign == 0 ? p->scale : -p->scale);
  for (Idx c = 0; c < p->classes; ++c) {
    db[c] = 0;
    for (Idx n = 0; n < p->batch; ++n)
      for (Idx l = 0; l < p->length; ++l) {
        const Idx pixel = n * p->length + l;
        const bool is_picked = t[pixel] == c && (m[pixel] != 0 || mistake == Mistake::mask_ignored);
        const T dy_here = is_picked ? dy[pixel] : T(0);
        db[c] += dy_here;
        const T state = mistake == Mistake::state_once_for_each_image && n > 0 ? T(0) : ds[c];
        dx[(n * p->classes + c) * p->length + l] = state + factor * dy_here;
      }
  }
  return CNNSPEC_DONE;
}

template <Mistake mistake>
checks::Kernel kernel_with() {
  checks::Kernel k{.name = "picker", .description = ""};
  k.add(forward, DType::f32, run_forward<float, mistake>);
  k.add(forward, DType::f64, run_forward<double, mistake>);
  k.add(backward, DType::f32, run_backward<float, mistake>);
  k.add(backward, DType::f64, run_backward<double, mistake>);
  return k;
}

KernelResult judged(const checks::Kernel& kernel, Op op, DType dtype, Idx cases = 60) {
  JudgeOptions options;
  options.operations = {{op, dtype}};
  options.cases = cases, options.jobs = 1;
  return judge(kernel, options);
}

// ---- The judge ----

TEST(AnyLayer, a_right_kernel_passes_and_every_term_shows) {
  for (const Op op : {forward, backward})
    for (const DType dtype : {DType::f32, DType::f64}) {
      const KernelResult r = judged(kernel_with<Mistake::none>(), op, dtype);
      EXPECT_EQ(r.verdict(), Verdict::pass) << describe_failures(r);
      EXPECT_EQ(r.cases(), 60);
      EXPECT_GE(r.sensitivity(), 0.98) << name_of(op);
      EXPECT_LE(r.worst_ratio(), 1);
      EXPECT_GT(r.worst_ratio(), 0);
    }
}

/// The first failure, with that kind and in that tensor. Its command line must show the same failure again.
template <Mistake mistake>
Failure expect_found(Op op, FailureKind kind, const char* tensor = "") {
  const checks::Kernel kernel = kernel_with<mistake>();
  const KernelResult r = judged(kernel, op, DType::f32);
  EXPECT_EQ(r.verdict(), Verdict::fail);
  if (r.failures.empty()) return {};
  const Failure& f = r.failures.front();
  EXPECT_EQ(f.kind, kind) << describe_failures(r);
  EXPECT_EQ(f.tensor, tensor) << describe_failures(r);
  EXPECT_NE(f.shrunk, nullptr);
  if (f.shrunk != nullptr) {
    EXPECT_TRUE(judge_case(kernel, f.shrunk->failed).failure) << reproduce(kernel.name, f.shrunk->failed, {});
    EXPECT_LE(taps(f.shrunk->failed.problem), taps(f.failed.problem));
  }
  const auto json = nlohmann::json::parse(to_json(r));
  if (*tensor != 0) {
    EXPECT_EQ(json["failures"][0]["tensor"], tensor);
  }
  return f;
}

TEST(AnyLayer, wrong_kernels_fail_in_the_tensor_that_is_wrong) {
  expect_found<Mistake::next_class>(forward, FailureKind::wrong_value, "y");
  expect_found<Mistake::last_class_as_0>(forward, FailureKind::wrong_value, "y");
  expect_found<Mistake::mask_ignored>(forward, FailureKind::wrong_value, "y");
  expect_found<Mistake::bias_ignored>(forward, FailureKind::wrong_value, "y");
  expect_found<Mistake::scale_ignored>(forward, FailureKind::wrong_value, "y");
  expect_found<Mistake::sign_ignored>(forward, FailureKind::wrong_value, "y");
  expect_found<Mistake::state_forgotten>(forward, FailureKind::wrong_value, "s_out");
  expect_found<Mistake::last_image_only>(forward, FailureKind::wrong_value, "s_out");
  expect_found<Mistake::mask_ignored>(backward, FailureKind::wrong_value, "dx");
  expect_found<Mistake::state_once_for_each_image>(backward, FailureKind::wrong_value, "dx");
}

TEST(AnyLayer, what_is_not_written_or_must_not_be_is_told_by_its_tensor) {
  expect_found<Mistake::s_out_not_written>(forward, FailureKind::unwritten_output, "s_out");
  const Failure changed = expect_found<Mistake::target_changed>(forward, FailureKind::input_modified);
  EXPECT_NE(changed.detail.find(" t"), std::string::npos) << changed.detail;
  const Failure beyond = expect_found<Mistake::beyond_s_out>(forward, FailureKind::out_of_bounds);
  EXPECT_NE(beyond.detail.find("s_out"), std::string::npos) << beyond.detail;
}

TEST(AnyLayer, a_failure_shrinks_to_data_that_can_be_written_down) {
  const Failure f = expect_found<Mistake::last_class_as_0>(forward, FailureKind::wrong_value, "y");
  ASSERT_NE(f.shrunk, nullptr);
  const Case& shrunk = f.shrunk->failed;
  EXPECT_TRUE(to_descriptor(shrunk.problem).starts_with("mb1ic2il")) << reproduce("picker", shrunk, {});
  ASSERT_TRUE(is_literal(shrunk.data));
  const Operands<double> data = parse_literal(operation_of(forward, shrunk.problem), DType::f32, shrunk.data);
  EXPECT_EQ(std::ranges::count(data[2], 1), 1) << "one target is the last class";
  EXPECT_EQ(data[3], data[2]) << "which is the only one that is not masked";
}

// ---- Data ----

TEST(AnyLayer, whole_numbers_are_drawn_from_all_of_their_range_and_options_are_left_out_at_times) {
  const Operation o = operation_of(forward, parsed("mb4ic3il50"));
  bool with_bias = false, without = false;
  for (std::uint64_t seed = 1; seed < 20; ++seed)
    for (const DataSet& set : make_data(o, arithmetic_for(DType::f32, nullptr), seed, "")) {
      EXPECT_EQ(std::set(set.inputs[2].begin(), set.inputs[2].end()), (std::set<double>{0, 1, 2})) << set.family;
      EXPECT_EQ(std::set(set.inputs[3].begin(), set.inputs[3].end()), (std::set<double>{0, 1})) << set.family;
      EXPECT_EQ(std::ssize(set.inputs[1]), 3);
      (set.inputs[4].empty() ? without : with_bias) = true;
    }
  EXPECT_TRUE(with_bias);
  EXPECT_TRUE(without);
}

TEST(AnyLayer, a_real_attribute_of_many_digits_has_a_bound_of_its_own) {
  const auto bound_of = [](const char* descriptor) {
    const Operation o = operation_of(forward, parsed(descriptor));
    return expect(o, arithmetic_for(DType::f32, nullptr), {{3}, {0}, {0}, {1}, {}}).bound(0);
  };
  EXPECT_EQ(bound_of("mb1ic1il1_scale0.5"), 0) << "exact";
  EXPECT_GT(bound_of("mb1ic1il1_scale0.1"), 0x1p-24 * 0.3) << "the attribute is rounded, and then the product";
}

TEST(AnyLayer, literal_data_holds_whole_numbers_of_the_range) {
  const Operation o = operation_of(forward, parsed("mb1ic3il2"));
  const Operands<double> data = parse_literal(o, DType::f32, "t[0]=2 m[1]=1 x[0]=-1.5");
  EXPECT_EQ(data[2], (std::vector<double>{2, 0}));
  EXPECT_TRUE(data[4].empty()) << "b may be absent";
  EXPECT_EQ(parse_literal(o, DType::f32, to_literal(o, data, 99)), data);
  for (const char* wrong : {"t[0]=3", "t[0]=-1", "t[0]=0.5", "t[0]=-0", "m[0]=2", "m[0]=nan", "t[0]=inf"})
    EXPECT_THROW(parse_literal(o, DType::f32, wrong), UsageError) << wrong;
}

// ---- Descriptors, tables, the contract ----

TEST(AnyLayer, a_descriptor_says_its_attributes) {
  const P p = parsed("mb3ic4il5_scale0.25_sign:minus").as<P>();
  EXPECT_EQ(p.scale, 0.25);
  EXPECT_EQ(p.sign, 1);
  EXPECT_EQ(to_descriptor(Problem(p)), "mb3ic4il5_scale0.25_sign:minus");
  EXPECT_EQ(parsed("ic4il5").as<P>().scale, 1) << "as usual";
  for (const char* wrong : {"ic4il5_scale", "ic4il5_scale-1", "ic4il5_scalenan", "ic4il5_scaleinf", "ic4il5_sign:none",
                            "ic4il5_sign1", "il5", "ic4il5kh3", "ic4il5_scale1e999"})
    EXPECT_THROW(parsed(wrong), UsageError) << wrong;
}

TEST(AnyLayer, problems_are_drawn_read_back_and_made_plainer) {
  RandomChoices choices(test_seed());
  std::set<double> scales;
  for (int n = 0; n < 200; ++n) {
    const Problem p = draw_problem(choices, layer);
    ASSERT_TRUE(check(p).ok()) << to_descriptor(p);
    EXPECT_EQ(parse_descriptor(layer, to_descriptor(p)), p) << to_descriptor(p);
    for (const Problem& other : plainer(p)) EXPECT_TRUE(check(other).ok()) << to_descriptor(other);
    scales.insert(p.as<P>().scale);
  }
  EXPECT_GT(scales.size(), 1u);
}

TEST(AnyLayer, its_sizes_are_axes_of_sizes_and_of_coverage) {
  const auto has = [](const auto& axes, std::string_view name) {
    return std::ranges::any_of(axes, [&](const auto& axis) { return axis.name == name; });
  };
  EXPECT_TRUE(has(size_axes(layer), "classes"));
  EXPECT_TRUE(has(size_axes(layer), "length"));
  EXPECT_TRUE(has(coverage_axes(layer), "sign"));
  const KernelResult r = judged(kernel_with<Mistake::none>(), forward, DType::f32);
  EXPECT_EQ(nlohmann::json::parse(to_json(r))["operations"][0]["op"], "class_pick_forward");
}

TEST(AnyLayer, the_contract_declares_its_functions_with_the_types_of_their_elements) {
  const std::string header = contract_header();
  EXPECT_NE(header.find("double scale;"), std::string::npos);
  EXPECT_NE(header.find("const int64_t *t"), std::string::npos);
  EXPECT_NE(header.find("const uint8_t *m"), std::string::npos);
  EXPECT_NE(functions_header().find("class_pick_forward, (const cnnspec_class_pick* problem, const T* x"),
            std::string::npos);
}

TEST(AnyLayer, a_worker_says_that_it_has_it_and_is_asked_for_it) {
  FunctionSet functions;
  functions.set(forward, DType::f32);
  EXPECT_EQ(worker_hello(functions), "hello 1 class_pick_forward_f32");
  EXPECT_EQ(parse_worker_hello("hello 1 class_pick_forward_f32", "worker"), functions);
  const Operation o = operation_of(forward, parsed("mb1ic2il3_scale0.5"));
  const Trial trial{&o, DType::f32, {}};
  TensorPlaces places{};
  places[2] = {64, 24}, places[most_inputs] = {128, 12}, places[most_inputs + 1] = {192, 8};
  const std::string line = worker_request(trial, 7, places);
  for (const char* part : {" scale=0.5", " sign=0", " t=64:1,3:3,1", " b=-", " y=128:1,3:3,1", " s_out=192:2:1"})
    EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
}

// ---- Golden vectors ----

void write(const Folder& folder, const Golden& golden) {
  write_golden(golden, [&](const std::string& name, std::string_view content) { folder.file(name, std::string(content)); });
}
Golden golden_of(std::vector<Op> ops) {
  GoldenCase c;
  c.ops = std::move(ops), c.dtype = DType::f32, c.problem = parsed("mb2ic3il4_scale0.5");
  return make_golden(c);
}

TEST(AnyLayer, golden_vectors_are_read_back_and_compared_output_by_output) {
  const Folder folder, actual;
  const Golden golden = golden_of({forward});
  write(folder, golden);
  const nlohmann::json about = nlohmann::json::parse(std::ifstream(folder / "case.json"));
  std::map<std::string, std::string> types;
  for (const auto& t : about["tensors"]) types[t["name"]] = t["type"];
  EXPECT_EQ(types["t"], "<i8");
  EXPECT_EQ(types["m"], "|b1");
  EXPECT_EQ(about["geometry"]["sign"], "plus");
  for (const GoldenInput& input : golden.inputs)
    EXPECT_EQ(read_input(folder.path(), DType::f32, input.tensor), input.values) << input.tensor.name;
  ASSERT_EQ(golden.outputs.size(), 2u);

  const auto write_actual = [&](std::size_t n, double change) {
    GoldenOutput output = golden.outputs[n];
    output.expected[0] += change;
    actual.file(tensor_file(output.tensor.name),
                to_npy("<f8", output.tensor.extents, encode(DType::f64, output.expected)));
  };
  write_actual(0, 0);
  EXPECT_EQ(compare_golden(folder.path(), actual.path()).verdict(), Verdict::vacuous) << "s_out is not there";
  write_actual(1, 0);
  EXPECT_EQ(compare_golden(folder.path(), actual.path()).verdict(), Verdict::pass);
  write_actual(1, 1e6);
  const GoldenComparison wrong = compare_golden(folder.path(), actual.path());
  EXPECT_EQ(wrong.outputs[0].verdict(), Verdict::pass);
  ASSERT_EQ(wrong.outputs[1].verdict(), Verdict::fail);
  EXPECT_EQ(wrong.outputs[1].failure->tensor, "s_out");
  EXPECT_EQ(wrong.outputs[1].failure->first_index, std::vector<Idx>{0});
}

TEST(AnyLayer, golden_vectors_of_the_layer_have_the_inputs_of_all_its_operations) {
  const Golden golden = golden_of({forward, backward});
  std::set<std::string> names;
  for (const GoldenInput& input : golden.inputs)
    EXPECT_TRUE(names.insert(input.tensor.name).second) << input.tensor.name;
  for (const char* name : {"x", "s", "t", "m", "dy", "ds"}) EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_EQ(golden.outputs.size(), 4u);
  const Folder folder;
  write(folder, golden);
  EXPECT_EQ(read_golden_case(folder.path()).ops, (std::vector{forward, backward}));
}

TEST(AnyLayer, golden_inputs_of_whole_numbers_that_are_none_are_refused) {
  const Folder folder;
  write(folder, golden_of({forward}));
  const TensorInfo t = operation_of(forward, parsed("mb2ic3il4_scale0.5")).inputs[2];
  folder.file("t.npy", to_npy("<i8", t.extents, encode(t, DType::f32, {0, 1, 2, 3, 0, 0, 0, 0})));
  EXPECT_THROW(read_input(folder.path(), DType::f32, t), UsageError) << "there is no class 3";
  folder.file("t.npy", to_npy("<f4", t.extents, encode(DType::f32, std::vector<double>(8))));
  EXPECT_THROW(read_input(folder.path(), DType::f32, t), UsageError) << "numbers of another type";
}

// ---- Cases of the fuzzers ----

TEST(AnyLayer, cases_are_drawn_encoded_and_hold) {
  RandomChoices choices(test_seed());
  const std::vector<KernelUnderTest> right{{.kernel = kernel_with<Mistake::none>(), .supports_what_is_valid = true}};
  const std::vector<KernelUnderTest> wrong{{.kernel = kernel_with<Mistake::state_forgotten>()}};
  Idx compared = 0, found = 0;
  for (int n = 0; n < scaled(60); ++n) {
    const Problem p = draw_problem(choices, layer);
    const Idx seed = choices.pick(0, 0xffff);
    const LayerCase of_layer{layer, p, seed};
    EXPECT_EQ(decode_case<LayerCase>(encode_case(of_layer)).problem, p) << to_descriptor(p);
    const CaseOutcome laws = check_case(of_layer);
    EXPECT_TRUE(laws.holds()) << laws.failure;
    const KernelCase of_kernel{forward, DType::f32, p, 0, seed};
    EXPECT_EQ(decode_case<KernelCase>(encode_case(of_kernel)).problem, p);
    const CaseOutcome computed = check_case(of_kernel, right);
    EXPECT_TRUE(computed.holds()) << computed.failure;
    compared += computed.compared, found += !check_case(of_kernel, wrong).holds();
  }
  EXPECT_GT(compared, 0);
  EXPECT_GT(found, 0);
}

TEST(AnyLayer, invalid_problems_are_refused_for_the_clause_that_they_violate) {
  const Problem valid = parsed("mb2ic3il4");
  const auto clause_with = [&](auto change) {
    P p = valid.as<P>();
    change(p);
    const CaseOutcome outcome = check_case(LayerCase{layer, p, 1});
    EXPECT_TRUE(outcome.holds()) << outcome.failure;
    return check(Problem(p)).clause;
  };
  EXPECT_EQ(clause_with([](P& p) { p.classes = 0; }), Clause::C1);
  EXPECT_EQ(clause_with([](P& p) { p.sign = 2; }), Clause::C1);
  EXPECT_EQ(clause_with([](P& p) { p.scale = -1; }), Clause::C8);
  EXPECT_EQ(clause_with([](P& p) { p.scale = std::nan(""); }), Clause::C8);
  EXPECT_EQ(clause_with([](P& p) { p.batch = p.classes = p.length = Idx{1} << 40; }), Clause::C3);
}

TEST(AnyLayer, inputs_cases_of_it_hold) {
  for (const Op op : {forward, backward})
    for (const char* text : {"t[0]=1 m[0]=1", "t[0]=99", "dy[0]=1 ds[0]=0.1", "x[0]=1 b=0", "nothing"}) {
      InputsCase c;
      c.reader = InputsCase::Reader::literal, c.op = op, c.dtype = DType::f32, c.text = text;
      const CaseOutcome outcome = check_case(c);
      EXPECT_TRUE(outcome.holds()) << text << ": " << outcome.failure;
    }
  InputsCase folder;
  folder.reader = InputsCase::Reader::golden, folder.op = forward, folder.dtype = DType::f32;
  for (const bool is_whole : {false, true}) {
    folder.is_whole_layer = is_whole;
    const CaseOutcome outcome = check_case(folder);
    EXPECT_TRUE(outcome.holds()) << outcome.failure;
    EXPECT_GT(outcome.compared, 0);
  }
}

}  // namespace
}  // namespace cnnspec::tests
