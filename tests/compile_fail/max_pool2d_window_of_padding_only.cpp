// expect: C4 2 2
#include <cnnspec/max_pool2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 1, 4>& x) {
  return max_pool2d(x, fixed<MaxPool2dConfig{2, 2, {.before = 1, .after = 1, .dilation = 2}, {}}>);
}
