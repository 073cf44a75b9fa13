// Misreadings: named ways to misread the specification. They tell the author of a wrong kernel what the kernel does
// instead. Each is a variation of the specification. If a variation returns the kernel's results on every element, its
// sentence is the diagnosis.
//
// To add one, add an entry to a table: the layer's own table in its room, or a shared one (windows.cpp for the movement
// of windows, blocks.cpp for work in blocks, rounding.cpp for numbers of too few bits, common.cpp for every operation).
// An entry has a name, a sentence that says what the kernel does and what it should do, the operations that it applies
// to, and a function that computes it. parts.hpp has building blocks: a tensor read in another layout, a slice left
// out, other inputs, another output; walk.hpp has those for windows. The test then requires that the entry has an
// effect and differs from every other.
//
// Two mistakes with the same effect are one entry. One such pair is "groups ignored" and "every group reads the
// channels of group 0": a kernel that does not know groups finds only in_channels/groups channels in w.
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
  Real garbage;                                          // earlier content of each element of the output; may be NaN
  std::shared_ptr<const std::vector<Real>> specified{};  // the specification's result on these inputs, if known
};

using Compute = std::function<std::vector<Real>(const Call&)>;

struct Misreading {
  std::string name;
  std::string sentence;
  std::function<bool(Op)> applies;
  Compute compute;
  bool exact_on_integers = true;  // it only adds and multiplies: results that are small integers were not rounded
  /// Whether the mistake is possible in a storage type.
  bool (*in)(const Format& storage) = [](const Format&) { return true; };
  /// Whether a problem is large enough to distinguish it from others of its kind: "after the last block of 32" says
  /// nothing if the problem has no such block. Empty: every problem is large enough.
  std::function<bool(const Operation&)> told_by{};
  /// The same mistake in other orders of evaluation, if the order matters.
  std::vector<Compute> otherwise{};
};

/// All misreadings.
std::span<const Misreading> misreadings();

/// The results of a kernel.
struct Observation {
  Operation operation;
  Arithmetic arithmetic;
  Operands<double> inputs;
  double garbage = 0;  // earlier content of each element of the output; may be NaN
  std::vector<double> actual;
};

/// Whether a kernel with this misreading may have returned the observed results.
bool agrees(const Misreading& m, const Observation& o);

/// The misreadings that apply, agree with the kernel on every element of every observation, and are nearer to the
/// kernel than the right result on every wrong element. None if no element is wrong. A misreading about blocks is
/// included only if some observation has such a block. Smaller observations are tested first, and a misreading is
/// dropped at its first disagreement; so pass a small problem together with a large one. Also none if testing the
/// remaining misreadings on the next observation would take more than `most_taps` multiply-adds. `untold`: includes
/// misreadings about blocks that no observation has.
std::vector<const Misreading*> explanations(std::span<const Observation> observations, Idx most_taps = 1'000'000'000,
                                            bool untold = false);

}  // namespace cnnspec::checks
