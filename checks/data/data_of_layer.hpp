// What data a layer needs besides the general families, and how much of the layer a set of data shows.
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
  std::string (*describe)(const Operation&);  // what the data is like, in a few words
  bool (*applies)(const Operation&, const Arithmetic&, const ExactPlan&);
  /// Data for every input.
  Operands<double> (*draw)(const Operation&, const Arithmetic&, const ExactPlan&, std::uint64_t seed);
  /// Of a family of several sets, NAME:0, NAME:1, ...: how many there are, and each.
  Idx (*sets)(const Operation&) = nullptr;
  std::function<Operands<double>(Idx)> (*in_sets)(const Operation&, const Arithmetic&, std::uint64_t seed) = nullptr;
  bool is_left_open = false;  // what comes out is judged only where that was asked for: DataOfLayer::leave_open
};

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

/// Counts what the data of a case has shown, where that is not the terms of sums: the cells of windows, say.
class Shown {
 public:
  virtual ~Shown() = default;
  /// A set of data on which only equality is right.
  virtual void add(const Operands<double>& inputs) = 0;
  virtual Idx all() const = 0;
  virtual Idx shown() const = 0;
  /// Whether each of them is shown, and not only each in some place.
  virtual bool is_everywhere() const { return true; }
};

struct DataOfLayer {
  std::span<const DataFamily> families{};  // besides the general ones
  /// Leaves open what libraries differ in, on data on which they do: its bound becomes NaN. Null: nothing.
  void (*leave_open)(const Operation&, DataSet&) = nullptr;
  /// Null: the terms of its sums, or the elements that it selects.
  std::unique_ptr<Shown> (*shown)(const Operation&) = nullptr;
  /// The output shows an element of the first input only where it has the right sign.
  bool shows_one_sign = false;
};

}  // namespace cnnspec::checks
