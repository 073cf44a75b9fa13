// RapidCheck: generated problems as arguments of properties.
//
//   RC_GTEST_PROP(Room, L1_is_linear_in_x, (const Struct& p, Seed seed)) { ... }
//   const auto p = *drawn([](Choices& choices) { return draw_of<Struct>(choices, {.max_extent = 6}); });
//
// Every decision is drawn uniformly from its range, independently of RapidCheck's size. It shrinks alone, while the
// others stay unchanged: RapidCheck's own gen::exec would draw all later decisions again. Every struct that is a
// layer's problem can be drawn, and is shown as its descriptor. For tests only: this header is slow to compile.
#pragma once

#include <rapidcheck.h>

#include <ostream>

#include "checks/generate/configurations.hpp"
#include "checks/generate/tape.hpp"
#include "checks/vocabulary/descriptor.hpp"

namespace cnnspec::checks {

/// A generator of the results of `draw(Choices&)`.
template <class Draw>
auto drawn(Draw draw) {
  using T = std::decay_t<decltype(draw(std::declval<Choices&>()))>;
  const rc::Gen<Tape> tapes = [draw](const rc::Random& random, int) {
    RandomChoices source(rc::Random(random).next());
    RecordedChoices choices(source);
    static_cast<void>(draw(choices));
    return rc::shrinkable::shrinkRecur(choices.tape(),
                                       [](const Tape& tape) { return rc::seq::fromContainer(plainer(tape)); });
  };
  return rc::Gen<T>(rc::gen::map(tapes, [draw](const Tape& tape) {
    ReplayedChoices choices(tape);
    return draw(choices);
  }));
}

/// A seed for a test's data; small ones are the plainest.
struct Seed {
  std::uint64_t value = 0;
};
inline void showValue(const Seed& seed, std::ostream& out) { out << seed.value; }

}  // namespace cnnspec::checks

// In the global namespace, like the problems of kernel.h: argument-dependent lookup searches there.
template <cnnspec::checks::ProblemStruct P>
void showValue(const P& p, std::ostream& out) {
  out << cnnspec::checks::to_descriptor(p);
}

namespace rc {

template <cnnspec::checks::ProblemStruct P>
struct Arbitrary<P> {
  static Gen<P> arbitrary() {
    return cnnspec::checks::drawn([](auto& choices) { return cnnspec::checks::draw_of<P>(choices); });
  }
};
template <>
struct Arbitrary<cnnspec::checks::Seed> {
  static Gen<cnnspec::checks::Seed> arbitrary() {
    return cnnspec::checks::drawn([](auto& choices) { return cnnspec::checks::Seed{choices.seed()}; });
  }
};

}  // namespace rc
