// expect: C6
#include <cnnspec/avg_pool2d.hpp>

using namespace cnnspec;
auto dx(const Shape<1, 4, 4>& x, const Tensor<int, 1, 2, 2>& dy) {
  return avg_pool2d_backward(x, dy, fixed<AvgPool2dConfig{2, 2}>);
}
