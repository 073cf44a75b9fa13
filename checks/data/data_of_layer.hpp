// The data that a layer needs besides the general families, and how much of the layer a set of data shows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checks/data/exact_data.hpp"
#include "checks/expect/expectation.hpp"

namespace cnnspec::checks {

struct DataFamily {
  enum class Use { always, in_turn /* one of them for each case */, on_request /* --specials */ };
  const char* name;
  Use use;
  std::string (*describe)(const Operation&);  // describes the data in a few words
  bool (*applies)(const Operation&, const Arithmetic&, const ExactPlan&);
  /// Draws data for every input.
  Operands<double> (*draw)(const Operation&, const Arithmetic&, const ExactPlan&, std::uint64_t seed);
  /// For a family of several sets, NAME:0, NAME:1, ...: their number, and each set.
  Idx (*sets)(const Operation&) = nullptr;
  std::function<Operands<double>(Idx)> (*in_sets)(const Operation&, const Arithmetic&, std::uint64_t seed) = nullptr;
  bool is_left_open = false;  // results are judged only on request: DataOfLayer::leave_open
};

/// The inputs of one call, and the expected results.
struct DataSet {
  std::string family, description;
  Operands<double> inputs;  // an absent bias is empty
  Expectation expected;
  /// For each output, the number of nonzero terms, whose loss would show. Empty: unknown.
  std::vector<Idx> visible;
  bool shows_all = false;     // no term is zero
  bool sampled = false;       // only a sample of the outputs is judged
  bool is_projected = false;  // no results are expected yet: a projection judges them (projection.hpp)
  bool may_flush = false;     // numbers below the least normal number may count as 0
};

/// Counts what the data of a case has shown, if that is not terms of sums but, for example, cells of windows.
class Shown {
 public:
  virtual ~Shown() = default;
  /// Adds a set of data on which only equality is right.
  virtual void add(const Operands<double>& inputs) = 0;
  virtual Idx all() const = 0;
  virtual Idx shown() const = 0;
  /// Whether each item is counted at every place, and not only at some place.
  virtual bool is_everywhere() const { return true; }
};

struct DataOfLayer {
  std::span<const DataFamily> families{};  // in addition to the general families
  /// Leaves results open in which libraries differ: sets their bounds to NaN. Null: no such results.
  void (*leave_open)(const Operation&, DataSet&) = nullptr;
  /// Null: counts the terms of sums, or the selected elements.
  std::unique_ptr<Shown> (*shown)(const Operation&) = nullptr;
  /// An element of the first input shows in the output only if it has the right sign.
  bool shows_one_sign = false;
};

}  // namespace cnnspec::checks
