// Kernels that sum in memory which they allocate and never clear. Often this memory is zero, as in a new process: then
// they are right.
#include <algorithm>
#include <cstdlib>

#include "checks/layers/problems.hpp"
#include "tests/size_kernels.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;
using F = KernelFunctions<float>;

const F& right() { return healthy.f32; }

/// What happens to the memory after a call.
enum class After {
  freed,   // with the sums in it
  cleared  // kept for the next call, all zeros: only its first content is wrong
};

/// Memory for `bytes / 4` partial sums.
template <std::size_t bytes, After after>
float* allocated() {
  static float* kept = nullptr;
  if (after == After::cleared && kept != nullptr) return kept;
  return kept = static_cast<float*>(std::malloc(bytes));
}

/// Adds the results to the block, as many at a time as fit into it, and stores the sums.
template <std::size_t bytes, After after>
int add_up(int status, float* out, Idx count) {
  constexpr Idx room = bytes / sizeof(float);
  volatile float* const block = allocated<bytes, after>();  // volatile: the compiler must not know its content
  if (block == nullptr) return CNNSPEC_UNSUPPORTED;
  for (Idx first = 0; first < count; first += room) {
    const Idx size = std::min(room, count - first);
    for (Idx n = 0; n < size; ++n) block[n] = block[n] + out[first + n];
    for (Idx n = 0; n < size; ++n) out[first + n] = block[n];
    for (Idx n = 0; n < size && (after == After::cleared || first + room < count); ++n) block[n] = 0;
  }
  if (after == After::freed) std::free(const_cast<float*>(block));
  return status;
}

template <std::size_t bytes, After after>
int conv2d_forward(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  return add_up<bytes, after>(right().conv2d_forward(p, x, w, b, y), y, y_count(*p));
}
template <std::size_t bytes, After after>
int conv2d_backward_kernel(const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
  return add_up<bytes, after>(right().conv2d_backward_kernel(p, x, dy, dw), dw, w_shape(*p).count());
}
template <std::size_t bytes, After after>
int linear_backward_weight(const cnnspec_linear* p, const float* x, const float* dy, float* dw) {
  return add_up<bytes, after>(right().linear_backward_weight(p, x, dy, dw), dw, w_shape(*p).count());
}
template <std::size_t bytes, After after>
int max_pool2d_backward(const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
  return add_up<bytes, after>(right().max_pool2d_backward(p, x, dy, dx), dx, x_count(*p));
}

template <std::size_t bytes, After after>
BrokenKernel adding_up_in(const char* name) {
  BrokenKernel b = with_kernel({.name = name,
                                .ops = {Op::conv2d_forward, Op::conv2d_backward_kernel, Op::max_pool2d_backward,
                                        Op::linear_backward_weight},
                                .kinds = {"wrong-value", "nondeterministic"},
                                .diagnosis = nullptr,
                                .behaves_like = nullptr,
                                .needs_history = true});
  F& functions = b.kernel.f32;
  functions.conv2d_forward = conv2d_forward<bytes, after>;
  functions.conv2d_backward_kernel = conv2d_backward_kernel<bytes, after>;
  functions.max_pool2d_backward = max_pool2d_backward<bytes, after>;
  functions.linear_backward_weight = linear_backward_weight<bytes, after>;
  return b;
}

}  // namespace

std::vector<BrokenKernel> heap_kernels() {
  constexpr std::size_t small = 256, medium = 2'048, large = std::size_t{1} << 20;
  return {adding_up_in<small, After::freed>("sums begin with what 256 bytes of the heap hold"),
          adding_up_in<medium, After::freed>("sums begin with what 2 KB of the heap hold"),
          adding_up_in<large, After::freed>("sums begin with what 1 MB of the heap holds"),
          adding_up_in<small, After::cleared>("first sums begin with what 256 bytes of the heap hold"),
          adding_up_in<medium, After::cleared>("first sums begin with what 2 KB of the heap hold"),
          adding_up_in<large, After::cleared>("first sums begin with what 1 MB of the heap holds")};
}

}  // namespace cnnspec::tests
