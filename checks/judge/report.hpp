// The judge's result in words, for people, and as JSON, for programs.
#pragma once

#include <string>

#include "checks/judge/verdict.hpp"

namespace cnnspec::checks {

/// A table with a row for each operation, line by line.
std::string table_head();
std::string table_row(const OperationResult& operation, double least_sensitivity);

/// What one failure says: which case, what is wrong and where, and how to see it again.
std::string describe_failure(const std::string& kernel, const Failure& failure);

/// Why the verdict is what it is, in one sentence.
std::string describe_verdict(const KernelResult& result);

/// One object, schema 1, whose keys are those of the command line's documentation. A number that is not finite is a
/// string: "nan", "inf", "-inf".
std::string to_json(const KernelResult& result);

}  // namespace cnnspec::checks
