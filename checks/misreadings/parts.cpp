#include "checks/misreadings/parts.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "checks/layers/problems.hpp"
#include "checks/scalars/half.hpp"

namespace cnnspec::checks {
namespace {

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

/// Where each element is taken from.
std::vector<std::size_t> places(const TensorInfo& t, const Operation& o, const Source& source) {
  std::vector<std::size_t> result(static_cast<std::size_t>(t.count()));
  for_each_index(t, [&](std::size_t n, const Index& index) { result[n] = place_of(source(index, t, o), t.extents); });
  return result;
}

/// Image n of a batch.
template <Idx... E>
Tensor<Real, E...> image(const Shape<E...>& shape, const std::vector<Real>& elements, Idx n = 0) {
  const auto first = elements.begin() + n * shape.count();
  return Tensor<Real, E...>(shape, std::vector<Real>(first, first + shape.count()));
}
template <Idx... E>
void append(std::vector<Real>& all, const Tensor<Real, E...>& part) {
  all.insert(all.end(), part.elements().begin(), part.elements().end());
}

/// `change(element)` for each in the region. Whether there are any.
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

/// `change(element)` in the region of the input of this role, and of the output if it has this role.
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
    if (call.operation.takes_bias()) bias.swap(call.inputs[2]);
    call.specified = nullptr;
    std::vector<Real> output = without(Role::y, region)(call);
    if (!bias.empty()) {
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
Compute unwritten(const Region& region) {
  return changed_in(region,
                    [](std::vector<Real>& output, std::size_t n, const Call& call) { output[n] = call.garbage; });
}

std::vector<Real> conv2d_taps(const Call& call, const cnnspec_conv2d& misread, const Steps& steps) {
  const auto& p = call.operation.problem.as<cnnspec_conv2d>();
  const Conv2dConfig g = config_of(misread);
  const auto x = x_shape(misread), y = y_shape(misread);
  const auto w = dyn_shape(p.out_channels, p.in_channels / p.groups, misread.kernel_height, misread.kernel_width);
  const auto add = [&](Real& sum, const Real& a, const Real& b) { sum = steps.sum(sum + steps.product(a * b)); };
  const Operands<Real>& in = call.inputs;
  std::vector<Real> out;
  if (call.operation.op == Op::conv2d_forward) {
    const auto kernel = image(w, in[1]);
    for (Idx n = 0; n < p.batch; ++n) {
      Image<Real> y_(y);
      const auto x_ = image(x, in[0], n);
      for_each_tap(g, x_, kernel, y_, [&](Real& cell, const Real& a, const Real& b) { add(cell, a, b); });
      append(out, y_);
    }
    const std::size_t pixels = static_cast<std::size_t>(p.out_height * p.out_width);
    if (!in[2].empty())
      for (std::size_t n = 0; n < out.size(); ++n) out[n] = steps.sum(out[n] + in[2][n / pixels % in[2].size()]);
  } else if (call.operation.op == Op::conv2d_backward_input) {
    const auto kernel = image(w, in[0]);
    for (Idx n = 0; n < p.batch; ++n) {
      Image<Real> dx(x);
      const auto dy = image(y, in[1], n);
      for_each_tap(g, dx, kernel, dy, [&](const Real& b, const Real& a, Real& cell) { add(cell, a, b); });
      append(out, dx);
    }
  } else {
    assert(call.operation.op == Op::conv2d_backward_kernel);
    Kernel<Real> dw(w);
    for (Idx n = 0; n < p.batch; ++n) {
      const auto x_ = image(x, in[0], n);
      const auto dy = image(y, in[1], n);
      for_each_tap(g, x_, dw, dy, [&](const Real& b, Real& cell, const Real& a) { add(cell, a, b); });
    }
    out = dw.elements();
  }
  return out;
}

std::vector<Real> conv2d_sums(const Call& call, const Steps& steps, Terms terms, Bias bias) {
  const auto& p = call.operation.problem.as<cnnspec_conv2d>();
  const bool forward = call.operation.op == Op::conv2d_forward;
  const std::vector<Real>&w = call.inputs[forward ? 1 : 0], &other = call.inputs[forward ? 0 : 1];
  const Idx ins = p.in_channels / p.groups, outs = p.out_channels / p.groups;
  const Idx channels = forward ? ins : outs, window = p.kernel_height * p.kernel_width;
  const auto at = [](Idx plane, Idx row, Idx column, Idx height, Idx width) {
    return static_cast<std::size_t>((plane * height + row) * width + column);
  };
  std::vector<Real> sums;
  // Of the element at this row and column of a channel of the output, the term of one tap of one channel, if it is
  // there.
  const auto add = [&](Real& sum, Idx image, Idx channel, Idx row, Idx column, Idx k, Idx tap) {
    const Idx r = tap / p.kernel_width, s = tap % p.kernel_width, group = channel / (forward ? outs : ins);
    const std::size_t at_w = static_cast<std::size_t>(
        forward ? (channel * ins + k) * window + tap : ((group * outs + k) * ins + channel % ins) * window + tap);
    if (forward) {
      const Idx i = row * p.stride_height + r * p.dilation_height - p.pad_top;
      const Idx j = column * p.stride_width + s * p.dilation_width - p.pad_left;
      if (i < 0 || i >= p.in_height || j < 0 || j >= p.in_width) return;
      const Idx plane = image * p.in_channels + group * ins + k;
      sum = steps.sum(sum + steps.product(w[at_w] * other[at(plane, i, j, p.in_height, p.in_width)]));
    } else {
      const Idx i = row + p.pad_top - r * p.dilation_height, j = column + p.pad_left - s * p.dilation_width;
      if (i < 0 || j < 0 || i % p.stride_height != 0 || j % p.stride_width != 0) return;
      if (i / p.stride_height >= p.out_height || j / p.stride_width >= p.out_width) return;
      const Idx plane = image * p.out_channels + group * outs + k;
      const std::size_t at_dy = at(plane, i / p.stride_height, j / p.stride_width, p.out_height, p.out_width);
      sum = steps.sum(sum + steps.product(w[at_w] * other[at_dy]));
    }
  };
  const std::vector<Idx>& extents = call.operation.outputs.front().extents;
  for (Idx image = 0; image < extents[0]; ++image)
    for (Idx channel = 0; channel < extents[1]; ++channel)
      for (Idx row = 0; row < extents[2]; ++row)
        for (Idx column = 0; column < extents[3]; ++column) {
          Real& sum = sums.emplace_back();
          const bool has_bias = forward && !call.inputs[2].empty();
          if (has_bias && bias == Bias::first) sum = call.inputs[2][static_cast<std::size_t>(channel)];
          for (Idx n = 0; n < channels * window; ++n) {
            const bool by_channel = terms == Terms::by_channel;
            const Idx k = by_channel ? n / window : n % channels, tap = by_channel ? n % window : n / channels;
            add(sum, image, channel, row, column, k, tap);
          }
          if (has_bias && bias == Bias::last) sum = steps.sum(sum + call.inputs[2][static_cast<std::size_t>(channel)]);
        }
  return sums;
}

std::vector<Real> conv2d_inside(const Call& call, const Inside& inside) {
  const auto& p = call.operation.problem.as<cnnspec_conv2d>();
  const Op op = call.operation.op;
  const Idx ins = p.in_channels / p.groups, outs = p.out_channels / p.groups;
  const Idx cells = p.batch * p.in_channels * p.in_height * p.in_width;
  std::vector<Real> out(static_cast<std::size_t>(call.operation.output_count()));
  std::size_t at_y = 0;
  for (Idx plane = 0; plane < p.batch * p.out_channels; ++plane)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j, ++at_y)
        for (Idx n = 0; n < ins * p.kernel_height * p.kernel_width; ++n) {
          const Idx s = n % p.kernel_width, r = n / p.kernel_width % p.kernel_height;
          const Idx o = plane % p.out_channels, c = o / outs * ins + n / (p.kernel_width * p.kernel_height);
          const Idx row = i * p.stride_height + r * p.dilation_height - p.pad_top;
          const Idx column = j * p.stride_width + s * p.dilation_width - p.pad_left;
          const Idx place = ((plane / p.out_channels * p.in_channels + c) * p.in_height + row) * p.in_width + column;
          if (place < 0 || place >= cells || !inside(row, column, height_of(p), width_of(p))) continue;
          const std::size_t at_x = static_cast<std::size_t>(place);
          const std::size_t at_w = static_cast<std::size_t>(o * ins * p.kernel_height * p.kernel_width + n);
          if (op == Op::conv2d_forward)
            out[at_y] += call.inputs[1][at_w] * call.inputs[0][at_x];
          else if (op == Op::conv2d_backward_input)
            out[at_x] += call.inputs[0][at_w] * call.inputs[1][at_y];
          else
            out[at_w] += call.inputs[0][at_x] * call.inputs[1][at_y];
        }
  const std::size_t pixels = static_cast<std::size_t>(p.out_height * p.out_width);
  if (op == Op::conv2d_forward && !call.inputs[2].empty())
    for (std::size_t n = 0; n < out.size(); ++n) out[n] += call.inputs[2][n / pixels % call.inputs[2].size()];
  return out;
}

Call as_conv2d(const Call& linear) {
  const auto& l = linear.operation.problem.as<cnnspec_linear>();
  cnnspec_conv2d p{};
  p.batch = l.batch, p.groups = 1, p.in_channels = l.in_features, p.out_channels = l.out_features;
  set_height(p, {}), set_width(p, {});
  const Op op = linear.operation.op == Op::linear_forward          ? Op::conv2d_forward
                : linear.operation.op == Op::linear_backward_input ? Op::conv2d_backward_input
                                                                   : Op::conv2d_backward_kernel;
  return {operation_of(op, p), linear.storage, linear.inputs, linear.garbage};
}

Idx greatest(const std::vector<Real>& cells, const Call&) {
  Idx best = -1;
  for (std::size_t n = 0; n < cells.size(); ++n)
    if (best < 0 || !(cells[n] == cells[n]) || cells[static_cast<std::size_t>(best)] < cells[n])
      best = static_cast<Idx>(n);
  return best;
}

namespace {

constexpr Idx no_place = std::numeric_limits<Idx>::min();

/// What a kernel looks at in a window: places row*W + column of the image, `no_place` for padding that counts as a
/// cell.
std::vector<Idx> places_in_window(const cnnspec_pool2d& p, const Pooling& rule, Idx i, Idx j) {
  const Line height = height_of(p), width = width_of(p);
  std::vector<Idx> places;
  for (Idx n = 0; n < p.kernel_height * p.kernel_width; ++n) {
    const Idx r = rule.column_by_column ? n % p.kernel_height : n / p.kernel_width;
    const Idx s = rule.column_by_column ? n / p.kernel_height : n % p.kernel_width;
    const Idx row = rule.at(i * p.stride_height - p.pad_top, r, height);
    const Idx column = rule.at(j * p.stride_width - p.pad_left, s, width);
    const bool in_image = 0 <= row && row < p.in_height && 0 <= column && column < p.in_width;
    const bool inside = rule.inside ? rule.inside(row, column, height, width) : in_image;
    if ((inside || rule.zeros_outside) && rule.sees(r, s, row, column, p))
      places.push_back(inside ? row * p.in_width + column : no_place);
  }
  return places;
}

/// Adds `dy` to the cells that it goes to, of one plane of dx, or of all, of which so many elements are `before` it.
void collect(const Pooling& rule, const cnnspec_pool2d& p, const std::vector<Idx>& places,
             const std::vector<Real>& cells, std::size_t winner, const Real& dy, std::span<Real> dx, Idx before) {
  const auto tied = std::count(cells.begin(), cells.end(), cells[winner]);
  const bool is_shared = rule.ties == Ties::shared && tied > 1;
  const Real share = is_shared ? dy * Real(1 / static_cast<long double>(tied)) : dy;
  for (std::size_t n = 0; n < cells.size(); ++n) {
    const bool wins = n == winner || (rule.ties != Ties::to_winner && cells[n] == cells[winner]);
    const Idx place = wins && places[n] != no_place ? before + rule.lands(places[n], p) : -1;
    if (0 <= place && place < static_cast<Idx>(dx.size())) rule.collect(dx[static_cast<std::size_t>(place)], share);
  }
}

}  // namespace

std::vector<Real> pool(const Call& call, const Pooling& rule) {
  cnnspec_pool2d p = call.operation.problem.as<cnnspec_pool2d>();
  rule.misread(p);
  const bool forward = call.operation.op == Op::max_pool2d_forward;
  const std::vector<Real>& x = call.inputs[0];
  std::vector<Real> out(static_cast<std::size_t>(call.operation.output_count()));
  const auto x_plane = static_cast<std::size_t>(p.in_height * p.in_width);
  std::size_t y_at = 0;
  for (std::size_t plane = 0; plane < static_cast<std::size_t>(p.batch * p.channels); ++plane)
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j, ++y_at) {
        const Idx first = static_cast<Idx>(plane * x_plane);
        std::vector<Idx> places = places_in_window(p, rule, i, j);
        std::erase_if(places, [&](Idx place) {
          return place != no_place && (first + place < 0 || first + place >= static_cast<Idx>(x.size()));
        });
        std::vector<Real> cells;
        for (const Idx place : places)
          cells.push_back(place == no_place ? Real(0) : x[static_cast<std::size_t>(first + place)]);
        const Idx winner = rule.winner(cells, call);
        if (forward)
          out[y_at] = winner < 0 ? rule.y_of_none(call) : cells[static_cast<std::size_t>(winner)];
        else if (winner >= 0) {
          const std::span<Real> dx(out);
          const std::span<Real> reach = rule.inside ? dx : dx.subspan(plane * x_plane, x_plane);
          collect(rule, p, places, cells, static_cast<std::size_t>(winner), call.inputs[1][y_at], reach,
                  rule.inside ? first : 0);
        }
      }
  return out;
}

Compute pooled(const Pooling& pooling) {
  return [pooling](const Call& call) { return pool(call, pooling); };
}

}  // namespace cnnspec::checks
