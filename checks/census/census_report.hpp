// A census in words and tables.
#pragma once

#include <string>

#include "checks/census/census_file.hpp"

namespace cnnspec::checks {

/// The counts, the methods of proof, and the remaining doubt.
std::string text_of(const CensusFile& file, bool color);

/// One proved configuration: the method and the remaining doubt.
std::string text_of_proof(const Problem& problem, const CensusProgress& progress);

/// The command that shows the disproof again.
std::string repro_of(const Disproof& disproof, const CensusPlan& plan);

/// A disproved configuration, the difference, and the command that shows it again.
std::string text_of(const Disproof& disproof, const CensusPlan& plan);

}  // namespace cnnspec::checks
