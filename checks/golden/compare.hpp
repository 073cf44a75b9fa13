// The verdict on files: outputs that a program computed from golden vectors, held against what a correct one may
// return, as the judge does it with a library.
#pragma once

#include <string>
#include <vector>

#include "checks/golden/golden.hpp"
#include "checks/judge/comparison.hpp"
#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

struct ComparedOutput {
  Op op{};
  std::string tensor;
  bool is_there = true;
  Comparison comparison;
  std::optional<Failure> failure;

  /// Vacuous: it is not there, or no element could be judged.
  Verdict verdict() const;
};

struct GoldenComparison {
  std::string golden, actual;  // the folders
  GoldenCase made_of;
  std::vector<ComparedOutput> outputs;
  std::vector<std::string> ignored;  // files that are no output

  /// Fail if an output fails; else vacuous if one is; else pass.
  Verdict verdict() const;
};

/// Reads both folders. An output may be stored as any NumPy float, which is judged as the number that it is, and in a
/// case in bfloat16 also as bit patterns; its order may be row- or column-major. Throws UsageError if the golden
/// vectors or an output cannot be read, and if no output is there at all.
GoldenComparison compare_golden(const std::string& golden, const std::string& actual);

/// In words: a table with a row for each output, what is wrong, and the verdict.
std::string describe_comparison(const GoldenComparison& result);

/// One object, schema 1, with the keys of the judge's.
std::string comparison_to_json(const GoldenComparison& result);

}  // namespace cnnspec::checks
