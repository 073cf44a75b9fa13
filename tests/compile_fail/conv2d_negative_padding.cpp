// expect: C1 0 -1
#include <cnnspec/conv2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 4, 4>& x, const Tensor<int, 1, 1, 3, 3>& w) {
  return conv2d(x, w, fixed<Conv2dConfig{.width = {.after = -1}}>);
}
