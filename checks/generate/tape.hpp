// A tape: the recorded decisions of a generated case. With the tape, the case can be made again or made plainer.
//
// A decision is recorded as its distance from the plainest choice. So a shorter tape, or one with a smaller number, is
// a plainer case. Every sequence of decisions gives a valid problem, so every tape does too, with any changes.
#pragma once

#include <algorithm>
#include <vector>

#include "checks/generate/choices.hpp"

namespace cnnspec::checks {

using Tape = std::vector<Idx>;

/// Passes on the decisions of another source and records them.
class RecordedChoices final : public Choices {
 public:
  explicit RecordedChoices(Choices& source) : source_(source) {}
  const Tape& tape() const { return tape_; }

 private:
  Idx do_pick(Idx lo, Idx hi) override {
    const Idx picked = source_.pick(lo, hi);
    tape_.push_back(picked - lo);
    return picked;
  }
  Choices& source_;
  Tape tape_;
};

/// Decides as the tape says, within the range; after the end of the tape, decides for the plainest.
class ReplayedChoices final : public Choices {
 public:
  explicit ReplayedChoices(const Tape& tape) : tape_(tape) {}

 private:
  Idx do_pick(Idx lo, Idx hi) override {
    const Idx distance = position_ < tape_.size() ? tape_[position_] : 0;
    ++position_;
    return distance < hi - lo ? lo + distance : hi;
  }
  Tape tape_;
  std::size_t position_ = 0;
};

/// The tapes to try in a search for a plainer case, large steps first. Each is less than `tape`, so a search that
/// always moves on to one of them ends.
inline std::vector<Tape> plainer(const Tape& tape) {
  std::vector<Tape> result;
  for (std::size_t length = 0; length < tape.size(); length = length + (tape.size() - length + 1) / 2)
    result.emplace_back(tape.begin(), tape.begin() + static_cast<std::ptrdiff_t>(length));
  for (std::size_t n = 0; n < tape.size(); ++n)
    for (Idx step = tape[n]; step > 0; step /= 2) {
      result.push_back(tape);
      result.back()[n] -= step;
    }
  return result;
}

}  // namespace cnnspec::checks
