// expect: C6
#include <cnnspec/conv2d.hpp>

using namespace cnnspec;
auto dx(const Tensor<int, 2, 3, 3, 3>& w, const Tensor<int, 2, 3, 2>& dy) {
  return conv2d_backward_input(Shape<3, 4, 4>{}, w, dy);
}
