// Sums, and the kernel's side effects on its output and on everything around it.
#include "tests/naive_kernel.hpp"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>

#include "checks/scalars/half.hpp"

namespace cnnspec::tests {
namespace {

/// Rounds to the nearest number with a significand of `bits` and unlimited exponent.
float rounded_to(float v, int bits) {
  if (!std::isfinite(v)) return v;
  int exponent = 0;
  const float fraction = std::frexp(v, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
}
constexpr int tf32_bits = 11, bf16_bits = 8;

float as_f16(float v) { return static_cast<float>(checks::half_to_double(checks::double_to_half(v))); }

// ---- Offences ----

constexpr std::int64_t vector_length = 8, page_length = 1024;  // in elements

/// Keeps a read from being optimised away.
volatile float sink;

void touch(const float* from, std::int64_t first, std::int64_t last) {
  for (std::int64_t n = first; n < last; ++n) sink = from[n];
}

std::int64_t whole_vectors(std::int64_t count) { return (count + vector_length - 1) / vector_length * vector_length; }

[[noreturn]] void hang() {
  for (volatile bool forever = true; forever;) continue;
  std::abort();
}

void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
}

int overflow_stack(int depth) {  // NOLINT(misc-no-recursion)
  volatile bool deeper = true;
  volatile char level[4096];
  level[depth % 4096] = 1;
  return deeper ? overflow_stack(depth + 1) + level[0] : 0;
}

/// Exceeds any limit on the memory of a process, but stops before it harms a machine without a limit.
void allocate_without_end() {
  constexpr std::size_t chunk = std::size_t{1} << 26, most_chunks = 64;
  for (std::size_t n = 0; n < most_chunks; ++n) {
    void* memory = std::malloc(chunk);
    if (memory == nullptr) break;
    std::memset(memory, 1, chunk);
  }
  std::abort();
}

void flood(int descriptor) {
  const std::string line(1 << 16, '#');
  for (int n = 0; n < 64; ++n)
    if (write(descriptor, line.data(), line.size()) < 0) return;
}

void leave_a_thread_running() {
  std::thread([] {
    for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }).detach();
}

}  // namespace

std::pair<float, float> Naive::term(float a, float b) const {
  if (makes(Mistake::inputs_tf32)) return {rounded_to(a, tf32_bits), rounded_to(b, tf32_bits)};
  if (makes(Mistake::inputs_bf16)) return {rounded_to(a, bf16_bits), rounded_to(b, bf16_bits)};
  if (makes(Mistake::products_bf16)) return {rounded_to(a * b, bf16_bits), 1.0f};
  return {a, b};
}

float Naive::sum(const Terms& terms, std::size_t first, std::size_t last) const {
  if (order == Order::pairwise && first != last) {
    if (last - first == 1) return terms[first].first * terms[first].second;
    const std::size_t middle = (first + last) / 2;
    return sum(terms, first, middle) + sum(terms, middle, last);
  }
  float result = 0;
  double wide = 0;
  for (std::size_t n = first; n < last; ++n) {
    const auto [a, b] = terms[order == Order::reversed ? last - 1 - (n - first) : n];
    result = order == Order::fused ? std::fma(a, b, result) : result + a * b;
    if (makes(Mistake::accumulated_f16)) result = as_f16(result);
    wide += static_cast<double>(a) * static_cast<double>(b);
  }
  return order == Order::wide ? static_cast<float>(wide) : result;
}

std::vector<float> Naive::sums(const std::vector<Terms>& terms) const {
  std::vector<float> results;
  for (const Terms& t : terms) results.push_back(sum(t));
  return results;
}

int Naive::finish(const std::vector<float>& results, const float* input, Idx input_count, float* out) const {
  const Idx count = static_cast<Idx>(results.size());
  Idx written = count;
  if (makes(Mistake::last_unwritten)) written = count - 1;
  if (makes(Mistake::vector_tail_unwritten)) written = count / vector_length * vector_length;
  for (Idx n = 0; n < written; ++n) out[n] = makes(Mistake::accumulated) ? out[n] + results[n] : results[n];
  return behave(input, input_count, out, count);
}

int Naive::behave(const float* input, Idx input_count, float* out, Idx out_count) const {
  // A side effect without its own condition happens only if the output has an even number of elements.
  const bool even = out_count % 2 == 0;
  switch (mistake) {
    case Mistake::written_beyond:
      for (Idx n = out_count; n < whole_vectors(out_count); ++n) out[n] = 0;
      return CNNSPEC_DONE;
    case Mistake::read_beyond:
      touch(input, input_count, whole_vectors(input_count));
      return CNNSPEC_DONE;
    default:
      if (!even) return CNNSPEC_DONE;
  }
  float* in = const_cast<float*>(input);
  static int calls = 0;
  volatile float* volatile nowhere = nullptr;
  switch (mistake) {
    case Mistake::input_modified:
      in[0] = in[0] == 1 ? 2.0f : 1.0f;
      break;
    case Mistake::input_modified_and_restored: {
      const float before = in[0];
      static_cast<volatile float&>(in[0]) = 0;
      static_cast<volatile float&>(in[0]) = before;
      break;
    }
    case Mistake::written_before:
      out[-1] = 0;
      break;
    case Mistake::written_far_beyond:
      for (Idx n = 0; n < page_length; ++n) out[out_count + page_length + n] = 0;
      break;
    case Mistake::read_before:
      touch(input, -vector_length, 0);
      break;
    case Mistake::error_returned:
      return 7;
    case Mistake::unsupported_at_times:
      return ++calls % 3 == 0 ? CNNSPEC_UNSUPPORTED : CNNSPEC_DONE;
    case Mistake::segmentation_fault:
      *nowhere = 0;
      break;
    case Mistake::division_by_zero:
      std::raise(SIGFPE);  // a real division need not trap
      break;
    case Mistake::abort:
      std::abort();
    case Mistake::exception:
      throw std::runtime_error("thrown by a kernel");
    case Mistake::stack_overflow:
      return overflow_stack(0);
    case Mistake::exit:
      std::_Exit(0);
    case Mistake::hang:
      hang();
    case Mistake::hang_blocking_signals:
      block_all_signals();
      hang();
    case Mistake::sleep:
      for (;;) pause();
    case Mistake::allocation_without_end:
      allocate_without_end();
      break;
    case Mistake::every_third_call_wrong:
      if (++calls % 3 == 0) out[0] = 12345;
      break;
    case Mistake::clock:
      out[0] = static_cast<float>(std::chrono::steady_clock::now().time_since_epoch().count() % 9973);
      break;
    case Mistake::floods_stdout:
      flood(STDOUT_FILENO);
      break;
    case Mistake::floods_stderr:
      flood(STDERR_FILENO);
      break;
    case Mistake::closes_descriptors:
      for (int descriptor = 0; descriptor < 1024; ++descriptor) close(descriptor);
      break;
    case Mistake::thread_left_running:
      leave_a_thread_running();
      break;
    default:
      break;
  }
  return CNNSPEC_DONE;
}

}  // namespace cnnspec::tests
