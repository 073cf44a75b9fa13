#include "checks/generate/sized_problem.hpp"

#include <algorithm>
#include <initializer_list>

#include "checks/layers/problems.hpp"
#include "checks/vocabulary/operation.hpp"

namespace cnnspec::checks {
namespace {

/// A divisor of n, at most `most`.
Idx draw_divisor(Choices& choices, Idx n, Idx most) {
  std::vector<Idx> divisors;
  for (Idx d = 1; d <= std::min(n, most); ++d)
    if (n % d == 0) divisors.push_back(d);
  return divisors[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(divisors.size()) - 1))];
}

/// Gives values to those of `factors` that are 0, so that the product is `product`. One that is drawn takes at most
/// `most`, so that sizes nobody asked for stay small, but for the one that takes what is left.
bool split(Choices& choices, Idx product, std::vector<Idx*> factors) {
  std::vector<Idx*> open;
  for (Idx* factor : factors) {
    if (*factor == 0) {
      open.push_back(factor);
    } else {
      if (product % *factor != 0) return false;
      product /= *factor;
    }
  }
  if (open.empty()) return product == 1;
  std::swap(open.back(), open[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(open.size()) - 1))]);
  for (std::size_t n = 0; n + 1 < open.size(); ++n) {
    constexpr Idx most = 8;
    *open[n] = choices.chance(50) ? draw_divisor(choices, product, most) : 1;
    product /= *open[n];
  }
  *open.back() = product;
  return true;
}

/// Terms and cells as products of what a problem has.
bool resolve(Choices& choices, Op op, WantedSizes& w) {
  if (w.window > 0 && !split(choices, w.window, {&w.kernel_height, &w.kernel_width})) return false;
  if (w.terms == 0) return true;
  switch (op) {
    case Op::conv2d_forward:
      return split(choices, w.terms, {&w.in_per_group, &w.kernel_height, &w.kernel_width});
    case Op::conv2d_backward_input:
      return split(choices, w.terms, {&w.out_per_group, &w.kernel_height, &w.kernel_width});
    default:
      return split(choices, w.terms, {&w.batch, &w.out_height, &w.out_width});
  }
}

// ---- One axis of a window ----

struct WantedLine {
  Idx in = 0, out = 0, kernel = 0;
};

/// How many cells lie before the first window and after the last, at most `most` on either side.
void draw_padding(Choices& choices, Line& line, Idx most, Idx padded) {
  // Seldom: a kernel may be wrong in a corner alone, and must not be right there because that is padding.
  const auto draw = [&](Idx limit) { return choices.chance(20) ? choices.pick(0, std::min(most, limit)) : 0; };
  line.axis.before = draw(padded - 1);
  line.axis.after = choices.chance(50) ? std::min(line.axis.before, padded - 1 - line.axis.before)
                                       : draw(padded - 1 - line.axis.before);
}

Line draw_line(Choices& choices, const WantedLine& wanted, Idx most_free, bool pools) {
  Line line;
  const Idx most_kernel = wanted.in > 0 ? std::min(most_free, wanted.in) : most_free;
  line.kernel = wanted.kernel > 0 ? wanted.kernel : choices.pick(1, most_kernel);
  const bool is_small = line.kernel <= most_free;
  line.axis.dilation = is_small && choices.chance(20) ? choices.pick(1, 3) : 1;
  line.axis.stride = choices.chance(40) ? choices.pick(1, 3) : 1;
  const Idx window = line.axis.dilation * (line.kernel - 1) + 1;
  const Idx most_padding = pools ? line.kernel / 2 : std::min(window - 1, most_free);
  if (wanted.in > 0) {
    line.in = wanted.in;
    draw_padding(choices, line, most_padding, line.in + 1);
    line.out = padded_extent(line) < window ? 0 : conv_out(line.in, line.kernel, line.axis);
    return line;
  }
  line.out = wanted.out > 0 ? wanted.out : choices.pick(1, most_free);
  const Idx covered = (line.out - 1) * line.axis.stride + window;
  const Idx padded = covered + choices.pick(0, line.axis.stride - 1);
  draw_padding(choices, line, most_padding, padded);
  line.in = padded - line.axis.before - line.axis.after;
  return line;
}

template <class P>
void draw_lines(Choices& choices, const WantedSizes& w, Idx most_free, bool pools, P& p) {
  set_height(p, draw_line(choices, {w.in_height, w.out_height, w.kernel_height}, most_free, pools));
  set_width(p, draw_line(choices, {w.in_width, w.out_width, w.kernel_width}, most_free, pools));
}

/// Whether a window has a cell that is not padding.
bool has_real_cell(const Line& line) {
  for (Idx i = 0; i < line.out; ++i)
    for (Idx p = 0; p < line.kernel; ++p) {
      const Idx place = i * line.axis.stride + p * line.axis.dilation - line.axis.before;
      if (0 <= place && place < line.in) return true;
    }
  return false;
}

/// Whether there is anything to compute.
bool has_terms(const Problem& problem) {
  const auto* p = problem.as_if<cnnspec_conv2d>();
  return p == nullptr || (has_real_cell(height_of(*p)) && has_real_cell(width_of(*p)));
}

// ---- Problems ----

Idx or_drawn(Choices& choices, Idx wanted, Idx most) { return wanted > 0 ? wanted : choices.pick(1, most); }

/// Groups that divide both totals, as far as these are wanted.
Idx draw_groups(Choices& choices, const WantedSizes& w, Idx most_free) {
  if (w.groups > 0) return w.groups;
  if (!choices.chance(40)) return 1;
  const Idx groups = choices.pick(1, most_free);
  return w.in_channels % groups == 0 && w.out_channels % groups == 0 ? groups : 1;
}

/// The channels of one side per group; 0 if what is wanted contradicts itself.
Idx per_group(Choices& choices, Idx total, Idx wanted, Idx groups, Idx most_free) {
  if (total == 0) return or_drawn(choices, wanted, most_free);
  if (total % groups != 0 || (wanted > 0 && wanted * groups != total)) return 0;
  return total / groups;
}

std::optional<Problem> draw_once(Choices& choices, Op op, WantedSizes w, Idx most_free) {
  if (!resolve(choices, op, w)) return {};
  switch (layer_id(op)) {
    case LayerId::conv2d: {
      cnnspec_conv2d p{};
      p.groups = draw_groups(choices, w, most_free);
      const Idx in = per_group(choices, w.in_channels, w.in_per_group, p.groups, most_free);
      const Idx out = per_group(choices, w.out_channels, w.out_per_group, p.groups, most_free);
      p.in_channels = in * p.groups, p.out_channels = out * p.groups;
      p.batch = or_drawn(choices, w.batch, std::min(most_free, Idx{3}));
      draw_lines(choices, w, most_free, false, p);
      return p;
    }
    case LayerId::max_pool2d: {
      cnnspec_pool2d p{};
      p.channels = or_drawn(choices, w.in_channels, most_free);
      p.batch = or_drawn(choices, w.batch, std::min(most_free, Idx{3}));
      draw_lines(choices, w, most_free, true, p);
      return p;
    }
    case LayerId::relu:
      return cnnspec_elementwise{or_drawn(choices, w.count, most_free)};
    case LayerId::linear:
      return cnnspec_linear{or_drawn(choices, w.batch, most_free), or_drawn(choices, w.in_features, most_free),
                            or_drawn(choices, w.out_features, most_free)};
  }
  return {};
}

bool has_what_is_wanted(Op op, const Problem& problem, const WantedSizes& wanted) {
  for (const SizedAxis& axis : sized_axes(op))
    if (wanted.*axis.wanted > 0 && axis.of(problem) != wanted.*axis.wanted) return false;
  return true;
}

bool is_within(Op op, const Problem& problem, const SizedLimits& limits) {
  const double elements = operation_of(op, problem).elements();
  // A pooling is called once for each cell of its window, to see all of them.
  const double calls = problem.is<cnnspec_pool2d>()
                           ? static_cast<double>(problem.as<cnnspec_pool2d>().kernel_height *
                                                 problem.as<cnnspec_pool2d>().kernel_width)
                           : 1;
  return taps(problem) <= limits.most_taps && elements <= static_cast<double>(limits.most_elements) &&
         calls * elements <= static_cast<double>(limits.most_elements_of_calls);
}

}  // namespace

std::optional<Problem> draw_sized(Choices& choices, Op op, const WantedSizes& wanted, const SizedLimits& limits) {
  constexpr int tries = 24;  // the later ones with ever smaller numbers where they are free
  for (int n = 0; n < tries; ++n) {
    const Idx most_free = std::max(Idx{1}, limits.most_free - n * limits.most_free / (tries - 4));
    const std::optional<Problem> p = draw_once(choices, op, wanted, most_free);
    if (p && check(*p).ok() && has_terms(*p) && has_what_is_wanted(op, *p, wanted) && is_within(op, *p, limits)) return p;
  }
  return {};
}

}  // namespace cnnspec::checks
