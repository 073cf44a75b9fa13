// The file of a census as JSON: the plan, the shard, its progress, and its results. A run can continue from it, and the
// files of all shards can be merged into one.
#pragma once

#include <string>
#include <vector>

#include "checks/census/census.hpp"

namespace cnnspec::checks {

struct CensusFile {
  std::string version;  // version of the program that ran the census
  std::string source;   // census_source() of that program
  CensusPlan plan;
  CensusShard shard;
  Idx size = 0;  // configurations of the shard
  CensusProgress progress;
  Idx merged = 0;  // number of shards that were added; 0: a single run

  bool is_finished() const { return progress.done == size; }
};

std::string to_json(const CensusFile& file);

/// `where`: the file's name, for errors. Throws UsageError for anything that to_json does not write.
CensusFile parse_census_file(const std::string& text, const std::string& where);

/// Why a run of `mine` cannot continue from `file`; empty if it can.
std::string difference_of(const CensusFile& mine, const CensusFile& file);

/// The whole census, as one shard. Throws UsageError unless the files are all shards of one census, each once and
/// finished. `names`: the files' names.
CensusFile merge(const std::vector<CensusFile>& files, const std::vector<std::string>& names);

}  // namespace cnnspec::checks
