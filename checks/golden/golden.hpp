// Golden vectors: inputs, and the results that are right for them, for kernels that are not in a library. A GPU program
// or a script reads the inputs from files and writes its outputs to files, which are then judged (compare.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/data/data.hpp"

namespace cnnspec::checks {

/// The description from which a folder of golden vectors is made.
struct GoldenCase {
  std::vector<Op> ops;  // one, or all of a layer
  DType dtype{};
  const Profile* profile = nullptr;  // null: the default profile of the storage type
  Problem problem;
  std::uint64_t seed = 1;
  std::string data = "rounded";  // a family, or literal data (literal_data.hpp); "given": the user's own
  std::string scalar = "f64";    // of the results of the user's inputs (in_digits.hpp)
};

inline constexpr const char* given_data_name = "given";

/// The operation of that name, or all operations of the layer of that name. Throws UsageError.
std::vector<Op> ops_named(const std::string& name);

struct GoldenInput {
  TensorInfo tensor;
  std::vector<double> values;  // numbers of the storage type
};

struct GoldenOutput {
  Op op{};
  TensorInfo tensor;
  std::vector<double> expected;
  /// The largest difference from `expected` that rounding explains; 0: must be equal; NaN: not judged.
  std::vector<double> bounds;
  std::vector<Idx> terms{};           // the nonzero terms of each element; empty: not counted
  std::vector<std::string> digits{};  // each element in the scalar that was asked for; empty: in none
};

struct Golden {
  GoldenCase made_of;
  std::vector<GoldenInput> inputs;  // without a bias if the data has none
  std::vector<GoldenOutput> outputs;
};

/// A single operation gets the data that the judge gives it. All operations of a layer share one x, w, b and dy; for
/// each of them, it is determined separately which results are exact and which may be rounded. Throws ShapeError and
/// UsageError.
Golden make_golden(const GoldenCase& c);

/// Where the user's own inputs lie: one folder with x.npy, w.npy, ...; or each input of the only operation in its order
/// (tensor_source.hpp), where optional ones may be left out at the end.
using GivenInputs = std::vector<std::string>;

/// The same for given inputs. Results that the layer leaves open are not judged. Throws ShapeError and UsageError.
Golden make_golden(GoldenCase c, const GivenInputs& inputs);

/// The inputs of an operation, in its order. Throws UsageError.
Operands<double> read_inputs(const Operation& operation, DType dtype, const GivenInputs& inputs);

/// The expected outputs as doubles. If an expectation has a wider type, the rounding error is added to its bound.
std::vector<GoldenOutput> golden_outputs(const Operation& operation, const Expectation& expected);

}  // namespace cnnspec::checks
