#include "checks/networks/network_layer.hpp"

#include <algorithm>
#include <cassert>

#include "checks/vocabulary/extents.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

/// Copies the numbers into a problem.
class ToProblem : public Numbers {
 public:
  explicit ToProblem(Problem& to) : to_(to), layer_(layer_of(to)) {}
  void operator()(const char* field, Idx& number, Idx) override { to_.set(known_place_of(layer_, field), number); }
  void real(const char* field, double& number) override { to_.set_real(known_place_of(layer_, field), number); }

 private:
  Problem& to_;
  const Layer& layer_;
};

/// Copies the numbers from a problem.
class FromProblem : public Numbers {
 public:
  explicit FromProblem(const Problem& from) : from_(from), layer_(layer_of(from)) {}
  void operator()(const char* field, Idx& number, Idx) override {
    number = from_.integer(known_place_of(layer_, field));
  }
  void real(const char* field, double& number) override { number = from_.real(known_place_of(layer_, field)); }

 private:
  const Problem& from_;
  const Layer& layer_;
};

class Names : public Numbers {
 public:
  void operator()(const char* field, Idx&, Idx) override { all.emplace_back(field); }
  void real(const char* field, double&) override { all.emplace_back(field); }
  void window(Idx&, Idx&, Axis&, Axis&, bool) override {}
  std::vector<std::string> all;
};

void set_extents(Problem& p, std::span<const char* const> fields, const std::vector<Idx>& extents) {
  for (std::size_t n = 0; n < fields.size() && n < extents.size(); ++n)
    p.set(known_place_of(layer_of(p), fields[n]), extents[n]);
}

/// Sets the extents of a batch of inputs.
void set_input(Problem& p, const std::vector<Idx>& input, Idx batch) {
  const Layer& layer = layer_of(p);
  if (const auto place = place_of(layer, "batch")) p.set(*place, batch);
  set_extents(p, layer.network->input, input);
  if (layer.network->input.empty()) p.set(0, batch * count_of(input));
}

const Port* port_of(std::span<const Port> ports, Role role) {
  const auto found = std::ranges::find(ports, role, &Port::role);
  return found == ports.end() ? nullptr : &*found;
}

double roundings_of(const Pass& pass, const Problem& problem) {
  const auto terms = static_cast<double>(pass.most_terms(problem));
  switch (pass.arithmetics) {
    case Arithmetics::selects:
      return 0;
    case Arithmetics::sums:
      return terms;
    case Arithmetics::products:
      break;
  }
  return terms + 1;
}

}  // namespace

void Numbers::window(Idx& kernel_height, Idx& kernel_width, Axis& height, Axis& width, bool pads_half) {
  Numbers& number = *this;
  const auto padding = [&](Idx kernel) { return pads_half ? std::clamp(kernel / 2, Idx{0}, Idx{1}) : 2; };
  number("kernel_height", kernel_height, 3), number("kernel_width", kernel_width, 3);
  const Idx vertical = padding(kernel_height), horizontal = padding(kernel_width);
  number("stride_height", height.stride, 2), number("pad_top", height.before, vertical);
  number("pad_bottom", height.after, vertical), number("dilation_height", height.dilation, 2);
  number("stride_width", width.stride, 2), number("pad_left", width.before, horizontal);
  number("pad_right", width.after, horizontal), number("dilation_width", width.dilation, 2);
}

const std::vector<const Layer*>& layers_of_networks() {
  static const std::vector<const Layer*> all = [] {
    std::vector<const Layer*> found;
    for (const Layer* layer : layers())
      if (layer->network != nullptr) found.push_back(layer);
    std::ranges::stable_sort(found, {}, [](const Layer* l) { return l->network->definition.index(); });
    return found;
  }();
  return all;
}

const Layer& layer_of(const Definition& definition) {
  const auto& all = layers_of_networks();
  const auto found =
      std::ranges::find(all, definition.index(), [](const Layer* l) { return l->network->definition.index(); });
  assert(found != all.end());
  return **found;
}

void show_numbers(Definition& definition, Numbers& numbers) {
  if (const auto show = layer_of(definition).network->numbers; show != nullptr) show(definition, numbers);
}
void show_numbers(const Definition& definition, Numbers& numbers) {
  Definition copy = definition;
  show_numbers(copy, numbers);
}

std::vector<std::string> settings_of(const Layer& layer) {
  Names names;
  show_numbers(std::as_const(layer.network->definition), names);
  return names.all;
}

std::optional<std::size_t> place_of(const Layer& layer, std::string_view field) {
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (layer.fields[n].name == field) return n;
  return std::nullopt;
}
std::size_t known_place_of(const Layer& layer, std::string_view field) {
  const auto place = place_of(layer, field);
  assert(place);
  return *place;
}

Problem problem_of(const LayerDescription& row, Idx batch) {
  const Layer& layer = *find_layer(row.kind);
  Problem p(layer.id, layer.fields.size());
  for (const auto& [name, value] : row.hyper_parameters)
    if (const auto place = place_of(layer, name)) p.set(*place, value);
  set_extents(p, layer.network->output, row.output);
  set_input(p, row.input, batch);
  return p;
}

std::optional<Problem> problem_of(const Definition& definition, const std::vector<Idx>& input) {
  const Layer& layer = layer_of(definition);
  const std::size_t axes = layer.network->input.size();
  if (axes != 0 && axes != input.size()) return std::nullopt;
  Problem p(layer.id, layer.fields.size());
  ToProblem taken(p);
  show_numbers(definition, taken);
  set_input(p, input, 1);
  return p;
}

Definition definition_of(const Problem& problem) {
  Definition definition = layer_of(problem).network->definition;
  FromProblem given(problem);
  show_numbers(definition, given);
  return definition;
}

bool is_pool(const Layer& layer) {
  return has_window(layer) && port_of(layer.passes.front().inputs, Role::w) == nullptr;
}

bool branches(const Layer& layer) { return !layer.passes.empty() && layer.passes.front().inputs.front().is_compared; }

double roundings_of_sums(const Problem& problem) {
  const std::span<const Pass> passes = layer_of(problem).passes;
  double backward = 0;
  for (const Pass& pass : passes.subspan(1)) backward = std::max(backward, roundings_of(pass, problem));
  return roundings_of(passes.front(), problem) + backward;
}

double roundings_of(const Problem& problem) {
  const auto own = layer_of(problem).network->roundings;
  return own != nullptr ? own(problem) : roundings_of_sums(problem);
}

}  // namespace cnnspec::checks
