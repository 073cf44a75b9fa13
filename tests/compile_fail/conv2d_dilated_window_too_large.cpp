// expect: C2 5 4
#include <cnnspec/conv2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 4, 4>& x, const Tensor<int, 1, 1, 3, 3>& w) {
  return conv2d(x, w, fixed<Conv2dConfig{.height = {.dilation = 2}}>);
}
