// The only file that is compiled for this machine, with its widest registers and its fused multiply-add. Nothing reads
// its results.
#include "checks/bench/peak.hpp"

namespace cnnspec::checks {
namespace {

#if defined(__AVX512F__)
constexpr int register_bytes = 64;
#elif defined(__AVX__)
constexpr int register_bytes = 32;
#else
constexpr int register_bytes = 16;
#endif
/// Independent chains: enough for two units with a latency of four or five, and few enough for sixteen registers.
constexpr int chains = 12;

template <class T>
constexpr int per_register = register_bytes / static_cast<int>(sizeof(T));

}  // namespace

template <class T>
long multiply_adds_in_a_round() {
  return chains * per_register<T>;
}

template <class T>
T multiply_and_add(long rounds, T factor, T term) {
  using Register [[gnu::vector_size(register_bytes)]] = T;
  Register sums[chains], factors, terms;
  for (int n = 0; n < per_register<T>; ++n) {
    factors[n] = factor;
    terms[n] = term;
  }
  for (Register& sum : sums) sum = terms;
  for (long round = 0; round < rounds; ++round)
    for (Register& sum : sums) sum = sum * factors + terms;
  T total = 0;
  for (const Register& sum : sums)
    for (int n = 0; n < per_register<T>; ++n) total += sum[n];
  return total;
}

template long multiply_adds_in_a_round<float>();
template long multiply_adds_in_a_round<double>();
template float multiply_and_add(long, float, float);
template double multiply_and_add(long, double, double);

}  // namespace cnnspec::checks
