#include "checks/cases/problem_fields.hpp"

#include <cstring>

#include "checks/cases/clauses.hpp"
#include "checks/generate/geometry.hpp"

namespace cnnspec::checks {
namespace {

// The largest numbers of tidy problems. They hold the known bugs and small versions of real networks' layers.
// Paddings are up to one more than half the kernel, of which pooling (C4) refuses the last.
constexpr Idx most_batch = 3, most_groups = 4, most_channels = 4, most_extent = 20, most_kernel = 7, most_stride = 4,
              most_dilation = 3, most_features = 40, most_count = 300;

Idx most_padding(const Line& l) { return l.kernel / 2 + 1; }

bool within(Idx value, Idx least, Idx most) { return least <= value && value <= most; }

Idx right_out(const Line& l) { return with_right_output(l).out; }

bool is_tidy(const Line& l) {
  return within(l.in, 1, most_extent) && within(l.kernel, 1, most_kernel) && within(l.axis.stride, 1, most_stride) &&
         within(l.axis.dilation, 1, most_dilation) && within(l.axis.before, 0, most_padding(l)) &&
         within(l.axis.after, 0, most_padding(l)) && within(l.out - right_out(l), -1, 1);
}
bool is_tidy(const cnnspec_conv2d& p) {
  return within(p.batch, 1, most_batch) && within(p.groups, 1, most_groups) && p.in_channels % p.groups == 0 &&
         within(p.in_channels / p.groups, 1, most_channels) && p.out_channels % p.groups == 0 &&
         within(p.out_channels / p.groups, 1, most_channels) && is_tidy(height_of(p)) && is_tidy(width_of(p));
}
bool is_tidy(const cnnspec_pool2d& p) {
  return within(p.batch, 1, most_batch) && within(p.channels, 1, most_channels) && is_tidy(height_of(p)) &&
         is_tidy(width_of(p));
}
bool is_tidy(const cnnspec_linear& p) {
  return within(p.batch, 1, most_batch) && within(p.in_features, 1, most_features) &&
         within(p.out_features, 1, most_features);
}
bool is_tidy(const cnnspec_elementwise& p) { return within(p.count, 1, most_count); }

void list_tidy(Fields& f, Line& l) {
  constexpr Idx one_less = 30, one_more = 31;
  Idx error = l.out - right_out(l);
  error = error == 0 ? 0 : error < 0 ? one_less : one_more;
  f.number(l.in, 1, most_extent);
  f.number(l.kernel, 1, most_kernel);
  f.number(l.axis.stride, 1, most_stride);
  f.number(l.axis.dilation, 1, most_dilation);
  f.number(l.axis.before, 0, most_padding(l));
  f.number(l.axis.after, 0, most_padding(l));
  f.number(error, 0, one_more);
  l.out = right_out(l) + (error == one_less ? -1 : error == one_more ? 1 : 0);
}
template <class P>
void list_tidy_window(Fields& f, P& p) {
  Line height = height_of(p), width = width_of(p);
  list_tidy(f, height), list_tidy(f, width);
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

Problem empty_problem(Family family) {
  switch (family) {
    case Family::conv2d:
      return cnnspec_conv2d{};
    case Family::max_pool2d:
      return cnnspec_pool2d{};
    case Family::elementwise:
      return cnnspec_elementwise{};
    default:
      return cnnspec_linear{};
  }
}

}  // namespace

void list_problem(Fields& fields, Family family, Problem& problem) {
  if (family_of(problem) != family) problem = empty_problem(family);
  std::visit([&](auto& p) { list(fields, p); }, problem);
}

bool is_same(const Problem& a, const Problem& b) {
  return a.index() == b.index() && std::visit(
                                       [&](const auto& p) {
                                         using P = std::decay_t<decltype(p)>;
                                         return std::memcmp(&p, &std::get<P>(b), sizeof p) == 0;
                                       },
                                       a);
}

}  // namespace cnnspec::checks
