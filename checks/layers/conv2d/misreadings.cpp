// conv2d: the order of the kernel's elements, groups, the bias, and which terms a sum has.
#include <algorithm>

#include "checks/layers/conv2d/blocks.hpp"
#include "checks/layers/conv2d/taps.hpp"

namespace cnnspec::checks {
namespace {

constexpr auto is_conv_dx = is<Op::conv2d_backward_input>;
constexpr auto is_conv_y = is<Op::conv2d_forward>;

constexpr auto is_conv2d_product = is<Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel>;
bool is_conv2d(Op op) { return layer_id(op) == LayerId::conv2d; }
const cnnspec_conv2d& problem_of(const Operation& o) { return o.problem.as<cnnspec_conv2d>(); }
const cnnspec_conv2d& problem_of(const Call& call) { return problem_of(call.operation); }

/// conv2d of a problem that `change` has altered.
template <class Change>
Compute misread_as(Change change) {
  return [change](const Call& call) {
    cnnspec_conv2d p = problem_of(call);
    change(p);
    return conv2d_taps(call, p);
  };
}

Index flipped(Index w, const TensorInfo& t, const Operation&) {
  w[2] = t.extents[2] - 1 - w[2], w[3] = t.extents[3] - 1 - w[3];
  return w;
}

/// Reads x as if each row had as many elements as the shorter side of the image.
Index in_a_square(Index x, const TensorInfo& t, const Operation&) {
  const Idx width = t.extents[3], place = x[2] * std::min(t.extents[2], width) + x[3];
  x[2] = place / width, x[3] = place % width;
  return x;
}

/// Derives the padding before the image from the wrong extents: rows from in_channels, columns from in_height.
void pad_other_axes(cnnspec_conv2d& p) {
  const auto before = [](const Line& l, Idx in) {
    const Idx reach = (l.out - 1) * l.axis.stride + l.axis.dilation * (l.kernel - 1) + 1;
    return std::max(reach - in, Idx{0}) / 2;
  };
  const Idx top = before(height_of(p), p.in_channels), left = before(width_of(p), p.in_height);
  p.pad_top = top, p.pad_left = left;
}

// ---- Groups ----

/// Deals the output channels to the groups in turn.
Index interleaved(Index index, const TensorInfo& t, const Operation& o) {
  Idx& channel = index[role_of(t) == Role::y ? 1 : 0];
  const Idx groups = problem_of(o).groups, size = problem_of(o).out_channels / groups;
  channel = channel % size * groups + channel / size;
  return index;
}
bool beyond_group_0(const Index& index, const TensorInfo& t, const Operation& o) {
  const cnnspec_conv2d& p = problem_of(o);
  if (role_of(t) == Role::x) return index[1] >= p.in_channels / p.groups;
  return index[role_of(t) == Role::y ? 1 : 0] >= p.out_channels / p.groups;
}

// ---- The bias ----

bool touches_padding(const Index& y, const TensorInfo&, const Operation& o) {
  const cnnspec_conv2d& p = problem_of(o);
  const auto touches = [](const Line& l, Idx i) {
    const Idx first = i * l.axis.stride - l.axis.before;
    return first < 0 || first + l.axis.dilation * (l.kernel - 1) >= l.in;
  };
  return touches(height_of(p), y[2]) || touches(width_of(p), y[3]);
}

std::vector<Real> bias_away_from_padding(Call call) {
  const std::vector<Real> with_bias = right(call);
  call.inputs[2].clear();
  std::vector<Real> y = right(call);
  const TensorInfo& t = call.operation.outputs.front();
  for (std::size_t n = 0; n < y.size(); ++n)
    if (!touches_padding(t.index(static_cast<Idx>(n)), t, call.operation)) y[n] = with_bias[n];
  return y;
}

// ---- dx ----

/// The rows and columns at the end of x that the stride leaves over, even if a window that begins in the padding
/// reaches them.
bool remainder(const Index& dx, const TensorInfo&, const Operation& o) {
  const cnnspec_conv2d& p = problem_of(o);
  const auto left_over = [](const Line& l, Idx i) {
    const Idx window = l.axis.dilation * (l.kernel - 1) + 1;
    return i >= l.in - (l.in + l.axis.before + l.axis.after - window) % l.axis.stride;
  };
  return left_over(height_of(p), dx[2]) || left_over(width_of(p), dx[3]);
}

/// Taps beyond the first kernel / stride (rounded down, at least 1) taps of each phase of the stride.
bool beyond_whole_strides(const Index& w, const TensorInfo&, const Operation& o) {
  const auto whole = [](const Line& l) { return std::max(l.kernel / l.axis.stride, Idx{1}) * l.axis.stride; };
  return w[2] >= whole(height_of(problem_of(o))) || w[3] >= whole(width_of(problem_of(o)));
}

/// Taps beyond the first kernel % stride taps of each phase; none if the stride divides the kernel.
bool beyond_remaining_strides(const Index& w, const TensorInfo&, const Operation& o) {
  const auto beyond = [](const Line& l, Idx tap) {
    const Idx rest = l.kernel % l.axis.stride;
    return rest > 0 && tap >= rest * l.axis.stride;
  };
  return beyond(height_of(problem_of(o)), w[2]) || beyond(width_of(problem_of(o)), w[3]);
}

/// The problem with tap (p, q) of the kernel alone.
Call tap_alone(const Call& call, Idx p, Idx q) {
  cnnspec_conv2d one = problem_of(call);
  const Idx taps = one.kernel_height * one.kernel_width, at = p * one.kernel_width + q;
  Call alone = call;
  alone.inputs[0].clear();
  for (Idx n = at; n < static_cast<Idx>(call.inputs[0].size()); n += taps)
    alone.inputs[0].push_back(call.inputs[0][static_cast<std::size_t>(n)]);
  one.pad_top -= p * one.dilation_height, one.pad_left -= q * one.dilation_width;
  one.kernel_height = one.kernel_width = 1;
  alone.operation.problem = one;
  return alone;
}
std::vector<Real> dx_of(const Call& call) { return conv2d_taps(call, problem_of(call)); }

/// The elements of x that windows reach.
std::vector<bool> reached(Call call) {
  std::fill(call.inputs[0].begin(), call.inputs[0].end(), Real(1));
  std::fill(call.inputs[1].begin(), call.inputs[1].end(), Real(1));
  std::vector<bool> result;
  for (const Real& v : dx_of(call)) result.push_back(v.value != 0);
  return result;
}

/// Each tap's share of dx, summed over the output channels, overwrites the shares of the taps before it.
std::vector<Real> assigned(const Call& call, bool last_window_stays) {
  const cnnspec_conv2d& p = problem_of(call);
  const Idx taps = p.kernel_height * p.kernel_width;
  std::vector<Real> dx(static_cast<std::size_t>(call.operation.output_count()));
  for (Idx n = 0; n < taps; ++n) {
    const Idx tap = last_window_stays ? taps - 1 - n : n;  // the last window of a cell covers it with its first tap
    const Call alone = tap_alone(call, tap / p.kernel_width, tap % p.kernel_width);
    const std::vector<Real> share = dx_of(alone);
    const std::vector<bool> is_reached = reached(alone);
    for (std::size_t cell = 0; cell < dx.size(); ++cell)
      if (is_reached[cell]) dx[cell] = share[cell];
  }
  return dx;
}

/// Each product overwrites the one before it. So the product of a group's last output channel and a cell's last window
/// stays.
std::vector<Real> products_assigned(Call call) {
  const cnnspec_conv2d& p = problem_of(call);
  std::vector<Real>& w = call.inputs[0];
  const Idx size = p.out_channels / p.groups, filter = static_cast<Idx>(w.size()) / p.out_channels;
  for (std::size_t n = 0; n < w.size(); ++n)
    if (static_cast<Idx>(n) / filter % size != size - 1) w[n] = Real(0);
  return assigned(call, true);
}

/// dx without the rows and columns that the stride leaves over: the planes are packed, and zeros follow the last one.
std::vector<Real> squeezed(const Call& call) {
  std::vector<Real> all = right(call), dx;
  const TensorInfo& t = call.operation.outputs.front();
  for (std::size_t n = 0; n < all.size(); ++n)
    if (!remainder(t.index(static_cast<Idx>(n)), t, call.operation)) dx.push_back(all[n]);
  dx.resize(all.size());
  return dx;
}

std::vector<Real> garbage_where_not_reached(const Call& call) {
  std::vector<Real> dx = right(call);
  const std::vector<bool> is_reached = reached(call);
  for (std::size_t n = 0; n < dx.size(); ++n)
    if (!is_reached[n]) dx[n] = call.garbage;
  return dx;
}

std::vector<Real> dense_if_1x1(const Call& call) {
  cnnspec_conv2d p = problem_of(call);
  if (p.kernel_height * p.kernel_width == 1) p.stride_height = p.stride_width = 1;
  return conv2d_taps(call, p);
}

// ---- Sums ----

Real pixels(const Call& call) {
  return Real(1 / static_cast<long double>(problem_of(call).out_height * problem_of(call).out_width));
}
bool after_first_row(const Index& y, const TensorInfo&, const Operation&) { return y[2] > 0; }
bool after_first_column(const Index& y, const TensorInfo&, const Operation&) { return y[3] > 0; }

/// y of x in a larger image whose margin is read like any other cell. `wrap`: the margin holds the elements that follow
/// a row in memory; else zeros.
std::vector<Real> with_margin(Call call, bool wrap) {
  cnnspec_conv2d p = problem_of(call);
  const std::vector<Real> x = call.inputs[0];
  const Idx height = p.in_height, width = p.in_width, count = static_cast<Idx>(x.size());
  p.in_height += p.pad_top + p.pad_bottom, p.in_width += p.pad_left + p.pad_right;
  call.inputs[0].clear();
  for (Idx plane = 0; plane < p.batch * p.in_channels; ++plane)
    for (Idx i = -p.pad_top; i < height + p.pad_bottom; ++i)
      for (Idx j = -p.pad_left; j < width + p.pad_right; ++j) {
        const bool inside = 0 <= i && i < height && 0 <= j && j < width;
        const Idx place = (plane * height + i) * width + j;
        const bool holds = inside || (wrap && 0 <= place && place < count);
        call.inputs[0].push_back(holds ? x[static_cast<std::size_t>(place)] : Real(0));
      }
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 0;
  call.operation = operation_of(Op::conv2d_forward, p);
  return right(call);
}

std::vector<Misreading> table_of_conv2d() {
  return {
      // The layout of w and x.
      {"kernel flipped",
       "The kernel computes a convolution in the mathematical sense, with w flipped along both axes; it should compute "
       "the cross-correlation.",
       is_conv2d_product, moved({Role::w}, flipped)},
      {"kernel transposed", "The kernel reads (or writes) w[o,c,q,p]; it should be w[o,c,p,q].", is_conv2d_product,
       stored_as(Role::w, {0, 1, 3, 2})},
      {"w as [in, out, height, width]", "The kernel treats w as IOHW, with the input channels first; it is OIHW.",
       is_conv2d_product, stored_as(Role::w, {1, 0, 2, 3})},
      {"w as [height, width, in, out]", "The kernel treats w as HWIO; it is OIHW.", is_conv2d_product,
       stored_as(Role::w, {2, 3, 1, 0})},
      {"w as [out, height, width, in]", "The kernel treats w as OHWI; it is OIHW.", is_conv2d_product,
       stored_as(Role::w, {0, 2, 3, 1})},
      {"x as NHWC", "The kernel treats x, or dx, as NHWC; it is NCHW.", is_conv2d_product,
       stored_as(Role::x, {0, 2, 3, 1})},
      {"y as NHWC", "The kernel treats y, or dy, as NHWC; it is NCHW.", is_conv2d, stored_as(Role::y, {0, 2, 3, 1})},
      {"batch after the channels", "The kernel treats x, or dx, as CNHW; it is NCHW.", is_conv2d_product,
       stored_as(Role::x, {1, 0, 2, 3})},
      {"rectangular x read as a square",
       "The kernel assumes that a row of x is as long as the shorter side of the image; it is in_width long.",
       is<Op::conv2d_forward, Op::conv2d_backward_kernel>, moved({Role::x}, in_a_square)},

      // The padding.
      {"padding derived from the wrong axes",
       "The kernel derives the padding from in_channels and in_height, as though they were height and width; the "
       "problem gives the padding.",
       is_conv2d_product, misread_as(pad_other_axes)},

      // Groups.
      {"groups ignored",
       "The kernel ignores groups: every output channel reads the channels of group 0; an output channel of group g "
       "should read group g.",
       is_conv2d_product, misread_as([](cnnspec_conv2d& p) { p.groups = 1; })},
      {"only group 0", "The kernel computes the first group alone and leaves zeros for the others.", is_conv2d,
       without(Role::y, beyond_group_0)},
      {"only group 0, and the bias",
       "The kernel sums up the first group alone; the other groups get nothing but the bias.", is_conv_y,
       zero_but_bias(beyond_group_0)},
      {"only group 0 is written", "The kernel writes the results of the first group alone.", is_conv2d,
       unwritten(beyond_group_0)},
      {"outputs interleaved among groups",
       "The kernel assigns the output channels to the groups in turn; each group should have out_channels/groups "
       "consecutive channels.",
       is_conv2d_product, moved({Role::w, Role::b, Role::y}, interleaved)},

      // The bias.
      {"bias missing where the window touches padding",
       "The kernel does not add the bias where a window reaches into the padding; every output has it.", is_conv_y,
       bias_away_from_padding},
      {"bias added for each input channel",
       "The kernel adds the bias once for each input channel; it should add it only once.", is_conv_y,
       with_inputs([](Call& call) {
         const cnnspec_conv2d& p = problem_of(call);
         for (Real& b : call.inputs[2]) b = b * Real(static_cast<long double>(p.in_channels / p.groups));
       })},
      {"bias added for each tap",
       "The kernel adds the bias once for each element of the window; it should add it only once.", is_conv_y,
       with_inputs([](Call& call) {
         const cnnspec_conv2d& p = problem_of(call);
         for (Real& b : call.inputs[2]) b = b * Real(static_cast<long double>(p.kernel_height * p.kernel_width));
       })},

      // Terms of the sums.
      {"last kernel row left out", "The kernel leaves out the last row of w, or of dw.", is_conv2d_product,
       without(Role::w, last(2))},
      {"last kernel column left out", "The kernel leaves out the last column of w, or of dw.", is_conv2d_product,
       without(Role::w, last(3))},
      {"last input channel of each group left out",
       "The kernel leaves out the last of the input channels that an output channel reads.", is_conv2d_product,
       without(Role::w, last(1))},
      {"last output row has the bias alone", "The kernel adds nothing but the bias to the last row of y.", is_conv_y,
       zero_but_bias(last(2))},
      {"last output column has the bias alone", "The kernel adds nothing but the bias to the last column of y.",
       is_conv_y, zero_but_bias(last(3))},
      {"last output channel has the bias alone", "The kernel adds nothing but the bias to the last channel of y.",
       is_conv_y, zero_but_bias(last(1))},
      {"last tap left out", "The kernel leaves out the last element of each filter.", is_conv2d_product,
       without(Role::w,
               [](const Index& w, const TensorInfo& t, const Operation&) {
                 return w[1] == t.extents[1] - 1 && w[2] == t.extents[2] - 1 && w[3] == t.extents[3] - 1;
               })},
      {"only the first input channel of each group",
       "The kernel uses the first of the input channels that an output channel reads, and no other.", is_conv2d_product,
       without(Role::w, [](const Index& w, const auto&, const auto&) { return w[1] > 0; })},
      {"padding multiplied as a zero",
       "The kernel multiplies padding as though it held zeros, which gives NaN where w is not finite; padding should "
       "add no term.",
       is_conv_y, [](const Call& call) { return with_margin(call, false); }},
      {"padding reads the neighbouring cells",
       "The kernel does not test whether a tap is in the image, so that beyond the ends of a row it reads what is next "
       "in memory; padding should add no term.",
       is_conv_y, [](const Call& call) { return with_margin(call, true); }},

      // dx.
      {"dx cut off where the stride leaves a remainder",
       "The kernel leaves the last rows and columns of dx zero, as many as the stride leaves over; windows that begin "
       "in the padding reach them.",
       is_conv_dx, without(Role::x, remainder)},
      {"dx of a smaller image where the stride leaves a remainder",
       "The kernel returns dx without the rows and columns that the stride leaves over, so that the others are in the "
       "wrong places; dx should have the shape of x.",
       is_conv_dx, squeezed},
      {"dx not written where the stride leaves a remainder",
       "The kernel does not write the last rows and columns of dx, as many as the stride leaves over.", is_conv_dx,
       unwritten(remainder)},
      {"dx not written where no window reaches",
       "The kernel leaves the elements of dx that no window reaches as they were; they should be zero.", is_conv_dx,
       garbage_where_not_reached},
      {"kernel / stride taps in dx, rounded down",
       "The kernel visits kernel / stride taps for each element of dx, rounded down; it should round up.", is_conv_dx,
       without(Role::w, beyond_whole_strides)},
      {"kernel % stride taps in dx",
       "The kernel visits kernel % stride taps for each element of dx; it should visit kernel / stride, rounded up.",
       is_conv_dx, without(Role::w, beyond_remaining_strides)},
      {"stride ignored in dx of a 1x1 kernel", "The kernel ignores the stride in dx where the window is 1x1.",
       is_conv_dx, dense_if_1x1},
      {"overlapping windows assigned, the last stays",
       "The kernel assigns to dx where windows overlap, so that only the last window counts; it should add.",
       is_conv_dx, [](const Call& call) { return assigned(call, true); }},
      {"overlapping windows assigned, the first stays",
       "The kernel assigns to dx tap by tap, so that only the last tap counts, which is that of the first window; it "
       "should add.",
       is_conv_dx, [](const Call& call) { return assigned(call, false); }},
      {"products assigned, the last stays",
       "The kernel assigns each product to dx, so that only the last window of the last output channel counts; it "
       "should add.",
       is_conv_dx, products_assigned},

      // dw and db.
      {"divided by out_height*out_width",
       "The kernel divides the gradient by out_height*out_width; it is a sum and not a mean.",
       is<Op::conv2d_backward_kernel, Op::conv2d_backward_bias>,
       with_output([](std::vector<Real>& d, const Call& call) {
         for (Real& v : d) v = v * pixels(call);
       }),
       false},
      {"divided by batch*out_height*out_width",
       "The kernel divides the gradient by batch*out_height*out_width; it is a sum and not a mean.",
       is<Op::conv2d_backward_kernel, Op::conv2d_backward_bias>,
       with_output([](std::vector<Real>& d, const Call& call) {
         for (Real& v : d) v = v * Real(pixels(call).value / static_cast<long double>(problem_of(call).batch));
       }),
       false},
      {"db of the first row alone", "The kernel sums up the first row of dy; it should sum up all rows.",
       is<Op::conv2d_backward_bias>, without(Role::y, after_first_row)},
      {"db of the first column alone", "The kernel sums up the first column of dy; it should sum up all columns.",
       is<Op::conv2d_backward_bias>, without(Role::y, after_first_column)},
  };
}

}  // namespace

extern const Misreadings conv2d_misreadings{
    .table = table_of_conv2d, .sequences = conv2d_sequences, .walked = conv2d_walked, .stepped = conv2d_stepped};

}  // namespace cnnspec::checks
