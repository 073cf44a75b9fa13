// Conventions: rules that deviate from the definition and that published libraries follow on purpose. A kernel that
// follows a convention computes other results, but not by mistake. Each convention is as exact as the definition:
// separate plain loops compute the right results under it (expect_under.hpp), and all other results are wrong.
//
// To add a convention, add a row: to the table in convention.cpp, or to the table of its layer, in its room
// (layer_rules.hpp). Define how it changes the Rules, and compute the right results under the changed Rules.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/reference.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// The rules of a kernel that follows some conventions. The default is the definition.
struct Rules {
  bool flushes = false;            // subnormal operands and results may count as 0
  const char* factors = nullptr;   // the profile whose rounding of factors applies
  bool multiplies_padding = false;  // taps in the padding are multiplied, by a zero
  enum class Nan { wins_last, wins_as_first_cell, is_ignored } nan = Nan::wins_last;  // in a window
  enum class Ties { first, last, all, shared } ties = Ties::first;                    // cells that get the gradient
  bool lowest_for_empty = false;  // a window with only -inf is empty, and its maximum is the lowest finite number
  bool nan_is_zero = false;       // an activation of NaN is 0, and its gradient is 0
  double gradient_at_zero = 0;    // the gradient of an activation at a point without derivative
};

/// A rule, as a row of a table.
struct ConventionRow {
  const char* name;       // the value of --accept
  const char* group;      // a kernel follows at most one convention of each group
  const char* rule;       // the computation
  const char* proof;      // the right results under it, and the reason
  const char* followers;  // the libraries that follow it; empty: none of those tested in reports/conventions.md
  bool (*applies_to)(const Pass&, DType);  // for a convention of a layer, called with the passes of this layer only
  void (*change)(Rules&);
  /// Whether the convention may change the right results on these inputs. `arithmetic`: that of a kernel that follows
  /// it. Null: always possible.
  bool (*may_show)(const Operation&, const Arithmetic& arithmetic, const Operands<double>& inputs) = nullptr;
};

struct Convention : ConventionRow {
  std::vector<const Layer*> layers;  // the layers that have this convention; none: it is a general one
  bool applies(Op op, DType dtype) const;
};

/// All conventions in the order of their names in lists: the general ones, then those of the layers.
std::span<const Convention> conventions();

/// A set of conventions.
class ConventionSet {
 public:
  constexpr ConventionSet() = default;
  constexpr explicit ConventionSet(std::uint32_t bits) : bits_(bits) {}
  /// Parses "ftz,ties-shared". Several conventions of one group are alternatives. Throws UsageError, about `option`.
  static ConventionSet named(const std::string& names, const std::string& option);

  constexpr std::uint32_t bits() const { return bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr int size() const { return std::popcount(bits_); }
  constexpr bool is_within(ConventionSet all) const { return (bits_ & ~all.bits_) == 0; }
  constexpr bool has(std::size_t n) const { return (bits_ >> n & 1) != 0; }
  friend constexpr ConventionSet operator&(ConventionSet a, ConventionSet b) {
    return ConventionSet(a.bits_ & b.bits_);
  }
  friend constexpr ConventionSet operator|(ConventionSet a, ConventionSet b) {
    return ConventionSet(a.bits_ | b.bits_);
  }
  friend constexpr bool operator==(ConventionSet, ConventionSet) = default;
  friend constexpr auto operator<=>(ConventionSet, ConventionSet) = default;

  std::vector<const Convention*> all() const;
  /// The names in the form of --accept.
  std::string names() const;
  Rules rules() const;

 private:
  std::uint32_t bits_ = 0;
};

/// The conventions that apply.
ConventionSet conventions_of(Op op, DType dtype);

/// All nonempty sets of applicable conventions with at most one of each group, smallest first.
const std::vector<ConventionSet>& sets_of_conventions(Op op, DType dtype);

}  // namespace cnnspec::checks
