#include "checks/cases/problem_fields.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "checks/cases/clauses.hpp"
#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

// The largest numbers of tidy problems. They hold small versions of the known bugs and of real networks' layers.
constexpr Idx most_batch = 3, most_groups = 4, most_channels = 3, most_kernel = 5, most_stride = 4, most_dilation = 3,
              most_spare = 9, most_features = 40, most_count = 300;

bool within(Idx value, Idx least, Idx most) { return least <= value && value <= most; }

/// One axis of a tidy problem, as it is listed: the input extent is told by how many cells it has more than a window
/// needs, so that a window fits; a mistake is made on purpose, and seldom.
struct TidyLine {
  enum Mistake : Idx { none, one_more_padding, window_too_large, one_output_less, one_output_more };
  Idx spare = 0, kernel = 1;
  Axis axis{};
  Mistake mistake = none;
};

/// Of pooling, what C4 allows; of a convolution, also more than the window has on one side.
Idx most_padding(Idx kernel, bool pooling) { return kernel / 2 + (pooling ? 0 : 1); }

Idx least_in(Idx kernel, const Axis& a) { return std::max(a.dilation * (kernel - 1) + 1 - a.before - a.after, Idx{1}); }

Line line_of(const TidyLine& t) {
  Line l{least_in(t.kernel, t.axis) + t.spare, 1, t.kernel, t.axis};
  if (t.mistake == TidyLine::one_more_padding) ++l.axis.before;
  if (t.mistake == TidyLine::window_too_large) l.in -= t.spare + 1;
  l = with_right_output(l);
  if (t.mistake == TidyLine::one_output_less) --l.out;
  if (t.mistake == TidyLine::one_output_more) ++l.out;
  return l;
}

/// The other way round; nothing if the line is not tidy.
std::optional<TidyLine> tidy(const Line& l, bool pooling) {
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
    if (within(t.spare, 0, most_spare) && line_of(t) == l) return t;
  }
  return {};
}

template <class P>
bool has_tidy_window(const P& p) {
  constexpr bool pooling = std::is_same_v<P, cnnspec_pool2d>;
  return tidy(height_of(p), pooling) && tidy(width_of(p), pooling);
}

bool is_tidy(const cnnspec_conv2d& p) {
  return within(p.batch, 1, most_batch) && within(p.groups, 1, most_groups) && p.in_channels % p.groups == 0 &&
         within(p.in_channels / p.groups, 1, most_channels) && p.out_channels % p.groups == 0 &&
         within(p.out_channels / p.groups, 1, most_channels) && has_tidy_window(p);
}
bool is_tidy(const cnnspec_pool2d& p) {
  return within(p.batch, 1, most_batch) && within(p.channels, 1, most_channels) && has_tidy_window(p);
}
bool is_tidy(const cnnspec_linear& p) {
  return within(p.batch, 1, most_batch) && within(p.in_features, 1, most_features) &&
         within(p.out_features, 1, most_features);
}
bool is_tidy(const cnnspec_elementwise& p) { return within(p.count, 1, most_count); }

void list_tidy(Fields& f, Line& l, bool pooling) {
  constexpr Idx seldom = 64;  // one in so many lines has a certain mistake
  TidyLine t = tidy(l, pooling).value_or(TidyLine{});
  f.number(t.kernel, 1, most_kernel);
  f.number(t.axis.stride, 1, most_stride);
  f.number(t.axis.dilation, 1, most_dilation);
  f.number(t.axis.before, 0, most_padding(t.kernel, pooling));
  f.number(t.axis.after, 0, most_padding(t.kernel, pooling));
  f.number(t.spare, 0, most_spare);
  Idx mistake = t.mistake == TidyLine::none ? 0 : seldom - t.mistake;
  f.number(mistake, 0, seldom - 1);
  t.mistake = static_cast<TidyLine::Mistake>(mistake >= seldom - TidyLine::one_output_more ? seldom - mistake : 0);
  l = line_of(t);
}
template <class P>
void list_tidy_window(Fields& f, P& p) {
  constexpr bool pooling = std::is_same_v<P, cnnspec_pool2d>;
  Line height = height_of(p), width = width_of(p);
  list_tidy(f, height, pooling), list_tidy(f, width, pooling);
  set_height(p, height), set_width(p, width);
}
void list_tidy(Fields& f, cnnspec_conv2d& p) {
  Idx inputs = p.groups == 0 ? 1 : p.in_channels / p.groups, outputs = p.groups == 0 ? 1 : p.out_channels / p.groups;
  f.number(p.batch, 1, most_batch);
  f.number(p.groups, 1, most_groups);
  f.number(inputs, 1, most_channels);
  f.number(outputs, 1, most_channels);
  p.in_channels = inputs * p.groups, p.out_channels = outputs * p.groups;
  list_tidy_window(f, p);
}
void list_tidy(Fields& f, cnnspec_pool2d& p) {
  f.number(p.batch, 1, most_batch);
  f.number(p.channels, 1, most_channels);
  list_tidy_window(f, p);
}
void list_tidy(Fields& f, cnnspec_linear& p) {
  f.number(p.batch, 1, most_batch);
  f.number(p.in_features, 1, most_features);
  f.number(p.out_features, 1, most_features);
}
void list_tidy(Fields& f, cnnspec_elementwise& p) { f.number(p.count, 1, most_count); }

Idx right_out(const Line& l) { return with_right_output(l).out; }

template <class P>
void list_wild_window(Fields& f, P& p) {
  constexpr Idx given = 3;
  for (Idx* n :
       {&p.batch, &p.in_height, &p.in_width, &p.kernel_height, &p.kernel_width, &p.stride_height, &p.stride_width,
        &p.dilation_height, &p.dilation_width, &p.pad_top, &p.pad_left, &p.pad_bottom, &p.pad_right})
    f.any(*n);
  const auto is_right = [&] {
    return p.out_height == right_out(height_of(p)) && p.out_width == right_out(width_of(p));
  };
  Idx outputs = is_right() ? 0 : given;
  f.number(outputs, 0, given);
  p.out_height = outputs == given ? p.out_height : right_out(height_of(p));
  p.out_width = outputs == given ? p.out_width : right_out(width_of(p));
  if (outputs == given) f.any(p.out_height), f.any(p.out_width);
}
void list_wild(Fields& f, cnnspec_conv2d& p) {
  f.any(p.groups), f.any(p.in_channels), f.any(p.out_channels);
  list_wild_window(f, p);
}
void list_wild(Fields& f, cnnspec_pool2d& p) {
  f.any(p.channels);
  list_wild_window(f, p);
}
void list_wild(Fields& f, cnnspec_linear& p) { f.any(p.batch), f.any(p.in_features), f.any(p.out_features); }
void list_wild(Fields& f, cnnspec_elementwise& p) { f.any(p.count); }

template <class P>
void list(Fields& f, P& p) {
  constexpr Idx wild = 3;
  Idx style = is_tidy(p) ? 0 : wild;
  f.number(style, 0, wild);
  style == wild ? list_wild(f, p) : list_tidy(f, p);
}

Problem empty_problem(LayerId family) {
  switch (family) {
    case LayerId::conv2d:
      return cnnspec_conv2d{};
    case LayerId::max_pool2d:
      return cnnspec_pool2d{};
    case LayerId::relu:
      return cnnspec_elementwise{};
    default:
      return cnnspec_linear{};
  }
}

}  // namespace

void list_problem(Fields& fields, LayerId family, Problem& problem) {
  if (layer_id(problem) != family) problem = empty_problem(family);
  visit_problem([&](auto& p) { list(fields, p); }, problem);
}

void list_image(Fields& fields, Problem& problem) {
  constexpr Idx most_extent = 12;
  if (!problem.is<cnnspec_pool2d>()) problem = cnnspec_pool2d{};
  auto& p = problem.as<cnnspec_pool2d>();
  fields.mostly(p.channels, 1, most_channels), fields.mostly(p.in_height, 1, most_extent);
  fields.mostly(p.in_width, 1, most_extent);
  p = {1, p.channels, p.in_height, p.in_width, p.in_height, p.in_width, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
}

std::string spelled_out(const Problem& problem) {
  std::string text;
  const auto put = [&](const std::string& key, Idx value) { text += key + std::to_string(value); };
  visit_problem(
      [&](const auto& p) {
        if constexpr (requires { p.groups; }) put("g", p.groups);
        if constexpr (requires { p.batch; }) put("mb", p.batch);
        if constexpr (requires { p.in_channels; }) put("ic", p.in_channels), put("oc", p.out_channels);
        if constexpr (requires { p.channels; }) put("ic", p.channels);
        if constexpr (requires { p.in_features; }) put("ic", p.in_features), put("oc", p.out_features);
        if constexpr (requires { p.count; }) put("", p.count);
        if constexpr (requires { p.kernel_height; }) {
          for (const auto& [axis, l] : {std::pair{"h", height_of(p)}, std::pair{"w", width_of(p)}}) {
            put(std::string("i") + axis, l.in), put(std::string("o") + axis, l.out);
            put(std::string("k") + axis, l.kernel), put(std::string("s") + axis, l.axis.stride);
            put(std::string("p") + axis, l.axis.before), put(*axis == 'h' ? "pb" : "pr", l.axis.after);
            constexpr Idx least = std::numeric_limits<Idx>::min();
            put(std::string("d") + axis, std::max(l.axis.dilation, least + 1) - 1);  // counts from 0
          }
        }
      },
      problem);
  return text;
}

}  // namespace cnnspec::checks
