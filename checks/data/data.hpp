// Data: the families of data that a kernel is judged on. A new general family is one line in the tables of data.cpp,
// and the function that draws it; a layer's own are in its room.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checks/data/data_of_layer.hpp"

namespace cnnspec::checks {

/// The general ones, and those of the layers between them.
const std::vector<const DataFamily*>& data_families();
/// By its name, or by that of one of its sets. Null if there is none of that name.
const DataFamily* find_data_family(std::string_view name);
/// Whether an operation may have it: a layer's own families are for its operations alone.
bool is_of(const DataFamily& family, const Operation& operation);

struct DataOptions {
  bool specials = false;
  Idx sample = 0;  // about how many outputs to judge on rounded data; 0: all
};

/// What a case is judged on: all families that are always used, one of those that take turns, and the special ones if
/// asked for. A function of its arguments alone. `data`: one family by name, or literal data (literal_data.hpp);
/// empty: as said. Throws UsageError if it is neither.
std::vector<DataSet> make_data(const Operation& operation, const Arithmetic& arithmetic, std::uint64_t seed,
                               const std::string& data, const DataOptions& options = {});

/// Leaves open what libraries differ in, where the layer says so.
void leave_open(const Operation& operation, DataSet& set);

/// A set of given inputs. What is not judged on data that was drawn is not judged on it either: what the layer leaves
/// open, and what becomes of subnormal numbers where the type disputes them.
DataSet given_data(const Operation& operation, const Arithmetic& arithmetic, Operands<double> inputs,
                   const DataOptions& options = {});

}  // namespace cnnspec::checks
