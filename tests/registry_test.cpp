// What every layer's room must have. The compiler cannot find missing parts.
#include <gtest/gtest.h>

#include <set>

#include "checks/census/census_of_layer.hpp"
#include "checks/expect/formulation.hpp"
#include "checks/generate/invalid.hpp"
#include "checks/laws/layer_checks.hpp"
#include "checks/misreadings/misreading.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/operation.hpp"

namespace cnnspec::checks {
namespace {

std::vector<const Layer*> judged_layers() {
  std::vector<const Layer*> all;
  for (const Layer* layer : layers())
    if (!layer->passes.empty()) all.push_back(layer);
  return all;
}

TEST(Registry, numbers_and_names_are_given_once) {
  std::set<LayerId> ids;
  std::set<Op> ops;
  std::set<std::string> names;
  for (const Layer* layer : layers()) {
    EXPECT_TRUE(ids.insert(layer->id).second) << layer->name;
    EXPECT_TRUE(names.insert(layer->name).second) << layer->name;
    for (const Pass& pass : layer->passes) {
      EXPECT_TRUE(ops.insert(pass.op).second) << pass.name;
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

TEST(Registry, the_definition_is_the_narrowest_formulation) {
  for (const Op op : all_ops()) {
    std::set<std::string> names;
    for (const Formulation& f : formulations_of(op)) EXPECT_TRUE(names.insert(f.name).second) << f.name;
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
