// expect: C4 1 2
#include <cnnspec/max_pool2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 4, 4>& x) {
  return max_pool2d(x, fixed<MaxPool2dConfig{2, 3, {.before = 1}, {.before = 2}}>);
}
