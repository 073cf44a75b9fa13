// Storage types: how the numbers of a tensor are stored. One table; to add a type, add a row.
#pragma once

#include <array>
#include <cstddef>

#include "checks/vocabulary/format.hpp"

namespace cnnspec::checks {

/// The numbers never change: seeds and corpora contain them.
enum class DType : std::uint8_t { f32 = 0, f64 = 1, f16 = 2, bf16 = 3, f8e4m3 = 4, f8e5m2 = 5 };

struct DTypeRow {
  DType dtype;
  const char* name;
  std::size_t bytes;
  Format format;
  const char* npy;       // its code in a .npy file
  const char* encoding;  // the content of a .npy file, if not the numbers themselves
  const char* bits;      // the type whose bits the integers of cnnspec/kernel.h hold; empty: C has the type itself
  /// The type has no standard, and processors' instructions for it treat subnormal numbers as zero.
  bool disputes_subnormals = false;
  /// The type has no infinity: a number that is too large becomes the largest number.
  bool saturates = false;
};
inline constexpr std::array<DTypeRow, 6> dtype_rows{{
    {DType::f32, "f32", 4, binary32, "<f4", "", ""},
    {DType::f64, "f64", 8, binary64, "<f8", "", ""},
    {DType::f16, "f16", 2, binary16, "<f2", "", "IEEE 754 binary16"},
    {DType::bf16, "bf16", 2, bfloat16, "<u2", "bit patterns of bfloat16, the upper halves of those of float32",
     "bfloat16", true},
    {DType::f8e4m3, "f8e4m3", 1, ofp8_e4m3, "|u1", "bit patterns of OCP's E4M3", "OCP E4M3, finite only", false, true},
    {DType::f8e5m2, "f8e5m2", 1, ofp8_e5m2, "|u1", "bit patterns of OCP's E5M2", "OCP E5M2"},
}};

constexpr const DTypeRow& row_of(DType dtype) { return dtype_rows[static_cast<std::size_t>(dtype)]; }
constexpr const char* name_of(DType dtype) { return row_of(dtype).name; }
constexpr const Format& format_of(DType dtype) { return row_of(dtype).format; }
constexpr std::size_t element_bytes(DType dtype) { return row_of(dtype).bytes; }

}  // namespace cnnspec::checks
