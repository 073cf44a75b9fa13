// expect: C5 2 3
#include <cnnspec/conv2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 3, 4, 4>& x, const Tensor<int, 2, 1, 3, 3>& w) {
  return conv2d(x, w, fixed<Conv2dConfig{.groups = 2}>);
}
