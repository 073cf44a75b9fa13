// What conv2d and max_pool2d share: how the window moves. Each is a change of the problem, for forward and backward
// alike.
#include "checks/layers/problems.hpp"
#include "checks/misreadings/parts.hpp"
#include "checks/misreadings/tables.hpp"

namespace cnnspec::checks {
namespace {

/// The windows that reach beyond the last row, or column, of the image: index i of y.
bool reaches_beyond(Idx i, Idx in, Idx kernel, Idx stride, Idx dilation, Idx before) {
  return i * stride - before + dilation * (kernel - 1) >= in;
}
template <class Visit>
bool with_window(const Operation& o, Visit visit) {
  if (const auto* p = o.problem.as_if<cnnspec_pool2d>()) return visit(*p);
  return visit(o.problem.as<cnnspec_conv2d>());
}
bool reaches_bottom(const Index& y, const TensorInfo&, const Operation& o) {
  return with_window(o, [&](const auto& p) {
    return reaches_beyond(y[2], p.in_height, p.kernel_height, p.stride_height, p.dilation_height, p.pad_top);
  });
}
bool reaches_right(const Index& y, const TensorInfo&, const Operation& o) {
  return with_window(o, [&](const auto& p) {
    return reaches_beyond(y[3], p.in_width, p.kernel_width, p.stride_width, p.dilation_width, p.pad_left);
  });
}

/// The last row, or column, of x is left out: of a sum, or of the cells that a max looks at.
Compute without_last(std::size_t axis) {
  return [axis](const Call& call) {
    if (layer_id(call.operation.op) != LayerId::max_pool2d) return without(Role::x, last(axis))(call);
    return pool(call, {.sees = [axis](Idx, Idx, Idx row, Idx column, const cnnspec_pool2d& p) {
                  return axis == 2 ? row < p.in_height - 1 : column < p.in_width - 1;
                }});
  };
}

/// Another test of whether a cell is in the image.
bool is_in(Idx i, const Line& line) { return 0 <= i && i < line.in; }
Compute bounds(const Inside& inside) {
  return [inside](const Call& call) {
    if (layer_id(call.operation.op) == LayerId::max_pool2d) return pool(call, {.inside = inside});
    return conv2d_inside(call, inside);
  };
}

bool in_planes(Op op) { return moves_window(op) || op == Op::conv2d_backward_bias; }

}  // namespace

std::vector<Misreading> window_misreadings() {
  return {
      {"padding ignored",
       "The kernel places its windows as though there were no padding; they should start at -pad_top, -pad_left.",
       moves_window, misread([](auto& p) { p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 0; })},
      {"padding above ignored",
       "The kernel places its windows as though there were no padding above; they should start at -pad_top.",
       moves_window, misread([](auto& p) { p.pad_top = 0; })},
      {"padding on the left ignored",
       "The kernel places its windows as though there were no padding on the left; they should start at -pad_left.",
       moves_window, misread([](auto& p) { p.pad_left = 0; })},
      {"padding above and on the left counted twice",
       "The kernel subtracts pad_top and pad_left twice from the position of a window; it should do so once.",
       moves_window, misread([](auto& p) { p.pad_top *= 2, p.pad_left *= 2; })},
      {"windows one row early", "The kernel's windows start one row too early.", moves_window,
       misread([](auto& p) { ++p.pad_top; })},
      {"windows one row late", "The kernel's windows start one row too late.", moves_window,
       misread([](auto& p) { --p.pad_top; })},
      {"windows one column early", "The kernel's windows start one column too early.", moves_window,
       misread([](auto& p) { ++p.pad_left; })},
      {"windows one column late", "The kernel's windows start one column too late.", moves_window,
       misread([](auto& p) { --p.pad_left; })},
      {"bottom and right padding ignored",
       "The kernel leaves out the windows that reach into the padding below or on the right; they count like any "
       "other.",
       moves_window, zero_but_bias(either(reaches_bottom, reaches_right))},
      {"bottom padding ignored",
       "The kernel leaves out the windows that reach into the padding below; they count like any other.", moves_window,
       zero_but_bias(reaches_bottom)},
      {"right padding ignored",
       "The kernel leaves out the windows that reach into the padding on the right; they count like any other.",
       moves_window, zero_but_bias(reaches_right)},
      {"outputs at the bottom and right padding not written",
       "The kernel does not write the outputs whose windows reach into the padding below or on the right; it should.",
       is<Op::conv2d_forward, Op::max_pool2d_forward>, unwritten(either(reaches_bottom, reaches_right))},
      {"padding before and after exchanged",
       "The kernel takes pad_bottom for pad_top and pad_right for pad_left; a window starts at -pad_top, -pad_left.",
       moves_window, misread([](auto& p) { std::swap(p.pad_top, p.pad_bottom), std::swap(p.pad_left, p.pad_right); })},
      {"padding of height and width exchanged",
       "The kernel pads the height by what the width should be padded by, and the other way round.", moves_window,
       misread([](auto& p) { std::swap(p.pad_top, p.pad_left), std::swap(p.pad_bottom, p.pad_right); })},
      {"padding of the height for both axes", "The kernel uses pad_top where it should use pad_left.", moves_window,
       misread([](auto& p) { p.pad_left = p.pad_top; })},
      {"padding of the width for both axes", "The kernel uses pad_left where it should use pad_top.", moves_window,
       misread([](auto& p) { p.pad_top = p.pad_left; })},
      {"stride ignored", "The kernel moves its windows by one cell; it should move them by the stride.", moves_window,
       misread([](auto& p) { p.stride_height = p.stride_width = 1; })},
      {"stride of height and width exchanged",
       "The kernel moves down by stride_width and across by stride_height; it should be the other way round.",
       moves_window, misread([](auto& p) { std::swap(p.stride_height, p.stride_width); })},
      {"stride of the height for both axes",
       "The kernel moves across by stride_height; it should move by stride_width.", moves_window,
       misread([](auto& p) { p.stride_width = p.stride_height; })},
      {"stride of the width for both axes", "The kernel moves down by stride_width; it should move by stride_height.",
       moves_window, misread([](auto& p) { p.stride_height = p.stride_width; })},
      {"dilation ignored", "The kernel's windows are dense; their cells should be `dilation` apart.", moves_window,
       misread([](auto& p) { p.dilation_height = p.dilation_width = 1; })},
      {"dilation of height and width exchanged",
       "The kernel dilates the height by dilation_width and the width by dilation_height; it should be the other way "
       "round.",
       moves_window, misread([](auto& p) { std::swap(p.dilation_height, p.dilation_width); })},
      {"dilation of the height for both axes",
       "The kernel dilates the width by dilation_height; it should use dilation_width.", moves_window,
       misread([](auto& p) { p.dilation_width = p.dilation_height; })},
      {"dilation of the width for both axes",
       "The kernel dilates the height by dilation_width; it should use dilation_height.", moves_window,
       misread([](auto& p) { p.dilation_height = p.dilation_width; })},
      {"dilation counted from 0",
       "The kernel takes a dilation of 0 for dense, and so dilates by one too many; 1 is dense.", moves_window,
       misread([](auto& p) { ++p.dilation_height, ++p.dilation_width; })},
      {"stride and dilation exchanged",
       "The kernel moves its windows by the dilation and spreads their cells by the stride; it should be the other way "
       "round.",
       moves_window, misread([](auto& p) {
         std::swap(p.stride_height, p.dilation_height), std::swap(p.stride_width, p.dilation_width);
       })},
      {"stride, dilation and padding of height and width exchanged",
       "The kernel moves, dilates and pads down as it should across, and the other way round.", moves_window,
       misread([](auto& p) {
         std::swap(p.stride_height, p.stride_width), std::swap(p.dilation_height, p.dilation_width);
         std::swap(p.pad_top, p.pad_left), std::swap(p.pad_bottom, p.pad_right);
       })},
      {"kernel height and width exchanged",
       "The kernel's windows are kernel_width high and kernel_height wide; it should be the other way round.",
       moves_window, misread([](auto& p) { std::swap(p.kernel_height, p.kernel_width); })},
      {"input height and width exchanged",
       "The kernel takes in_width for the height and in_height for the width of the image; it should be the other way "
       "round.",
       moves_window, misread([](auto& p) { std::swap(p.in_height, p.in_width); })},
      {"output height and width exchanged",
       "The kernel takes out_width for the height and out_height for the width of the output; it should be the other "
       "way "
       "round.",
       moves_window, misread([](auto& p) { std::swap(p.out_height, p.out_width); })},
      {"height and width exchanged for images",
       "The kernel exchanges height and width of both the input and the output, but not of the window; rows are "
       "in_width and out_width long.",
       moves_window, misread([](auto& p) { std::swap(p.in_height, p.in_width), std::swap(p.out_height, p.out_width); })},
      {"last output row left out", "The kernel does not compute the last row of y, or does not use that of dy.",
       in_planes, without(Role::y, last(2))},
      {"last output column left out", "The kernel does not compute the last column of y, or does not use that of dy.",
       in_planes, without(Role::y, last(3))},
      {"last output channel left out", "The kernel does not compute the last channel of y, or does not use that of dy.",
       in_planes, without(Role::y, last(1))},
      {"last input row left out", "The kernel does not use the last row of x, or leaves that of dx zero.", moves_window,
       without_last(2)},
      {"last input column left out", "The kernel does not use the last column of x, or leaves that of dx zero.",
       moves_window, without_last(3)},
      {"last input channel left out", "The kernel does not use the last channel of x, or leaves that of dx zero.",
       is_conv2d_product, without(Role::x, last(1))},
      {"last row not written", "The kernel does not write the last row of its output.", moves_window, unwritten(last(2))},
      {"last column not written", "The kernel does not write the last column of its output.", moves_window,
       unwritten(last(3))},
      {"last channel not written", "The kernel does not write the last channel of its output.", moves_window,
       unwritten(last(1))},
      {"columns beyond the right edge read the next row",
       "The kernel does not test whether a column is beyond the right edge, and reads the next row there; padding has "
       "no cell.",
       moves_window,
       bounds([](Idx row, Idx column, const Line& h, const Line&) { return is_in(row, h) && column >= 0; })},
      {"columns before the left edge read the row before",
       "The kernel does not test whether a column is before the left edge, and reads the row before there; padding has "
       "no cell.",
       moves_window,
       bounds([](Idx row, Idx column, const Line& h, const Line& w) { return is_in(row, h) && column < w.in; })},
      {"columns beyond either edge read the neighbouring rows",
       "The kernel does not test whether a column is in the image, and reads the rows before and after there; padding "
       "has no cell.",
       moves_window, bounds([](Idx row, Idx, const Line& h, const Line&) { return is_in(row, h); })},
      {"rows beyond the bottom edge read the next plane",
       "The kernel does not test whether a row is beyond the bottom edge, and reads the next plane there; padding has "
       "no cell.",
       moves_window,
       bounds([](Idx row, Idx column, const Line&, const Line& w) { return row >= 0 && is_in(column, w); })},
      {"rows beyond the top edge read the plane before",
       "The kernel does not test whether a row is before the top edge, and reads the plane before there; padding has "
       "no cell.",
       moves_window,
       bounds([](Idx row, Idx column, const Line& h, const Line& w) { return row < h.in && is_in(column, w); })},
      {"columns checked against the height",
       "The kernel tests whether a column is below in_height; it should test whether it is below in_width.", moves_window,
       bounds([](Idx row, Idx column, const Line& h, const Line&) { return is_in(row, h) && is_in(column, h); })},
      {"rows checked against the width",
       "The kernel tests whether a row is below in_width; it should test whether it is below in_height.", moves_window,
       bounds([](Idx row, Idx column, const Line&, const Line& w) { return is_in(row, w) && is_in(column, w); })},
      {"rows and columns checked against each other's extent",
       "The kernel tests whether a row is below in_width and a column below in_height; it should be the other way "
       "round.",
       moves_window,
       bounds([](Idx row, Idx column, const Line& h, const Line& w) { return is_in(row, w) && is_in(column, h); })},
  };
}

}  // namespace cnnspec::checks
