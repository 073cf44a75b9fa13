// Problem: the numbers that define the sizes of an operation's tensors, and how it moves over them. It holds one of the
// structs of cnnspec/kernel.h, of any layer.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>

#include "checks/vocabulary/operations.hpp"
#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// Tells the layer that a problem struct belongs to. Each layer's room specialises it, as
/// `template <> struct ProblemOf<cnnspec_conv2d> { static constexpr LayerId layer = LayerId::conv2d; };`.
template <class P>
struct ProblemOf;

template <class P>
concept ProblemStruct = requires {
  ProblemOf<P>::layer;
};

/// A layer, and the numbers of its struct: words of eight bytes, each an integer (or a double, if the layer's field is
/// real). It can be copied to another process byte by byte.
class Problem {
 public:
  static constexpr std::size_t most_words = 32;

  Problem() = default;
  template <ProblemStruct P>
  Problem(const P& p) : Problem(ProblemOf<P>::layer, p) {}
  /// For a layer that shares its struct with others.
  template <class P>
  Problem(LayerId layer, const P& p) : layer_(layer), words_(sizeof(P) / word_bytes) {
    static_assert(std::is_trivially_copyable_v<P> && sizeof(P) % word_bytes == 0 && sizeof(P) <= sizeof(bytes_));
    std::memcpy(bytes_, &p, sizeof(P));
  }
  /// All numbers zero.
  Problem(LayerId layer, std::size_t words) : layer_(layer), words_(static_cast<std::uint16_t>(words)) {
    assert(words <= most_words);
  }

  LayerId layer() const { return layer_; }
  std::size_t words() const { return words_; }

  template <class P>
  const P& as() const {
    assert(sizeof(P) == words_ * word_bytes);
    return *std::launder(reinterpret_cast<const P*>(bytes_));  // the copied bytes are an object of type P
  }
  template <class P>
  P& as() {
    assert(sizeof(P) == words_ * word_bytes);
    return *std::launder(reinterpret_cast<P*>(bytes_));
  }
  template <ProblemStruct P>
  bool is() const {
    return layer_ == ProblemOf<P>::layer;
  }
  /// Null if the problem belongs to another layer.
  template <ProblemStruct P>
  const P* as_if() const {
    return is<P>() ? &as<P>() : nullptr;
  }

  Idx integer(std::size_t n) const { return word<Idx>(n); }
  double real(std::size_t n) const { return word<double>(n); }
  void set(std::size_t n, Idx value) { set_word(n, value); }
  void set_real(std::size_t n, double value) { set_word(n, value); }

  friend bool operator==(const Problem& a, const Problem& b) {
    return a.layer_ == b.layer_ && a.words_ == b.words_ && std::memcmp(a.bytes_, b.bytes_, a.words_ * word_bytes) == 0;
  }

 private:
  static constexpr std::size_t word_bytes = 8;

  template <class T>
  T word(std::size_t n) const {
    assert(n < words_);
    T value;
    std::memcpy(&value, bytes_ + n * word_bytes, sizeof(T));
    return value;
  }
  template <class T>
  void set_word(std::size_t n, T value) {
    assert(n < words_);
    std::memcpy(bytes_ + n * word_bytes, &value, sizeof(T));
  }

  alignas(word_bytes) std::byte bytes_[most_words * word_bytes]{};
  LayerId layer_{};
  std::uint16_t words_ = 0;
};
static_assert(std::is_trivially_copyable_v<Problem>);

}  // namespace cnnspec::checks
