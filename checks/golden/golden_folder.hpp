// A folder of golden vectors: case.json, which says what they are, in numbers that need no parser of descriptors, and
// one .npy for each tensor.
//
//   case.json    {"schema": 1, "operations", "dtype", "profile", "descriptor", "geometry": {...}, "seed", "data",
//                 "judgement": what a bound means, "tensors": [{"name", "role", "file", "shape", "type", ...}]}
//   x.npy ...    the inputs, in the storage type
//   y.npy ...    for each output what is expected, as float64
//   y_bound.npy  and how far from it a result may be, as float64
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/golden/golden.hpp"
#include "checks/golden/npy.hpp"

namespace cnnspec::checks {

inline constexpr const char* case_file = "case.json";
inline std::string tensor_file(const std::string& tensor) { return tensor + ".npy"; }
inline std::string bound_file(const std::string& output) { return output + "_bound.npy"; }

/// In .npy: "<f4", "<f8", "<f2", and "<u2" for the bit patterns of bfloat16, for which NumPy has no type.
const char* npy_type(DType dtype);

/// The content of case.json.
std::string to_json(const Golden& golden);

/// Passes every file to `write`, one after the other: its name and its content.
void write_golden(const Golden& golden, const std::function<void(const std::string&, std::string_view)>& write);

/// What the content of a case.json says. `where` says in error messages what the text is. Throws UsageError.
GoldenCase parse_golden_case(std::string_view text, const std::string& where);

/// The arrays of a folder, wherever they are kept.
struct GoldenArrays {
  std::function<bool(const std::string& file)> is_there;
  /// As read_npy does, which tells in errors where the file is.
  std::function<NpyArray(const std::string& file, const std::vector<std::string>& types, const std::vector<Idx>& shape)>
      read;
  std::string folder;  // for errors
};

/// What a folder is made of. Its other files are read by read_input and read_output. Throws UsageError.
GoldenCase read_golden_case(const std::string& folder);
GoldenArrays arrays_in(const std::string& folder);

/// Empty if it is a bias that is not there.
std::vector<double> read_input(const GoldenArrays& arrays, DType dtype, const TensorInfo& tensor);

/// One of an operation's outputs.
GoldenOutput read_output(const GoldenArrays& arrays, Op op, const TensorInfo& tensor);

inline std::vector<double> read_input(const std::string& folder, DType dtype, const TensorInfo& tensor) {
  return read_input(arrays_in(folder), dtype, tensor);
}
inline GoldenOutput read_output(const std::string& folder, Op op, const TensorInfo& tensor) {
  return read_output(arrays_in(folder), op, tensor);
}

}  // namespace cnnspec::checks
