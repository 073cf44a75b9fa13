#include "checks/generate/fields.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "checks/generate/drawing.hpp"
#include "checks/vocabulary/extents.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

/// Whether each number belongs to a line of the window.
std::vector<bool> are_of_window(const Layer& layer) {
  Problem p(layer.id, layer.fields.size());
  if (has_window(layer)) {
    const Line marked{1, 1, 1, {.stride = 1, .before = 1, .after = 1, .dilation = 1}};
    set_height(p, marked), set_width(p, marked);
  }
  std::vector<bool> are(p.words());
  for (std::size_t n = 0; n < p.words(); ++n) are[n] = p.integer(n) != 0;
  return are;
}

std::optional<std::size_t> find_field(const Layer& layer, const char* Field::*word, std::string_view text) {
  const auto found = std::ranges::find_if(layer.fields, [&](const Field& f) { return f.*word == text; });
  if (found == layer.fields.end()) return {};
  return static_cast<std::size_t>(found - layer.fields.begin());
}

std::optional<ChannelPlaces> find_channels(const Layer& layer) {
  if (!has_window(layer)) return {};
  const auto groups = find_field(layer, &Field::key, "g");
  const auto in = find_field(layer, &Field::name, "in_channels"), out = find_field(layer, &Field::name, "out_channels");
  if (!groups || !in || !out) return {};
  return ChannelPlaces{*groups, *in, *out};
}

FieldPlaces find_places(const Layer& layer) {
  FieldPlaces places{find_field(layer, &Field::key, "mb"), find_channels(layer), {}, {}};
  const std::vector<bool> of_window = are_of_window(layer);
  const auto& c = places.channels;
  for (std::size_t n = 0; n < layer.fields.size(); ++n) {
    const bool is_of_channels = c && (n == c->groups || n == c->in || n == c->out);
    if (of_window[n] || is_of_channels || n == places.batch) continue;
    const Field::Kind kind = layer.fields[n].kind;
    if (kind == Field::Kind::extent) places.extents.push_back(n);
    if (kind != Field::Kind::extent && kind != Field::Kind::derived) places.settings.push_back(n);
  }
  return places;
}

double usual_of(const Field& field) { return field.usual.value_or(field.kind == Field::Kind::real ? field.least : 0); }

/// The number of values of a flag or a choice.
Idx values_of(const Field& field) {
  constexpr Idx small_numbers = 10;
  if (field.kind == Field::Kind::number) return small_numbers;
  return field.kind == Field::Kind::flag ? 2 : std::ssize(field.choices);
}

}  // namespace

const Drawing& drawing_of(const Layer& layer) {
  static constexpr Drawing by_fields{};
  return layer.drawing == nullptr ? by_fields : *layer.drawing;
}

const FieldPlaces& field_places(const Layer& layer) {
  static thread_local std::map<const Layer*, FieldPlaces> known;
  const auto found = known.find(&layer);
  return found != known.end() ? found->second : known.emplace(&layer, find_places(layer)).first->second;
}

bool is_pooling(const Layer& layer) {
  const auto is_weights = [](const Port& port) { return port.role == Role::w; };
  return has_window(layer) && !layer.passes.empty() && std::ranges::none_of(layer.passes.front().inputs, is_weights);
}

Problem unset_problem(const Layer& layer) {
  Problem p(layer.id, layer.fields.size());
  for (const std::size_t n : field_places(layer).settings) {
    const Field& field = layer.fields[n];
    field.kind == Field::Kind::real ? p.set_real(n, usual_of(field)) : p.set(n, static_cast<Idx>(usual_of(field)));
  }
  return p;
}

Idx first_of(const Field& field) { return field.kind == Field::Kind::number ? static_cast<Idx>(field.least) : 0; }

void draw_settings(Choices& choices, Problem& problem) {
  const Layer& layer = layer_of(problem);
  for (const std::size_t n : field_places(layer).settings) {
    const Field& field = layer.fields[n];
    if (field.kind == Field::Kind::real)
      problem.set_real(n, usual_of(field) + 0.25 * static_cast<double>(choices.pick(0, 4)));
    else if (choices.chance(40))  // else the usual value, which most kernels have
      problem.set(n, first_of(field) + choices.pick(0, values_of(field) - 1));
  }
}

void change_setting(Choices& choices, Problem& problem, std::size_t place) {
  const Field& field = layer_of(problem).fields[place];
  if (field.kind == Field::Kind::real)
    problem.set_real(place, problem.real(place) + 0.25 * static_cast<double>(choices.pick(1, 4)));
  else if (const Idx values = values_of(field); values > 1)
    problem.set(place,
                first_of(field) + (problem.integer(place) - first_of(field) + choices.pick(1, values - 1)) % values);
}

Idx calls_of(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  if (const auto calls = drawing_of(layer).calls) return calls(problem);
  if (!has_window(layer) || !layer.passes.front().inputs.front().is_compared) return 1;
  return height_of(problem).kernel * width_of(problem).kernel;
}

Idx elements_of_x(const Problem& problem) {
  return count_of(layer_of(problem).passes.front().inputs.front().extents(problem));
}
Idx elements_of_y(const Problem& problem) {
  return count_of(layer_of(problem).passes.front().outputs.front().extents(problem));
}

}  // namespace cnnspec::checks
