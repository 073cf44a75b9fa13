// A census in words and tables.
#pragma once

#include <string>

#include "checks/census/census_file.hpp"

namespace cnnspec::checks {

/// What was counted, how it was proved, and what is left of doubt.
std::string text_of(const CensusFile& file, bool color);

/// One proved configuration: how, and what is left of doubt.
std::string text_of_proof(const Problem& problem, const CensusProgress& progress);

/// The command that shows it again.
std::string repro_of(const Disproof& disproof, const CensusPlan& plan);

/// A disproved configuration, what differs, and the line that shows it again.
std::string text_of(const Disproof& disproof, const CensusPlan& plan);

}  // namespace cnnspec::checks
