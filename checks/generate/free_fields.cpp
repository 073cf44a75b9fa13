#include "checks/generate/free_fields.hpp"

#include <algorithm>

#include "checks/generate/window_axes.hpp"

namespace cnnspec::checks {

std::size_t place_of_field(const Layer& layer, std::string_view name) {
  std::size_t n = 0;
  while (n < layer.fields.size() && layer.fields[n].name != name) ++n;
  return n;
}

std::vector<std::size_t> free_fields(const Layer& layer) {
  std::vector<std::size_t> places;
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (layer.fields[n].kind != Field::Kind::derived && !is_of_window(layer, layer.fields[n])) places.push_back(n);
  return places;
}

std::vector<std::size_t> free_extents(const Layer& layer) {
  std::vector<std::size_t> places = free_fields(layer);
  std::erase_if(places, [&](std::size_t n) { return layer.fields[n].kind != Field::Kind::extent; });
  return places;
}

std::string in_words(const Field& field) {
  std::string words = field.name;
  if (words == "batch") return "images";
  if (words == "count") return "elements";
  if (words.starts_with("in_")) words.replace(0, 3, "input ");
  if (words.starts_with("out_")) words.replace(0, 4, "output ");
  std::ranges::replace(words, '_', ' ');
  return words;
}

namespace {

double plainest_value(const Field& field) {
  switch (field.kind) {
    case Field::Kind::extent:
    case Field::Kind::derived:
      return field.least;
    case Field::Kind::real:
      return field.usual.value_or(field.least);
    case Field::Kind::flag:
    case Field::Kind::number:
    case Field::Kind::choice:
      break;
  }
  return field.usual.value_or(0);
}

}  // namespace

void make_plainest(Problem& problem, std::size_t field) {
  const Field& f = layer_of(problem).fields[field];
  if (f.kind == Field::Kind::real)
    problem.set_real(field, plainest_value(f));
  else
    problem.set(field, static_cast<Idx>(plainest_value(f)));
}

bool is_plainest(const Problem& problem, std::size_t field) {
  Problem plain = problem;
  make_plainest(plain, field);
  return plain == problem;
}

void make_plainest(Problem& problem) {
  const Layer& layer = layer_of(problem);
  for (const std::size_t n : free_fields(layer)) make_plainest(problem, n);
  for (const WindowAxis& axis : window_axes(layer)) axis.set(problem, Line{});
}

Problem plainest_problem(const Layer& layer) {
  Problem problem(layer.id, layer.fields.size());
  make_plainest(problem);
  return problem;
}

}  // namespace cnnspec::checks
