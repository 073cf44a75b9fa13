#include "checks/bench/threshold_kernel.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "checks/kernels/im2col.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {

thread_local ThresholdMistake threshold_mistake;

namespace {

const cnnspec_conv2d& conv(const Problem& p) { return p.as<cnnspec_conv2d>(); }
const cnnspec_linear& linear(const Problem& p) { return p.as<cnnspec_linear>(); }

Idx in_of_group(const cnnspec_conv2d& p) { return p.in_channels / p.groups; }
Idx out_of_group(const cnnspec_conv2d& p) { return p.out_channels / p.groups; }
Idx cells(const auto& p) { return p.kernel_height * p.kernel_width; }

/// An upper bound: padding and stride remove terms.
Idx terms_of_sum(const Problem& problem, Op op) {
  const cnnspec_conv2d& p = conv(problem);
  if (op == Op::conv2d_forward) return in_of_group(p) * cells(p);
  if (op == Op::conv2d_backward_input) return out_of_group(p) * cells(p);
  return p.batch * p.out_height * p.out_width;
}

/// The axes of a layer that goes over windows of each channel by itself.
template <class P>
void add_axes_of_pooling(std::vector<ThresholdAxis>& axes) {
  constexpr LayerId layer = ProblemOf<P>::layer;
  axes.insert(axes.end(), {
                              {"channels", layer, [](const Problem& p, Op) { return p.as<P>().channels; }},
                              {"image height", layer, [](const Problem& p, Op) { return p.as<P>().in_height; }},
                              {"image width", layer, [](const Problem& p, Op) { return p.as<P>().in_width; }},
                              {"output height", layer, [](const Problem& p, Op) { return p.as<P>().out_height; }},
                              {"output width", layer, [](const Problem& p, Op) { return p.as<P>().out_width; }},
                              {"batch", layer, [](const Problem& p, Op) { return p.as<P>().batch; }},
                              {"window height", layer, [](const Problem& p, Op) { return p.as<P>().kernel_height; }},
                              {"window width", layer, [](const Problem& p, Op) { return p.as<P>().kernel_width; }},
                              {"cells of the window", layer, [](const Problem& p, Op) { return cells(p.as<P>()); }},
                          });
}

std::vector<ThresholdAxis> make_axes() {
  constexpr LayerId c = LayerId::conv2d, e = LayerId::relu, l = LayerId::linear;
  using P = const Problem&;
  std::vector<ThresholdAxis> axes{
      {"input channels", c, [](P p, Op) -> Idx { return conv(p).in_channels; }},
      {"output channels", c, [](P p, Op) -> Idx { return conv(p).out_channels; }},
      {"input channels of a group", c, [](P p, Op) -> Idx { return in_of_group(conv(p)); }},
      {"output channels of a group", c, [](P p, Op) -> Idx { return out_of_group(conv(p)); }},
      {"groups", c, [](P p, Op) -> Idx { return conv(p).groups; }},
      {"image height", c, [](P p, Op) -> Idx { return conv(p).in_height; }},
      {"image width", c, [](P p, Op) -> Idx { return conv(p).in_width; }},
      {"output height", c, [](P p, Op) -> Idx { return conv(p).out_height; }},
      {"output width", c, [](P p, Op) -> Idx { return conv(p).out_width; }},
      {"batch", c, [](P p, Op) -> Idx { return conv(p).batch; }},
      {"kernel height", c, [](P p, Op) -> Idx { return conv(p).kernel_height; }},
      {"kernel width", c, [](P p, Op) -> Idx { return conv(p).kernel_width; }},
      {"cells of the kernel", c, [](P p, Op) -> Idx { return cells(conv(p)); }},
      {"terms of a sum", c, terms_of_sum},
      {"count", e, [](P p, Op) -> Idx { return p.as<cnnspec_elementwise>().count; }},
      {"input features", l, [](P p, Op) -> Idx { return linear(p).in_features; }},
      {"output features", l, [](P p, Op) -> Idx { return linear(p).out_features; }},
      {"batch", l, [](P p, Op) -> Idx { return linear(p).batch; }},
  };
  add_axes_of_pooling<cnnspec_pool2d>(axes);
  add_axes_of_pooling<AvgPool2dProblem>(axes);
  return axes;
}

}  // namespace

const std::vector<ThresholdAxis>& threshold_axes() {
  static const std::vector<ThresholdAxis> axes = make_axes();
  return axes;
}

bool ThresholdMistake::is_made_at(Idx size) const {
  switch (kind) {
    case ThresholdKind::from:
      return size >= n;
    case ThresholdKind::at:
      return size == n;
    case ThresholdKind::multiples:
      return size % n == 0;
    case ThresholdKind::off_multiples:
      return size > n && size % n != 0;
  }
  return false;
}

bool ThresholdMistake::is_made_on(const Problem& problem, Op op) const {
  return axis != nullptr && is_made_at(axis->size(problem, op));
}

namespace {

using F = KernelFunctions<float>;

const F& right() {
  static const Kernel kernel = im2col_variant(LoopOrder::blocked, false);
  return kernel.f32;
}

template <class P>
bool is_wrong_on(const P& p, Op op) {
  return threshold_mistake.is_made_on(Problem(p), op);
}

/// A stream that is the same for every call of the kernel with this problem.
template <class P>
Stream choices_for(const P& p, Op op) {
  std::uint64_t seed = static_cast<std::uint64_t>(op) * 64 + static_cast<std::uint64_t>(threshold_mistake.kind);
  seed = Stream(seed, static_cast<std::uint64_t>(threshold_mistake.n)).bits();
  const auto* const numbers = reinterpret_cast<const std::int64_t*>(&p);
  for (std::size_t i = 0; i < sizeof(P) / sizeof(std::int64_t); ++i)
    seed = Stream(seed, static_cast<std::uint64_t>(numbers[i])).bits();
  return Stream(seed);
}

struct Term {
  Idx first, second;  // elements of the two factors
};

/// Removes one term from an output element. Searches from a chosen element on for one that has terms.
/// `terms_of(element)`: its terms.
template <class TermsOf>
void drop_term(Stream choices, Idx count, float* out, const float* a, const float* b, TermsOf terms_of) {
  const Idx begin = choices.below(count);
  for (Idx tried = 0; tried < count; ++tried) {
    const Idx element = (begin + tried) % count;
    const std::vector<Term> terms = terms_of(element);
    if (terms.empty()) continue;
    const Term t = terms[static_cast<std::size_t>(choices.below(std::ssize(terms)))];
    out[element] -= b == nullptr ? a[t.first] : a[t.first] * b[t.second];
    return;
  }
}

/// The positions of an output's window along one axis of the image.
struct Meeting {
  Line line;
  std::optional<Idx> cell(Idx i, Idx r) const {
    const Idx at = i * line.axis.stride + r * line.axis.dilation - line.axis.before;
    return at < 0 || at >= line.in ? std::nullopt : std::optional(at);
  }
  /// The output whose window has cell `at` at tap r.
  std::optional<Idx> output(Idx at, Idx r) const {
    const Idx moved = at + line.axis.before - r * line.axis.dilation;
    if (moved < 0 || moved % line.axis.stride != 0 || moved / line.axis.stride >= line.out) return {};
    return moved / line.axis.stride;
  }
};

// ---- Convolution ----

struct Conv {
  const cnnspec_conv2d& p;
  Meeting rows{height_of(p)}, columns{width_of(p)};

  Idx x(Idx n, Idx channel, Idx row, Idx column) const {
    return ((n * p.in_channels + channel) * p.in_height + row) * p.in_width + column;
  }
  Idx w(Idx o, Idx c, Idx r, Idx s) const {
    return ((o * in_of_group(p) + c) * p.kernel_height + r) * p.kernel_width + s;
  }
  Idx y(Idx n, Idx o, Idx i, Idx j) const { return ((n * p.out_channels + o) * p.out_height + i) * p.out_width + j; }
  Idx first_channel(Idx o) const { return o / out_of_group(p) * in_of_group(p); }

  std::vector<Term> of_y(Idx element) const {
    const Idx j = element % p.out_width, i = element / p.out_width % p.out_height;
    const Idx o = element / p.out_width / p.out_height % p.out_channels;
    const Idx n = element / p.out_width / p.out_height / p.out_channels;
    std::vector<Term> terms;
    for (Idx r = 0; r < p.kernel_height; ++r)
      for (Idx s = 0; s < p.kernel_width; ++s) {
        const auto row = rows.cell(i, r), column = columns.cell(j, s);
        for (Idx c = 0; row && column && c < in_of_group(p); ++c)
          terms.push_back({x(n, first_channel(o) + c, *row, *column), w(o, c, r, s)});
      }
    return terms;
  }
  std::vector<Term> of_dx(Idx element) const {
    const Idx column = element % p.in_width, row = element / p.in_width % p.in_height;
    const Idx channel = element / p.in_width / p.in_height % p.in_channels;
    const Idx n = element / p.in_width / p.in_height / p.in_channels;
    const Idx c = channel % in_of_group(p), first = channel / in_of_group(p) * out_of_group(p);
    std::vector<Term> terms;
    for (Idx r = 0; r < p.kernel_height; ++r)
      for (Idx s = 0; s < p.kernel_width; ++s) {
        const auto i = rows.output(row, r), j = columns.output(column, s);
        for (Idx o = first; i && j && o < first + out_of_group(p); ++o)
          terms.push_back({w(o, c, r, s), y(n, o, *i, *j)});
      }
    return terms;
  }
  std::vector<Term> of_dw(Idx element) const {
    const Idx s = element % p.kernel_width, r = element / p.kernel_width % p.kernel_height;
    const Idx c = element / p.kernel_width / p.kernel_height % in_of_group(p);
    const Idx o = element / p.kernel_width / p.kernel_height / in_of_group(p);
    std::vector<Term> terms;
    for (Idx i = 0; i < p.out_height; ++i)
      for (Idx j = 0; j < p.out_width; ++j) {
        const auto row = rows.cell(i, r), column = columns.cell(j, s);
        for (Idx n = 0; row && column && n < p.batch; ++n)
          terms.push_back({x(n, first_channel(o) + c, *row, *column), y(n, o, i, j)});
      }
    return terms;
  }
  std::vector<Term> of_db(Idx o) const {
    std::vector<Term> terms;
    for (Idx n = 0; n < p.batch; ++n)
      for (Idx i = 0; i < p.out_height; ++i)
        for (Idx j = 0; j < p.out_width; ++j) terms.push_back({y(n, o, i, j), 0});
    return terms;
  }
};

int conv2d_forward(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  const int status = right().conv2d_forward(p, x, w, b, y);
  if (is_wrong_on(*p, Op::conv2d_forward))
    drop_term(choices_for(*p, Op::conv2d_forward), y_count(*p), y, x, w, [&](Idx e) { return Conv{*p}.of_y(e); });
  return status;
}
int conv2d_backward_input(const cnnspec_conv2d* p, const float* w, const float* dy, float* dx) {
  const int status = right().conv2d_backward_input(p, w, dy, dx);
  if (is_wrong_on(*p, Op::conv2d_backward_input))
    drop_term(choices_for(*p, Op::conv2d_backward_input), x_count(*p), dx, w, dy,
              [&](Idx e) { return Conv{*p}.of_dx(e); });
  return status;
}
int conv2d_backward_kernel(const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
  const int status = right().conv2d_backward_kernel(p, x, dy, dw);
  if (is_wrong_on(*p, Op::conv2d_backward_kernel))
    drop_term(choices_for(*p, Op::conv2d_backward_kernel), w_shape(*p).count(), dw, x, dy,
              [&](Idx e) { return Conv{*p}.of_dw(e); });
  return status;
}
int conv2d_backward_bias(const cnnspec_conv2d* p, const float* dy, float* db) {
  const int status = right().conv2d_backward_bias(p, dy, db);
  if (is_wrong_on(*p, Op::conv2d_backward_bias))
    drop_term(choices_for(*p, Op::conv2d_backward_bias), p->out_channels, db, dy, nullptr,
              [&](Idx o) { return Conv{*p}.of_db(o); });
  return status;
}

// ---- Pooling: one cell of one window is not read ----

template <class P>
struct Windows {
  const P& p;
  Meeting rows{height_of(p)}, columns{width_of(p)};

  /// The real cells of window `element`: elements of x.
  std::vector<Idx> cells_of(Idx element) const {
    const Idx j = element % p.out_width, i = element / p.out_width % p.out_height;
    const Idx plane = element / p.out_width / p.out_height;
    std::vector<Idx> all;
    for (Idx r = 0; r < p.kernel_height; ++r)
      for (Idx s = 0; s < p.kernel_width; ++s)
        if (const auto row = rows.cell(i, r), column = columns.cell(j, s); row && column)
          all.push_back((plane * p.in_height + *row) * p.in_width + *column);
    return all;
  }
  /// A window that has real cells, chosen at random; any window if none has.
  Idx chosen(Stream& choices) const {
    const Idx count = y_count(p);
    Idx window = choices.below(count);
    for (Idx tried = 1; cells_of(window).empty() && tried < count; ++tried) window = (window + 1) % count;
    return window;
  }
};

/// The first of the largest, or the last NaN.
std::optional<Idx> winner(const float* x, const std::vector<Idx>& among) {
  std::optional<Idx> best;
  for (const Idx cell : among)
    if (!best || x[cell] > x[*best] || std::isnan(x[cell])) best = cell;
  return best;
}

/// A window that misses a cell.
struct LostCell {
  Idx window;
  std::optional<Idx> before, after;  // the winner with the missing cell, and without it
};
LostCell lose_cell(const cnnspec_pool2d& p, const float* x, Op op) {
  const Windows<cnnspec_pool2d> windows{p};
  Stream choices = choices_for(p, op);
  LostCell lost{windows.chosen(choices), {}, {}};
  std::vector<Idx> cells_there = windows.cells_of(lost.window);
  if (cells_there.empty()) return lost;
  lost.before = winner(x, cells_there);
  cells_there.erase(cells_there.begin() + choices.below(std::ssize(cells_there)));
  lost.after = winner(x, cells_there);
  return lost;
}

int max_pool2d_forward(const cnnspec_pool2d* p, const float* x, float* y) {
  const int status = right().max_pool2d_forward(p, x, y);
  if (!is_wrong_on(*p, Op::max_pool2d_forward)) return status;
  const LostCell lost = lose_cell(*p, x, Op::max_pool2d_forward);
  y[lost.window] = lost.after ? x[*lost.after] : -std::numeric_limits<float>::infinity();
  return status;
}
int max_pool2d_backward(const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
  const int status = right().max_pool2d_backward(p, x, dy, dx);
  if (!is_wrong_on(*p, Op::max_pool2d_backward)) return status;
  const LostCell lost = lose_cell(*p, x, Op::max_pool2d_backward);
  if (lost.before == lost.after) return status;
  dx[*lost.before] -= dy[lost.window];
  if (lost.after) dx[*lost.after] += dy[lost.window];
  return status;
}

/// A cell of a window, chosen at random. None if no window has a cell.
struct CellOfWindow {
  Idx window, cell;
};
std::optional<CellOfWindow> choose_cell(const AvgPool2dProblem& p, Op op) {
  const Windows<AvgPool2dProblem> windows{p};
  Stream choices = choices_for(p, op);
  const Idx window = windows.chosen(choices);
  const std::vector<Idx> all = windows.cells_of(window);
  if (all.empty()) return {};
  return CellOfWindow{window, all[static_cast<std::size_t>(choices.below(std::ssize(all)))]};
}
/// Output `wrong` of `function`, with element `lost` of the input zero.
float without(auto function, const cnnspec_avg_pool2d* p, std::vector<float> input, Idx lost, Idx outputs, Idx wrong) {
  std::vector<float> output(static_cast<std::size_t>(outputs));
  input[static_cast<std::size_t>(lost)] = 0;
  function(p, input.data(), output.data());
  return output[static_cast<std::size_t>(wrong)];
}

int avg_pool2d_forward(const cnnspec_avg_pool2d* problem, const float* x, float* y) {
  const int status = right().avg_pool2d_forward(problem, x, y);
  const auto p = std::bit_cast<AvgPool2dProblem>(*problem);
  if (!is_wrong_on(p, Op::avg_pool2d_forward)) return status;
  if (const auto lost = choose_cell(p, Op::avg_pool2d_forward))
    y[lost->window] =
        without(right().avg_pool2d_forward, problem, {x, x + x_count(p)}, lost->cell, y_count(p), lost->window);
  return status;
}
int avg_pool2d_backward(const cnnspec_avg_pool2d* problem, const float* dy, float* dx) {
  const int status = right().avg_pool2d_backward(problem, dy, dx);
  const auto p = std::bit_cast<AvgPool2dProblem>(*problem);
  if (!is_wrong_on(p, Op::avg_pool2d_backward)) return status;
  if (const auto lost = choose_cell(p, Op::avg_pool2d_backward))
    dx[lost->cell] =
        without(right().avg_pool2d_backward, problem, {dy, dy + y_count(p)}, lost->window, x_count(p), lost->cell);
  return status;
}

// ---- ReLU ----

int relu_forward(const cnnspec_elementwise* p, const float* x, float* y) {
  const int status = right().relu_forward(p, x, y);
  if (is_wrong_on(*p, Op::relu_forward)) y[choices_for(*p, Op::relu_forward).below(p->count)] = 0;
  return status;
}
int relu_backward(const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
  const int status = right().relu_backward(p, x, dy, dx);
  if (is_wrong_on(*p, Op::relu_backward)) dx[choices_for(*p, Op::relu_backward).below(p->count)] = 0;
  return status;
}

// ---- Linear ----

/// One of `count` terms; `place` gives its places in the factors.
template <class Place>
std::vector<Term> terms(Idx count, Place place) {
  std::vector<Term> all;
  for (Idx n = 0; n < count; ++n) all.push_back(place(n));
  return all;
}

int linear_forward(const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
  const int status = right().linear_forward(p, x, w, b, y);
  const Idx in = p->in_features, out = p->out_features;
  if (is_wrong_on(*p, Op::linear_forward))
    drop_term(choices_for(*p, Op::linear_forward), y_count(*p), y, x, w, [&](Idx e) {
      return terms(in, [&](Idx c) { return Term{e / out * in + c, e % out * in + c}; });
    });
  return status;
}
int linear_backward_input(const cnnspec_linear* p, const float* w, const float* dy, float* dx) {
  const int status = right().linear_backward_input(p, w, dy, dx);
  const Idx in = p->in_features, out = p->out_features;
  if (is_wrong_on(*p, Op::linear_backward_input))
    drop_term(choices_for(*p, Op::linear_backward_input), x_count(*p), dx, w, dy, [&](Idx e) {
      return terms(out, [&](Idx o) { return Term{o * in + e % in, e / in * out + o}; });
    });
  return status;
}
int linear_backward_weight(const cnnspec_linear* p, const float* x, const float* dy, float* dw) {
  const int status = right().linear_backward_weight(p, x, dy, dw);
  const Idx in = p->in_features, out = p->out_features;
  if (is_wrong_on(*p, Op::linear_backward_weight))
    drop_term(choices_for(*p, Op::linear_backward_weight), in * out, dw, x, dy, [&](Idx e) {
      return terms(p->batch, [&](Idx n) { return Term{n * in + e % in, n * out + e / in}; });
    });
  return status;
}
int linear_backward_bias(const cnnspec_linear* p, const float* dy, float* db) {
  const int status = right().linear_backward_bias(p, dy, db);
  const Idx out = p->out_features;
  if (is_wrong_on(*p, Op::linear_backward_bias))
    drop_term(choices_for(*p, Op::linear_backward_bias), out, db, dy, nullptr, [&](Idx o) {
      return terms(p->batch, [&](Idx n) { return Term{n * out + o, 0}; });
    });
  return status;
}

}  // namespace

Kernel threshold_kernel() {
  Kernel kernel;
  kernel.name = "im2col without a term";
  kernel.f32 = {conv2d_forward,     conv2d_backward_input, conv2d_backward_kernel, conv2d_backward_bias,
                max_pool2d_forward, max_pool2d_backward,   relu_forward,           relu_backward,
                linear_forward,     linear_backward_input, linear_backward_weight, linear_backward_bias,
                avg_pool2d_forward, avg_pool2d_backward};
  return kernel;
}

}  // namespace cnnspec::checks
