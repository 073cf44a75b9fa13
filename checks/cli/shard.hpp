// A part of a census, as it is given as an option.
#pragma once

#include <string>

#include "checks/census/census.hpp"
#include "checks/cli/number.hpp"

namespace cnnspec::checks {

/// "K/N", shard K of N; all of it if nothing is given. Throws UsageError.
inline CensusShard shard_of(const std::string& text) {
  if (text.empty()) return {};
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) throw UsageError("--shard", "", "K/N, shard K of N", in_quotes(text));
  CensusShard shard;
  shard.count = number_of<Idx>("--shard: N", text.substr(slash + 1), 1, most_census_shards);
  shard.number = number_of<Idx>("--shard: K", text.substr(0, slash), 1, shard.count);
  return shard;
}

}  // namespace cnnspec::checks
