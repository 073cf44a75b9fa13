#include "tests/broken_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "checks/layers/problems.hpp"
#include "checks/scalars/half.hpp"
#include "tests/naive_avg_pool2d.hpp"
#include "tests/size_kernels.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

// ---- The functions of a kernel: plain pointers, one set for each order and mistake ----

template <Naive naive>
KernelFunctions<float> functions() {
  KernelFunctions<float> f;
  f.conv2d_forward = [](const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
    return naive.conv2d_forward(*p, x, w, b, y);
  };
  f.conv2d_backward_input = [](const cnnspec_conv2d* p, const float* w, const float* dy, float* dx) {
    return naive.conv2d_backward_input(*p, w, dy, dx);
  };
  f.conv2d_backward_kernel = [](const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
    return naive.conv2d_backward_kernel(*p, x, dy, dw);
  };
  f.conv2d_backward_bias = [](const cnnspec_conv2d* p, const float* dy, float* db) {
    return naive.conv2d_backward_bias(*p, dy, db);
  };
  f.max_pool2d_forward = [](const cnnspec_pool2d* p, const float* x, float* y) {
    return naive.max_pool2d_forward(*p, x, y);
  };
  f.max_pool2d_backward = [](const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
    return naive.max_pool2d_backward(*p, x, dy, dx);
  };
  f.relu_forward = [](const cnnspec_elementwise* p, const float* x, float* y) { return naive.relu_forward(*p, x, y); };
  f.relu_backward = [](const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
    return naive.relu_backward(*p, x, dy, dx);
  };
  f.linear_forward = [](const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
    return naive.linear_forward(*p, x, w, b, y);
  };
  f.linear_backward_input = [](const cnnspec_linear* p, const float* w, const float* dy, float* dx) {
    return naive.linear_backward_input(*p, w, dy, dx);
  };
  f.linear_backward_weight = [](const cnnspec_linear* p, const float* x, const float* dy, float* dw) {
    return naive.linear_backward_weight(*p, x, dy, dw);
  };
  f.linear_backward_bias = [](const cnnspec_linear* p, const float* dy, float* db) {
    return naive.linear_backward_bias(*p, dy, db);
  };
  f.avg_pool2d_forward = naive_avg_pool2d_forward<MeanMistake::none>;
  f.avg_pool2d_backward = naive_avg_pool2d_backward<MeanMistake::none>;
  return f;
}

// The 16-bit storage types: inputs are widened, results are computed in f32 and rounded or truncated when stored.

template <class Format>
std::uint16_t stored(float v, bool truncate) {
  const std::uint16_t nearest = Format::nearest(v);
  const bool too_large = std::fabs(Format::value(nearest)) > std::fabs(static_cast<double>(v));
  return truncate && too_large ? static_cast<std::uint16_t>(nearest - 1) : nearest;
}

/// Calls `compute(inputs as floats..., output as floats)`. An input is a pointer and a count.
template <class Format>
class Widened {
 public:
  explicit Widened(bool truncate) : truncate_(truncate) {}

  /// Null for null.
  const float* in(const std::uint16_t* bits, Idx count) {
    if (bits == nullptr) return nullptr;
    std::vector<float>& v = inputs_.emplace_back();
    for (Idx n = 0; n < count; ++n) v.push_back(static_cast<float>(Format::value(bits[n])));
    return v.data();
  }
  template <class Compute>
  int out(std::uint16_t* bits, Idx count, Compute compute) {
    std::vector<float> v(static_cast<std::size_t>(count));
    const int status = compute(v.data());
    for (Idx n = 0; n < count; ++n) bits[n] = stored<Format>(v[static_cast<std::size_t>(n)], truncate_);
    return status;
  }

 private:
  bool truncate_;
  std::vector<std::vector<float>> inputs_;
};

struct Sizes {
  Idx x, w, b, y;
};
Sizes sizes(const cnnspec_conv2d& p) {
  return {p.batch * p.in_channels * p.in_height * p.in_width,
          p.out_channels * (p.in_channels / p.groups) * p.kernel_height * p.kernel_width, p.out_channels,
          p.batch * p.out_channels * p.out_height * p.out_width};
}
Sizes sizes(const cnnspec_linear& p) {
  return {p.batch * p.in_features, p.out_features * p.in_features, p.out_features, p.batch * p.out_features};
}
Sizes sizes(const auto& p) requires requires { p.channels; }
{ return {p.batch * p.channels * p.in_height * p.in_width, 0, 0, p.batch * p.channels * p.out_height * p.out_width}; }

template <class Format, Naive naive>
KernelFunctions<std::uint16_t> functions_16() {
  using Bits = std::uint16_t;
  using W = Widened<Format>;
  constexpr bool truncate = naive.mistake == Mistake::result_truncated;
  KernelFunctions<Bits> f;
  f.conv2d_forward = [](const cnnspec_conv2d* p, const Bits* x, const Bits* w, const Bits* b, Bits* y) {
    W all(truncate);
    const Sizes n = sizes(*p);
    const float *fx = all.in(x, n.x), *fw = all.in(w, n.w), *fb = all.in(b, n.b);
    return all.out(y, n.y, [&](float* out) { return naive.conv2d_forward(*p, fx, fw, fb, out); });
  };
  f.conv2d_backward_input = [](const cnnspec_conv2d* p, const Bits* w, const Bits* dy, Bits* dx) {
    W all(truncate);
    const Sizes n = sizes(*p);
    const float *fw = all.in(w, n.w), *fdy = all.in(dy, n.y);
    return all.out(dx, n.x, [&](float* out) { return naive.conv2d_backward_input(*p, fw, fdy, out); });
  };
  f.conv2d_backward_kernel = [](const cnnspec_conv2d* p, const Bits* x, const Bits* dy, Bits* dw) {
    W all(truncate);
    const Sizes n = sizes(*p);
    const float *fx = all.in(x, n.x), *fdy = all.in(dy, n.y);
    return all.out(dw, n.w, [&](float* out) { return naive.conv2d_backward_kernel(*p, fx, fdy, out); });
  };
  f.conv2d_backward_bias = [](const cnnspec_conv2d* p, const Bits* dy, Bits* db) {
    W all(truncate);
    const Sizes n = sizes(*p);
    const float* fdy = all.in(dy, n.y);
    return all.out(db, n.b, [&](float* out) { return naive.conv2d_backward_bias(*p, fdy, out); });
  };
  f.max_pool2d_forward = [](const cnnspec_pool2d* p, const Bits* x, Bits* y) {
    W all(truncate);
    const float* fx = all.in(x, sizes(*p).x);
    return all.out(y, sizes(*p).y, [&](float* out) { return naive.max_pool2d_forward(*p, fx, out); });
  };
  f.max_pool2d_backward = [](const cnnspec_pool2d* p, const Bits* x, const Bits* dy, Bits* dx) {
    W all(truncate);
    const float *fx = all.in(x, sizes(*p).x), *fdy = all.in(dy, sizes(*p).y);
    return all.out(dx, sizes(*p).x, [&](float* out) { return naive.max_pool2d_backward(*p, fx, fdy, out); });
  };
  f.avg_pool2d_forward = [](const cnnspec_avg_pool2d* p, const Bits* x, Bits* y) {
    W all(truncate);
    const float* fx = all.in(x, sizes(*p).x);
    return all.out(y, sizes(*p).y, [&](float* out) { return naive_avg_pool2d_forward<MeanMistake::none>(p, fx, out); });
  };
  f.avg_pool2d_backward = [](const cnnspec_avg_pool2d* p, const Bits* dy, Bits* dx) {
    W all(truncate);
    const float* fdy = all.in(dy, sizes(*p).y);
    return all.out(dx, sizes(*p).x,
                   [&](float* out) { return naive_avg_pool2d_backward<MeanMistake::none>(p, fdy, out); });
  };
  f.relu_forward = [](const cnnspec_elementwise* p, const Bits* x, Bits* y) {
    W all(truncate);
    const float* fx = all.in(x, p->count);
    return all.out(y, p->count, [&](float* out) { return naive.relu_forward(*p, fx, out); });
  };
  f.relu_backward = [](const cnnspec_elementwise* p, const Bits* x, const Bits* dy, Bits* dx) {
    W all(truncate);
    const float *fx = all.in(x, p->count), *fdy = all.in(dy, p->count);
    return all.out(dx, p->count, [&](float* out) { return naive.relu_backward(*p, fx, fdy, out); });
  };
  f.linear_forward = [](const cnnspec_linear* p, const Bits* x, const Bits* w, const Bits* b, Bits* y) {
    W all(truncate);
    const Sizes n = sizes(*p);
    const float *fx = all.in(x, n.x), *fw = all.in(w, n.w), *fb = all.in(b, n.b);
    return all.out(y, n.y, [&](float* out) { return naive.linear_forward(*p, fx, fw, fb, out); });
  };
  f.linear_backward_input = [](const cnnspec_linear* p, const Bits* w, const Bits* dy, Bits* dx) {
    W all(truncate);
    const Sizes n = sizes(*p);
    const float *fw = all.in(w, n.w), *fdy = all.in(dy, n.y);
    return all.out(dx, n.x, [&](float* out) { return naive.linear_backward_input(*p, fw, fdy, out); });
  };
  f.linear_backward_weight = [](const cnnspec_linear* p, const Bits* x, const Bits* dy, Bits* dw) {
    W all(truncate);
    const Sizes n = sizes(*p);
    const float *fx = all.in(x, n.x), *fdy = all.in(dy, n.y);
    return all.out(dw, n.w, [&](float* out) { return naive.linear_backward_weight(*p, fx, fdy, out); });
  };
  f.linear_backward_bias = [](const cnnspec_linear* p, const Bits* dy, Bits* db) {
    W all(truncate);
    const Sizes n = sizes(*p);
    const float* fdy = all.in(dy, n.y);
    return all.out(db, n.b, [&](float* out) { return naive.linear_backward_bias(*p, fdy, out); });
  };
  return f;
}

template <Order order>
checks::Kernel adding_in() {
  constexpr Naive naive{order, Mistake::none};
  return {"naive", "", functions<naive>(), {}, functions_16<Half, naive>(), functions_16<Bfloat16, naive>()};
}

template <class Functions>
void replace(Functions& functions, const Functions& wrong, const std::vector<Op>& ops) {
  for_each_function(functions, [&](Op op, auto& function) {
    if (std::find(ops.begin(), ops.end(), op) == ops.end()) return;
    for_each_function(wrong, [&](Op other, auto replacement) {
      if constexpr (std::is_same_v<decltype(replacement), std::remove_reference_t<decltype(function)>>)
        if (other == op) function = replacement;
    });
  });
}

/// `b` with its kernel.
template <Mistake mistake>
BrokenKernel broken(BrokenKernel b) {
  b.kernel = healthy_kernel();
  b.kernel.name = b.name;
  replace(b.kernel.f32, functions<Naive{Order::forward, mistake}>(), b.ops);
  return b;
}

/// The same for a 16-bit storage type.
template <class Format, Mistake mistake>
BrokenKernel broken_16(BrokenKernel b) {
  b.kernel = healthy_kernel();
  b.kernel.name = b.name;
  replace(b.dtype == DType::f16 ? b.kernel.f16 : b.kernel.bf16, functions_16<Format, Naive{Order::forward, mistake}>(),
          b.ops);
  return b;
}

// ---- Where a mistake shows ----

const cnnspec_conv2d& conv(const Problem& p) { return p.as<cnnspec_conv2d>(); }
const cnnspec_pool2d& pool(const Problem& p) { return p.as<cnnspec_pool2d>(); }

/// `condition(p)` for a convolution or pooling problem; false for any other.
template <class Condition>
bool window(const Problem& problem, Condition condition) {
  return visit_problem(
      [&](const auto& p) {
        if constexpr (requires { p.kernel_height; })
          return condition(p);
        else
          return false;
      },
      problem);
}

bool padded(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.pad_top > 0 || p.pad_left > 0; });
}
bool padded_after(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.pad_bottom > 0 || p.pad_right > 0; });
}
bool padded_differently(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.pad_top != p.pad_left; });
}
bool strides_differ(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.stride_height != p.stride_width; });
}
bool dilations_differ(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.dilation_height != p.dilation_width; });
}
bool stride_is_not_dilation(const Problem& problem) {
  return window(problem, [](const auto& p) {
    return p.stride_height != p.dilation_height || p.stride_width != p.dilation_width;
  });
}
bool dilated(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.dilation_height > 1 || p.dilation_width > 1; });
}
bool rectangular(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.in_height != p.in_width; });
}
bool rectangular_kernel(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.kernel_height != p.kernel_width; });
}
bool wider_than_high(const Problem& p) { return conv(p).in_width > conv(p).in_height; }
bool larger_than_1x1(const Problem& problem) {
  return window(problem, [](const auto& p) { return p.kernel_height > 1 || p.kernel_width > 1; });
}
bool padded_unevenly(const Problem& p) {
  return conv(p).pad_top != conv(p).pad_bottom || conv(p).pad_left != conv(p).pad_right;
}
bool grouped(const Problem& p) { return conv(p).groups > 1; }
bool depthwise(const Problem& p) { return conv(p).groups > 1 && conv(p).groups == conv(p).in_channels; }
bool leaves_remainder(const Problem& problem) {
  return window(problem, [](const auto& p) {
    const Idx h = p.in_height + p.pad_top + p.pad_bottom - p.dilation_height * (p.kernel_height - 1) - 1;
    const Idx w = p.in_width + p.pad_left + p.pad_right - p.dilation_width * (p.kernel_width - 1) - 1;
    return h % p.stride_height > 0 || w % p.stride_width > 0;
  });
}
bool stride_3_leaves_remainder(const Problem& p) { return conv(p).stride_height == 3 && leaves_remainder(p); }
bool kernel_is_no_multiple_of_stride(const Problem& problem) {
  const auto axis = [](Idx kernel, Idx stride, Idx dilation) {
    return dilation == 1 && kernel > stride && kernel % stride > 0;
  };
  const cnnspec_conv2d& p = conv(problem);
  return axis(p.kernel_height, p.stride_height, p.dilation_height) ||
         axis(p.kernel_width, p.stride_width, p.dilation_width);
}
bool kernel_modulo_stride_is_too_few(const Problem& problem) {
  const auto axis = [](Idx kernel, Idx stride) {
    return kernel % stride > 0 && (kernel - 1) / stride >= kernel % stride;
  };
  const cnnspec_conv2d& p = conv(problem);
  return axis(p.kernel_height, p.stride_height) || axis(p.kernel_width, p.stride_width);
}
bool strided_1x1(const Problem& problem) {
  const cnnspec_conv2d& p = conv(problem);
  return p.kernel_height == 1 && p.kernel_width == 1 && (p.stride_height > 1 || p.stride_width > 1);
}
bool one_row(const Problem& p) { return conv(p).in_height == 1; }
bool one_row_strided_along_width(const Problem& p) {
  return one_row(p) && conv(p).stride_width != conv(p).stride_height;
}
bool padded_left_at_stride_1(const Problem& p) { return conv(p).pad_left > 0 && conv(p).stride_width == 1; }
bool padded_and_windows_tile(const Problem& problem) {
  const cnnspec_pool2d& p = pool(problem);
  return (p.pad_top > 0 && p.kernel_height == p.stride_height) || (p.pad_left > 0 && p.kernel_width == p.stride_width);
}
bool windows_overlap(const Problem& problem) {
  return window(problem, [](const auto& p) {
    return p.dilation_height * (p.kernel_height - 1) >= p.stride_height ||
           p.dilation_width * (p.kernel_width - 1) >= p.stride_width;
  });
}
/// For dx of a convolution: also the channels of y overlap on x.
bool products_overlap(const Problem& p) { return windows_overlap(p) || conv(p).out_channels > conv(p).groups; }
bool several_images(const Problem& problem) {
  return visit_problem(
      [](const auto& p) {
        if constexpr (requires { p.batch; })
          return p.batch > 1;
        else
          return false;
      },
      problem);
}
bool several_outputs(const Problem& problem) {
  if (const auto* p = problem.as_if<cnnspec_conv2d>()) return p->batch * p->out_height * p->out_width > 1;
  return several_images(problem);
}
bool features_left_over(const Problem& problem) {
  const Idx features = problem.as<cnnspec_linear>().in_features;
  return features > 4 && features % 4 > 0;
}

// ---- The table ----

const std::vector<Op> conv2d_products{Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel};
const std::vector<Op> conv2d_gradients{Op::conv2d_backward_input, Op::conv2d_backward_kernel};
const std::vector<Op> conv2d_all{Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel,
                                 Op::conv2d_backward_bias};
const std::vector<Op> pools{Op::max_pool2d_forward, Op::max_pool2d_backward};
const std::vector<Op> windows{Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel,
                              Op::max_pool2d_forward, Op::max_pool2d_backward};
const std::vector<Op> linear_products{Op::linear_forward, Op::linear_backward_input, Op::linear_backward_weight};
const std::vector<Op> products{Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel,
                               Op::linear_forward, Op::linear_backward_input, Op::linear_backward_weight};
const std::vector<Op> product_gradients{Op::conv2d_backward_input, Op::conv2d_backward_kernel,
                                        Op::linear_backward_input, Op::linear_backward_weight};
const std::vector<Op> relus{Op::relu_forward, Op::relu_backward};
const std::vector<Op> bias_gradients{Op::conv2d_backward_bias, Op::linear_backward_bias};
const std::vector<Op> everything{Op::conv2d_forward,        Op::conv2d_backward_input,  Op::conv2d_backward_kernel,
                                 Op::conv2d_backward_bias,  Op::max_pool2d_forward,     Op::max_pool2d_backward,
                                 Op::relu_forward,          Op::relu_backward,          Op::linear_forward,
                                 Op::linear_backward_input, Op::linear_backward_weight, Op::linear_backward_bias};
const std::vector<Op> one_of_each_family{Op::conv2d_backward_kernel, Op::max_pool2d_backward, Op::relu_forward,
                                         Op::linear_forward};

using M = Mistake;
using Table = std::vector<BrokenKernel>;

void add_windows(Table& t) {
  t.push_back(broken<M::padding_ignored>(
      {.name = "padding ignored", .ops = windows, .diagnosis = "padding ignored", .shows = padded}));
  t.push_back(broken<M::padding_after_ignored>({.name = "bottom and right padding ignored",
                                                .ops = windows,
                                                .diagnosis = "bottom and right padding ignored",
                                                .shows = padded_after}));
  t.push_back(broken<M::padding_swapped>({.name = "padding of height and width exchanged",
                                          .ops = windows,
                                          .diagnosis = "padding of height and width exchanged",
                                          .shows = padded_differently}));
  t.push_back(broken<M::stride_swapped>({.name = "stride of height and width exchanged",
                                         .source = "torch/cunn #470, tt-metal #19542, pytorch #36820",
                                         .ops = windows,
                                         .diagnosis = "stride of height and width exchanged",
                                         .shows = strides_differ}));
  t.push_back(broken<M::dilation_swapped>({.name = "dilation of height and width exchanged",
                                           .ops = windows,
                                           .diagnosis = "dilation of height and width exchanged",
                                           .shows = dilations_differ}));
  t.push_back(broken<M::stride_and_dilation_swapped>({.name = "stride and dilation exchanged",
                                                      .source = "candle #2337, iree-turbine #1223",
                                                      .ops = windows,
                                                      .diagnosis = "stride and dilation exchanged",
                                                      .shows = stride_is_not_dilation}));
  t.push_back(broken<M::dilation_ignored>(
      {.name = "dilation ignored", .ops = windows, .diagnosis = "dilation ignored", .shows = dilated}));
  t.push_back(broken<M::image_swapped>({.name = "input height and width exchanged",
                                        .source = "torch/cunn #470, tt-metal #19542, pytorch #36820",
                                        .ops = windows,
                                        .diagnosis = "input height and width exchanged",
                                        .shows = rectangular}));
  t.push_back(broken<M::kernel_swapped>({.name = "kernel height and width exchanged",
                                         .ops = windows,
                                         .diagnosis = "kernel height and width exchanged",
                                         .shows = rectangular_kernel}));
  t.push_back(broken<M::last_row_dropped>(
      {.name = "last row dropped", .ops = windows, .diagnosis = "last input row left out"}));
  t.push_back(broken<M::last_column_dropped>(
      {.name = "last column dropped", .ops = windows, .diagnosis = "last input column left out"}));
  t.push_back(
      broken<M::last_tap_dropped>({.name = "last tap dropped", .ops = windows, .diagnosis = "last tap left out"}));
}

void add_conv2d(Table& t) {
  t.push_back(broken<M::kernel_flipped>({.name = "kernel flipped",
                                         .source = "cutlass #271",
                                         .ops = conv2d_products,
                                         .diagnosis = "kernel flipped",
                                         .shows = larger_than_1x1}));
  t.push_back(broken<M::weights_transposed>(
      {.name = "weight layout transposed", .ops = conv2d_products, .diagnosis = "w as [in, out, height, width]"}));
  t.push_back(broken<M::last_channel_dropped>({.name = "last channel dropped",
                                               .ops = conv2d_products,
                                               .diagnosis = "last input channel of each group left out"}));
  t.push_back(broken<M::padding_from_wrong_axes>({.name = "SAME padding with the sizes of the wrong axes",
                                                  .source = "ONNX reference",
                                                  .ops = {Op::conv2d_forward},
                                                  .diagnosis = "padding derived from the wrong axes",
                                                  .shows = padded_unevenly}));
  t.push_back(broken<M::dilation_ignored>({.name = "dilation ignored in backward",
                                           .source = "tiny-dnn",
                                           .ops = conv2d_gradients,
                                           .diagnosis = "dilation ignored",
                                           .shows = dilated}));
  t.push_back(broken<M::im2col_offset_twice>({.name = "im2col offset applied twice",
                                              .source = "oneDNN #4637",
                                              .ops = {Op::conv2d_forward},
                                              .kinds = {"wrong-value", "out-of-bounds", "crash"},
                                              .shows = padded_left_at_stride_1}));
  t.push_back(
      broken<M::nan_on_one_row>({.name = "NaN on an image of one row", .ops = {Op::conv2d_forward}, .shows = one_row}));
}

void add_groups(Table& t) {
  t.push_back(broken<M::one_group_unsupported>(
      {.name = "supports grouped convolutions only", .ops = conv2d_all, .kinds = {"pass"}}));
  t.push_back(broken<M::groups_ignored>(
      {.name = "groups ignored", .ops = conv2d_products, .diagnosis = "groups ignored", .shows = grouped}));
  t.push_back(broken<M::groups_ignored>({.name = "groups ignored in dw",
                                         .source = "pytorch #51430",
                                         .ops = {Op::conv2d_backward_kernel},
                                         .diagnosis = "groups ignored",
                                         .shows = grouped}));
  t.push_back(broken<M::groups_ignored_if_depthwise>({.name = "groups ignored in dw if depthwise",
                                                      .source = "burn #1891",
                                                      .ops = {Op::conv2d_backward_kernel},
                                                      .diagnosis = "groups ignored",
                                                      .shows = depthwise}));
  t.push_back(broken<M::only_group_0>({.name = "only group 0",
                                       .ops = {Op::conv2d_forward},
                                       .diagnosis = "only group 0, and the bias",
                                       .shows = grouped}));
  t.push_back(broken<M::only_group_0>({.name = "only group 0 gets a gradient",
                                       .source = "taper #19",
                                       .ops = conv2d_gradients,
                                       .diagnosis = "only group 0",
                                       .shows = grouped}));
}

void add_conv2d_dx(Table& t) {
  const std::vector<Op> dx{Op::conv2d_backward_input};
  t.push_back(broken<M::remainder_unwritten>({.name = "dx not written where the stride leaves a remainder",
                                              .source = "pytorch #25101",
                                              .ops = dx,
                                              .kinds = {"unwritten-output"},
                                              .diagnosis = "dx not written where the stride leaves a remainder",
                                              .shows = leaves_remainder}));
  t.push_back(broken<M::remainder_dropped>({.name = "dx truncated where the stride leaves a remainder",
                                            .source = "pytorch #25101",
                                            .ops = dx,
                                            .diagnosis = "dx cut off where the stride leaves a remainder",
                                            .shows = leaves_remainder}));
  t.push_back(
      broken<M::remainder_squeezed_out>({.name = "dx of a smaller image where the stride leaves a remainder",
                                         .source = "backpack #30",
                                         .ops = dx,
                                         .diagnosis = "dx of a smaller image where the stride leaves a remainder",
                                         .shows = leaves_remainder}));
  t.push_back(broken<M::remainder_crashes>({.name = "dx crashes where a stride of 3 leaves a remainder",
                                            .source = "oneDNN #542",
                                            .ops = dx,
                                            .kinds = {"crash", "out-of-bounds"},
                                            .shows = stride_3_leaves_remainder}));
  t.push_back(broken<M::taps_rounded_down>({.name = "taps of dx are kernel divided by stride rounded down",
                                            .source = "MIOpen #575",
                                            .ops = dx,
                                            .diagnosis = "kernel / stride taps in dx, rounded down",
                                            .shows = kernel_is_no_multiple_of_stride}));
  t.push_back(broken<M::taps_modulo>({.name = "taps of dx are kernel modulo stride",
                                      .source = "MIOpen #575",
                                      .ops = dx,
                                      .diagnosis = "kernel % stride taps in dx",
                                      .shows = kernel_modulo_stride_is_too_few}));
  t.push_back(broken<M::stride_ignored_if_1x1>({.name = "dx of a 1x1 kernel ignores the stride",
                                                .source = "composable_kernel #105",
                                                .ops = dx,
                                                .diagnosis = "stride ignored in dx of a 1x1 kernel",
                                                .shows = strided_1x1}));
  t.push_back(broken<M::stride_of_height_on_one_row>({.name = "dx of one row uses the stride of the height",
                                                      .source = "oneDNN DNNL-671",
                                                      .ops = dx,
                                                      .diagnosis = "stride of the height for both axes",
                                                      .shows = one_row_strided_along_width}));
  t.push_back(broken<M::windows_assigned>({.name = "products assigned instead of added in dx",
                                           .ops = dx,
                                           .diagnosis = "products assigned, the last stays",
                                           .shows = products_overlap}));
}

void add_parameters(Table& t) {
  const std::vector<Op> forward{Op::conv2d_forward, Op::linear_forward};
  const std::vector<Op> weights{Op::conv2d_backward_kernel, Op::linear_backward_weight};
  t.push_back(broken<M::bias_dropped>({.name = "bias dropped", .ops = forward, .diagnosis = "bias dropped"}));
  t.push_back(broken<M::bias_twice>({.name = "bias added twice", .ops = forward, .diagnosis = "bias added twice"}));
  t.push_back(
      broken<M::bias_missing_on_padded>({.name = "bias missing on padded taps",
                                         .ops = {Op::conv2d_forward},
                                         .diagnosis = "bias missing where the window touches padding",
                                         .shows = [](const Problem& p) { return padded(p) || padded_after(p); }}));
  t.push_back(broken<M::rectangle_read_as_square>({.name = "dw reads a wide image as a square",
                                                   .source = "MIOpen #77",
                                                   .ops = {Op::conv2d_backward_kernel},
                                                   .diagnosis = "rectangular x read as a square",
                                                   .shows = wider_than_high}));
  t.push_back(broken<M::mean_over_outputs>({.name = "dw divided by the number of outputs",
                                            .source = "cTensor #3",
                                            .ops = {Op::conv2d_backward_kernel},
                                            .diagnosis = "divided by batch*out_height*out_width",
                                            .shows = several_outputs}));
  t.push_back(broken<M::mean_over_outputs>({.name = "dw of linear divided by the batch",
                                            .source = "cTensor #3",
                                            .ops = {Op::linear_backward_weight},
                                            .diagnosis = "divided by the batch",
                                            .shows = several_outputs}));
  t.push_back(broken<M::last_image_only>({.name = "gradient of the last image only",
                                          .ops = weights,
                                          .diagnosis = "only the last image",
                                          .shows = several_images}));
  t.push_back(broken<M::first_image_only>({.name = "db not summed over the batch",
                                           .source = "mlpack #3679",
                                           .ops = bias_gradients,
                                           .diagnosis = "only the first image",
                                           .shows = several_images}));
  t.push_back(broken<M::last_image_only>({.name = "db of the last image only",
                                          .ops = bias_gradients,
                                          .diagnosis = "only the last image",
                                          .shows = several_images}));
}

void add_max_pool2d(Table& t) {
  const std::vector<Op> forward{Op::max_pool2d_forward}, backward{Op::max_pool2d_backward};
  t.push_back(broken<M::dilation_of_height>({.name = "dilation of the height for both axes",
                                             .source = "burn #4466",
                                             .ops = backward,
                                             .diagnosis = "dilation of the height for both axes",
                                             .shows = dilations_differ}));
  t.push_back(broken<M::windows_assigned>({.name = "overlapping windows assigned instead of added",
                                           .source = "NNlib.jl #205, ocannl #512",
                                           .ops = backward,
                                           .diagnosis = "overlapping windows assigned",
                                           .shows = windows_overlap}));
  t.push_back(broken<M::tie_to_all>({.name = "every tied maximum gets the gradient",
                                     .source = "Theano #4568, mxnet #18563",
                                     .ops = backward,
                                     .diagnosis = "a tie goes to all",
                                     .shows = larger_than_1x1}));
  t.push_back(broken<M::tie_to_last>({.name = "the last of tied cells wins",
                                      .source = "tensorflow #40122",
                                      .ops = backward,
                                      .diagnosis = "a tie goes to the last",
                                      .shows = larger_than_1x1}));
  t.push_back(broken<M::tie_by_columns>({.name = "tied cells are compared column by column",
                                         .source = "tensorflow #40122",
                                         .ops = backward,
                                         .diagnosis = "cells compared column by column",
                                         .shows = larger_than_1x1}));
  t.push_back(broken<M::padding_ignored_if_windows_tile>({.name = "padding ignored if the kernel is the stride",
                                                          .source = "NNlib.jl #133",
                                                          .ops = forward,
                                                          .diagnosis = nullptr,  // on one axis or on both
                                                          .shows = padded_and_windows_tile}));
  t.push_back(broken<M::index_left_at_minus_one>({.name = "index -1 for a window of minus infinity or NaN",
                                                  .source = "pytorch #1465, caffe #1349",
                                                  .ops = backward,
                                                  .kinds = {"out-of-bounds", "wrong-value", "crash"}}));
  t.push_back(broken<M::padding_is_zero>({.name = "padding treated as a zero in max",
                                          .ops = pools,
                                          .diagnosis = "padding treated as a zero",
                                          .shows = [](const Problem& p) { return padded(p) || padded_after(p); }}));
  t.push_back(broken<M::starts_at_zero>(
      {.name = "maximum starts at zero", .ops = pools, .diagnosis = "search starts from zero"}));
  t.push_back(broken<M::starts_at_smallest>({.name = "maximum starts at the smallest positive number",
                                             .ops = pools,
                                             .diagnosis = "search starts from the smallest positive number"}));
  t.push_back(broken<M::starts_at_lowest>({.name = "maximum starts at the lowest finite number",
                                           .ops = forward,
                                           .diagnosis = "the lowest finite number for a window of -infinity",
                                           .specials = true}));
  t.push_back(broken<M::starts_at_lowest>({.name = "no gradient for a window of minus infinity",
                                           .ops = backward,
                                           .diagnosis = "a window of -infinity has no winner",
                                           .specials = true}));
  t.push_back(broken<M::nan_ignored>({.name = "NaN wins only as the first cell",
                                      .ops = pools,
                                      .diagnosis = "NaN wins only as the first cell",
                                      .specials = true}));
  t.push_back(broken<M::last_channel_dropped>(
      {.name = "last channel left zero", .ops = pools, .diagnosis = "last output channel left out"}));
}

/// As the healthy kernel, but for a mistake of the mean.
template <MeanMistake mistake>
BrokenKernel broken_mean(BrokenKernel b) {
  b.kernel = healthy_kernel();
  b.kernel.name = b.name;
  for (const Op op : b.ops) {
    if (op == Op::avg_pool2d_forward) b.kernel.f32.avg_pool2d_forward = naive_avg_pool2d_forward<mistake>;
    if (op == Op::avg_pool2d_backward) b.kernel.f32.avg_pool2d_backward = naive_avg_pool2d_backward<mistake>;
  }
  return b;
}

void add_avg_pool2d(Table& t) {
  const std::vector<Op> forward{Op::avg_pool2d_forward}, backward{Op::avg_pool2d_backward},
      means{Op::avg_pool2d_forward, Op::avg_pool2d_backward};
  const auto counts = [](const Problem& p) { return p.as<cnnspec_avg_pool2d>().count_include_pad != 0; };
  const auto leaves_out = [](const Problem& p) { return p.as<cnnspec_avg_pool2d>().count_include_pad == 0; };
  const auto overrides = [](const Problem& p) { return p.as<cnnspec_avg_pool2d>().divisor_override > 0; };
  using W = MeanMistake;
  t.push_back(broken_mean<W::padding_counted>(
      {.name = "mean: padding counted always", .ops = means, .diagnosis = "padding counted", .shows = leaves_out}));
  t.push_back(broken_mean<W::padding_left_out>(
      {.name = "mean: padding never counted", .ops = means, .diagnosis = "padding not counted", .shows = counts}));
  t.push_back(broken_mean<W::override_ignored>({.name = "mean: the given divisor ignored",
                                                .ops = means,
                                                .diagnosis = "divisor_override ignored",
                                                .shows = overrides}));
  t.push_back(broken_mean<W::overhang_counted>({.name = "mean: what lies beyond the padding counted",
                                                .ops = means,
                                                .diagnosis = nullptr,  // with the padding left out it is another
                                                .shows = counts}));
  t.push_back(broken_mean<W::divided_by_window>({.name = "mean: divided by all cells of the window",
                                                 .ops = means,
                                                 .diagnosis = nullptr}));  // of one image, as if padding counted
  t.push_back(broken_mean<W::not_divided>({.name = "mean: not divided", .ops = means, .diagnosis = "sum not divided"}));
  t.push_back(broken_mean<W::last_tap_dropped>(
      {.name = "mean: the last cell of a window left out", .ops = means, .diagnosis = nullptr}));
  t.push_back(broken_mean<W::windows_assigned>(
      {.name = "mean: overlapping windows assigned", .ops = backward, .diagnosis = nullptr}));
  t.push_back(broken_mean<W::last_row_not_written>({.name = "mean: the last row not written",
                                                    .ops = backward,
                                                    .kinds = {"unwritten-output", "wrong-value"},
                                                    .diagnosis = nullptr}));
}

void add_relu(Table& t) {
  t.push_back(broken<M::derivative_1_at_0>(
      {.name = "derivative of relu at zero is 1", .ops = {Op::relu_backward}, .diagnosis = "relu'(0) = 1"}));
  t.push_back(broken<M::mask_of_dy>(
      {.name = "relu masks by dy", .ops = {Op::relu_backward}, .diagnosis = "mask taken from dy"}));
  t.push_back(broken<M::negative_leaks>(
      {.name = "negative numbers leak through relu", .ops = relus, .diagnosis = "negative elements scaled by 0.01"}));
  t.push_back(broken<M::clipped_at_6>({.name = "relu clipped at 6", .ops = relus, .diagnosis = "clipped at 6"}));
  t.push_back(broken<M::nan_to_zero>({.name = "relu of NaN is zero",
                                      .source = "pytorch #7999",
                                      .ops = {Op::relu_forward},
                                      .diagnosis = "NaN becomes 0",
                                      .specials = true}));
  t.push_back(broken<M::nan_to_zero>({.name = "no gradient where the x of relu is NaN",
                                      .ops = {Op::relu_backward},
                                      .diagnosis = "NaN in x drops dy",
                                      .specials = true}));
}

void add_linear(Table& t) {
  t.push_back(broken<M::weights_transposed>(
      {.name = "weight layout of linear transposed", .ops = linear_products, .diagnosis = "w as [in, out]"}));
  t.push_back(broken<M::last_channel_dropped>(
      {.name = "last feature dropped", .ops = linear_products, .diagnosis = "last input feature left out"}));
  t.push_back(broken<M::features_rounded_down>({.name = "features left over by an unrolled loop",
                                                .ops = linear_products,
                                                .diagnosis = "input features after the last block of 4 left out",
                                                .shows = features_left_over}));
}

void add_arithmetic(Table& t) {
  t.push_back(broken<M::inputs_tf32>({.name = "inputs rounded to TF32",
                                      .ops = products,
                                      .diagnosis = "inputs rounded to TF32",
                                      .behaves_like = "tf32"}));
  t.push_back(broken<M::inputs_bf16>({.name = "inputs rounded to bf16",
                                      .ops = products,
                                      .diagnosis = "inputs rounded to bf16",
                                      .behaves_like = "bf16"}));
  t.push_back(broken<M::products_bf16>({.name = "products rounded to bf16",
                                        .ops = products,
                                        .diagnosis = "products rounded to bf16",
                                        .behaves_like = "bf16"}));
  t.push_back(broken<M::accumulated_f16>({.name = "accumulated in f16",
                                          .ops = product_gradients,
                                          .diagnosis = "sums rounded to f16",
                                          .behaves_like = "f16-acc"}));
  // Its bias is rounded even if nothing is added to it.
  t.push_back(broken<M::accumulated_f16>({.name = "accumulated in f16 from the bias on",
                                          .ops = {Op::conv2d_forward, Op::linear_forward},
                                          .diagnosis = "sums rounded to f16",
                                          .behaves_like = nullptr}));
  t.push_back(broken<M::accumulated_f16>({.name = "db accumulated in f16",
                                          .ops = bias_gradients,
                                          .diagnosis = "sums rounded to f16",
                                          .behaves_like = "f16-acc"}));
  t.push_back(broken_16<Half, M::result_truncated>({.name = "f16 result truncated",
                                                    .ops = products,
                                                    .dtype = DType::f16,
                                                    .diagnosis = "result truncated",
                                                    .profile = "f32-acc",
                                                    .behaves_like = nullptr}));
  t.push_back(broken_16<Bfloat16, M::result_truncated>({.name = "bf16 result truncated",
                                                        .ops = products,
                                                        .dtype = DType::bf16,
                                                        .diagnosis = "result truncated",
                                                        .profile = "f32-acc",
                                                        .behaves_like = nullptr}));
  t.push_back(broken_16<Half, M::accumulated_f16>({.name = "f16 accumulated in f16",
                                                   .ops = products,
                                                   .dtype = DType::f16,
                                                   .diagnosis = "sums rounded to f16",
                                                   .profile = "f32-acc",
                                                   .behaves_like = "f16-acc"}));
  t.push_back(broken_16<Half, M::kernel_flipped>({.name = "kernel of f16 flipped",
                                                  .ops = conv2d_products,
                                                  .dtype = DType::f16,
                                                  .diagnosis = "kernel flipped",
                                                  .shows = larger_than_1x1}));
  t.push_back(broken_16<Bfloat16, M::inputs_bf16>(
      {.name = "sound bf16 with inputs rounded to bf16", .ops = products, .dtype = DType::bf16, .kinds = {"pass"}}));
}

void add_output(Table& t) {
  t.push_back(broken<M::accumulated>({.name = "output accumulated instead of overwritten",
                                      .source = "executorch #21686",
                                      .ops = everything,
                                      .diagnosis = "added to what was there"}));
  t.push_back(broken<M::last_unwritten>({.name = "last element not written",
                                         .ops = everything,
                                         .kinds = {"unwritten-output"},
                                         .diagnosis = "last element not written"}));
  t.push_back(broken<M::vector_tail_unwritten>({.name = "tail of a vector loop not written",
                                                .ops = everything,
                                                .kinds = {"unwritten-output"},
                                                .diagnosis = "elements after the last vector of 8 not written"}));
}

void add_behaviour(Table& t) {
  const std::vector<Op> one{Op::conv2d_forward};
  const auto& some = one_of_each_family;
  const std::vector<std::string> out_of_bounds{"out-of-bounds", "crash"}, crash{"crash"}, hang{"hang"};
  t.push_back(
      broken<M::input_modified>({.name = "writes into an input", .ops = everything, .kinds = {"input-modified"}}));
  t.push_back(broken<M::input_modified_and_restored>(
      {.name = "writes into an input and restores it", .ops = some, .kinds = {"pass", "input-modified", "crash"}}));
  t.push_back(broken<M::written_beyond>({.name = "writes beyond the end", .ops = everything, .kinds = out_of_bounds}));
  t.push_back(
      broken<M::written_before>({.name = "writes before the begin", .ops = everything, .kinds = out_of_bounds}));
  t.push_back(
      broken<M::written_far_beyond>({.name = "writes a page beyond the end", .ops = some, .kinds = out_of_bounds}));
  t.push_back(broken<M::read_beyond>({.name = "reads beyond the end", .ops = everything, .kinds = out_of_bounds}));
  t.push_back(broken<M::read_before>({.name = "reads before the begin", .ops = everything, .kinds = out_of_bounds}));
  t.push_back(broken<M::error_returned>({.name = "returns an error", .ops = everything, .kinds = {"kernel-error"}}));
  t.push_back(broken<M::unsupported_at_times>(
      {.name = "unsupported every third time", .ops = one, .kinds = {"kernel-error", "nondeterministic"}}));
  t.push_back(broken<M::segmentation_fault>({.name = "crashes", .ops = some, .kinds = {"crash", "out-of-bounds"}}));
  t.push_back(broken<M::division_by_zero>({.name = "divides by zero", .ops = one, .kinds = crash}));
  t.push_back(broken<M::abort>({.name = "aborts", .ops = one, .kinds = crash}));
  t.push_back(broken<M::exception>({.name = "throws an exception", .ops = one, .kinds = crash}));
  t.push_back(broken<M::stack_overflow>({.name = "overflows the stack", .ops = one, .kinds = crash}));
  t.push_back(broken<M::exit>({.name = "exits with status 0", .ops = one, .kinds = crash}));
  t.push_back(broken<M::allocation_without_end>(
      {.name = "allocates without end", .ops = one, .kinds = {"crash", "hang"}, .needs_memory_limit = true}));
  t.push_back(broken<M::hang>({.name = "hangs", .ops = one, .kinds = hang}));
  t.push_back(broken<M::hang_blocking_signals>({.name = "hangs and blocks all signals", .ops = one, .kinds = hang}));
  t.push_back(broken<M::sleep>({.name = "sleeps for ever", .ops = one, .kinds = hang}));
  t.push_back(broken<M::every_third_call_wrong>(
      {.name = "every third call wrong", .ops = one, .kinds = {"wrong-value", "nondeterministic"}}));
  t.push_back(broken<M::first_weights_kept>(
      {.name = "keeps the weights of the first call", .ops = one, .kinds = {"wrong-value", "nondeterministic"}}));
  t.push_back(broken<M::clock>(
      {.name = "a result depends on the clock", .ops = some, .kinds = {"wrong-value", "nondeterministic"}}));
  t.push_back(broken<M::floods_stdout>({.name = "prints megabytes to stdout", .ops = one, .kinds = {"pass"}}));
  t.push_back(broken<M::floods_stderr>({.name = "prints megabytes to stderr", .ops = one, .kinds = {"pass"}}));
  t.push_back(broken<M::closes_descriptors>(
      {.name = "closes all descriptors", .ops = one, .kinds = {"pass", "crash", "kernel-error"}}));
  t.push_back(broken<M::thread_left_running>({.name = "leaves a thread running", .ops = one, .kinds = {"pass"}}));
}

}  // namespace

std::span<const BrokenKernel> broken_kernels() {
  static const Table table = [] {
    Table t;
    add_windows(t);
    add_conv2d(t);
    add_groups(t);
    add_conv2d_dx(t);
    add_parameters(t);
    add_max_pool2d(t);
    add_avg_pool2d(t);
    add_relu(t);
    add_linear(t);
    add_arithmetic(t);
    add_output(t);
    add_behaviour(t);
    for (const Table& more : {size_kernels(), history_kernels(), heap_kernels()})
      t.insert(t.end(), more.begin(), more.end());
    return t;
  }();
  return table;
}

const BrokenKernel& broken_kernel(std::string_view name) {
  for (const BrokenKernel& b : broken_kernels())
    if (b.name == name) return b;
  throw std::out_of_range(std::string(name));
}

checks::Kernel healthy_kernel(Order order) {
  switch (order) {
    case Order::forward:
      return adding_in<Order::forward>();
    case Order::reversed:
      return adding_in<Order::reversed>();
    case Order::pairwise:
      return adding_in<Order::pairwise>();
    case Order::fused:
      return adding_in<Order::fused>();
    case Order::wide:
      return adding_in<Order::wide>();
  }
  return {};
}

}  // namespace cnnspec::tests
