// Numbers given as options. (CLI11 would read -1 as a very large unsigned number, and would accept "nan" as positive.)
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {

/// The number if all of `text` is a number in [least, most]; otherwise throws UsageError.
template <class N>
N number_of(const std::string& option, const std::string& text, N least, N most) {
  N number{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc{} && end == last && least <= number && number <= most) return number;  // NaN fails
  throw UsageError(option, "", fmt::format("a number from {} to {}", least, most), in_quotes(text));
}

/// A number of MiB, in bytes.
inline double bytes_of(const std::string& option, const std::string& mebibytes) {
  return std::ldexp(static_cast<double>(number_of(option, mebibytes, std::int64_t{1}, std::int64_t{1} << 40)), 20);
}

}  // namespace cnnspec::checks
