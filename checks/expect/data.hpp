// Data: the families of data that a kernel is judged on. A new family is one line in the table of data.cpp, and the
// function that draws it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checks/expect/exact_data.hpp"
#include "checks/expect/expectation.hpp"

namespace cnnspec::checks {

struct DataFamily {
  enum class Use { always, in_turn /* one of them for each case */, on_request /* --specials */ };
  const char* name;
  Use use;
  std::string (*describe)(const Operation&);  // what the data is like, in a few words
  bool (*applies)(const Operation&, const Arithmetic&, const ExactPlan&);
  /// Data for every input.
  Operands<double> (*draw)(const Operation&, const Arithmetic&, const ExactPlan&, std::uint64_t seed);
  /// Of a family of several sets, NAME:0, NAME:1, ...: how many there are.
  Idx (*sets)(const Operation&) = nullptr;
};
std::span<const DataFamily> data_families();
/// By its name, or by that of one of its sets. Null if there is none of that name.
const DataFamily* find_data_family(std::string_view name);

/// The inputs of one call, and what may come out.
struct DataSet {
  std::string family, description;
  Operands<double> inputs;  // an unused bias is empty
  Expectation expected;
  /// For each output, how many of its terms are not zero, so that their loss would show. Empty: nothing is known.
  std::vector<Idx> visible;
  bool shows_all = false;  // no term is zero
  bool sampled = false;    // only a sample of the outputs is judged
  bool may_flush = false;  // what is below the least normal number may count as 0
};

struct DataOptions {
  bool specials = false;
  Idx sample = 0;  // about how many outputs to judge on rounded data; 0: all
};

/// What a case is judged on: all families that are always used, one of those that take turns, and the special ones if
/// asked for. A function of its arguments alone. `data`: one family by name, or literal data (literal_data.hpp);
/// empty: as said. Throws UsageError if it is neither.
std::vector<DataSet> make_data(const Operation& operation, const Arithmetic& arithmetic, std::uint64_t seed,
                               const std::string& data, const DataOptions& options = {});

/// What becomes of a pooling window of nothing but -inf is judged only where that was asked for: libraries differ in
/// it. Such a window has no cell that is not -inf. Other operations are left as they are.
void leave_infinities(const Operation& operation, DataSet& set);

/// A set of given inputs. What is not judged on data that was drawn is not judged on it either: pooling windows of nothing
/// but -inf, and what becomes of subnormal numbers in bfloat16.
DataSet given_data(const Operation& operation, const Arithmetic& arithmetic, Operands<double> inputs,
                   const DataOptions& options = {});

}  // namespace cnnspec::checks
