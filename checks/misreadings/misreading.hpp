// Misreadings: ways to get the specification wrong, by name, to tell the author of a wrong kernel what it does instead.
// Each is a variation of the specification. If one returns what the kernel returned, on every element, then its
// sentence is the diagnosis.
//
// To add one, add an entry to a table: that of its layer, in its room, or one that layers share (windows.cpp for how
// windows move, blocks.cpp for what is done in blocks of so many, rounding.cpp for numbers of too few bits, common.cpp
// for every operation): a name, a sentence that says what the kernel does and what it should do, the operations that it
// applies to, and how to compute it. parts.hpp has the parts for that: a tensor read in another layout, a slice left
// out, other inputs, another output; walk.hpp has those for windows. The test then requires that the entry has an
// effect and is told apart from every other.
//
// Two of the same effect are one entry. Such are, on purpose: "groups ignored" and "every group reads the channels of
// group 0", since a kernel that does not know of groups finds only in_channels/groups channels in w.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/reference.hpp"

namespace cnnspec::checks {

using Real = Measured<long double>;

/// One call of a kernel.
struct Call {
  Operation operation;
  Format storage;
  Operands<Real> inputs;
  Real garbage;                                          // what each element of the output held before; may be NaN
  std::shared_ptr<const std::vector<Real>> specified{};  // what the specification returns on these inputs, if known
};

using Compute = std::function<std::vector<Real>(const Call&)>;

struct Misreading {
  std::string name;
  std::string sentence;
  std::function<bool(Op)> applies;
  Compute compute;
  bool exact_on_integers = true;  // it only adds and multiplies: what comes out as small integers has not been rounded
  /// The storage types in which it can be made.
  bool (*in)(const Format& storage) = [](const Format&) { return true; };
  /// Whether a problem is large enough to tell it from others of its kind: "after the last block of 32" says nothing
  /// that the problem shows unless there is such a block. Empty: every problem is.
  std::function<bool(const Operation&)> told_by{};
  /// The same mistake in other orders of evaluation, where the order matters.
  std::vector<Compute> otherwise{};
};

/// The whole table.
std::span<const Misreading> misreadings();

/// What a kernel returned.
struct Observation {
  Operation operation;
  Arithmetic arithmetic;
  Operands<double> inputs;
  double garbage = 0;  // what each element of the output held before; may be NaN
  std::vector<double> actual;
};

/// May a kernel that misreads the specification in this way have returned what was observed?
bool agrees(const Misreading& m, const Observation& o);

/// The misreadings that apply and agree with the kernel on every element of every observation, and are nearer to it
/// than the right result wherever the kernel is wrong. None if it is wrong nowhere. A misreading that is about blocks
/// is among them only if some observation has such a block. Smaller observations are looked at first, and a misreading
/// is dropped where it first disagrees; so pass a small problem along with a large one. None as well if what the
/// smaller observations leave would take more than `most_taps` multiply-adds to compute for the next one.
/// `untold`: blocks of which no observation has one as well.
std::vector<const Misreading*> explanations(std::span<const Observation> observations, Idx most_taps = 1'000'000'000,
                                            bool untold = false);

}  // namespace cnnspec::checks
