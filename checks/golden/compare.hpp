// The verdict on files: compares outputs that a program computed from golden vectors with the results that are right.
// The judge applies the same rules to a library.
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
  bool is_sampled = false;    // only a sample of its elements was judged
  bool is_projected = false;  // exact results, all judged by projection
  Comparison comparison{};
  std::optional<Failure> failure{};

  /// Vacuous: the output is missing, or no element could be judged.
  Verdict verdict() const;
};

struct GoldenComparison {
  std::string golden, actual;  // the folders
  GoldenCase made_of;
  std::vector<ComparedOutput> outputs;
  std::vector<std::string> ignored;  // files that are not outputs

  /// Fail if an output fails; else vacuous if one is vacuous; else pass.
  Verdict verdict() const;
};

/// Reads both folders. An output may be stored as any NumPy float and is judged by its value; in a bfloat16 case it may
/// also be stored as bit patterns. Its order may be row- or column-major. Throws UsageError if the golden vectors or an
/// output cannot be read, and if there is no output at all.
GoldenComparison compare_golden(const std::string& golden, const std::string& actual);

/// Results of one operation on inputs of the user's own.
struct GivenCase {
  Op op{};
  DType dtype{};
  const Profile* profile = nullptr;  // null: the default profile of the storage type
  Problem problem;
  Idx sample = 0;         // about how many elements to judge; 0: all
  bool projects = false;  // judge exact results in full by projection, instead of a sample
  GivenInputs inputs;
  std::vector<std::string> outputs;  // tensors (tensor_source.hpp), in the order of the operation's outputs
};

/// Reads the files. Inputs have the storage type; outputs are as for compare_golden. Where all terms are multiples of
/// one power of two and their sums are exact in every order, only equality is right; else the bound decides. Throws
/// UsageError.
GoldenComparison compare_given(const GivenCase& c);

/// In words: a table with a row for each output, the mistakes, and the verdict.
std::string describe_comparison(const GoldenComparison& result);

/// One JSON object, schema 1, with the same keys as the judge's.
std::string comparison_to_json(const GoldenComparison& result);

}  // namespace cnnspec::checks
