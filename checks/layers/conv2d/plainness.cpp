// conv2d: channels come in groups.
#include "checks/generate/plainness.hpp"

#include "checks/layers/conv2d/problem.hpp"

namespace cnnspec::checks {
namespace {

using P = cnnspec_conv2d;

void make_flat(P& p) { set_height(p, Line{}), set_width(p, Line{}); }
void set_channels(P& p, Idx groups, Idx in, Idx out) {
  p.groups = groups, p.in_channels = groups * in, p.out_channels = groups * out;
}

std::vector<Move> plainer_problems(const Problem& problem) {
  const P p = problem.as<P>();
  MovesOf<P> s(problem);
  const Idx ins = p.in_channels / p.groups, outs = p.out_channels / p.groups;
  // Keep one number only: this finds quickly a failure that a single size decides.
  s.jump(true, [](P& q) { make_flat(q), set_channels(q, 1, 1, 1); });
  s.jump(true, [=](P& q) { make_flat(q), set_channels(q, 1, ins, 1), q.batch = 1; });
  s.jump(true, [=](P& q) { make_flat(q), set_channels(q, 1, 1, outs), q.batch = 1; });
  s.jump(true, [](P& q) { make_flat(q), set_channels(q, q.groups, 1, 1), q.batch = 1; });
  s.jump(true, [](P& q) { make_flat(q), q.batch = 1; });
  s.jump(true, [](P& q) { set_channels(q, 1, 1, 1), set_height(q, Line{}), q.batch = 1; });
  s.jump(true, [](P& q) { set_channels(q, 1, 1, 1), set_width(q, Line{}), q.batch = 1; });
  s.jump(true, [](P& q) { set_channels(q, 1, 1, 1), q.batch = 1; });
  s.reduce("batch");
  s.add(p.groups - 1, [=](P& q, Idx n) { set_channels(q, p.groups - n, ins, outs); });
  // Fewer groups, with the same number of channels in total.
  s.jump(p.groups > 1, [](P& q) { q.groups = 1; });
  s.jump(p.groups > 2 && p.groups % 2 == 0, [](P& q) { q.groups /= 2; });
  s.add(ins == outs ? ins - 1 : 0, [=](P& q, Idx n) { set_channels(q, p.groups, ins - n, outs - n); });
  s.add(ins - 1, [=](P& q, Idx n) { set_channels(q, p.groups, ins - n, outs); });
  s.add(outs - 1, [=](P& q, Idx n) { set_channels(q, p.groups, ins, outs - n); });
  s.reduce_window();
  // The same number of terms in a sum, with channels in place of taps.
  const Idx cells = p.kernel_height * p.kernel_width;
  s.jump(cells > 1 && ins > 1, [=](P& q) { make_flat(q), set_channels(q, p.groups, ins * cells, outs); });
  return s.take();
}

/// The channels of each group.
void make_per_group(SizeAxis& axis, Idx P::*channels) {
  axis.name_at = [all = axis.name](const Problem& problem) {
    return problem.as<P>().groups == 1 ? all : all + " of each group";
  };
  axis.name += " of each group";
  axis.value = [channels](const Problem& problem) { return problem.as<P>().*channels / problem.as<P>().groups; };
  axis.with = with_value<P>([channels](P& p, Idx value) { p.*channels = value * p.groups; });
}

void vary_groups(std::vector<SizeAxis>& axes) {
  axis_named(axes, "groups").with = with_value<P>(
      [](P& p, Idx groups) { set_channels(p, groups, p.in_channels / p.groups, p.out_channels / p.groups); });
  make_per_group(axis_named(axes, "input channels"), &P::in_channels);
  make_per_group(axis_named(axes, "output channels"), &P::out_channels);
}

constexpr ProductAxis products[]{
    {"terms of a sum", "input channels of each group", "columns of the window"},
    {"terms of a sum", "input channels of each group", "rows of the window"},
};

void tell_groups_apart(std::vector<CoverageAxis>& axes) {
  axis_named(axes, "groups") = {"groups", {"1", "2+", "depthwise"}, [](const Problem& problem) {
                                  const auto& p = problem.as<P>();
                                  return p.groups == 1 ? "1" : p.groups == p.in_channels ? "depthwise" : "2+";
                                }};
}

}  // namespace

extern const Plainness conv2d_plainness{plainer_problems, vary_groups, products, tell_groups_apart};

}  // namespace cnnspec::checks
