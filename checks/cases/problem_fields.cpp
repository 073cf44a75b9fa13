#include "checks/cases/problem_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <sstream>

#include "checks/cases/clauses.hpp"
#include "checks/cases/problem_numbers.hpp"

namespace cnnspec::checks {
namespace {

// The largest numbers of tidy problems. They suffice for small versions of the known bugs and of layers of real
// networks.
constexpr Idx most_batch = 3, most_groups = 4, most_channels = 3, most_kernel = 5, most_stride = 4, most_dilation = 3,
              most_spare = 9, most_features = 40, most_count = 300;

bool within(Idx value, Idx least, Idx most) { return least <= value && value <= most; }

// ---- Windows -----------------------------------------------------------------------------------------------------

/// One axis of a tidy problem, as it is listed. The input extent is listed as the number of cells beyond those that a
/// window needs, so that a window fits. Mistakes are made on purpose, and seldom.
struct TidyLine {
  enum Mistake : Idx { none, one_more_padding, window_too_large, one_output_less, one_output_more };
  Idx spare = 0, kernel = 1;
  Axis axis{};
  Mistake mistake = none;
};

/// For pooling, the maximum of C4; for a convolution, one more.
Idx most_padding(Idx kernel, bool pooling) { return kernel / 2 + (pooling ? 0 : 1); }

Idx least_in(Idx kernel, const Axis& a) { return std::max(a.dilation * (kernel - 1) + 1 - a.before - a.after, Idx{1}); }

Line line_of(const Problem& p, const TidyLine& t) {
  Line l{least_in(t.kernel, t.axis) + t.spare, 1, t.kernel, t.axis};
  if (t.mistake == TidyLine::one_more_padding) ++l.axis.before;
  if (t.mistake == TidyLine::window_too_large) l.in -= t.spare + 1;
  l = with_right_output(p, l);
  if (t.mistake == TidyLine::one_output_less) --l.out;
  if (t.mistake == TidyLine::one_output_more) ++l.out;
  return l;
}

/// The inverse of line_of; none if the line is not tidy.
std::optional<TidyLine> tidy(const Problem& p, const Line& l, bool pooling) {
  if (!within(l.kernel, 1, most_kernel) || !within(l.axis.stride, 1, most_stride) ||
      !within(l.axis.dilation, 1, most_dilation))
    return {};
  for (const auto mistake : {TidyLine::none, TidyLine::one_more_padding, TidyLine::window_too_large,
                             TidyLine::one_output_less, TidyLine::one_output_more}) {
    TidyLine t{0, l.kernel, l.axis, mistake};
    if (mistake == TidyLine::one_more_padding) --t.axis.before;
    const Idx most = most_padding(t.kernel, pooling);
    if (!within(t.axis.before, 0, most) || !within(t.axis.after, 0, most)) continue;
    if (mistake != TidyLine::window_too_large) t.spare = l.in - least_in(t.kernel, t.axis);
    if (within(t.spare, 0, most_spare) && line_of(p, t) == l) return t;
  }
  return {};
}

void list_tidy(Fields& f, const Problem& p, Line& l, bool pooling) {
  constexpr Idx seldom = 64;  // one of this many lines has a certain mistake
  TidyLine t = tidy(p, l, pooling).value_or(TidyLine{});
  f.number(t.kernel, 1, most_kernel);
  f.number(t.axis.stride, 1, most_stride);
  f.number(t.axis.dilation, 1, most_dilation);
  f.number(t.axis.before, 0, most_padding(t.kernel, pooling));
  f.number(t.axis.after, 0, most_padding(t.kernel, pooling));
  f.number(t.spare, 0, most_spare);
  Idx mistake = t.mistake == TidyLine::none ? 0 : seldom - t.mistake;
  f.number(mistake, 0, seldom - 1);
  t.mistake = static_cast<TidyLine::Mistake>(mistake >= seldom - TidyLine::one_output_more ? seldom - mistake : 0);
  l = line_of(p, t);
}

// ---- Other numbers -----------------------------------------------------------------------------------------------

/// Tidy real numbers are multiples of 1/16.
constexpr double parts = 16;
Idx least_parts(const Field& field) { return static_cast<Idx>(std::ceil(field.least * parts)); }
constexpr Idx more_parts = 255;
std::optional<Idx> tidy_parts(double value, const Field& field) {
  const double n = value * parts, least = static_cast<double>(least_parts(field));
  if (!(n >= least && n <= least + static_cast<double>(more_parts)) || n != std::floor(n)) return {};
  return static_cast<Idx>(n);
}

/// How an integer or a word is listed. Channels in groups are listed per group.
struct TidyNumber {
  Idx unit;         // the number is a multiple of this unit
  Idx least, most;  // in units
};
TidyNumber tidy_number(const Problem& p, std::size_t n) {
  const Layer& layer = layer_of(p);
  const Field& field = layer.fields[n];
  if (field.kind == Field::Kind::flag) return {1, 0, 1};
  if (field.kind == Field::Kind::choice) return {1, 0, std::ssize(field.choices) - 1};
  if (field.kind == Field::Kind::number) return {1, static_cast<Idx>(field.least), static_cast<Idx>(field.least) + 9};
  if (is_batch(layer, n)) return {1, 1, most_batch};
  if (is_number_of_groups(layer, n)) return {1, 1, most_groups};
  if (is_divided(layer, n)) return {std::max(groups_of(p), Idx{1}), 1, most_channels};
  const Idx most = has_window(layer) ? most_channels : *field.key == '\0' ? most_count : most_features;
  const auto least = static_cast<Idx>(field.least);
  return {1, least, std::max(most, least)};
}

bool is_tidy_number(const Problem& p, std::size_t n) {
  const Field& field = layer_of(p).fields[n];
  if (field.kind == Field::Kind::real) return tidy_parts(p.real(n), field).has_value();
  const TidyNumber t = tidy_number(p, n);
  return p.integer(n) % t.unit == 0 && within(p.integer(n) / t.unit, t.least, t.most);
}

void list_tidy_number(Fields& f, Problem& p, std::size_t n) {
  const Field& field = layer_of(p).fields[n];
  if (field.kind == Field::Kind::real) {
    const Idx least = least_parts(field);
    Idx value = tidy_parts(p.real(n), field).value_or(least);
    f.number(value, least, least + more_parts);
    return p.set_real(n, static_cast<double>(value) / parts);
  }
  const TidyNumber t = tidy_number(p, n);
  Idx value = p.integer(n) / t.unit;
  f.number(value, t.least, t.most);
  p.set(n, value * t.unit);
}

/// Lists any number at all. Exception: the index of a word, which must exist.
void list_any(Fields& f, Problem& p, std::size_t n) {
  const Field& field = layer_of(p).fields[n];
  if (field.kind == Field::Kind::choice) return list_tidy_number(f, p, n);
  if (field.kind == Field::Kind::real) {
    Idx bits = std::bit_cast<Idx>(p.real(n));
    f.any(bits);
    return p.set_real(n, std::bit_cast<double>(bits));
  }
  Idx value = p.integer(n);
  f.any(value);
  p.set(n, value);
}

// ---- Problems ----------------------------------------------------------------------------------------------------

bool is_tidy(const Problem& p) {
  const Layer& layer = layer_of(p);
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (!is_number_of_window(layer, n) && !is_tidy_number(p, n)) return false;
  const bool pooling = checks_of(layer).pads_like_pooling;
  return !has_window(layer) || (tidy(p, height_of(p), pooling) && tidy(p, width_of(p), pooling));
}

void list_tidy(Fields& f, Problem& p) {
  const Layer& layer = layer_of(p);
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (!is_number_of_window(layer, n)) list_tidy_number(f, p, n);
  if (!has_window(layer)) return;
  const bool pooling = checks_of(layer).pads_like_pooling;
  Line height = height_of(p), width = width_of(p);
  list_tidy(f, p, height, pooling), list_tidy(f, p, width, pooling);
  set_height(p, height), set_width(p, width);
}

Idx right_out(const Problem& p, const Line& l) { return with_right_output(p, l).out; }

void list_wild_window(Fields& f, Problem& p) {
  constexpr Idx given = 3;
  const Layer& layer = layer_of(p);
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (is_batch(layer, n)) list_any(f, p, n);
  Line h = height_of(p), w = width_of(p);
  for (Idx* n : {&h.in, &w.in, &h.kernel, &w.kernel, &h.axis.stride, &w.axis.stride, &h.axis.dilation, &w.axis.dilation,
                 &h.axis.before, &w.axis.before, &h.axis.after, &w.axis.after})
    f.any(*n);
  Idx outputs = h.out == right_out(p, h) && w.out == right_out(p, w) ? 0 : given;
  f.number(outputs, 0, given);
  h.out = outputs == given ? h.out : right_out(p, h);
  w.out = outputs == given ? w.out : right_out(p, w);
  if (outputs == given) f.any(h.out), f.any(w.out);
  set_height(p, h), set_width(p, w);
}

/// In a problem with a window, the batch is listed with the window.
void list_wild(Fields& f, Problem& p) {
  const Layer& layer = layer_of(p);
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (!is_number_of_window(layer, n) && !(has_window(layer) && is_batch(layer, n))) list_any(f, p, n);
  if (has_window(layer)) list_wild_window(f, p);
}

// ---- As text -----------------------------------------------------------------------------------------------------

std::string text_of_field(const Problem& p, std::size_t n) {
  const Field& field = layer_of(p).fields[n];
  if (field.kind == Field::Kind::real) return fmt::format("_{}{}", field.key, p.real(n));
  if (field.kind == Field::Kind::choice && within(p.integer(n), 0, std::ssize(field.choices) - 1))
    return fmt::format("_{}:{}", field.key, field.choices[static_cast<std::size_t>(p.integer(n))]);
  return fmt::format("{}{}", field.key, p.integer(n));
}

/// The fields that do not belong to a window, in descriptor order.
std::vector<std::size_t> fields_as_written(const Layer& layer) {
  std::vector<std::size_t> order;
  std::istringstream keys(layer.keys);
  for (std::string key; keys >> key;)
    for (std::size_t n = 0; n < layer.fields.size(); ++n)
      if (layer.fields[n].key == key && !is_number_of_window(layer, n)) order.push_back(n);
  if (order.empty())
    for (std::size_t n = 0; n < layer.fields.size(); ++n)
      if (!is_number_of_window(layer, n)) order.push_back(n);
  return order;
}

std::string text_of_line(const Line& l, char axis) {
  constexpr Idx least = std::numeric_limits<Idx>::min();
  return fmt::format("i{0}{1}o{0}{2}k{0}{3}s{0}{4}p{0}{5}{6}{7}d{0}{8}", axis, l.in, l.out, l.kernel, l.axis.stride,
                     l.axis.before, axis == 'h' ? "pb" : "pr", l.axis.after,
                     std::max(l.axis.dilation, least + 1) - 1);  // counts from 0
}

}  // namespace

namespace {

/// One of `known`, listed by its number.
template <class Id>
void list_id(Fields& fields, Id& id, const std::vector<Id>& known) {
  constexpr Idx most = 255;
  auto number = static_cast<Idx>(id);
  fields.number(number, 0, most);
  id = static_cast<Id>(number);
  if (std::ranges::find(known, id) == known.end()) id = known[static_cast<std::size_t>(number % std::ssize(known))];
}

}  // namespace

void list_op(Fields& fields, Op& op) { list_id(fields, op, all_ops()); }

void list_dtype(Fields& fields, DType& dtype) {
  static const std::vector<DType> known = [] {
    std::vector<DType> all;
    for (const DTypeRow& row : dtype_rows) all.push_back(row.dtype);
    return all;
  }();
  list_id(fields, dtype, known);
}

void list_layer_with_problems(Fields& fields, LayerId& layer) {
  static const std::vector<LayerId> known = [] {
    std::vector<LayerId> all;
    for (const Layer* l : layers())
      if (!l->fields.empty()) all.push_back(l->id);
    return all;
  }();
  list_id(fields, layer, known);
}

void list_problem(Fields& fields, LayerId layer, Problem& problem) {
  constexpr Idx wild = 3;
  if (layer_id(problem) != layer || problem.words() == 0) problem = Problem(layer, layer_of(layer).fields.size());
  Idx style = is_tidy(problem) ? 0 : wild;
  fields.number(style, 0, wild);
  style == wild ? list_wild(fields, problem) : list_tidy(fields, problem);
}

std::string spelled_out(const Problem& problem) {
  std::string text;
  for (const std::size_t n : fields_as_written(layer_of(problem))) text += text_of_field(problem, n);
  if (has_window(problem)) text += text_of_line(height_of(problem), 'h') + text_of_line(width_of(problem), 'w');
  return text;
}

}  // namespace cnnspec::checks
