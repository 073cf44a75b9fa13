// Conventions: rules that deviate from the definition and that published libraries follow on purpose. A kernel that
// follows one computes something else, but not by mistake. Each is a rule as exact as the definition: what is right
// under it is computed by plain loops of its own (expect_under.hpp), and everything else is as wrong as before.
//
// To add one, add a row: to the table in convention.cpp, or to that of its layer, in its room (layer_rules.hpp). Say
// how it changes the Rules, and compute what the changed Rules make right.
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

/// What a kernel computes that follows some conventions. As it stands: the definition.
struct Rules {
  bool flushes = false;            // subnormal operands and results may count as 0
  const char* factors = nullptr;   // the profile whose factors are rounded so
  bool multiplies_padding = false;  // taps in the padding are multiplied, by a zero
  enum class Nan { wins_last, wins_as_first_cell, is_ignored } nan = Nan::wins_last;  // in a window
  enum class Ties { first, last, all, shared } ties = Ties::first;                    // who gets the gradient
  bool lowest_for_empty = false;  // a window of nothing but -inf is an empty one, whose maximum is the lowest number
  bool nan_is_zero = false;       // an activation of NaN, and its gradient there
  double gradient_at_zero = 0;    // of an activation that has none there
};

/// A rule, as a row of a table.
struct ConventionRow {
  const char* name;       // as --accept has it
  const char* group;      // a kernel follows at most one of each group
  const char* rule;       // what is computed
  const char* proof;      // what is right under it, and why
  const char* followers;  // which libraries do so; empty: none that reports/conventions.md asked
  bool (*applies_to)(const Pass&, DType);  // asked of the passes of its layer alone, where it has one
  void (*change)(Rules&);
  /// Whether it may make something else right on these inputs than the definition. `arithmetic`: that of a kernel that
  /// follows it. Null: it may on any.
  bool (*may_show)(const Operation&, const Arithmetic& arithmetic, const Operands<double>& inputs) = nullptr;
};

struct Convention : ConventionRow {
  std::vector<const Layer*> layers;  // that have it among their own; none: it is not a layer's
  bool applies(Op op, DType dtype) const;
};

/// All of them. In the order in which they are named: the general ones, and then those of the layers.
std::span<const Convention> conventions();

/// Some of them.
class ConventionSet {
 public:
  constexpr ConventionSet() = default;
  constexpr explicit ConventionSet(std::uint32_t bits) : bits_(bits) {}
  /// "ftz,ties-shared". Several of one group are alternatives. Throws UsageError, about `option`.
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
  /// As --accept has them.
  std::string names() const;
  Rules rules() const;

 private:
  std::uint32_t bits_ = 0;
};

/// Those that apply.
ConventionSet conventions_of(Op op, DType dtype);

/// All sets of them with at most one of each group, but for the empty one: the smallest first.
const std::vector<ConventionSet>& sets_of_conventions(Op op, DType dtype);

}  // namespace cnnspec::checks
