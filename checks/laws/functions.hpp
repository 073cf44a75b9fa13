// Functions: what the laws judge. The functions of one layer, on tensors whose extents are known at run time: the
// specification's own, or those of anybody else's layer. Each layer's room has them, as a struct XFunctions<T>:
//
//   spec_x<T>()   the specification's own
//   checked(f)    the same functions, which throw C6 when a result has other extents than the specification names, so
//                 that no law indexes into a tensor of another shape. They copy nothing: a law is judged some thousand
//                 times a second.
#pragma once

#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

using VectorShape = Shape<dyn>;
using ImageShape = Shape<dyn, dyn, dyn>;
using KernelShape = Shape<dyn, dyn, dyn, dyn>;

/// `result`, if it has the extents `expected`. Throws C6.
template <class Result, class Extents>
Result of_shape(const char* operation, const char* tensor, const Extents& expected, Result result) {
  require_same(operation, tensor, expected, result.shape());
  return result;
}

}  // namespace cnnspec::checks
