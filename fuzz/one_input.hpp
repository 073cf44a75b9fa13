// What every target does with one input. The bytes are decoded to a case, and the case is checked. If it fails, the
// reason is printed and the process ends, as fuzzers expect.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "checks/generate/case_fields.hpp"
#include "checks/laws/case_outcome.hpp"
#include "fuzz/replayed.hpp"

namespace cnnspec::fuzz {

/// The name of this target. Each target defines it.
extern const char* const target_name;

template <class Case>
int check_one_input(const std::uint8_t* data, std::size_t size) {
  checks::CaseOutcome outcome;
  try {
    outcome = check_case(checks::decode_case<Case>({data, size}));
  } catch (const std::exception& e) {
    outcome.failure = std::string("an error that nobody expected: ") + e.what();
  }
  if (outcome.compared > 0) ++inputs_that_compared;
  if (outcome.holds()) return 0;
  std::fprintf(stderr, "\n%s: %s\n", target_name, outcome.failure.c_str());
  if (!outcome.reproduce.empty()) std::fprintf(stderr, "  reproduce: %s\n", outcome.reproduce.c_str());
  std::abort();
}

}  // namespace cnnspec::fuzz
