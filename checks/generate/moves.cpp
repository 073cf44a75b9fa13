#include "checks/generate/moves.hpp"

#include <algorithm>
#include <utility>

#include "checks/generate/free_fields.hpp"
#include "checks/generate/plainness.hpp"
#include "checks/generate/window_axes.hpp"

namespace cnnspec::checks {
namespace {

/// A way to make one axis of an image plainer. The layer then defines the number of windows.
struct LineMove {
  Idx (*most)(const Line&);
  Line (*by)(Line, Idx);
};
const LineMove line_moves[]{
    {[](const Line& l) { return Idx{l == Line{} ? 0 : 1}; }, [](Line, Idx) { return Line{}; }},
    {[](const Line& l) { return l.in - 1; },
     [](Line l, Idx n) {
       l.in -= n;
       return l;
     }},
    // A smaller window, alone or together with its cells: the same windows on a smaller image, or with less padding.
    {[](const Line& l) { return l.kernel - 1; },
     [](Line l, Idx n) {
       l.kernel -= n;
       return l;
     }},
    {[](const Line& l) { return l.kernel - 1; },
     [](Line l, Idx n) {
       l.kernel -= n, l.in -= n * l.axis.dilation;
       return l;
     }},
    {[](const Line& l) {
       return std::min({(l.kernel - 1) / 2, l.axis.before, l.axis.after});
     },
     [](Line l, Idx n) {
       l.kernel -= 2 * n, l.axis.before -= n, l.axis.after -= n;
       return l;
     }},
    {[](const Line& l) {
       return std::min({(l.kernel - 1) / 2, l.axis.before / l.axis.dilation, l.axis.after / l.axis.dilation});
     },
     [](Line l, Idx n) {
       l.kernel -= 2 * n, l.axis.before -= n * l.axis.dilation, l.axis.after -= n * l.axis.dilation;
       return l;
     }},
    {[](const Line& l) { return l.axis.stride - 1; },
     [](Line l, Idx n) {
       l.axis.stride -= n;
       return l;
     }},
    {[](const Line& l) { return l.axis.stride - 1; },
     [](Line l, Idx n) {
       l.axis.stride -= n, l.in -= n * (l.out - 1);
       return l;
     }},
    {[](const Line& l) { return l.axis.dilation - 1; },
     [](Line l, Idx n) {
       l.axis.dilation -= n;
       return l;
     }},
    {[](const Line& l) { return l.axis.dilation - 1; },
     [](Line l, Idx n) {
       l.axis.dilation -= n, l.in -= n * (l.kernel - 1);
       return l;
     }},
    {[](const Line& l) { return l.axis.before; },
     [](Line l, Idx n) {
       l.axis.before -= n;
       return l;
     }},
    {[](const Line& l) { return l.axis.after; },
     [](Line l, Idx n) {
       l.axis.after -= n;
       return l;
     }},
    {[](const Line& l) { return std::min(l.axis.before, l.axis.after); },
     [](Line l, Idx n) {
       l.axis.before -= n, l.axis.after -= n;
       return l;
     }},
};

/// All axes of a window are alike.
bool is_regular(const Problem& problem) {
  const auto axes = window_axes(problem);
  return std::ranges::all_of(axes, [&](const WindowAxis& a) { return a.of(problem) == axes.front().of(problem); });
}

std::vector<Move> usual_moves(const Problem& problem) {
  Moves moves(problem);
  moves.keep_each(), moves.keep_window();
  moves.reduce_pairs(), moves.reduce_each(), moves.make_rest_plain();
  moves.reduce_window();
  return moves.take();
}

}  // namespace

void Moves::add(Idx most, std::function<void(Problem&, Idx)> change) {
  moves_.push_back(
      {std::max(most, Idx{0}), [from = from_, change = std::move(change)](Idx n) -> std::optional<Problem> {
         Problem p = from;
         change(p, n);
         if (p == from || !check(p).ok()) return {};
         return p;
       }});
}

void Moves::jump(bool applies, std::function<void(Problem&)> change) {
  add(applies ? 1 : 0, [change = std::move(change)](Problem& p, Idx) { change(p); });
}

void Moves::keep_one(std::string_view field) { keep_one(place_of_field(layer_, field)); }
void Moves::keep_one(std::size_t field) {
  jump(true, [field](Problem& p) {
    const Idx kept = p.integer(field);
    make_plainest(p);
    p.set(field, kept);
    fit_windows(p);
  });
}
void Moves::keep_each() {
  for (const std::size_t field : free_extents(layer_)) keep_one(field);
}

void Moves::keep_window() {
  const auto rest_plain = [](Problem& p) {
    for (const std::size_t field : free_fields(layer_of(p))) make_plainest(p, field);
    fit_windows(p);
  };
  const auto axes = window_axes(layer_);
  for (const WindowAxis& axis : axes)
    jump(true, [=](Problem& p) {
      axis.set(p, Line{});
      rest_plain(p);
    });
  if (!axes.empty()) jump(true, rest_plain);
}

void Moves::reduce(std::string_view field) { reduce(place_of_field(layer_, field)); }
void Moves::reduce(std::size_t field) {
  add(from_.integer(field) - static_cast<Idx>(layer_.fields[field].least), [field](Problem& p, Idx n) {
    p.set(field, p.integer(field) - n);
    fit_windows(p);
  });
}

void Moves::reduce(std::string_view one, std::string_view other) {
  reduce(place_of_field(layer_, one), place_of_field(layer_, other));
}
void Moves::reduce(std::size_t one, std::size_t other) {
  const Idx value = from_.integer(one);
  const auto least = static_cast<Idx>(std::max(layer_.fields[one].least, layer_.fields[other].least));
  add(value == from_.integer(other) ? value - least : 0, [=](Problem& p, Idx n) {
    for (const std::size_t field : {one, other}) p.set(field, value - n);
    fit_windows(p);
  });
}

void Moves::reduce_pairs() {
  const std::vector<std::size_t> fields = free_extents(layer_);
  const std::size_t batch = place_of_field(layer_, "batch");
  // First the pairs without the batch.
  for (const bool with_batch : {false, true})
    for (auto one = fields.begin(); one != fields.end(); ++one)
      for (auto other = one + 1; other != fields.end(); ++other)
        if ((*one == batch || *other == batch) == with_batch) reduce(*one, *other);
}
void Moves::reduce_each() {
  for (const std::size_t field : free_extents(layer_)) reduce(field);
}

void Moves::make_rest_plain() {
  for (const std::size_t field : free_fields(layer_))
    if (layer_.fields[field].kind != Field::Kind::extent)
      jump(!is_plainest(from_, field), [field](Problem& p) {
        make_plainest(p, field);
        fit_windows(p);
      });
}

void Moves::reduce_window() {
  const auto axes = window_axes(layer_);
  for (const WindowAxis& axis : axes) jump(axis.of(from_) != Line{}, [&axis](Problem& p) { axis.set(p, Line{}); });
  const bool all_alike = axes.size() > 1 && is_regular(from_);
  for (const LineMove& m : line_moves) {
    if (axes.size() > 1)
      add(all_alike ? m.most(axes.front().of(from_)) : 0, [axes, &m](Problem& p, Idx n) {
        for (const WindowAxis& axis : axes) set_fitted(p, axis, m.by(axis.of(p), n));
      });
    for (const WindowAxis& axis : axes)
      add(m.most(axis.of(from_)), [&axis, &m](Problem& p, Idx n) { set_fitted(p, axis, m.by(axis.of(p), n)); });
  }
  fold_window();
}

/// The same number of pixels in one row, or the same number of cells in a window of one row.
void Moves::fold_window() {
  const auto axes = window_axes(layer_);
  for (std::size_t n = 0; n + 1 < axes.size(); ++n) {
    const WindowAxis &folded = axes[n], &row = axes.back();
    const Line from = folded.of(from_), to = row.of(from_);
    jump(from.in > 1 && to.in > 1, [=, &folded, &row](Problem& p) {
      Line line = to;
      line.in *= from.in;
      folded.set(p, Line{}), set_fitted(p, row, line);
    });
    jump(from.kernel > 1 && to.kernel > 1, [=, &folded, &row](Problem& p) {
      Line line = to;
      line.in += line.kernel * (from.kernel - 1) * line.axis.dilation;
      line.kernel *= from.kernel;
      folded.set(p, Line{}), set_fitted(p, row, line);
    });
  }
}

std::vector<Move> moves_of(const Problem& problem) {
  const Plainness* const plainness = layer_of(problem).plainness;
  return plainness != nullptr && plainness->moves != nullptr ? plainness->moves(problem) : usual_moves(problem);
}

}  // namespace cnnspec::checks
