// Functions for storage of 16 or 8 bits, made from the functions for float. The inputs are widened, which is exact;
// everything is computed and summed in float; each element of the output is rounded once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <tuple>
#include <type_traits>
#include <vector>

#include "checks/scalars/eighth.hpp"
#include "checks/scalars/half.hpp"
#include "cnnspec/kernel.h"
#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// The number of elements of each tensor of a problem. The gradient of a tensor has as many elements as the tensor.
struct Counts {
  Idx x, w, b, y;

  explicit Counts(const cnnspec_conv2d& g)
      : x(g.batch * g.in_channels * g.in_height * g.in_width),
        w(g.out_channels * (g.in_channels / g.groups) * g.kernel_height * g.kernel_width),
        b(g.out_channels),
        y(g.batch * g.out_channels * g.out_height * g.out_width) {}
  explicit Counts(const cnnspec_pool2d& g)
      : x(g.batch * g.channels * g.in_height * g.in_width),
        w(0),
        b(0),
        y(g.batch * g.channels * g.out_height * g.out_width) {}
  explicit Counts(const cnnspec_avg_pool2d& g)
      : x(g.batch * g.channels * g.in_height * g.in_width),
        w(0),
        b(0),
        y(g.batch * g.channels * g.out_height * g.out_width) {}
  explicit Counts(const cnnspec_elementwise& g) : x(g.count), w(0), b(0), y(g.count) {}
  explicit Counts(const cnnspec_linear& g)
      : x(g.batch * g.in_features), w(g.out_features * g.in_features), b(g.out_features), y(g.batch * g.out_features) {}
};

/// One of the formats of eight bits.
template <const EightBits& format>
struct Eighth {
  using Bits = std::uint8_t;
  static double value(Bits bits) { return format.decoded(bits); }
  static Bits nearest(double v) { return format.encoded(v); }
};

/// A tensor in float for the time of a call: an input if `Bits` is const, else the output.
template <class Format, class Bits>
class Widened {
 public:
  Widened(Bits* bits, Idx count) : bits_(bits), values_(bits == nullptr ? 0 : count) {
    if constexpr (std::is_const_v<Bits>)
      std::transform(bits, bits + values_.size(), values_.begin(),
                     [](auto b) { return static_cast<float>(Format::value(b)); });
  }
  /// Null for a bias that is missing.
  float* data() { return bits_ == nullptr ? nullptr : values_.data(); }
  void store() const {
    if constexpr (!std::is_const_v<Bits>)
      std::transform(values_.begin(), values_.end(), bits_, [](float v) { return Format::nearest(v); });
  }

 private:
  Bits* bits_;
  std::vector<float> values_;
};

/// `HalfStorage<Format, f, tensors...>::call` is the function `f` on tensors stored in Format: a Format16, or Eighth.
/// `tensors` are members of Counts, one for each tensor that `f` takes.
template <class Format, auto f, Idx Counts::*... tensors>
struct HalfStorage;

template <class Format, class P, class... Buffers, int (*f)(const P*, Buffers...), Idx Counts::*... tensors>
struct HalfStorage<Format, f, tensors...> {
  template <class Buffer>
  using Bits = std::conditional_t<std::is_same_v<Buffer, float*>, typename Format::Bits, const typename Format::Bits>;

  static int call(const P* problem, Bits<Buffers>*... bits) {
    constexpr int out_of_memory = 2;
    try {
      const Counts counts(*problem);
      std::tuple widened{Widened<Format, Bits<Buffers> >(bits, counts.*tensors)...};
      return std::apply(
          [&](auto&... tensor) {
            const int status = f(problem, tensor.data()...);
            if (status == CNNSPEC_DONE) (tensor.store(), ...);
            return status;
          },
          widened);
    } catch (const std::exception&) {
      return out_of_memory;
    }
  }
};

}  // namespace cnnspec::checks
