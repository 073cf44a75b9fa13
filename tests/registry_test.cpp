// What every layer's room must have. The compiler cannot find missing parts.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "checks/cases/kernel_case.hpp"
#include "checks/cases/layer_case.hpp"
#include "checks/census/census_of_layer.hpp"
#include "checks/expect/formulation.hpp"
#include "checks/generate/configurations.hpp"
#include "checks/generate/invalid.hpp"
#include "checks/golden/golden.hpp"
#include "checks/laws/layer_checks.hpp"
#include "checks/misreadings/misreading.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/operation.hpp"
#include "tests/broken_kernels.hpp"

namespace cnnspec::checks {
namespace {

std::vector<const Layer*> judged_layers() {
  std::vector<const Layer*> all;
  for (const Layer* layer : layers())
    if (!layer->passes.empty()) all.push_back(layer);
  return all;
}

TEST(Registry, numbers_and_names_are_given_once) {
  constexpr int most_number = 255;  // inputs of fuzzers have one byte for it
  std::set<LayerId> ids;
  std::set<Op> ops;
  std::set<std::string> names;
  for (const Layer* layer : layers()) {
    EXPECT_TRUE(ids.insert(layer->id).second) << layer->name;
    EXPECT_LE(static_cast<int>(layer->id), most_number) << layer->name;
    EXPECT_TRUE(names.insert(layer->name).second) << layer->name;
    for (const Pass& pass : layer->passes) {
      EXPECT_TRUE(ops.insert(pass.op).second) << pass.name;
      EXPECT_LE(static_cast<int>(pass.op), most_number) << pass.name;
      EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
      EXPECT_TRUE(std::string(pass.name).starts_with(layer->name)) << pass.name;
    }
  }
}

TEST(Registry, what_is_generated_knows_the_same_operations) {
  std::vector<Op> generated;
  for (const NamedOp& named : named_ops) {
    generated.push_back(named.op);
    EXPECT_STREQ(named.name, name_of(named.op));
    EXPECT_EQ(named.layer, layer_of(named.op).id) << named.name;
  }
  EXPECT_EQ(generated, all_ops());
}

TEST(Registry, every_example_reads_back) {
  for (const Layer* layer : judged_layers()) {
    const Problem p = parse_descriptor(layer->id, layer->example);
    EXPECT_TRUE(check(p).ok()) << layer->name;
    EXPECT_EQ(parse_descriptor(layer->id, to_descriptor(p)), p) << layer->name;
  }
}

TEST(Registry, every_number_of_a_problem_is_read_back) {
  RandomChoices choices(3);
  for (const Layer* layer : judged_layers())
    for (int n = 0; n < 100; ++n) {
      const Problem p = draw_problem(choices, layer->id);
      EXPECT_EQ(parse_descriptor(layer->id, to_descriptor(p)), p) << layer->name << " " << to_descriptor(p);
    }
}

TEST(Registry, every_pass_has_tensors_and_bodies) {
  for (const Layer* layer : judged_layers())
    for (const Pass& pass : layer->passes) {
      const Operation o = operation_of(pass.op, parse_descriptor(layer->id, layer->example));
      EXPECT_FALSE(o.inputs.empty()) << pass.name;
      EXPECT_FALSE(o.outputs.empty()) << pass.name;
      EXPECT_NE(pass.bodies, nullptr) << pass.name;
      EXPECT_GE(o.most_terms(), 1) << pass.name;
    }
}

TEST(Registry, every_layer_has_laws_and_a_twin) {
  for (const Layer* layer : layers()) {
    const LayerChecks& checks = checks_of(*layer);
    ASSERT_NE(checks.laws, nullptr) << layer->name;
    ASSERT_NE(checks.check, nullptr) << layer->name;
    const std::vector<LawName> laws = checks.laws();
    EXPECT_GE(laws.size(), 3u) << layer->name;
    EXPECT_TRUE(std::ranges::any_of(laws, [](const LawName& law) {
      return law.sentence.find("twin") != std::string::npos;
    })) << layer->name;
  }
}

TEST(Registry, every_operation_has_misreadings) {
  for (const Op op : all_ops())
    EXPECT_GE(std::ranges::count_if(misreadings(), [&](const Misreading& m) { return m.applies(op); }), 5)
        << name_of(op);
}

/// A small problem of the layer, and integers for its inputs.
Operation small_operation(Choices& choices, Op op) {
  return operation_of(op, draw_problem(choices, layer_id(op), {.max_extent = 8, .max_channels = 3, .max_batch = 2}));
}
Operands<Measured<double>> small_integers(Choices& choices, const Operation& o) {
  Operands<Measured<double>> inputs;
  for (const TensorInfo& tensor : o.inputs) {
    auto& values = inputs.emplace_back();
    while (std::ssize(values) < tensor.count()) values.emplace_back(static_cast<double>(choices.pick(-9, 9)));
  }
  return inputs;
}

TEST(Registry, the_definition_is_the_first_formulation_and_none_is_narrower) {
  RandomChoices choices(7);
  for (const Op op : all_ops()) {
    std::set<std::string> names;
    for (const Formulation& f : formulations_of(op)) EXPECT_TRUE(names.insert(f.name).second) << f.name;
    for (int n = 0; n < 30 && !names.empty(); ++n) {
      const Operation o = small_operation(choices, op);
      const auto inputs = small_integers(choices, o);
      const auto defined = run_spec(o, inputs);
      for (const Formulation& f : formulations_of(op)) {
        const auto computed = f.narrow(o.problem, inputs);
        ASSERT_EQ(computed.size(), defined.size()) << f.name;
        for (std::size_t k = 0; k < defined.size(); ++k) {
          EXPECT_NEAR(computed[k].value, defined[k].value, 1e-12) << f.name << " " << to_descriptor(o.problem);
          EXPECT_GE(computed[k].terms, defined[k].terms) << f.name << " " << to_descriptor(o.problem);
          if (&f == &formulations_of(op).front()) {
            EXPECT_EQ(computed[k].value, defined[k].value) << f.name << " " << to_descriptor(o.problem);
          }
        }
      }
    }
  }
}

// ---- What stands elsewhere, for every operation ----

TEST(Registry, every_pass_has_broken_kernels) {
  for (const Op op : all_ops())
    EXPECT_GE(std::ranges::count_if(tests::broken_kernels(),
                                    [&](const auto& k) { return std::ranges::find(k.ops, op) != k.ops.end(); }),
              2)
        << name_of(op);
}

TEST(Registry, every_operation_is_fuzzed) {
  RandomChoices choices(9);
  for (const Op op : all_ops()) {
    const Problem p = small_operation(choices, op).problem;
    EXPECT_EQ(decode_case<LayerCase>(encode_case(LayerCase{layer_id(op), p, 1})).problem, p) << name_of(op);
    const CaseOutcome laws = check_case(LayerCase{layer_id(op), p, 1});
    EXPECT_TRUE(laws.holds()) << laws.failure;
    EXPECT_GT(laws.compared, 0) << name_of(op);
    const KernelCase of_kernel{op, DType::f32, p, 0, 1};
    EXPECT_EQ(decode_case<KernelCase>(encode_case(of_kernel)).op, op);
    const CaseOutcome computed = check_case(of_kernel);
    EXPECT_TRUE(computed.holds()) << computed.failure;
    EXPECT_GT(computed.compared, 0) << name_of(op);
  }
}

TEST(Registry, every_operation_has_golden_vectors) {
  RandomChoices choices(11);
  for (const Op op : all_ops())
    for (const DTypeRow& row : dtype_rows) {
      GoldenCase c;
      c.ops = {op}, c.dtype = row.dtype, c.problem = small_operation(choices, op).problem;
      const Golden golden = make_golden(c);
      EXPECT_EQ(std::ssize(golden.outputs), std::ssize(pass_of(op).outputs)) << name_of(op);
      for (const GoldenOutput& output : golden.outputs)
        EXPECT_EQ(std::ssize(output.bounds), output.tensor.count()) << name_of(op);
    }
}

TEST(Registry, every_layer_has_a_section_in_the_documentation) {
  std::ifstream file(CNNSPEC_TEST_DOCS "/layers.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const Layer* layer : layers()) {
    const std::size_t begin = text.find("\n## " + std::string(layer->name) + "\n");
    ASSERT_NE(begin, text.npos) << layer->name;
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    for (const Pass& pass : layer->passes) EXPECT_NE(section.find(pass.name), text.npos) << pass.name;
    for (const Pass& pass : layer->passes)
      for (const Formulation& f : formulations_of(pass.op)) EXPECT_NE(section.find(f.name), text.npos) << f.name;
    if (!layer->passes.empty()) {
      EXPECT_NE(section.find(layer->example), text.npos) << layer->name;
    }
  }
}

/// Each layer without a census has a reason.
const std::set<std::string> without_census{
    "relu",        // one element at a time: the laws are complete
    "flatten",     // it computes nothing
    "avg_pool2d",  // its loop is that of max_pool2d, and its sums are linear: the laws A1 and A3 and the twin are exact
};
TEST(Registry, every_layer_has_a_census_or_a_reason) {
  for (const Layer* layer : layers())
    EXPECT_NE(layer->census != nullptr, without_census.contains(layer->name)) << layer->name;
}

TEST(Registry, invalid_problems_are_drawn_for_every_clause) {
  RandomChoices choices(5);
  for (const Clause clause : {Clause::C1, Clause::C2, Clause::C3, Clause::C4, Clause::C5, Clause::C6, Clause::C8})
    for (int n = 0; n < 50; ++n) {
      const InvalidCase invalid = draw_invalid(choices, clause);
      EXPECT_FALSE(check(invalid.problem).ok()) << ShapeError::name(clause) << " " << invalid.change;
    }
}

}  // namespace
}  // namespace cnnspec::checks
