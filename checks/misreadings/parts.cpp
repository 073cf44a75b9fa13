#include "checks/misreadings/parts.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "checks/scalars/half.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

bool has_role(std::span<const Port> ports, Role role) {
  return std::ranges::any_of(ports, [role](const Port& port) { return port.role == role; });
}

const TensorInfo& info_of(const Operation& o, Role role) {
  return *std::find_if(o.inputs.begin(), o.inputs.end(), [&](const TensorInfo& t) { return role_of(t) == role; });
}

std::size_t place_of(const Index& index, const std::vector<Idx>& extents) {
  Idx n = 0;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) n = n * extents[axis] + index[axis];
  return static_cast<std::size_t>(n);
}

Index next(Index index, const std::vector<Idx>& extents) {
  for (std::size_t axis = extents.size(); axis-- > 0; index[axis] = 0)
    if (++index[axis] < extents[axis]) break;
  return index;
}

/// `visit(n, index)` for each element in row-major order.
template <class Visit>
void for_each_index(const TensorInfo& t, Visit visit) {
  Index index(t.extents.size());
  for (Idx n = 0; n < t.count(); ++n, index = next(std::move(index), t.extents))
    visit(static_cast<std::size_t>(n), index);
}

/// The place from which each element is taken.
std::vector<std::size_t> places(const TensorInfo& t, const Operation& o, const Source& source) {
  std::vector<std::size_t> result(static_cast<std::size_t>(t.count()));
  for_each_index(t, [&](std::size_t n, const Index& index) { result[n] = place_of(source(index, t, o), t.extents); });
  return result;
}

/// Calls `change(element)` for each element in the region. Returns whether there are any.
template <class Change>
bool change_in(const Region& region, const TensorInfo& t, const Operation& o, std::vector<Real>& elements,
               Change change) {
  bool any = false;
  for_each_index(t, [&](std::size_t n, const Index& index) {
    if (!region(index, t, o)) return;
    change(elements[n]);
    any = true;
  });
  return any;
}

/// Calls `change(element)` in the region of the input with this role, and of the output if it has this role.
template <class Change>
std::vector<Real> changed(Call call, Role role, const Region& region, Change change) {
  const Operation& o = call.operation;
  std::vector<Real>* const input = find_input(call, role);
  const bool is_another = input != nullptr && change_in(region, info_of(o, role), o, *input, change);
  std::vector<Real> output = is_another ? right(call) : specified(call);
  if (role_of(o.outputs.front()) == role) change_in(region, o.outputs.front(), o, output, change);
  return output;
}

}  // namespace

bool reads(Op op, Role role) { return has_role(pass_of(op).inputs, role); }
bool writes(Op op, Role role) { return has_role(pass_of(op).outputs, role); }
bool is_forward(Op op) { return layer_of(op).passes.front().op == op; }
bool is_product(Op op) { return pass_of(op).arithmetics == Arithmetics::products; }
bool adds(Op op) { return pass_of(op).arithmetics != Arithmetics::selects; }
bool takes_bias_of_channels(Op op) { return takes_bias(op) && is_product(op) && pass_of(op).outputs.size() == 1; }
bool takes_bias(Op op) {
  const Port& last = pass_of(op).inputs.back();
  return last.role == Role::b && last.is_optional;
}
bool is_bias_gradient(Op op) {
  const Pass& pass = pass_of(op);
  return pass.arithmetics == Arithmetics::sums && pass.inputs.size() == 1 && writes(op, Role::b);
}
bool has_batch(Op op) {
  return std::ranges::any_of(layer_of(op).fields, [](const Field& f) { return f.name == std::string_view("batch"); });
}
bool sums_over_batch(Op op) { return has_batch(op) && (writes(op, Role::w) || writes(op, Role::b)); }
bool has_weights(Op op) { return has_role(layer_of(op).passes.front().inputs, Role::w); }
bool has_windows(Op op) { return has_window(layer_of(op)); }
bool moves_window(Op op) { return has_windows(op) && (reads(op, Role::x) || writes(op, Role::x)); }

std::vector<Real> right(const Call& call) { return run_spec(call.operation, call.inputs); }
std::vector<Real> specified(const Call& call) { return call.specified ? *call.specified : right(call); }

std::vector<Real>* find_input(Call& call, Role role) {
  for (std::size_t n = 0; n < call.inputs.size(); ++n)
    if (role_of(call.operation.inputs[n]) == role && !call.inputs[n].empty()) return &call.inputs[n];
  return nullptr;
}
Role role_of(const TensorInfo& tensor) { return tensor.role; }

Real rounded(Real v, int digits) {
  if (v.value == 0 || !std::isfinite(v.value)) return v;
  int exponent = 0;
  const long double fraction = std::frexp(v.value, &exponent);
  v.value = std::ldexp(std::nearbyint(std::ldexp(fraction, digits)), exponent - digits);
  return v;
}
Real truncated(Real v, int digits) {
  if (v.value == 0 || !std::isfinite(v.value)) return v;
  int exponent = 0;
  const long double fraction = std::frexp(v.value, &exponent);
  v.value = std::ldexp(std::trunc(std::ldexp(fraction, digits)), exponent - digits);
  return v;
}

Real as_f16(Real v) {
  v.value = half_to_double(double_to_half(static_cast<double>(v.value)));
  return v;
}

Compute moved(const std::vector<Role>& roles, const Source& source) {
  return [roles, source](Call call) {
    const Operation& o = call.operation;
    for (const Role role : roles)
      if (std::vector<Real>* input = find_input(call, role)) {
        const std::vector<Real> given = *input;
        const auto from = places(info_of(o, role), o, source);
        for (std::size_t n = 0; n < from.size(); ++n) (*input)[n] = given[from[n]];
      }
    const std::vector<Real> computed = right(call);
    if (std::find(roles.begin(), roles.end(), role_of(o.outputs.front())) == roles.end()) return computed;
    std::vector<Real> output(computed.size());
    const auto to = places(o.outputs.front(), o, source);
    for (std::size_t n = 0; n < to.size(); ++n) output[to[n]] = computed[n];
    return output;
  };
}

Compute stored_as(Role role, const std::vector<std::size_t>& axes) {
  return moved({role}, [axes](const Index& index, const TensorInfo& t, const Operation&) {
    Idx n = 0;
    for (const std::size_t axis : axes) n = n * t.extents[axis] + index[axis];
    return t.index(n);
  });
}

Region last(std::size_t axis) {
  return
      [axis](const Index& index, const TensorInfo& t, const Operation&) { return index[axis] == t.extents[axis] - 1; };
}
Region tail(std::size_t axis, Idx block) {
  return [axis, block](const Index& index, const TensorInfo& t, const Operation&) {
    return index[axis] >= t.extents[axis] / block * block;
  };
}
Region either(const Region& a, const Region& b) {
  return
      [a, b](const Index& index, const TensorInfo& t, const Operation& o) { return a(index, t, o) || b(index, t, o); };
}

Compute without(Role role, const Region& region) {
  return [role, region](const Call& call) { return changed(call, role, region, [](Real& v) { v = Real(0); }); };
}
Compute doubled(Role role, const Region& region) {
  return [role, region](const Call& call) { return changed(call, role, region, [](Real& v) { v = v * Real(2); }); };
}
Compute zero_but_bias(const Region& region) {
  return [region](Call call) {
    std::vector<Real> bias;
    if (call.operation.takes_bias()) bias.swap(call.inputs.back());
    call.specified = nullptr;
    std::vector<Real> output = without(Role::y, region)(call);
    if (!bias.empty()) {
      assert(bias.size() == static_cast<std::size_t>(call.operation.outputs.front().extents[1]));
      for_each_index(call.operation.outputs.front(),
                     [&](std::size_t n, const Index& index) { output[n] += bias[static_cast<std::size_t>(index[1])]; });
    }
    return output;
  };
}
Compute changed_in(const Region& region, const ChangeElement& change) {
  return with_output([region, change](std::vector<Real>& output, const Call& call) {
    const TensorInfo& t = call.operation.outputs.front();
    for_each_index(t, [&](std::size_t n, const Index& index) {
      if (region(index, t, call.operation)) change(output, n, call);
    });
  });
}
Compute zero_times_old_added(const Region& region) {
  return changed_in(region, [](std::vector<Real>& output, std::size_t n, const Call& call) {
    output[n] += Real(0 * call.garbage.value);
  });
}
Compute unwritten(const Region& region) {
  return changed_in(region,
                    [](std::vector<Real>& output, std::size_t n, const Call& call) { output[n] = call.garbage; });
}

}  // namespace cnnspec::checks
