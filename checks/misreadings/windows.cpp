// Misreadings shared by layers with a window that moves over an image: how it moves. Each changes the problem, for
// forward and backward alike.
#include "checks/misreadings/tables.hpp"
#include "checks/misreadings/walk.hpp"

namespace cnnspec::checks {
namespace {

/// The windows that reach beyond the last row, or column, of the image: index i of y.
bool reaches_beyond(Idx i, const Line& l) {
  return i * l.axis.stride - l.axis.before + l.axis.dilation * (l.kernel - 1) >= l.in;
}
bool reaches_bottom(const Index& y, const TensorInfo&, const Operation& o) {
  return reaches_beyond(y[2], height_of(o.problem));
}
bool reaches_right(const Index& y, const TensorInfo&, const Operation& o) {
  return reaches_beyond(y[3], width_of(o.problem));
}

/// Leaves out the last row, or column, of x: in a sum of products, or among the cells that a pooling reads.
Compute without_last(std::size_t axis) {
  return [axis](const Call& call) {
    if (call.operation.multiplies()) return without(Role::x, last(axis))(call);
    return walked({.sees = [axis](Idx, Idx, Idx row, Idx column, const Line& height, const Line& width) {
      return axis == 2 ? row < height.in - 1 : column < width.in - 1;
    }})(call);
  };
}
bool can_leave_out(Op op) { return moves_window(op) && (is_product(op) || walks(op)); }

/// Misreads the problem.
template <class Change>
Compute misread(Change change) {
  return walked({.misread = change});
}

/// Another test of whether a cell is in the image.
bool is_in(Idx i, const Line& line) { return 0 <= i && i < line.in; }
Compute bounds(const Inside& inside) { return walked({.inside = inside}); }

}  // namespace

std::vector<Misreading> window_misreadings() {
  return {
      {"padding ignored",
       "The kernel places its windows as though there were no padding; they should start at -pad_top, -pad_left.",
       walks, misread([](Line& h, Line& w) { h.axis.before = w.axis.before = h.axis.after = w.axis.after = 0; })},
      {"padding above ignored",
       "The kernel places its windows as though there were no padding above; they should start at -pad_top.", walks,
       misread([](Line& h, Line&) { h.axis.before = 0; })},
      {"padding on the left ignored",
       "The kernel places its windows as though there were no padding on the left; they should start at -pad_left.",
       walks, misread([](Line&, Line& w) { w.axis.before = 0; })},
      {"padding above and on the left counted twice",
       "The kernel subtracts pad_top and pad_left twice from the position of a window; it should do so once.", walks,
       misread([](Line& h, Line& w) { h.axis.before *= 2, w.axis.before *= 2; })},
      {"windows one row early", "The kernel's windows start one row too early.", walks,
       misread([](Line& h, Line&) { ++h.axis.before; })},
      {"windows one row late", "The kernel's windows start one row too late.", walks,
       misread([](Line& h, Line&) { --h.axis.before; })},
      {"windows one column early", "The kernel's windows start one column too early.", walks,
       misread([](Line&, Line& w) { ++w.axis.before; })},
      {"windows one column late", "The kernel's windows start one column too late.", walks,
       misread([](Line&, Line& w) { --w.axis.before; })},
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
       all_of<is_forward, moves_window>, unwritten(either(reaches_bottom, reaches_right))},
      {"padding before and after exchanged",
       "The kernel uses pad_bottom as pad_top and pad_right as pad_left; a window starts at -pad_top, -pad_left.",
       walks, misread([](Line& h, Line& w) {
         std::swap(h.axis.before, h.axis.after), std::swap(w.axis.before, w.axis.after);
       })},
      {"padding of height and width exchanged",
       "The kernel pads the height with the padding of the width, and the other way round.", walks,
       misread(
           [](Line& h, Line& w) { std::swap(h.axis.before, w.axis.before), std::swap(h.axis.after, w.axis.after); })},
      {"padding of the height for both axes", "The kernel uses pad_top where it should use pad_left.", walks,
       misread([](Line& h, Line& w) { w.axis.before = h.axis.before; })},
      {"padding of the width for both axes", "The kernel uses pad_left where it should use pad_top.", walks,
       misread([](Line& h, Line& w) { h.axis.before = w.axis.before; })},
      {"stride ignored", "The kernel moves its windows by one cell; it should move them by the stride.", walks,
       misread([](Line& h, Line& w) { h.axis.stride = w.axis.stride = 1; })},
      {"stride of height and width exchanged",
       "The kernel moves down by stride_width and across by stride_height; it should be the other way round.", walks,
       misread([](Line& h, Line& w) { std::swap(h.axis.stride, w.axis.stride); })},
      {"stride of the height for both axes",
       "The kernel moves across by stride_height; it should move by stride_width.", walks,
       misread([](Line& h, Line& w) { w.axis.stride = h.axis.stride; })},
      {"stride of the width for both axes", "The kernel moves down by stride_width; it should move by stride_height.",
       walks, misread([](Line& h, Line& w) { h.axis.stride = w.axis.stride; })},
      {"dilation ignored", "The kernel's windows are dense; their cells should be `dilation` apart.", walks,
       misread([](Line& h, Line& w) { h.axis.dilation = w.axis.dilation = 1; })},
      {"dilation of height and width exchanged",
       "The kernel dilates the height by dilation_width and the width by dilation_height; it should be the other way "
       "round.",
       walks, misread([](Line& h, Line& w) { std::swap(h.axis.dilation, w.axis.dilation); })},
      {"dilation of the height for both axes",
       "The kernel dilates the width by dilation_height; it should use dilation_width.", walks,
       misread([](Line& h, Line& w) { w.axis.dilation = h.axis.dilation; })},
      {"dilation of the width for both axes",
       "The kernel dilates the height by dilation_width; it should use dilation_height.", walks,
       misread([](Line& h, Line& w) { h.axis.dilation = w.axis.dilation; })},
      {"dilation counted from 0",
       "The kernel treats a dilation of 0 as dense, so that it dilates by one cell too many; a dilation of 1 is dense.",
       walks, misread([](Line& h, Line& w) { ++h.axis.dilation, ++w.axis.dilation; })},
      {"stride and dilation exchanged",
       "The kernel moves its windows by the dilation and spreads their cells by the stride; it should be the other way "
       "round.",
       walks, misread([](Line& h, Line& w) {
         std::swap(h.axis.stride, h.axis.dilation), std::swap(w.axis.stride, w.axis.dilation);
       })},
      {"stride, dilation and padding of height and width exchanged",
       "The kernel uses the stride, dilation and padding of the width for the height, and the other way round.", walks,
       misread([](Line& h, Line& w) {
         std::swap(h.axis.stride, w.axis.stride), std::swap(h.axis.dilation, w.axis.dilation);
         std::swap(h.axis.before, w.axis.before), std::swap(h.axis.after, w.axis.after);
       })},
      {"kernel height and width exchanged",
       "The kernel's windows are kernel_width high and kernel_height wide; it should be the other way round.", walks,
       misread([](Line& h, Line& w) { std::swap(h.kernel, w.kernel); })},
      {"input height and width exchanged",
       "The kernel uses in_width as the height of the image and in_height as its width; it should be the other way "
       "round.",
       walks, misread([](Line& h, Line& w) { std::swap(h.in, w.in); })},
      {"output height and width exchanged",
       "The kernel uses out_width as the height of the output and out_height as its width; it should be the other way "
       "round.",
       walks, misread([](Line& h, Line& w) { std::swap(h.out, w.out); })},
      {"height and width exchanged for images",
       "The kernel exchanges height and width of both the input and the output, but not of the window; rows are "
       "in_width and out_width long.",
       walks, misread([](Line& h, Line& w) { std::swap(h.in, w.in), std::swap(h.out, w.out); })},
      {"last output row left out", "The kernel does not compute the last row of y, or does not use the last row of dy.",
       has_windows, without(Role::y, last(2))},
      {"last output column left out",
       "The kernel does not compute the last column of y, or does not use the last column of dy.", has_windows,
       without(Role::y, last(3))},
      {"last output channel left out",
       "The kernel does not compute the last channel of y, or does not use the last channel of dy.", has_windows,
       without(Role::y, last(1))},
      {"last input row left out", "The kernel does not use the last row of x, or leaves the last row of dx zero.",
       can_leave_out, without_last(2)},
      {"last input column left out",
       "The kernel does not use the last column of x, or leaves the last column of dx zero.", can_leave_out,
       without_last(3)},
      {"last input channel left out",
       "The kernel does not use the last channel of x, or leaves the last channel of dx zero.", multiplies_windows,
       without(Role::x, last(1))},
      {"last row not written", "The kernel does not write the last row of its output.", moves_window,
       unwritten(last(2))},
      {"last column not written", "The kernel does not write the last column of its output.", moves_window,
       unwritten(last(3))},
      {"last channel not written", "The kernel does not write the last channel of its output.", moves_window,
       unwritten(last(1))},
      {"columns beyond the right edge read the next row",
       "The kernel does not test whether a column is beyond the right edge, and reads the next row there; padding has "
       "no cell.",
       walks, bounds([](Idx row, Idx column, const Line& h, const Line&) { return is_in(row, h) && column >= 0; })},
      {"columns before the left edge read the row before",
       "The kernel does not test whether a column is before the left edge, and reads the row before there; padding has "
       "no cell.",
       walks, bounds([](Idx row, Idx column, const Line& h, const Line& w) { return is_in(row, h) && column < w.in; })},
      {"columns beyond either edge read the neighbouring rows",
       "The kernel does not test whether a column is in the image, and reads the rows before and after there; padding "
       "has no cell.",
       walks, bounds([](Idx row, Idx, const Line& h, const Line&) { return is_in(row, h); })},
      {"rows beyond the bottom edge read the next plane",
       "The kernel does not test whether a row is beyond the bottom edge, and reads the next plane there; padding has "
       "no cell.",
       walks, bounds([](Idx row, Idx column, const Line&, const Line& w) { return row >= 0 && is_in(column, w); })},
      {"rows beyond the top edge read the plane before",
       "The kernel does not test whether a row is before the top edge, and reads the plane before there; padding has "
       "no cell.",
       walks, bounds([](Idx row, Idx column, const Line& h, const Line& w) { return row < h.in && is_in(column, w); })},
      {"columns checked against the height",
       "The kernel tests whether a column is below in_height; it should test whether it is below in_width.", walks,
       bounds([](Idx row, Idx column, const Line& h, const Line&) { return is_in(row, h) && is_in(column, h); })},
      {"rows checked against the width",
       "The kernel tests whether a row is below in_width; it should test whether it is below in_height.", walks,
       bounds([](Idx row, Idx column, const Line&, const Line& w) { return is_in(row, w) && is_in(column, w); })},
      {"rows and columns checked against each other's extent",
       "The kernel tests whether a row is below in_width and a column below in_height; it should be the other way "
       "round.",
       walks,
       bounds([](Idx row, Idx column, const Line& h, const Line& w) { return is_in(row, w) && is_in(column, h); })},
  };
}

}  // namespace cnnspec::checks
