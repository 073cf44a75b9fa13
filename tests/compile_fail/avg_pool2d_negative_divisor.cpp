// expect: C8 0 -1
#include <cnnspec/avg_pool2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 4, 4>& x) {
  return avg_pool2d(x, fixed<AvgPool2dConfig{2, 2, {}, {}, true, false, -1}>);
}
