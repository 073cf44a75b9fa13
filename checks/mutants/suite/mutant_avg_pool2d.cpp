// A mutant's avg_pool2d, judged by the laws of avg_pool2d.
#include "checks/mutants/suite/laws.hpp"
#include "checks/mutants/suite/mutant.hpp"
#include "mutant/avg_pool2d.hpp"

namespace cnnspec::mutants {
namespace {

mutant::AvgPool2dConfig config(const AvgPool2dConfig& g) {
  mutant::AvgPool2dConfig m;
  m.kernel_height = g.kernel_height, m.kernel_width = g.kernel_width;
  m.height = there(g.height), m.width = there(g.width);
  m.count_include_pad = g.count_include_pad, m.ceil_mode = g.ceil_mode, m.divisor_override = g.divisor_override;
  return m;
}

template <class T>
checks::AvgPool2dFunctions<T> functions() {
  return {[](const auto& x, const auto& g) { return back(mutant::avg_pool2d(there(x), config(g))); },
          [](const auto& x, const auto& dy, const auto& g) {
            return back(mutant::avg_pool2d_backward(there(x), there(dy), config(g)));
          }};
}

const bool added = add_avg_pool2d(functions<Int128>(), functions<double>());

}  // namespace
}  // namespace cnnspec::mutants
