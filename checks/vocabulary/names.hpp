// Words that users give as options and that name one of several values.
#pragma once

#include "checks/vocabulary/layer.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {

/// The value of an enumeration whose names are `names`; otherwise throws UsageError.
template <class E, std::size_t n>
E value_of(const std::array<const char*, n>& names, const std::string& option, const std::string& given) {
  for (std::size_t i = 0; i < n; ++i)
    if (given == names[i]) return static_cast<E>(i);
  throw UsageError(option, "", one_of({names.begin(), names.end()}, given), in_quotes(given));
}

/// The operation of that name; otherwise throws UsageError.
inline Op op_named(const std::string& option, const std::string& given) {
  if (const Pass* const pass = find_pass(given)) return pass->op;
  throw UsageError(option, "", one_of(names_of_operations(), given), in_quotes(given));
}

inline std::vector<std::string> names_of_dtypes() {
  std::vector<std::string> names;
  for (const DTypeRow& row : dtype_rows) names.emplace_back(row.name);
  return names;
}
/// The storage type of that name; otherwise throws UsageError.
inline DType dtype_named(const std::string& option, const std::string& given) {
  for (const DTypeRow& row : dtype_rows)
    if (given == row.name) return row.dtype;
  throw UsageError(option, "", one_of(names_of_dtypes(), given), in_quotes(given));
}

}  // namespace cnnspec::checks
