#include "checks/vocabulary/layer.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace cnnspec::checks {
namespace {

struct KnownPass {
  const Layer* layer;
  const Pass* pass;
};

/// All passes, by the number of their operation.
const std::vector<KnownPass>& known_passes() {
  static const std::vector<KnownPass> all = [] {
    std::vector<KnownPass> passes;
    for (const Layer* layer : layers())
      for (const Pass& pass : layer->passes) passes.push_back({layer, &pass});
    std::ranges::sort(passes, {}, [](const KnownPass& p) { return p.pass->op; });
    return passes;
  }();
  return all;
}

const KnownPass& known(Op op) {
  const auto& all = known_passes();
  const auto found = std::ranges::find(all, op, [](const KnownPass& p) { return p.pass->op; });
  assert(found != all.end());
  return *found;
}

}  // namespace

const Layer& layer_of(LayerId id) {
  const auto all = layers();
  const auto found = std::ranges::find(all, id, [](const Layer* l) { return l->id; });
  assert(found != all.end());
  return **found;
}
const Layer& layer_of(Op op) { return *known(op).layer; }
const Layer& layer_of(const Problem& problem) { return layer_of(problem.layer()); }
const Pass& pass_of(Op op) { return *known(op).pass; }

const Layer* find_layer(std::string_view name) {
  for (const Layer* layer : layers())
    if (layer->name == name) return layer;
  return nullptr;
}
const Pass* find_pass(std::string_view operation) {
  for (const KnownPass& p : known_passes())
    if (p.pass->name == operation) return p.pass;
  return nullptr;
}

const std::vector<Op>& all_ops() {
  static const std::vector<Op> all = [] {
    std::vector<Op> ops;
    for (const KnownPass& p : known_passes()) ops.push_back(p.pass->op);
    return ops;
  }();
  return all;
}
const char* name_of(Op op) { return pass_of(op).name; }
std::vector<std::string> names_of_operations() {
  std::vector<std::string> names;
  for (const Op op : all_ops()) names.emplace_back(name_of(op));
  return names;
}
std::vector<std::string> names_of_layers() {
  std::vector<std::string> names;
  for (const Layer* layer : layers())
    if (!layer->passes.empty()) names.emplace_back(layer->name);
  return names;
}

bool has_any(const std::vector<std::string>& keys, std::initializer_list<std::string_view> some) {
  return std::ranges::any_of(some, [&](std::string_view key) { return std::ranges::find(keys, key) != keys.end(); });
}

bool is_real_of(const Field& field, double value) { return value >= field.least && std::isfinite(value); }

Violation check_settings(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  for (std::size_t n = 0; n < layer.fields.size(); ++n) {
    const Field& f = layer.fields[n];
    const bool is_flag = f.kind == Field::Kind::flag, is_choice = f.kind == Field::Kind::choice;
    const Idx most = is_flag ? 1 : std::ssize(f.choices) - 1;
    if ((is_flag || is_choice) && (problem.integer(n) < 0 || problem.integer(n) > most))
      return {Clause::C1, layer.name, f.name, "from 0 to", most, problem.integer(n)};
    const auto least = static_cast<Idx>(f.least);
    if (f.kind == Field::Kind::real && !is_real_of(f, problem.real(n)))
      return {Clause::C8, layer.name, f.name, "a finite number of at least", least,
              static_cast<Idx>(std::clamp(std::isnan(problem.real(n)) ? 0 : problem.real(n), -1e9, 1e9))};
    if (f.kind == Field::Kind::number && problem.integer(n) < least)
      return {Clause::C8, layer.name, f.name, "at least", least, problem.integer(n)};
  }
  return {};
}

Violation check(const Problem& problem) { return layer_of(problem).check(problem); }
Idx taps(const Problem& problem) { return layer_of(problem).taps(problem); }

}  // namespace cnnspec::checks
