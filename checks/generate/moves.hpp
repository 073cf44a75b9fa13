// Moves: the ways to make a problem plainer, which a search follows.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// A way to make a problem plainer, by an amount from 1 to `most`.
struct Move {
  Idx most = 0;
  /// None if the result is invalid, or the same problem.
  std::function<std::optional<Problem>(Idx)> by;
};

/// The moves of a layer, from its room or the usual ones. For all problems of a layer: the same number, in the same
/// order.
std::vector<Move> moves_of(const Problem& problem);

/// Builds the moves of a layer. Fields are named as in the layer's table.
class Moves {
 public:
  explicit Moves(const Problem& from) : from_(from) {}

  void add(Idx most, std::function<void(Problem&, Idx)> change);
  /// Adds a single step, if `applies`.
  void jump(bool applies, std::function<void(Problem&)> change);

  /// Makes everything plainest except one number, or except the window: this finds quickly a failure that one size
  /// decides.
  void keep_one(std::string_view field);
  void keep_each();
  void keep_window();

  /// Reduces an extent, or two that are equal.
  void reduce(std::string_view field);
  void reduce(std::string_view one, std::string_view other);
  /// Reduces the extents outside the window.
  void reduce_pairs();
  void reduce_each();
  /// Sets flags, choices and reals to their plainest value, one at a time.
  void make_rest_plain();
  /// Reduces the window, the image, or both together.
  void reduce_window();

  std::vector<Move> take() { return std::move(moves_); }

 private:
  void keep_one(std::size_t field);
  void reduce(std::size_t field);
  void reduce(std::size_t one, std::size_t other);
  void fold_window();

  const Problem from_;
  const Layer& layer_ = layer_of(from_);
  std::vector<Move> moves_;
};

/// The same for a layer's room, with changes of its own struct.
template <class P>
class MovesOf : public Moves {
 public:
  using Moves::Moves;
  /// `change(p, amount)`
  template <class Change>
  void add(Idx most, Change change) {
    Moves::add(most, [change](Problem& problem, Idx amount) { change(problem.as<P>(), amount); });
  }
  /// `change(p)`
  template <class Change>
  void jump(bool applies, Change change) {
    Moves::jump(applies, [change](Problem& problem) { change(problem.as<P>()); });
  }
};

}  // namespace cnnspec::checks
