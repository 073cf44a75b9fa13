#include "tests/class_pick.hpp"

#include "checks/expect/formulation.hpp"
#include "checks/generate/choices.hpp"
#include "checks/laws/layer_checks.hpp"
#include "checks/layers/registry.hpp"
#include "checks/scalars/int128.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;
using P = ClassPickProblem;

template <class S>
std::vector<S> side_by_side(std::vector<S> first, const std::vector<S>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

constexpr auto pick = []<class S>(const Problem& problem, const Operands<S>& in) {
  const auto out = class_pick(problem.as<P>(), in[0], in[1], in[2], in[3], in[4]);
  return side_by_side(out.y, out.s_out);
};
constexpr auto pick_back = []<class S>(const Problem& problem, const Operands<S>& in) {
  const auto out = class_pick_gradients(problem.as<P>(), in[0], in[1], in[2], in[3]);
  return side_by_side(out.dx, out.db);
};
constexpr Bodies pick_bodies = bodies_of<pick>(), pick_back_bodies = bodies_of<pick_back>();

constexpr Formulation ways_forward[]{formulation<pick>("scaled", "As it is defined.")};
constexpr Formulation ways_backward[]{formulation<pick_back>("scaled", "As it is defined.")};
constexpr Formulations of_forward{ways_forward,
                                  [](const Problem& p, const Operands<Grid>& in) { return pick(p, in); }};
constexpr Formulations of_backward{ways_backward,
                                   [](const Problem& p, const Operands<Grid>& in) { return pick_back(p, in); }};

std::vector<Idx> all_classes(const Problem& p) {
  return {p.as<P>().batch, p.as<P>().classes, p.as<P>().length};
}
std::vector<Idx> one_class(const Problem& p) { return {p.as<P>().batch, p.as<P>().length}; }
std::vector<Idx> per_class(const Problem& p) { return {p.as<P>().classes}; }
Idx classes_of(const Problem& p) { return p.as<P>().classes; }
Idx most_terms(const Problem& p) { return p.as<P>().batch * p.as<P>().length + 2; }

constexpr Port forward_in[]{
    {.name = "x", .role = Role::x, .extents = all_classes},
    {.name = "s", .role = Role::state, .extents = per_class},
    {.name = "t", .role = Role::target, .extents = one_class, .element = Element::int64, .below = classes_of},
    {.name = "m", .role = Role::mask, .extents = one_class, .element = Element::boolean},
    {.name = "b", .role = Role::b, .extents = per_class, .is_optional = true},
};
constexpr Port forward_out[]{{"y", Role::y, one_class}, {"s_out", Role::state, per_class}};
constexpr Port backward_in[]{
    {.name = "t", .role = Role::target, .extents = one_class, .element = Element::int64, .below = classes_of},
    {.name = "m", .role = Role::mask, .extents = one_class, .element = Element::boolean},
    {.name = "dy", .role = Role::y, .extents = one_class},
    {.name = "ds", .role = Role::state, .extents = per_class},
};
constexpr Port backward_out[]{{"dx", Role::x, all_classes}, {"db", Role::b, per_class}};

constexpr Pass passes[]{
    {class_pick_forward, "class_pick_forward", forward_in, forward_out, Arithmetics::sums, most_terms, &pick_bodies, nullptr,
     &of_forward},
    {class_pick_backward, "class_pick_backward", backward_in, backward_out, Arithmetics::sums, most_terms, &pick_back_bodies,
     nullptr, &of_backward},
};

constexpr const char* signs[]{"plus", "minus"};
constexpr Field fields[]{
    batch_field,
    {"classes", "ic"},
    {"length", "il"},
    {"scale", "scale", Field::Kind::real, 0, 1},
    {"sign", "sign", Field::Kind::choice, 0, 0, signs},
};

Violation check_problem(const Problem& problem) {
  const P& p = problem.as<P>();
  const std::pair<const char*, Idx> extents[]{{"batch", p.batch}, {"classes", p.classes}, {"length", p.length}};
  for (const auto& [name, extent] : extents)
    if (extent < 1) return {Clause::C1, "class_pick", name, "at least", 1, extent};
  if (const Violation v = check_settings(problem); !v.ok()) return v;
  return check_elements("class_pick", "x", {p.batch, p.classes, p.length});
}

/// Backward is the adjoint of forward: <dy, y(x + e) - y(x)> + <ds, s(x + e) - s(x)> = <dx, e>, without a bias; exact.
void check_adjoint(LayerId, const Problem& problem, std::uint64_t data_seed, const LayerFunctions&,
                   CaseOutcome& outcome) {
  P p = problem.as<P>();
  p.scale = 3;  // a whole number
  RandomChoices data(data_seed);
  const auto draw = [&](Idx count, Idx least, Idx most) {
    std::vector<Int128> v;
    while (std::ssize(v) < count) v.push_back(Int128(data.pick(least, most)));
    return v;
  };
  const Idx pixels = p.batch * p.length;
  const auto x = draw(pixels * p.classes, -9, 9), e = draw(pixels * p.classes, -9, 9), s = draw(p.classes, -9, 9);
  const auto t = draw(pixels, 0, p.classes - 1), m = draw(pixels, 0, 1);
  const auto dy = draw(pixels, -9, 9), ds = draw(p.classes, -9, 9);
  const auto sum = [](const auto& a, const auto& b) {
    Int128 all(0);
    for (std::size_t n = 0; n < a.size(); ++n) all += a[n] * b[n];
    return all;
  };
  auto moved = x;
  for (std::size_t n = 0; n < x.size(); ++n) moved[n] += e[n];
  const auto before = class_pick<Int128>(p, x, s, t, m, {}), after = class_pick<Int128>(p, moved, s, t, m, {});
  const auto dx = class_pick_gradients(p, t, m, dy, ds).dx;
  const Int128 left = sum(dy, after.y) - sum(dy, before.y) + sum(ds, after.s_out) - sum(ds, before.s_out);
  ++outcome.compared;
  if (!(left == sum(dx, e))) outcome.failure = "A1: the backward pass is not the adjoint of the forward pass";
}

const LayerChecks class_pick_checks{
    .laws = [] { return std::vector<LawName>{{"A1", "Backward is the adjoint of forward."}}; },
    .check = check_adjoint,
    .small_problem = "mb2ic3il2_scale0.5",
    .shape =
        [](const Problem& p) {
          require(check(p));
          return std::vector<Idx>{p.as<P>().length};
        },
};

const Layer class_pick_layer{
    .id = ProblemOf<P>::layer,
    .name = "class_pick",
    .problem = "cnnspec_class_pick",
    .example = "mb2ic5il7_scale0.5",
    .fields = fields,
    .passes = passes,
    .contract = "a layer for tests.",
    .check = check_problem,
    .taps = [](const Problem& p) { return p.as<P>().batch * p.as<P>().classes * p.as<P>().length; },
    .checks = &class_pick_checks,
};

}  // namespace

void register_class_pick() { registry().push_back(&class_pick_layer); }

}  // namespace cnnspec::tests
