// A mutant's relu, flatten and linear, judged by their laws.
#include "checks/mutants/suite/laws.hpp"
#include "checks/mutants/suite/mutant.hpp"
#include "mutant/flatten.hpp"
#include "mutant/linear.hpp"
#include "mutant/relu.hpp"

namespace cnnspec::mutants {
namespace {

template <class T>
checks::ReluFunctions<T> relu_functions() {
  return {[](const auto& x) { return back(mutant::relu(there(x))); },
          [](const auto& x, const auto& dy) { return back(mutant::relu_backward(there(x), there(dy))); }};
}
template <class T>
checks::FlattenFunctions<T> flatten_functions() {
  return {[](const auto& x) { return back(mutant::flatten(there(x))); },
          [](const auto& x, const auto& dy) { return back(mutant::flatten_backward(there(x), there(dy))); }};
}
template <class T>
checks::LinearFunctions<T> linear_functions() {
  return {
      [](const auto& x, const auto& w) { return back(mutant::linear(there(x), there(w))); },
      [](const auto& x, const auto& w, const auto& b) { return back(mutant::linear(there(x), there(w), there(b))); },
      [](const auto& w, const auto& dy) { return back(mutant::linear_backward_input(there(w), there(dy))); },
      [](const auto& x, const auto& dy) { return back(mutant::linear_backward_weight(there(x), there(dy))); },
      [](const auto& dy) { return back(mutant::linear_backward_bias(there(dy))); }};
}

const bool added[] = {add_relu(relu_functions<Int128>(), relu_functions<double>()),
                      add_flatten(flatten_functions<Int128>()),
                      add_linear(linear_functions<Int128>(), linear_functions<Term>())};

}  // namespace
}  // namespace cnnspec::mutants
