#include "checks/vocabulary/storage.hpp"

#include <array>
#include <cassert>
#include <cstring>

#include "checks/scalars/eighth.hpp"
#include "checks/scalars/half.hpp"

namespace cnnspec::checks {
namespace {

/// How numbers of one storage type are written and read.
struct Codec {
  DType dtype;
  std::vector<std::byte> (*encode)(const std::vector<double>&);
  std::vector<double> (*decode)(std::span<const std::byte>);
  double (*rounded)(double);
};

/// `to(double)` makes a T, and `from(T)` a double.
template <class T, auto to, auto from>
constexpr Codec codec(DType dtype) {
  return {dtype,
          [](const std::vector<double>& values) {
            std::vector<std::byte> bytes(values.size() * sizeof(T));
            for (std::size_t n = 0; n < values.size(); ++n) {
              const T v = to(values[n]);
              std::memcpy(bytes.data() + n * sizeof(T), &v, sizeof(T));
            }
            return bytes;
          },
          [](std::span<const std::byte> bytes) {
            std::vector<double> values(bytes.size() / sizeof(T));
            for (std::size_t n = 0; n < values.size(); ++n) {
              T v;
              std::memcpy(&v, bytes.data() + n * sizeof(T), sizeof(T));
              values[n] = from(v);
            }
            return values;
          },
          [](double v) { return static_cast<double>(from(to(v))); }};
}

constexpr auto to_float = [](double v) { return static_cast<float>(v); };
constexpr auto from_float = [](float v) { return static_cast<double>(v); };
constexpr auto same = [](double v) { return v; };

constexpr std::array<Codec, dtype_rows.size()> codecs{
    codec<float, to_float, from_float>(DType::f32),
    codec<double, same, same>(DType::f64),
    codec<std::uint16_t, double_to_half, half_to_double>(DType::f16),
    codec<std::uint16_t, double_to_bfloat16, bfloat16_to_double>(DType::bf16),
    codec<std::uint8_t, [](double v) { return e4m3.encoded(v); }, [](std::uint8_t v) { return e4m3.decoded(v); }>(
        DType::f8e4m3),
    codec<std::uint8_t, [](double v) { return e5m2.encoded(v); }, [](std::uint8_t v) { return e5m2.decoded(v); }>(
        DType::f8e5m2),
};

const Codec& codec_of(DType dtype) {
  const Codec& c = codecs[static_cast<std::size_t>(dtype)];
  assert(c.dtype == dtype);
  return c;
}

}  // namespace

double rounded_to(DType dtype, double v) { return codec_of(dtype).rounded(v); }

std::vector<std::byte> encode(DType dtype, const std::vector<double>& values) { return codec_of(dtype).encode(values); }

std::vector<double> decode(DType dtype, std::span<const std::byte> bytes) {
  assert(bytes.size() % element_bytes(dtype) == 0);
  return codec_of(dtype).decode(bytes);
}

}  // namespace cnnspec::checks
