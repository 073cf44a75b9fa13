#include "checks/layers/conv2d/taps.hpp"

#include <cassert>

namespace cnnspec::checks {
namespace {

template <Idx... E>
void append(std::vector<Real>& all, const Tensor<Real, E...>& part) {
  all.insert(all.end(), part.elements().begin(), part.elements().end());
}

}  // namespace

std::vector<Real> conv2d_taps(const Call& call, const cnnspec_conv2d& misread, const Steps& steps) {
  const auto& p = call.operation.problem.as<cnnspec_conv2d>();
  const Conv2dConfig g = config_of(misread);
  const auto x = x_shape(misread), y = y_shape(misread);
  const auto w = dyn_shape(p.out_channels, p.in_channels / p.groups, misread.kernel_height, misread.kernel_width);
  const auto add = [&](Real& sum, const Real& a, const Real& b) { sum = steps.sum(sum + steps.product(a * b)); };
  const Operands<Real>& in = call.inputs;
  std::vector<Real> out;
  if (call.operation.op == Op::conv2d_forward) {
    const auto kernel = image_of(w, in[1]);
    for (Idx n = 0; n < p.batch; ++n) {
      Image<Real> y_(y);
      const auto x_ = image_of(x, in[0], n);
      for_each_tap(g, x_, kernel, y_, [&](Real& cell, const Real& a, const Real& b) { add(cell, a, b); });
      append(out, y_);
    }
    const std::size_t pixels = static_cast<std::size_t>(p.out_height * p.out_width);
    if (!in[2].empty())
      for (std::size_t n = 0; n < out.size(); ++n) out[n] = steps.sum(out[n] + in[2][n / pixels % in[2].size()]);
  } else if (call.operation.op == Op::conv2d_backward_input) {
    const auto kernel = image_of(w, in[0]);
    for (Idx n = 0; n < p.batch; ++n) {
      Image<Real> dx(x);
      const auto dy = image_of(y, in[1], n);
      for_each_tap(g, dx, kernel, dy, [&](const Real& b, const Real& a, Real& cell) { add(cell, a, b); });
      append(out, dx);
    }
  } else {
    assert(call.operation.op == Op::conv2d_backward_kernel);
    Kernel<Real> dw(w);
    for (Idx n = 0; n < p.batch; ++n) {
      const auto x_ = image_of(x, in[0], n);
      const auto dy = image_of(y, in[1], n);
      for_each_tap(g, x_, dw, dy, [&](const Real& b, Real& cell, const Real& a) { add(cell, a, b); });
    }
    out = dw.elements();
  }
  return out;
}

std::vector<Real> conv2d_sums(const Call& call, const Steps& steps, const Order& order) {
  const auto& p = call.operation.problem.as<cnnspec_conv2d>();
  const bool forward = call.operation.op == Op::conv2d_forward;
  const std::vector<Real>&w = call.inputs[forward ? 1 : 0], &other = call.inputs[forward ? 0 : 1];
  const Idx ins = p.in_channels / p.groups, outs = p.out_channels / p.groups;
  const Idx channels = forward ? ins : outs, window = p.kernel_height * p.kernel_width;
  const auto at = [](Idx plane, Idx row, Idx column, Idx height, Idx width) {
    return static_cast<std::size_t>((plane * height + row) * width + column);
  };
  std::vector<Real> sums;
  // Adds the term of one tap of one channel to an element of the output, if this term exists. The element is given by
  // its image, channel, row and column.
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
          if (has_bias && order.bias == Bias::first) sum = call.inputs[2][static_cast<std::size_t>(channel)];
          for (Idx n = 0; n < channels * window; ++n) {
            const bool by_channel = order.terms == Terms::by_channel;
            const Idx k = by_channel ? n / window : n % channels, tap = by_channel ? n % window : n / channels;
            add(sum, image, channel, row, column, k, tap);
          }
          if (has_bias && order.bias == Bias::last)
            sum = steps.sum(sum + call.inputs[2][static_cast<std::size_t>(channel)]);
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

std::vector<Real> conv2d_walked(const Call& call, const Walk& walk) {
  if (walk.inside) return conv2d_inside(call, walk.inside);
  cnnspec_conv2d p = call.operation.problem.as<cnnspec_conv2d>();
  Line height = height_of(p), width = width_of(p);
  walk.misread(height, width);
  set_height(p, height), set_width(p, width);
  return conv2d_taps(call, p);
}

std::vector<Real> conv2d_stepped(const Call& call, const Steps& steps, const Order* order) {
  if (order != nullptr) return conv2d_sums(call, steps, *order);
  return conv2d_taps(call, call.operation.problem.as<cnnspec_conv2d>(), steps);
}

}  // namespace cnnspec::checks
