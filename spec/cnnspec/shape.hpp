// Shapes: how large every tensor is, which clause says so, and the one size formula that all windowed layers share.
//
// An extent is known at compile time or `dyn`. Preconditions carry clause ids:
//   C1  in >= 1, k >= 1, stride >= 1, dilation >= 1, before >= 0, after >= 0
//   C2  the window fits at least once:  in + before + after >= dilation*(k-1)+1
//   C3  no size computation overflows Idx, and every tensor's elements can be counted and addressed
//   C4  pooling: before, after <= k/2, and every window holds at least one real cell
//   C5  groups >= 1, and both channel counts are multiples of it
//   C6  extents that must agree do agree
//   C8  a setting that is no size is in its range: a divisor, for example, is a positive count
// If compile-time extents violate a clause, the program does not compile. For run-time extents, ShapeError is thrown.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace cnnspec {

using Idx = std::int64_t;  // every index and extent

/// An extent that is known only at run time. No run-time extent has this value.
inline constexpr Idx dyn = std::numeric_limits<Idx>::min();

enum class Clause { none, C1, C2, C3, C4, C5, C6, C8 = 8 };

/// The first precondition that does not hold: which, in which operation, where, and the two numbers that disagree.
struct Violation {
  Clause clause = Clause::none;
  const char *operation = "", *position = "";
  const char* relation = "";  // how `actual` should relate to `expected`
  Idx expected = 0, actual = 0;
  constexpr bool ok() const { return clause == Clause::none; }
};

/// A precondition was violated by the caller. `what()` reads "C2: conv2d: height: expected at least 5, got 3".
struct ShapeError : std::invalid_argument {
  explicit ShapeError(const Violation& v, const std::string& layer = "")
      : std::invalid_argument(name(v.clause) + ": " + (layer.empty() ? "" : layer + ": ") + v.operation + ": " +
                              v.position + ": expected " + v.relation + " " + std::to_string(v.expected) + ", got " +
                              std::to_string(v.actual)),
        violation(v) {}
  /// The same error, with the layer of the network where it happened.
  ShapeError in_layer(const std::string& layer) const { return ShapeError(violation, layer); }
  std::string clause() const { return name(violation.clause); }
  static std::string name(Clause c) { return "C" + std::to_string(static_cast<int>(c)); }

  Violation violation;
};

[[noreturn]] inline void refuse(const Violation& v) { throw ShapeError(v); }

/// Run-time form of a precondition: throws ShapeError unless it holds.
constexpr void require(const Violation& v) {
  if (!v.ok()) refuse(v);
}

/// Compile-time form of a precondition: does not compile unless it holds, and the message names the clause.
template <Clause violated, Idx expected, Idx actual>
constexpr void require_static() {
  static_assert(violated != Clause::C1, "C1: extents, strides and dilations must be >= 1 and paddings >= 0");
  static_assert(violated != Clause::C2, "C2: the window must fit into the padded input at least once");
  static_assert(violated != Clause::C3, "C3: a size computation overflows");
  static_assert(violated != Clause::C4, "C4: pooling pads at most k/2, and no window may hold only padding");
  static_assert(violated != Clause::C5, "C5: groups must be >= 1 and divide both channel counts");
  static_assert(violated != Clause::C6, "C6: extents that must agree differ");
  static_assert(violated != Clause::C8, "C8: a setting must be in its range");
}

// Whether a sum or a product fits into Idx. For non-negative operands.
constexpr bool sum_fits(Idx a, Idx b) { return b <= std::numeric_limits<Idx>::max() - a; }
constexpr bool product_fits(Idx a, Idx b) { return a == 0 || b <= std::numeric_limits<Idx>::max() / a; }

/// How a window moves along one axis. Defaults: dense, unpadded, every position.
struct Axis {
  Idx stride = 1, before = 0, after = 0, dilation = 1;
  friend constexpr bool operator==(const Axis&, const Axis&) = default;
};

/// C1, C2, C3 for a window of `k` cells along an axis of `in` cells. An `in` or `k` that is `dyn` is not checked.
constexpr Violation check_axis(const char* operation, const char* position, Idx in, Idx k, const Axis& a) {
  const auto violated = [&](Clause clause, const char* relation, Idx expected, Idx actual) {
    return Violation{clause, operation, position, relation, expected, actual};
  };
  for (const Idx extent : {in, k})
    if (extent < 1 && extent != dyn) return violated(Clause::C1, "at least", 1, extent);
  for (const Idx step : {a.stride, a.dilation})
    if (step < 1) return violated(Clause::C1, "at least", 1, step);
  for (const Idx padding : {a.before, a.after})
    if (padding < 0) return violated(Clause::C1, "padding of at least", 0, padding);
  if (in == dyn || k == dyn) return {};
  constexpr Idx most = std::numeric_limits<Idx>::max();
  if (!sum_fits(in, a.before) || !sum_fits(in + a.before, a.after))
    return violated(Clause::C3, "a padded extent of at most", most, in);
  if (!product_fits(a.dilation, k - 1) || !sum_fits(a.dilation * (k - 1), 1))
    return violated(Clause::C3, "a dilated window of at most", most, k);
  const Idx padded = in + a.before + a.after, window = a.dilation * (k - 1) + 1;
  if (padded < window) return violated(Clause::C2, "a padded extent of at least", window, padded);
  return {};
}

/// conv_out = floor((in + before + after - (dilation*(k-1)+1)) / stride) + 1; `dyn` in, `dyn` out. Throws C1, C2, C3.
constexpr Idx conv_out(Idx in, Idx k, const Axis& a = {}) {
  require(check_axis("conv_out", "axis", in, k, a));
  if (in == dyn || k == dyn) return dyn;
  return (in + a.before + a.after - (a.dilation * (k - 1) + 1)) / a.stride + 1;
}

/// The same count. If `rounds_up`, it includes one more window, if that begins in the image but reaches beyond the
/// padding. Throws C1, C2, C3.
constexpr Idx conv_out(Idx in, Idx k, const Axis& a, bool rounds_up) {
  const Idx windows = conv_out(in, k, a);
  if (!rounds_up || windows == dyn) return windows;
  const Idx last = (windows - 1) * a.stride, end = in + a.before + a.after - a.dilation * (k - 1) - 1;
  const bool is_another = last < end && sum_fits(last, a.stride) && last + a.stride < in + a.before;
  return windows + is_another;
}

/// check_axis and C4. If `before, after <= k/2` and C2 hold, only one kind of window can miss the image: two cells,
/// with one in the padding on each side of the image.
constexpr Violation check_pool_axis(const char* operation, const char* position, Idx in, Idx k, const Axis& a) {
  if (const Violation v = check_axis(operation, position, in, k, a); !v.ok()) return v;
  for (const Idx padding : {a.before, a.after})
    if (k != dyn && padding > k / 2) return {Clause::C4, operation, position, "padding of at most", k / 2, padding};
  if (k == 2 && a.before == 1 && a.after == 1 && in != dyn && in + 1 == a.dilation)
    return {Clause::C4, operation, position, "a dilation, for a real cell in each window, other than", in + 1, in + 1};
  return {};
}

/// The same count as conv_out, under C4 as well.
constexpr Idx pool_out(Idx in, Idx k, const Axis& a = {}, bool rounds_up = false) {
  require(check_pool_axis("pool_out", "axis", in, k, a));
  return conv_out(in, k, a, rounds_up);
}

/// C6 for one pair of extents. `dyn` agrees with everything.
constexpr Violation check_agree(const char* operation, const char* position, Idx expected, Idx actual) {
  if (expected == actual || expected == dyn || actual == dyn) return {};
  return {Clause::C6, operation, position, "an extent of", expected, actual};
}

/// The extents of a tensor, outermost first; each template argument a constant or `dyn`.
template <Idx... E>
class Shape {
 public:
  static constexpr int rank = sizeof...(E);
  static constexpr std::array<Idx, rank> fixed{E...};
  static_assert(((E >= 1 || E == dyn) && ...), "C1: every extent must be >= 1");

  constexpr Shape() requires((E != dyn) && ...) { require(check(fixed)); }
  /// Throws C1 (an extent below 1), C3 (too many elements) or C6 (differs from the compile-time extent).
  constexpr explicit Shape(const std::array<Idx, rank>& extents) : extents_(extents) { require(check(extents)); }

  constexpr Idx extent(int axis) const { return fixed[axis] == dyn ? extents_[axis] : fixed[axis]; }
  constexpr const std::array<Idx, rank>& extents() const { return extents_; }
  constexpr Idx count() const {
    Idx n = 1;
    for (const Idx e : extents_) n *= e;
    return n;
  }
  friend constexpr bool operator==(const Shape& a, const Shape& b) { return a.extents_ == b.extents_; }

 private:
  static constexpr Violation check(const std::array<Idx, rank>& extents) {
    Idx n = 1;
    for (int axis = 0; axis < rank; ++axis) {
      if (extents[axis] < 1) return {Clause::C1, "tensor", "extent", "at least", 1, extents[axis]};
      if (const Violation v = check_agree("tensor", "extent", fixed[axis], extents[axis]); !v.ok()) return v;
      if (!product_fits(n, extents[axis]))
        return {Clause::C3, "tensor", "elements", "a count of at most", std::numeric_limits<Idx>::max(), extents[axis]};
      n *= extents[axis];
    }
    return {};
  }
  std::array<Idx, rank> extents_ = fixed;
};

/// C6 for a tensor that must have exactly the extents `expected`. Those known at compile time are checked then.
template <Idx... A, Idx... B>
constexpr void require_same(const char* operation, const char* tensor, const Shape<A...>& expected,
                            const Shape<B...>& actual) {
  static_assert(sizeof...(A) == sizeof...(B), "C6: the number of axes must agree");
  static_assert(((A == B || A == dyn || B == dyn) && ...), "C6: extents that must agree differ");
  for (int axis = 0; axis < Shape<A...>::rank; ++axis)
    require(check_agree(operation, tensor, expected.extent(axis), actual.extent(axis)));
}

/// A shape whose extents are all known at run time only: `Image<double> x(dyn_shape(3, 16, 16))`.
constexpr auto dyn_shape(auto... extents) {
  return Shape<((void)sizeof(extents), dyn)...>({static_cast<Idx>(extents)...});
}

/// A configuration that is known at compile time, passed as a value: `conv2d(x, w, b, fixed<Conv2dConfig{...}>)`.
template <auto config>
struct Fixed : decltype(config) {
  static constexpr auto value = config;
  constexpr Fixed() : decltype(config)(config) {}
};
template <auto config>
inline constexpr Fixed<config> fixed{};

static_assert(conv_out(5, 3) == 3 && conv_out(5, 3, {.stride = 2, .before = 1, .after = 1}) == 3);
static_assert(conv_out(7, 2, {.stride = 2, .dilation = 3}) == 2 && conv_out(dyn, 3) == dyn);
static_assert(pool_out(4, 2, {.stride = 3}, false) == 1 && pool_out(4, 2, {.stride = 3}, true) == 2);
static_assert(pool_out(3, 2, {.stride = 4, .after = 1}, true) == 1);  // the next one would begin in the padding

}  // namespace cnnspec
