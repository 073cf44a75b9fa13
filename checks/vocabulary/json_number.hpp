// A number in a JSON result: JSON has no NaN and no infinities.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace cnnspec::checks {

/// NaN of either sign is the string "nan"; infinities are the strings "inf" and "-inf".
inline nlohmann::ordered_json json_number(double v) {
  if (std::isnan(v)) return "nan";
  return std::isfinite(v) ? nlohmann::ordered_json(v) : nlohmann::ordered_json(fmt::format("{}", v));
}

}  // namespace cnnspec::checks
