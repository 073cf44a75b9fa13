// The judge's result in words, for people, and as JSON, for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// A table with a row for each operation, line by line.
std::string table_head();
std::string table_row(const OperationResult& operation, double least_sensitivity);

/// What is to be said about operations beyond their rows.
std::vector<std::string> describe_operations(const KernelResult& result);

/// Whether a failure ends with the command line that repeats it.
enum class Again { no, yes };

/// What one failure says: which case, what is wrong and where, what the kernel seems to have misread, the plainest case
/// that still fails, and how to see both again.
std::string describe_failure(const std::string& kernel, const Failure& failure, const Conditions& conditions = {},
                             Again again = Again::yes);

/// Whether they are failures of one operation and of one kind with one diagnosis, of which the first tells enough.
bool is_alike(const Failure& a, const Failure& b);

/// All failures, or those of one operation. Those that are like the one before are only mentioned.
std::string describe_failures(const KernelResult& result, const OperationResult* only = nullptr);

/// What must be accepted for all that differs to pass.
ConventionSet conventions_to_accept(const KernelResult& result);

/// "3 of 100 cases are wrong"
std::string describe_count(Idx failed, Idx judged);

/// How far a run came that did not come to its end, else nothing. `cases`: how many there would have been, where that
/// was asked for.
std::string describe_coverage(const KernelResult& result, std::optional<Idx> cases);

/// Which of the sizes around which fast code branches (sized_axes.hpp) no case had that the kernel computed: one line.
/// Nothing where all were met, or where the problems were given.
std::string describe_missed_sizes(const KernelResult& result);

/// Why the verdict is what it is, in one sentence.
std::string describe_verdict(const KernelResult& result);

/// One object, schema 2, whose keys are those of the command line's documentation. A number that is not finite is a
/// string: "nan", "inf", "-inf".
std::string to_json(const KernelResult& result);

/// JUnit XML, for CI systems: a test case for each operation and storage type.
std::string to_junit(const KernelResult& result);

}  // namespace cnnspec::checks
