// expect: C6
#include <cnnspec/max_pool2d.hpp>

using namespace cnnspec;
auto dx(const Tensor<int, 1, 4, 4>& x, const Tensor<int, 1, 2, 2>& dy) {
  return max_pool2d_backward(x, dy, fixed<MaxPool2dConfig{2, 2}>);
}
