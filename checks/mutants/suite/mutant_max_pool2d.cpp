// A mutant's max_pool2d, judged by the laws of max_pool2d.
#include "checks/mutants/suite/laws.hpp"
#include "checks/mutants/suite/mutant.hpp"
#include "mutant/max_pool2d.hpp"

namespace cnnspec::mutants {
namespace {

mutant::MaxPool2dConfig config(const MaxPool2dConfig& g) {
  mutant::MaxPool2dConfig m;
  m.kernel_height = g.kernel_height, m.kernel_width = g.kernel_width;
  m.height = there(g.height), m.width = there(g.width);
  return m;
}

template <class T>
checks::MaxPool2dFunctions<T> functions() {
  return {
      [](const auto& x, const auto& g) { return back(mutant::max_pool2d(there(x), config(g))); },
      [](const auto& x, const auto& g) { return back(mutant::max_pool2d_with_winners(there(x), config(g)).winners); },
      [](const auto& x, const auto& dy, const auto& g) {
        return back(mutant::max_pool2d_backward(there(x), there(dy), config(g)));
      }};
}

const bool added = add_max_pool2d(functions<Int128>(), functions<double>(), functions<Term>());

}  // namespace
}  // namespace cnnspec::mutants
