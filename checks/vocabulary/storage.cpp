#include "checks/vocabulary/storage.hpp"

#include <cassert>
#include <cstring>

#include "checks/scalars/half.hpp"

namespace cnnspec::checks {
namespace {

template <class T, class Convert>
std::vector<std::byte> encode_as(const std::vector<double>& values, Convert convert) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  for (std::size_t n = 0; n < values.size(); ++n) {
    const T v = convert(values[n]);
    std::memcpy(bytes.data() + n * sizeof(T), &v, sizeof(T));
  }
  return bytes;
}

template <class T, class Convert>
std::vector<double> decode_as(std::span<const std::byte> bytes, Convert convert) {
  std::vector<double> values(bytes.size() / sizeof(T));
  for (std::size_t n = 0; n < values.size(); ++n) {
    T v;
    std::memcpy(&v, bytes.data() + n * sizeof(T), sizeof(T));
    values[n] = convert(v);
  }
  return values;
}

}  // namespace

double rounded_to(DType dtype, double v) {
  switch (dtype) {
    case DType::f32:
      return static_cast<float>(v);
    case DType::f64:
      return v;
    case DType::f16:
      return half_to_double(double_to_half(v));
    case DType::bf16:
      return bfloat16_to_double(double_to_bfloat16(v));
  }
  return v;
}

std::vector<std::byte> encode(DType dtype, const std::vector<double>& values) {
  switch (dtype) {
    case DType::f32:
      return encode_as<float>(values, [](double v) { return static_cast<float>(v); });
    case DType::f64:
      return encode_as<double>(values, [](double v) { return v; });
    case DType::f16:
      return encode_as<std::uint16_t>(values, double_to_half);
    case DType::bf16:
      return encode_as<std::uint16_t>(values, double_to_bfloat16);
  }
  return {};
}

std::vector<double> decode(DType dtype, std::span<const std::byte> bytes) {
  assert(bytes.size() % element_bytes(dtype) == 0);
  switch (dtype) {
    case DType::f32:
      return decode_as<float>(bytes, [](float v) { return static_cast<double>(v); });
    case DType::f64:
      return decode_as<double>(bytes, [](double v) { return v; });
    case DType::f16:
      return decode_as<std::uint16_t>(bytes, half_to_double);
    case DType::bf16:
      return decode_as<std::uint16_t>(bytes, bfloat16_to_double);
  }
  return {};
}

}  // namespace cnnspec::checks
