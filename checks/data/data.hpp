// Data: the families of data that a kernel is judged on. To add a general family, add a line to the tables of data.cpp
// and the function that draws it. A layer's own families are in its room.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checks/data/data_of_layer.hpp"

namespace cnnspec::checks {

/// The general families, with those of the layers between them.
const std::vector<const DataFamily*>& data_families();
/// Finds a family by its name, or by the name of one of its sets. Null if there is none.
const DataFamily* find_data_family(std::string_view name);
/// Whether an operation may have the family: a layer's own families are only for its operations.
bool is_of(const DataFamily& family, const Operation& operation);

struct DataOptions {
  bool specials = false;
  Idx sample = 0;         // about how many outputs to judge where a projection cannot; 0: all
  bool projects = false;  // do not compute exact results that a projection can judge (DataSet::is_projected)
};

/// The data of a case: all families that are always used, one of those that take turns, and the special ones if
/// requested. A function of the arguments alone. `data`: a single family by name, or literal data (literal_data.hpp);
/// empty: the families above. Throws UsageError if `data` is neither.
std::vector<DataSet> make_data(const Operation& operation, const Arithmetic& arithmetic, std::uint64_t seed,
                               const std::string& data, const DataOptions& options = {});

/// The names of the families that make_data uses for a case that names no data.
std::vector<std::string> families_of_case(const Operation& operation, const Arithmetic& arithmetic, std::uint64_t seed,
                                          const DataOptions& options);

/// Whether exact results of the operation can be judged by projection: no number need be zero. If results are rounded
/// when they are stored, only those of small numbers can; others are judged on a sample.
bool is_projectable(const Operation& operation, const Arithmetic& arithmetic);

/// Leaves open the results in which libraries differ, as the layer defines them.
void leave_open(const Operation& operation, DataSet& set);

/// Computes the expected results of a set that has none yet.
void compute_expected(const Operation& operation, const Arithmetic& arithmetic, DataSet& set);

/// A set of given inputs. As with drawn data, two kinds of results are not judged: those that the layer leaves open,
/// and those of subnormal numbers if the type disputes them. Results may be judged on a sample.
DataSet given_data(const Operation& operation, const Arithmetic& arithmetic, Operands<double> inputs,
                   const DataOptions& options = {});

}  // namespace cnnspec::checks
