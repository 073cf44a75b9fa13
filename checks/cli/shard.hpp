// An option that selects a part of a census.
#pragma once

#include <string>

#include "checks/census/census.hpp"
#include "checks/cli/number.hpp"

namespace cnnspec::checks {

/// Parses "K/N" as shard K of N; the whole census if the text is empty. Throws UsageError.
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
