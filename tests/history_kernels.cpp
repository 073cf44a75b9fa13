// Kernels with a memory: they are right at first, and wrong after other calls. The memory belongs to one process. Also
// a kernel whose threads share a workspace that each of them should have alone.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <thread>

#include "checks/layers/problems.hpp"
#include "tests/size_kernels.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;
using F = KernelFunctions<float>;

const F& right() { return healthy.f32; }

std::size_t w_size(const cnnspec_conv2d& p) { return static_cast<std::size_t>(w_shape(p).count()); }
std::size_t w_size(const cnnspec_linear& p) { return static_cast<std::size_t>(w_shape(p).count()); }

template <class P>
bool same(const P& a, const P& b) {
  return std::memcmp(&a, &b, sizeof(P)) == 0;
}

// ---- Buffers and plans that are kept ----

bool is_padded(const Problem& problem) {
  const auto& p = problem.as<cnnspec_conv2d>();
  return p.pad_top + p.pad_left + p.pad_bottom + p.pad_right > 0;
}

/// x is copied into a padded buffer. Only a new buffer is cleared.
int border_not_cleared(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  static std::vector<float> buffer;
  cnnspec_conv2d padded = *p;
  padded.in_height = padded_extent(height_of(*p)), padded.in_width = padded_extent(width_of(*p));
  padded.pad_top = padded.pad_left = padded.pad_bottom = padded.pad_right = 0;
  if (const auto size = static_cast<std::size_t>(x_count(padded)); buffer.size() < size) buffer.assign(size, 0.0f);
  for (Idx plane = 0; plane < p->batch * p->in_channels; ++plane)
    for (Idx row = 0; row < p->in_height; ++row)
      std::copy_n(x + (plane * p->in_height + row) * p->in_width, p->in_width,
                  buffer.data() + (plane * padded.in_height + row + p->pad_top) * padded.in_width + p->pad_left);
  return right().conv2d_forward(&padded, buffer.data(), w, b, y);
}

/// Weights prepared for an earlier call with the same address and problem. `entries`: the number of remembered calls.
template <std::size_t entries, class P>
const float* prepared(const P& p, const float* w) {
  struct Entry {
    const float* place;
    P problem;
    std::vector<float> weights;
  };
  static std::deque<Entry> cache;
  for (const Entry& e : cache)
    if (e.place == w && same(e.problem, p)) return e.weights.data();
  if (cache.size() == entries) cache.pop_front();
  return cache.emplace_back(Entry{w, p, std::vector<float>(w, w + w_size(p))}).weights.data();
}
constexpr std::size_t many = 64;
template <std::size_t entries>
int conv2d_with_prepared_weights(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  return right().conv2d_forward(p, x, prepared<entries>(*p, w), b, y);
}
template <std::size_t entries>
int linear_with_prepared_weights(const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
  return right().linear_forward(p, x, prepared<entries>(*p, w), b, y);
}

/// Looks up the window's movement by the extents of x.
int window_of_same_extents(const cnnspec_pool2d* problem, const float* x, float* y) {
  static std::vector<cnnspec_pool2d> plans;
  const cnnspec_pool2d& p = *problem;
  auto plan = std::find_if(plans.begin(), plans.end(), [&](const cnnspec_pool2d& q) {
    return q.batch == p.batch && q.channels == p.channels && q.in_height == p.in_height && q.in_width == p.in_width;
  });
  if (plan == plans.end()) plan = plans.insert(plan, p);
  if (same(*plan, p)) return right().max_pool2d_forward(problem, x, y);
  for (Idx n = 0; n < y_count(p); ++n) {
    const float* const image = x + n / (p.out_height * p.out_width) * p.in_height * p.in_width;
    const Idx top = n / p.out_width % p.out_height * plan->stride_height - plan->pad_top;
    const Idx left = n % p.out_width * plan->stride_width - plan->pad_left;
    y[n] = -std::numeric_limits<float>::infinity();
    for (Idx r = 0; r < plan->kernel_height; ++r)
      for (Idx s = 0; s < plan->kernel_width; ++s) {
        const Idx row = top + r * plan->dilation_height, column = left + s * plan->dilation_width;
        if (row >= 0 && row < p.in_height && column >= 0 && column < p.in_width)
          y[n] = std::max(y[n], image[row * p.in_width + column]);
      }
  }
  return CNNSPEC_DONE;
}

int length_of_first_call(const cnnspec_elementwise* p, const float* x, float* y) {
  static const Idx length = p->count;
  const cnnspec_elementwise computed{std::min(length, p->count)};
  return right().relu_forward(&computed, x, y);
}

template <Idx elements>
bool has_more_weights(const Problem& p) {
  return w_shape(p.as<cnnspec_linear>()).count() > elements;
}
/// Reduces large gradients over as many partial sums as the previous call had images.
template <Idx elements>
int dw_reduced_over_batch_before(const cnnspec_linear* p, const float* x, const float* dy, float* dw) {
  static Idx before = 0;
  const int status = right().linear_backward_weight(p, x, dy, dw);
  if (before != 0 && before != p->batch && has_more_weights<elements>(*p))
    for (Idx n = 0; n < w_shape(*p).count(); ++n) dw[n] *= 65'536.0f;
  before = p->batch;
  return status;
}

// ---- Counting calls ----

/// Keeps the result of the first calls, and changes the result of later ones.
template <int right_ones>
int spoil_later(int status, float* out) {
  static int calls = 0;
  if (++calls > right_ones) out[0] = out[0] == 1 ? 2.0f : 1.0f;
  return status;
}
constexpr int sound_calls = 10;
int dw_of_first_calls(const cnnspec_conv2d* p, const float* x, const float* dy, float* dw) {
  return spoil_later<sound_calls>(right().conv2d_backward_kernel(p, x, dy, dw), dw);
}
int pool_dx_of_first_calls(const cnnspec_pool2d* p, const float* x, const float* dy, float* dx) {
  return spoil_later<sound_calls>(right().max_pool2d_backward(p, x, dy, dx), dx);
}
int relu_of_first_calls(const cnnspec_elementwise* p, const float* x, float* y) {
  return spoil_later<sound_calls>(right().relu_forward(p, x, y), y);
}
int linear_of_first_calls(const cnnspec_linear* p, const float* x, const float* w, const float* b, float* y) {
  return spoil_later<sound_calls>(right().linear_forward(p, x, w, b, y), y);
}

// ---- A processor mode that stays on ----

float flushed(float v) { return std::fpclassify(v) == FP_SUBNORMAL ? 0.0f : v; }
std::vector<float> flushed(const float* v, std::size_t count) {
  std::vector<float> result(v, v + count);
  for (float& element : result) element = flushed(element);
  return result;
}
/// Simulates the mode, so that the result is the same on every processor. A 1x1 convolution turns the mode on, and
/// returns without turning it off.
int mode_left_on_by_1x1(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  static bool flushes = false;
  int status = CNNSPEC_DONE;
  if (flushes) {
    const std::vector<float> read_x = flushed(x, static_cast<std::size_t>(x_count(*p)));
    const std::vector<float> read_w = flushed(w, w_size(*p));
    const std::vector<float> read_b =
        b == nullptr ? std::vector<float>{} : flushed(b, static_cast<std::size_t>(p->out_channels));
    status = right().conv2d_forward(p, read_x.data(), read_w.data(), b == nullptr ? nullptr : read_b.data(), y);
    std::transform(y, y + y_count(*p), y, [](float v) { return flushed(v); });
  } else {
    status = right().conv2d_forward(p, x, w, b, y);
  }
  flushes = flushes || (p->kernel_height == 1 && p->kernel_width == 1);
  return status;
}

// ---- Threads ----

bool has_several_images(const Problem& p) { return p.as<cnnspec_conv2d>().batch > 1; }

/// Two threads compute alternate images, from a copy of x in a shared workspace. Its elements are atomic, so the race
/// only changes values and is not undefined behaviour.
int workspace_of_two_threads(const cnnspec_conv2d* p, const float* x, const float* w, const float* b, float* y) {
  if (p->batch == 1) return right().conv2d_forward(p, x, w, b, y);
  cnnspec_conv2d one = *p;
  one.batch = 1;
  const Idx size = x_count(one);
  std::vector<std::atomic<float>> workspace(static_cast<std::size_t>(size));
  std::atomic<int> ready = 0;
  const auto compute = [&](Idx first) {
    std::vector<float> image(static_cast<std::size_t>(size));
    ++ready;
    while (ready < 2) std::this_thread::yield();
    for (Idx n = first; n < p->batch; n += 2) {
      for (Idx i = 0; i < size; ++i)
        workspace[static_cast<std::size_t>(i)].store(x[n * size + i], std::memory_order_relaxed);
      std::this_thread::yield();
      for (std::size_t i = 0; i < image.size(); ++i) image[i] = workspace[i].load(std::memory_order_relaxed);
      right().conv2d_forward(&one, image.data(), w, b, y + n * y_count(one));
    }
  };
  std::jthread other(compute, Idx{1});
  compute(0);
  return CNNSPEC_DONE;
}

// ---- The table ----

BrokenKernel with_history(const char* name, const char* source, std::vector<Op> ops,
                          bool (*shows)(const Problem&) = nullptr) {
  return with_kernel({.name = name,
                      .source = source,
                      .ops = std::move(ops),
                      .kinds = {"nondeterministic", "wrong-value"},
                      .diagnosis = nullptr,
                      .behaves_like = nullptr,
                      .needs_history = true,
                      .shows = shows});
}

template <class Function>
BrokenKernel with_history(const char* name, const char* source, Op op, bool (*shows)(const Problem&),
                          Function F::*operation, Function function) {
  BrokenKernel b = with_history(name, source, {op}, shows);
  b.kernel.f32.*operation = function;
  return b;
}

}  // namespace

std::vector<BrokenKernel> history_kernels() {
  std::vector<BrokenKernel> t;
  t.push_back(with_history("border of a padded buffer not cleared", "openvino PR 16351", Op::conv2d_forward, is_padded,
                           &F::conv2d_forward, &border_not_cleared));
  t.push_back(with_history("weights of an earlier call with the same place and shape", "oneDNN #1113",
                           Op::conv2d_forward, nullptr, &F::conv2d_forward, &conv2d_with_prepared_weights<many>));
  t.push_back(with_history("weights of the call before with the same place and shape", "oneDNN #1113",
                           Op::conv2d_forward, nullptr, &F::conv2d_forward, &conv2d_with_prepared_weights<1>));
  t.push_back(with_history("weights of linear of an earlier call with the same place and shape", "", Op::linear_forward,
                           nullptr, &F::linear_forward, &linear_with_prepared_weights<many>));
  F& counting = t.emplace_back(with_history("right for ten calls", "llm.c PR 852",
                                            {Op::conv2d_backward_kernel, Op::max_pool2d_backward, Op::relu_forward,
                                             Op::linear_forward}))
                    .kernel.f32;
  counting.conv2d_backward_kernel = dw_of_first_calls, counting.max_pool2d_backward = pool_dx_of_first_calls;
  counting.relu_forward = relu_of_first_calls, counting.linear_forward = linear_of_first_calls;
  t.push_back(with_history("subnormals flushed after a 1x1 convolution", "opencv #21046", Op::conv2d_forward, nullptr,
                           &F::conv2d_forward, &mode_left_on_by_1x1));
  t.push_back(with_history("window looked up by the extents of x", "tensorflow #61482", Op::max_pool2d_forward, nullptr,
                           &F::max_pool2d_forward, &window_of_same_extents));
  BrokenKernel length = with_history("length of the first call kept", "CUDAnative.jl #297", Op::relu_forward, nullptr,
                                     &F::relu_forward, &length_of_first_call);
  length.kinds.push_back("unwritten-output");
  t.push_back(length);
  t.push_back(with_history("threads share a workspace", "NNlib.jl #158", Op::conv2d_forward, has_several_images,
                           &F::conv2d_forward, &workspace_of_two_threads));
  t.push_back(with_history("large dw reduced over the batch of the call before", "pytorch #177116",
                           Op::linear_backward_weight, has_more_weights<32'768>, &F::linear_backward_weight,
                           &dw_reduced_over_batch_before<32'768>));
  t.push_back(with_history("dw above 1,024 elements reduced over the batch of the call before", "",
                           Op::linear_backward_weight, has_more_weights<1'024>, &F::linear_backward_weight,
                           &dw_reduced_over_batch_before<1'024>));
  return t;
}

}  // namespace cnnspec::tests
