// Choices: the source of decisions of a generated case. One generator, written with Choices, serves the judge (a seeded
// random stream), the property tests (RapidCheck, which then shrinks every decision), and the fuzzers (bytes).
//
// A generator requests its decisions in a fixed order. `pick(lo, hi)` shrinks towards `lo`, so `lo` should be the
// plainest value.
#pragma once

#include <cassert>
#include <cstdint>
#include <random>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

class Choices {
 public:
  virtual ~Choices() = default;

  /// An integer in [lo, hi]; lo is the plainest.
  Idx pick(Idx lo, Idx hi) {
    assert(lo <= hi);
    return do_pick(lo, hi);
  }
  /// True `percent` times out of 100; false is the plainest.
  bool chance(int percent) { return pick(0, 99) >= 100 - percent; }
  /// A seed for a separate RandomChoices, e.g. for a tensor's data, which is not shrunk element by element.
  std::uint64_t seed() { return static_cast<std::uint64_t>(pick(0, Idx{1} << 62)); }

 private:
  virtual Idx do_pick(Idx lo, Idx hi) = 0;
};

/// A reproducible stream: the same seed gives the same decisions on every platform. (std::mt19937_64 is fully
/// specified; the standard distributions are not, so the reduction to a range is written here.)
class RandomChoices final : public Choices {
 public:
  explicit RandomChoices(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() { return engine_(); }

 private:
  Idx do_pick(Idx lo, Idx hi) override {
    const std::uint64_t span = static_cast<std::uint64_t>(hi) - static_cast<std::uint64_t>(lo) + 1;  // 0: all of Idx
    const std::uint64_t r = engine_();
    return static_cast<Idx>(static_cast<std::uint64_t>(lo) + (span == 0 ? r : r % span));
  }
  std::mt19937_64 engine_;
};

}  // namespace cnnspec::checks
