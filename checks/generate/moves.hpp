// Moves: the ways to make a problem plainer, for a search to follow.
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
  /// None if what it leads to is not valid, or no other problem.
  std::function<std::optional<Problem>(Idx)> by;
};

/// The same number of them, in the same order, for all problems of a layer: as its room has them, or the usual ones.
std::vector<Move> moves_of(const Problem& problem);

/// What the moves of a layer are made of. A field is named as in its table.
class Moves {
 public:
  explicit Moves(const Problem& from) : from_(from) {}

  void add(Idx most, std::function<void(Problem&, Idx)> change);
  /// If `applies`, one step.
  void jump(bool applies, std::function<void(Problem&)> change);

  /// All but one number, or all but the window, is at its plainest: what a size alone decides is found at once.
  void keep_one(std::string_view field);
  void keep_each();
  void keep_window();

  /// An extent, or two that are equal.
  void reduce(std::string_view field);
  void reduce(std::string_view one, std::string_view other);
  /// All that the window has no part in.
  void reduce_pairs();
  void reduce_each();
  /// Flags, choices and reals, each to its plainest.
  void make_rest_plain();
  /// The window, the image, or both as they are tied.
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

/// The same for a layer's room, where changes are of its struct.
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
