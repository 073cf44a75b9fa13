// Golden vectors: inputs, and what a correct kernel may return on them, for kernels that are no library. A GPU program
// or a script reads the inputs from files and writes its outputs to others, which are then judged (compare.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/data/data.hpp"

namespace cnnspec::checks {

/// What a folder of golden vectors is made of.
struct GoldenCase {
  std::vector<Op> ops;  // one, or all of a layer
  DType dtype{};
  const Profile* profile = nullptr;  // the default one of the storage type
  Problem problem;
  std::uint64_t seed = 1;
  std::string data = "rounded";  // a family, or literal data (literal_data.hpp)
};

/// The operation of that name, or all of the layer. Throws UsageError.
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
};

struct Golden {
  GoldenCase made_of;
  std::vector<GoldenInput> inputs;  // without a bias if the data has none
  std::vector<GoldenOutput> outputs;
};

/// One operation gets the data that the judge gives it. The operations of a layer share one x, w, b and dy; what is
/// exact there, and what may round, is found out for each. Throws ShapeError and UsageError.
Golden make_golden(const GoldenCase& c);

/// Of each output, as doubles: where an expectation is wider, the difference is added to its bound.
std::vector<GoldenOutput> golden_outputs(const Operation& operation, const Expectation& expected);

}  // namespace cnnspec::checks
