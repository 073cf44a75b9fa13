#include "checks/judge/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "checks/data/data.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr double kibibyte = 0x1p10, mebibyte = 0x1p20;

/// What every case takes.
constexpr double own_bytes = 0x1p25;
/// Sets of data that take less than this together are judged together.
constexpr double most_together = 0x1p28;

double elements_of(const std::vector<TensorInfo>& tensors) {
  double elements = 0;
  for (const TensorInfo& t : tensors) elements += static_cast<double>(t.count());
  return elements;
}

/// The approximate number of data sets of a case: four, and those of the layer's own families.
double sets_of_data(const Operation& operation) {
  double sets = 4;
  const DataOfLayer* const own = layer_of(operation.op).data;
  if (own == nullptr) return sets;
  for (const DataFamily& f : own->families)
    if (f.use == DataFamily::Use::always) sets += f.sets == nullptr ? 1 : static_cast<double>(f.sets(operation));
  return sets;
}

/// Whether no set of data of a case is computed in full at once: exact results are projected and rounded ones are a
/// sample, or one result is computed after the other.
bool is_never_in_full(const Operation& operation, const Case& c, const Conditions& conditions) {
  if (is_computed_in_parts(operation)) return true;
  const DataOptions how = options_for(operation, conditions);
  return how.projects && how.sample > 0 && is_projectable(operation, arithmetic_for(c.dtype, conditions.profile));
}

/// A set that is computed in full: stored elements, expected results with their bounds, and copies.
double bytes_of_full_set(const Operation& operation) {
  constexpr double bytes_per_element = 72;
  return operation.elements() * bytes_per_element;
}
/// Another set: its inputs as double, stored, in the file of the calls and in the kernel's process; its outputs in that
/// file and as the kernel left them.
double bytes_of_light_set(const Operation& operation, DType dtype) {
  const auto stored = static_cast<double>(element_bytes(dtype));
  return elements_of(operation.inputs) * (sizeof(double) + 3 * stored) + elements_of(operation.outputs) * 2 * stored;
}
double bytes_of_set(const Operation& operation, const Case& c, const Conditions& conditions) {
  return is_never_in_full(operation, c, conditions) ? bytes_of_light_set(operation, c.dtype)
                                                    : bytes_of_full_set(operation);
}

}  // namespace

bool is_judged_in_turn(const Case& c, const Conditions& conditions) {
  const Operation operation = operation_of(c.op, c.problem);
  // Elsewhere, several sets together may show what none of them shows alone.
  const bool is_shown_alone =
      is_computed_in_parts(operation) || (options_for(operation, conditions).projects &&
                                          is_projectable(operation, arithmetic_for(c.dtype, conditions.profile)));
  return c.data.empty() && is_shown_alone &&
         sets_of_data(operation) * bytes_of_set(operation, c, conditions) > most_together;
}

double bytes_of_data(const Case& c, const Conditions& conditions) {
  const Operation operation = operation_of(c.op, c.problem);
  const double sets = !c.data.empty() || is_judged_in_turn(c, conditions) ? 1 : sets_of_data(operation);
  return sets * bytes_of_set(operation, c, conditions);
}

double bytes_for(const Case& c, const Conditions& conditions) { return own_bytes + bytes_of_data(c, conditions); }

double bytes_in_full(Op op, const Problem& problem) { return own_bytes + bytes_of_full_set(operation_of(op, problem)); }

void require_memory(const Problem& problem, double bytes, double most_bytes) {
  if (!(bytes <= most_bytes))
    throw UsageError(to_descriptor(problem), "",
                     fmt::format("a problem that takes at most {:.0f} MiB", most_bytes / mebibyte),
                     fmt::format("one that takes {0:.0f} MiB; --mb 1 makes it smaller, --memory {0:.0f} allows it",
                                 std::ceil(bytes / mebibyte)));
}

double usual_memory() {
  constexpr double least = 0x1p31;
  std::ifstream file("/proc/meminfo");
  for (std::string key, unit; file >> key;) {
    double amount = 0;
    if (key == "MemAvailable:" && file >> amount) return std::max(least, amount * kibibyte / 2);
    std::getline(file, unit);
  }
  return least;
}

}  // namespace cnnspec::checks
