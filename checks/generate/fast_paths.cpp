#include "checks/generate/fast_paths.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "checks/generate/drawing.hpp"
#include "checks/generate/fields.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

// Larger problems are halved until they fit.
constexpr Idx most_taps_of_path = 25'000, most_elements_of_path = 3'000;

template <class List>
const auto& one_of(Choices& choices, const List& list) {
  return list[static_cast<std::size_t>(choices.pick(0, std::ssize(list) - 1))];
}

/// A window on both axes, or on one of them.
struct Window {
  Idx kernel = 1, stride = 1, padding = 0, dilation = 1;
};
constexpr std::array<Window, 11> weighted_windows{{{1, 1, 0},
                                                   {1, 2, 0},
                                                   {3, 1, 1},
                                                   {3, 1, 0},
                                                   {3, 2, 1},
                                                   {3, 1, 2, 2},
                                                   {5, 1, 2},
                                                   {5, 2, 2},
                                                   {7, 2, 3},
                                                   {4, 2, 1},
                                                   {2, 2, 0}}};
constexpr std::array<Window, 6> pooling_windows{{{2, 2, 0}, {3, 2, 1}, {3, 2, 0}, {3, 1, 1}, {2, 1, 0}, {5, 1, 2}}};
constexpr std::array<Idx, 9> usual_channels{8, 16, 24, 32, 48, 64, 96, 128, 3};
constexpr std::array<Idx, 7> images{7, 8, 14, 16, 10, 28, 32};
constexpr std::array<Idx, 8> usual_features{10, 64, 100, 128, 256, 400, 512, 1000};
constexpr std::array<Idx, 6> usual_counts{1024, 4096, 16 * 7 * 7, 8 * 14 * 14, 1000, 768};

/// The image is at least as large as the window.
Line line_of(const Problem& p, const Window& w, Idx image) {
  const Idx reach = w.dilation * (w.kernel - 1) + 1;
  Line line{std::max(image, reach - 2 * w.padding), 1, w.kernel, {w.stride, w.padding, w.padding, w.dilation}};
  line.out = outputs_of(p, line);
  return line;
}

/// A window of one cell on an axis. It is often computed as a product of matrices, which must still skip cells for the
/// stride, add the padding, and ignore the dilation; also where the image is no larger than the stride.
Line draw_point(Choices& choices, const Problem& p, Idx image) {
  const Idx stride = choices.pick(1, 3);
  const Idx padding = is_pooling(layer_of(p)) ? 0 : choices.pick(0, 2);  // C4: at most half of a window
  return line_of(p, {1, stride, padding, choices.pick(1, 3)}, choices.chance(50) ? choices.pick(1, stride) : image);
}

/// A square window; one row or one column of it; one cell; or one as large as the image.
void draw_window_of_path(Choices& choices, Idx image, Problem& p) {
  enum : Idx { row = 6, column, point, whole = point + 2 };  // 0 to 5: square; two numbers stand for a point
  const auto windows = is_pooling(layer_of(p)) ? std::span<const Window>(pooling_windows) : weighted_windows;
  const Idx shape = choices.pick(0, whole);
  const Window w = shape == whole ? Window{std::min(image, Idx{8}), 1, 0} : one_of(choices, windows);
  const Idx in = shape == whole ? w.kernel : image;
  const bool is_point = shape >= point && shape < whole;
  set_height(p, is_point || shape == row ? draw_point(choices, p, in) : line_of(p, w, in));
  set_width(p, is_point || shape == column ? draw_point(choices, p, in) : line_of(p, w, in));
}

/// Halves the largest of these numbers (the last of equal ones) until the problem is affordable.
template <class IsLarge>
void halve(Problem& p, const std::vector<std::size_t>& places, IsLarge is_large) {
  while (!places.empty() && is_large(p)) {
    std::size_t largest = places.front();
    for (const std::size_t n : places)
      if (p.integer(n) >= p.integer(largest)) largest = n;
    if (p.integer(largest) == 1) return;
    p.set(largest, p.integer(largest) / 2);
  }
}

/// A window over channels in groups: one group, two or four, or depthwise with one or two outputs for each input.
void draw_grouped_path(Choices& choices, const FieldPlaces& at, Problem& p) {
  Idx in = one_of(choices, usual_channels), out = one_of(choices, usual_channels), image = one_of(choices, images);
  const Idx kind = choices.pick(0, 9);  // 0..3 one group, 4..6 groups, 7..8 depthwise, 9 depthwise with two outputs
  const bool depthwise = kind >= 7;
  const Idx most_groups = kind < 4 ? 1 : kind < 6 ? 2 : 4;
  draw_window_of_path(choices, image, p);
  for (const std::size_t n : at.extents) p.set(n, 1);
  if (at.batch) p.set(*at.batch, choices.chance(50) ? 1 : 2);
  const auto set_channels = [&] {
    p.set(at.channels->groups, depthwise ? in : std::gcd(most_groups, std::gcd(in, out)));
    p.set(at.channels->in, in), p.set(at.channels->out, kind < 7 ? out : kind == 9 && in > 1 ? 2 * in : in);
  };
  const auto is_large = [&] {
    return taps(p) > most_taps_of_path || elements_of_x(p) + elements_of_y(p) > most_elements_of_path;
  };
  for (set_channels(); is_large(); set_channels()) {
    Idx& larger = depthwise || in > out ? in : out;
    if (larger == 1) break;
    larger /= 2;
  }
}

void draw_windowed_path(Choices& choices, const FieldPlaces& at, Problem& p) {
  draw_window_of_path(choices, one_of(choices, images), p);
  if (at.batch) p.set(*at.batch, choices.chance(50) ? 1 : 2);
  for (const std::size_t n : at.extents) p.set(n, one_of(choices, usual_channels));
  halve(p, at.extents, [](const Problem& q) {
    return calls_of(q) * elements_of_x(q) > 2 * most_elements_of_path || taps(q) > most_taps_of_path;
  });
}

void draw_flat_path(Choices& choices, const Layer& layer, const FieldPlaces& at, Problem& p) {
  if (at.batch) p.set(*at.batch, choices.pick(1, 8));
  for (const std::size_t n : at.extents) {
    const bool is_product = *layer.fields[n].key == '\0';
    p.set(n, one_of(choices, is_product ? std::span<const Idx>(usual_counts) : usual_features));
    if (is_product) p.set(n, p.integer(n) + choices.pick(-1, 1));
  }
  halve(p, at.extents, [](const Problem& q) { return taps(q) > most_taps_of_path; });
}

Problem draw_path_by_fields(Choices& choices, const Layer& layer) {
  const FieldPlaces& at = field_places(layer);
  Problem p = unset_problem(layer);
  draw_settings(choices, p);
  if (!has_window(layer))
    draw_flat_path(choices, layer, at, p);
  else if (at.channels)
    draw_grouped_path(choices, at, p);
  else
    draw_windowed_path(choices, at, p);
  return p;
}

}  // namespace

Problem draw_fast_path(Choices& choices, LayerId layer) {
  const Layer& of = layer_of(layer);
  const auto draw = drawing_of(of).fast_path;
  return draw == nullptr ? draw_path_by_fields(choices, of) : draw(choices, of);
}

}  // namespace cnnspec::checks
