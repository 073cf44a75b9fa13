// A mutant's conv2d, judged by the laws of conv2d.
#include "checks/mutants/suite/laws.hpp"
#include "checks/mutants/suite/mutant.hpp"
#include "mutant/conv2d.hpp"

namespace cnnspec::mutants {
namespace {

mutant::Conv2dConfig config(const Conv2dConfig& g) {
  mutant::Conv2dConfig m;
  m.height = there(g.height), m.width = there(g.width), m.groups = g.groups;
  return m;
}

template <class T>
checks::Conv2dFunctions<T> functions() {
  return {
      [](const auto& x, const auto& w, const auto& g) { return back(mutant::conv2d(there(x), there(w), config(g))); },
      [](const auto& x, const auto& w, const auto& b, const auto& g) {
        return back(mutant::conv2d(there(x), there(w), there(b), config(g)));
      },
      [](const auto& x, const auto& w, const auto& dy, const auto& g) {
        return back(mutant::conv2d_backward_input(there(x), there(w), there(dy), config(g)));
      },
      [](const auto& x, const auto& w, const auto& dy, const auto& g) {
        return back(mutant::conv2d_backward_kernel(there(x), there(w), there(dy), config(g)));
      },
      [](const auto& dy) { return back(mutant::conv2d_backward_bias(there(dy))); }};
}

const bool added = add_conv2d(functions<Int128>(), functions<double>(), functions<Term>());

}  // namespace
}  // namespace cnnspec::mutants
