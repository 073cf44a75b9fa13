// Functions: the object of the laws. They are the functions of one layer, on tensors whose extents are known at run
// time: those of the specification, or of any other layer. Each layer's room defines them, as a struct XFunctions<T>:
//
//   spec_x<T>()   the functions of the specification
//   checked(f)    the same functions as f; they throw C6 if a result has other extents than the specification names, so
//                 that no law reads outside of a tensor. They copy nothing: laws are judged some thousand times a
//                 second.
#pragma once

#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

using VectorShape = Shape<dyn>;
using ImageShape = Shape<dyn, dyn, dyn>;
using KernelShape = Shape<dyn, dyn, dyn, dyn>;

/// Returns `result` if it has the extents `expected`. Throws C6 otherwise.
template <class Result, class Extents>
Result of_shape(const char* operation, const char* tensor, const Extents& expected, Result result) {
  require_same(operation, tensor, expected, result.shape());
  return result;
}

}  // namespace cnnspec::checks
