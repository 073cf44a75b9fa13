// A folder of golden vectors: case.json, which describes them (a reader needs no parser of descriptors), and one .npy
// file for each tensor.
//
//   case.json    {"schema": 2, "operations", "dtype", "profile", "descriptor", "geometry": {...}, "seed", "data",
//                 "judgement": the meaning of a bound, "tensors": [{"name", "role", "file", "shape", "type", ...}]}
//   x.npy ...    the inputs, in the storage type
//   y.npy ...    the expected values of each output, as float64
//   y_bound.npy  the largest allowed differences from them, as float64
//   y_terms.npy  only for given inputs: the number of nonzero terms of each element, as int64. Schema 1 had none.
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
inline std::string terms_file(const std::string& output) { return output + "_terms.npy"; }
/// For example y_exact.txt.
inline std::string digits_file(const std::string& output, const std::string& scalar) {
  return output + "_" + scalar + ".txt";
}

/// The type in .npy files: "<f4", "<f8", "<f2", and "<u2" for the bit patterns of bfloat16, which NumPy does not have.
const char* npy_type(DType dtype);

/// The content of case.json.
std::string to_json(const Golden& golden);

/// Calls `write` with the name and the content of every file, one after the other.
void write_golden(const Golden& golden, const std::function<void(const std::string&, std::string_view)>& write);

/// Parses the content of a case.json. `where` names the text in error messages. Throws UsageError.
GoldenCase parse_golden_case(std::string_view text, const std::string& where);

/// The arrays of a folder, wherever they are stored.
struct GoldenArrays {
  std::function<bool(const std::string& file)> is_there;
  /// Reads an array like read_npy, whose errors name the file.
  std::function<NpyArray(const std::string& file, const std::vector<std::string>& types, const std::vector<Idx>& shape)>
      read;
  std::string folder;  // for errors
};

/// The description of a folder. Its other files are read by read_input and read_output. Throws UsageError.
GoldenCase read_golden_case(const std::string& folder);
GoldenArrays arrays_in(const std::string& folder);

/// The numbers of an input. Whole numbers must be in the range of the tensor. Throws UsageError, which names `where`.
std::vector<double> input_values(const NpyArray& array, DType dtype, const TensorInfo& tensor,
                                 const std::string& where);

/// Empty for a bias that is absent.
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
