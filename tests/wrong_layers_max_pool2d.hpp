// max_pool2d with mistakes in which cell wins, and in where the gradient goes.
#pragma once

#include <limits>

#include "checks/layers/max_pool2d/functions.hpp"
#include "checks/layers/max_pool2d/laws.hpp"
#include "checks/layers/problems.hpp"
#include "tests/wrong_layers.hpp"

namespace cnnspec::tests {

using checks::MaxPool2dFunctions;

inline Layer<MaxPool2dFunctions> right_max_pool2d() {
  return {checks::spec_max_pool2d<checks::Int128>(), checks::spec_max_pool2d<double>(),
          checks::spec_max_pool2d<checks::Term>()};
}

inline cnnspec_pool2d problem_of(const checks::ImageShape& x, const MaxPool2dConfig& g) {
  cnnspec_pool2d p{};
  p.channels = x.extent(0);
  checks::set_height(p, {x.extent(1), pool_out(x.extent(1), g.kernel_height, g.height), g.kernel_height, g.height});
  checks::set_width(p, {x.extent(2), pool_out(x.extent(2), g.kernel_width, g.width), g.kernel_width, g.width});
  return p;
}

/// A pooling by another rule: `choose(cells)` is the number of the winner among the window's cells. If it is -1, no
/// cell wins: y is the least number, or 0, and there is no gradient. `misread` changes the configuration that places
/// the windows.
using MisreadPool = MaxPool2dConfig (*)(MaxPool2dConfig);
template <class T>
using Choose = std::function<Idx(const std::vector<T>& cells)>;

inline MaxPool2dConfig as_given(MaxPool2dConfig g) { return g; }
template <class T>
Idx first_greatest(const std::vector<T>& cells) {
  Idx best = -1;
  for (std::size_t n = 0; n < cells.size(); ++n)
    if (best < 0 || cells[static_cast<std::size_t>(best)] < cells[n] || checks::is_nan(cells[n]))
      best = static_cast<Idx>(n);
  return best;
}

template <class T>
Image<Idx> chosen_winners(const Image<T>& x, const MaxPool2dConfig& g, MisreadPool misread, const Choose<T>& choose) {
  const cnnspec_pool2d right = problem_of(x.shape(), g);
  cnnspec_pool2d p = right;
  const MaxPool2dConfig m = misread(g);
  checks::set_height(p, {p.in_height, p.out_height, m.kernel_height, m.height});
  checks::set_width(p, {p.in_width, p.out_width, m.kernel_width, m.width});
  Image<Idx> winners(checks::y_shape(p));
  checks::for_each_window(p, [&](Idx c, Idx i, Idx j, const std::vector<Idx>& places) {
    std::vector<T> cells;
    for (const Idx place : places) cells.push_back(checks::cell_of(x, c, place));
    const Idx n = choose(cells);
    winners(c, i, j) = n < 0 ? -1 : places[static_cast<std::size_t>(n)];
  });
  return winners;
}
template <class T>
void choose_forward(MaxPool2dFunctions<T>& f, MisreadPool misread, const Choose<T>& choose) {
  f.winners = [=](const auto& x, const auto& g) { return chosen_winners(x, g, misread, choose); };
  f.forward = [=](const auto& x, const auto& g) {
    const T nothing = T(0) - std::numeric_limits<T>::infinity();  // 0 where there is none
    const auto winners = chosen_winners(x, g, misread, choose);
    const Idx windows = winners.extent(1) * winners.extent(2);
    return checks::tensor_of<T>(
        winners.shape(), [&](Idx n) { return winners[n] < 0 ? nothing : checks::cell_of(x, n / windows, winners[n]); });
  };
}
template <class T>
void choose_backward(MaxPool2dFunctions<T>& f, MisreadPool misread, const Choose<T>& choose) {
  f.backward = [=](const auto& x, const auto& dy, const auto& g) {
    const auto winners = chosen_winners(x, g, misread, choose);
    const Idx windows = winners.extent(1) * winners.extent(2);
    Image<T> dx(x.shape());
    for (Idx n = 0; n < dy.size(); ++n)
      if (winners[n] >= 0) checks::cell_of(dx, n / windows, winners[n]) += dy[n];
    return dx;
  };
}
template <class T>
void choose_everywhere(MaxPool2dFunctions<T>& f, MisreadPool misread, const Choose<T>& choose) {
  choose_forward<T>(f, misread, choose), choose_backward<T>(f, misread, choose);
}

/// Calls `add(text, rejected_by, mistake)` for each mistake; `mistake` applies to the functions over any scalar.
template <class Add>
void for_each_wrong_max_pool2d(Add add) {
  // The same mistake in forward and backward.
  add("the last of the tied cells wins", "N1 N3 N4 N5 P5 twin", []<class T>(MaxPool2dFunctions<T>& f) {
    choose_everywhere<T>(f, as_given, [](const std::vector<T>& cells) {
      Idx best = 0;
      for (std::size_t n = 0; n < cells.size(); ++n)
        if (cells[static_cast<std::size_t>(best)] <= cells[n] || checks::is_nan(cells[n])) best = static_cast<Idx>(n);
      return best;
    });
  });
  add("the smallest cell wins", "N1 N3 N4 N5 P1 P5 P6 twin", []<class T>(MaxPool2dFunctions<T>& f) {
    choose_everywhere<T>(f, as_given, [](const std::vector<T>& cells) {
      Idx best = 0;
      for (std::size_t n = 0; n < cells.size(); ++n)
        if (cells[n] < cells[static_cast<std::size_t>(best)] || checks::is_nan(cells[n])) best = static_cast<Idx>(n);
      return best;
    });
  });
  add("padding is a zero that can win", "N1 N3 N4 N5 P1 P2 P3 P6 twin", []<class T>(MaxPool2dFunctions<T>& f) {
    const auto wins = [](const auto& x, const auto& g, Idx n) {
      const cnnspec_pool2d p = problem_of(x.shape(), g);
      const Idx c = n / p.out_width / p.out_height, i = n / p.out_width % p.out_height, j = n % p.out_width;
      const auto cells = checks::cells_of_window(p, i, j);
      for (const Idx place : cells)
        if (!(checks::cell_of(x, c, place) < T(0))) return false;
      return static_cast<Idx>(cells.size()) < g.kernel_height * g.kernel_width;
    };
    f.forward = [wins](const auto& x, const auto& g) {
      const Image<T> y = max_pool2d(x, g);
      return checks::tensor_of<T>(y.shape(), [&](Idx n) { return wins(x, g, n) ? T(0) : y[n]; });
    };
    f.backward = [wins](const auto& x, const auto& dy, const auto& g) {
      return max_pool2d_backward(
          x, checks::tensor_of<T>(dy.shape(), [&](Idx n) { return wins(x, g, n) ? T(0) : dy[n]; }), g);
    };
  });
  add("padding is not subtracted from the position", "N1 N3 N4 N5 P1 P2 P3 P6 twin",
      []<class T>(MaxPool2dFunctions<T>& f) {
        choose_everywhere<T>(
            f,
            [](MaxPool2dConfig g) {
              g.height.before = g.width.before = 0;
              return g;
            },
            first_greatest<T>);
      });
  add("strides of height and width are exchanged", "N1 N3 N4 N5 P1 P2 P3 P6 twin",
      []<class T>(MaxPool2dFunctions<T>& f) {
        choose_everywhere<T>(
            f,
            [](MaxPool2dConfig g) {
              std::swap(g.height.stride, g.width.stride);
              return g;
            },
            first_greatest<T>);
      });
  add("kernel height and width are exchanged", "N1 N3 N4 N5 P1 P2 P3 P4 P5 P6 twin",
      []<class T>(MaxPool2dFunctions<T>& f) {
        choose_everywhere<T>(
            f,
            [](MaxPool2dConfig g) {
              std::swap(g.kernel_height, g.kernel_width);
              return g;
            },
            first_greatest<T>);
      });
  add("the last row of each window is left out", "N1 N3 N4 N5 P1 P2 P3 P4 P5 P6 twin",
      []<class T>(MaxPool2dFunctions<T>& f) {
        choose_everywhere<T>(
            f,
            [](MaxPool2dConfig g) {
              g.kernel_height = std::max(g.kernel_height - 1, Idx{1});
              return g;
            },
            first_greatest<T>);
      });
  add("a NaN is never greater, so it does not win", "N5", []<class T>(MaxPool2dFunctions<T>& f) {
    choose_everywhere<T>(f, as_given, [](const std::vector<T>& cells) {
      Idx best = 0;
      for (std::size_t n = 0; n < cells.size(); ++n)
        if (cells[static_cast<std::size_t>(best)] < cells[n] || checks::is_nan(cells[static_cast<std::size_t>(best)]))
          best = static_cast<Idx>(n);
      return best;
    });
  });
  add("the first NaN wins", "N5", []<class T>(MaxPool2dFunctions<T>& f) {
    choose_everywhere<T>(f, as_given, [](const std::vector<T>& cells) {
      for (std::size_t n = 0; n < cells.size(); ++n)
        if (checks::is_nan(cells[n])) return static_cast<Idx>(n);
      return first_greatest(cells);
    });
  });
  add("nothing is greater than minus infinity, so nothing wins", "N3", []<class T>(MaxPool2dFunctions<T>& f) {
    choose_everywhere<T>(f, as_given, [](const std::vector<T>& cells) {
      if constexpr (std::numeric_limits<T>::has_infinity)
        if (std::all_of(cells.begin(), cells.end(), [](T v) { return v == -std::numeric_limits<T>::infinity(); }))
          return Idx{-1};
      return first_greatest(cells);
    });
  });

  // Mistakes only in backward.
  add("every tied cell gets the whole gradient", "N3 N4 N5 P3 P4 P5 P6 twin", []<class T>(MaxPool2dFunctions<T>& f) {
    f.backward = [](const auto& x, const auto& dy, const auto& g) {
      const Image<T> y = max_pool2d(x, g);
      Image<T> dx = max_pool2d_backward(x, dy, g);
      const Image<Idx> winners = max_pool2d_with_winners(x, g).winners;
      checks::for_each_window(problem_of(x.shape(), g), [&](Idx c, Idx i, Idx j, const std::vector<Idx>& cells) {
        for (const Idx cell : cells)
          if (cell != winners(c, i, j) && checks::cell_of(x, c, cell) == y(c, i, j))
            checks::cell_of(dx, c, cell) += dy(c, i, j);
      });
      return dx;
    };
  });
  add("overlapping windows assign instead of adding", "N1 N3 N4 N5 P3 P4 P6 gradient twin",
      []<class T>(MaxPool2dFunctions<T>& f) {
        f.backward = [](const auto& x, const auto& dy, const auto& g) {
          const Image<Idx> winners = max_pool2d_with_winners(x, g).winners;
          const Idx windows = winners.extent(1) * winners.extent(2);
          Image<T> dx(x.shape());
          for (Idx n = 0; n < dy.size(); ++n) checks::cell_of(dx, n / windows, winners[n]) = dy[n];
          return dx;
        };
      });
  add("backward uses the dilation of height for both axes", "N1 N3 N4 N5 P3 P5 P6 gradient twin",
      []<class T>(MaxPool2dFunctions<T>& f) {
        choose_backward<T>(
            f,
            [](MaxPool2dConfig g) {
              g.width.dilation = g.height.dilation;
              return g;
            },
            first_greatest<T>);
      });
  add("overlapping windows add from the last to the first", "N1", []<class T>(MaxPool2dFunctions<T>& f) {
    f.backward = [](const auto& x, const auto& dy, const auto& g) {
      const Image<Idx> winners = max_pool2d_with_winners(x, g).winners;
      const Idx windows = winners.extent(1) * winners.extent(2);
      Image<T> dx(x.shape());
      for (Idx n = dy.size(); n-- > 0;) checks::cell_of(dx, n / windows, winners[n]) += dy[n];
      return dx;
    };
  });
  add("dx is not zeroed first", "N1 N3 N4 N5 P3 P4 P5 P6 gradient linear-dy twin zero-dy",
      []<class T>(MaxPool2dFunctions<T>& f) {
        f.backward = [](const auto& x, const auto& dy, const auto& g) {
          return checks::mapped(max_pool2d_backward(x, dy, g), [](const T& v) { return v + T(1); });
        };
      });
  add("the gradient goes to the first cell of the window", "N1 N3 N4 N5 P3 P5 P6 gradient twin",
      []<class T>(MaxPool2dFunctions<T>& f) {
        choose_backward<T>(f, as_given, [](const std::vector<T>&) { return Idx{0}; });
      });
}

inline std::vector<Wrong<MaxPool2dFunctions>> wrong_max_pool2ds() {
  std::vector<Wrong<MaxPool2dFunctions>> all;
  for_each_wrong_max_pool2d([&](const char* text, const char* rejected_by, auto mistake) {
    all.push_back(wrong(text, right_max_pool2d(), rejected_by, mistake));
  });
  return all;
}

}  // namespace cnnspec::tests
