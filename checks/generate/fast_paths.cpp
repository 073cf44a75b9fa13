#include "checks/generate/fast_paths.hpp"

#include <algorithm>
#include <array>

#include "checks/layers/problems.hpp"

namespace cnnspec::checks {
namespace {

// More are halved away.
constexpr Idx most_taps_of_path = 25'000, most_elements_of_path = 3'000;

template <class T, std::size_t N>
const T& one_of(Choices& choices, const std::array<T, N>& list) {
  return list[static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(N) - 1))];
}

/// A window of both axes, or of one.
struct Window {
  Idx kernel = 1, stride = 1, padding = 0, dilation = 1;
};
constexpr std::array<Window, 11> conv2d_windows{{{1, 1, 0},
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
constexpr std::array<Window, 6> pool2d_windows{{{2, 2, 0}, {3, 2, 1}, {3, 2, 0}, {3, 1, 1}, {2, 1, 0}, {5, 1, 2}}};
constexpr std::array<Idx, 9> usual_channels{8, 16, 24, 32, 48, 64, 96, 128, 3};
constexpr std::array<Idx, 7> images{7, 8, 14, 16, 10, 28, 32};

/// The image is at least as large as the window.
Line line_of(const Window& w, Idx image) {
  const Idx reach = w.dilation * (w.kernel - 1) + 1;
  Line line{std::max(image, reach - 2 * w.padding), 1, w.kernel, {w.stride, w.padding, w.padding, w.dilation}};
  line.out = conv_out(line.in, line.kernel, line.axis);
  return line;
}

/// Square; one row or one column of it; or as large as the image.
template <class P, std::size_t N>
void draw_window(Choices& choices, const std::array<Window, N>& windows, Idx image, P& p) {
  const Idx shape = choices.pick(0, 9);
  const Window w = shape == 9 ? Window{std::min(image, Idx{8}), 1, 0} : one_of(choices, windows);
  const Idx in = shape == 9 ? w.kernel : image;
  set_height(p, line_of(shape == 7 ? Window{} : w, in));
  set_width(p, line_of(shape == 8 ? Window{} : w, in));
}

cnnspec_conv2d draw_conv2d_fast_path(Choices& choices) {
  cnnspec_conv2d p{};
  Idx in = one_of(choices, usual_channels), out = one_of(choices, usual_channels), image = one_of(choices, images);
  const bool depthwise = choices.chance(30);
  draw_window(choices, conv2d_windows, image, p);
  p.batch = choices.chance(50) ? 1 : 2;
  const auto set_channels = [&] {
    p.groups = depthwise ? in : 1, p.in_channels = in, p.out_channels = depthwise ? in : out;
  };
  const auto is_large = [&] { return taps(p) > most_taps_of_path || x_count(p) + y_count(p) > most_elements_of_path; };
  for (set_channels(); is_large(); set_channels()) {
    Idx& larger = depthwise || in > out ? in : out;
    if (larger == 1) break;
    larger /= 2;
  }
  return p;
}

cnnspec_pool2d draw_pool2d_fast_path(Choices& choices) {
  cnnspec_pool2d p{};
  draw_window(choices, pool2d_windows, one_of(choices, images), p);
  p.batch = choices.chance(50) ? 1 : 2;
  const auto is_large = [&] {  // it is called once for each cell of its window
    return p.kernel_height * p.kernel_width * x_count(p) > 2 * most_elements_of_path;
  };
  for (p.channels = one_of(choices, usual_channels); is_large() && p.channels > 1;) p.channels /= 2;
  return p;
}

}  // namespace

Problem draw_fast_path(Choices& choices, LayerId family) {
  constexpr std::array<Idx, 8> features{10, 64, 100, 128, 256, 400, 512, 1000};
  constexpr std::array<Idx, 6> counts{1024, 4096, 16 * 7 * 7, 8 * 14 * 14, 1000, 768};
  switch (family) {
    case LayerId::conv2d:
      return draw_conv2d_fast_path(choices);
    case LayerId::max_pool2d:
      return draw_pool2d_fast_path(choices);
    case LayerId::relu:
      return cnnspec_elementwise{one_of(choices, counts) + choices.pick(-1, 1)};
    case LayerId::linear: {
      cnnspec_linear p{choices.pick(1, 8), one_of(choices, features), one_of(choices, features)};
      while (taps(p) > most_taps_of_path) (p.in_features > p.out_features ? p.in_features : p.out_features) /= 2;
      return p;
    }
  }
  return {};
}

}  // namespace cnnspec::checks
