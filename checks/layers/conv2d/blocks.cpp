#include "checks/layers/conv2d/blocks.hpp"

#include "checks/layers/conv2d/problem.hpp"

namespace cnnspec::checks {
namespace {

bool is_of_conv2d(Op op) { return layer_id(op) == LayerId::conv2d; }
constexpr auto is_dx_of_conv2d = is<Op::conv2d_backward_input>;
constexpr auto sums_pixels_of_conv2d = is<Op::conv2d_backward_kernel, Op::conv2d_backward_bias>;

Idx groups_of(const Operation& o) { return o.problem.as<cnnspec_conv2d>().groups; }
Idx outputs_of_group(const Operation& o) { return o.problem.as<cnnspec_conv2d>().out_channels / groups_of(o); }

/// The output channels of one group, and the groups.
Sequence channels_of_group() {
  const auto size = [](const TensorInfo&, const Operation& o) { return outputs_of_group(o); };
  const auto number = [](const Index& y, const TensorInfo&, const Operation& o) { return y[1] % outputs_of_group(o); };
  return {"output channels of each group", "block", is_of_conv2d, of<Role::y>, number, size, is_dx_of_conv2d};
}
Sequence groups() {
  const auto number = [](const Index& y, const TensorInfo&, const Operation& o) { return y[1] / outputs_of_group(o); };
  const auto count = [](const TensorInfo&, const Operation& o) { return groups_of(o); };
  return {"groups", "block", is_of_conv2d, of<Role::y>, number, count, none};
}

/// The terms of a sum in the order of a matrix product: taps of all channels, or pixels of all images.
Role of_terms(Op op) { return sums_pixels_of_conv2d(op) ? Role::y : Role::w; }
Sequence terms() {
  const auto number = [](const Index& i, const TensorInfo& t, const Operation& o) {
    const Idx first = sums_pixels_of_conv2d(o.op) ? i[0] : is_forward(o.op) ? i[1] : i[0] % outputs_of_group(o);
    return (first * t.extents[2] + i[2]) * t.extents[3] + i[3];
  };
  const auto count = [](const TensorInfo& t, const Operation& o) {
    const Idx first = sums_pixels_of_conv2d(o.op) ? t.extents[0]
                      : is_forward(o.op)          ? t.extents[1]
                                                  : outputs_of_group(o);
    return first * t.extents[2] * t.extents[3];
  };
  return {"terms of a sum", "block", is_of_conv2d, of_terms, number, count, is_of_conv2d};
}

Sequence after(const std::string& follows, Sequence s) {
  s.follows = follows;
  return s;
}

}  // namespace

std::vector<Sequence> conv2d_sequences() {
  return {after("output channels", channels_of_group()), after("output channels of each group", groups()),
          after("cells of the window", terms())};
}

}  // namespace cnnspec::checks
