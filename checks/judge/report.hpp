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

/// The remarks about operations that do not fit into their rows.
std::vector<std::string> describe_operations(const KernelResult& result);

/// Whether a failure ends with the command line that repeats it.
enum class Again { no, yes };

/// Describes one failure: the case, where and how it is wrong, what the kernel seems to have misread, the plainest case
/// that still fails, and how to repeat both cases.
std::string describe_failure(const std::string& kernel, const Failure& failure, const Conditions& conditions = {},
                             Again again = Again::yes);

/// Whether two failures have the same operation, kind and diagnosis, so that the first one is enough to report.
bool is_alike(const Failure& a, const Failure& b);

/// Describes all failures, or those of one operation. A failure that is like the one before is only mentioned.
std::string describe_failures(const KernelResult& result, const OperationResult* only = nullptr);

/// The conventions to accept so that all cases that differ pass.
ConventionSet conventions_to_accept(const KernelResult& result);

/// "3 of 100 cases are wrong"
std::string describe_count(Idx failed, Idx judged);

/// How far an incomplete run came; empty for a complete run. `cases`: the requested number of cases, if a number was
/// requested.
std::string describe_coverage(const KernelResult& result, std::optional<Idx> cases);

/// One line: the sizes around which fast code branches (sized_axes.hpp) that no computed case had. Empty if all sizes
/// were met, or if the problems were given.
std::string describe_missed_sizes(const KernelResult& result);

/// Why the verdict is what it is, in one sentence.
std::string describe_verdict(const KernelResult& result);

/// One JSON object, schema 2; the documentation of the command line describes its keys. A number that is not finite is
/// a string: "nan", "inf", "-inf".
std::string to_json(const KernelResult& result);

/// JUnit XML, for CI systems: a test case for each operation and storage type.
std::string to_junit(const KernelResult& result);

}  // namespace cnnspec::checks
