// expect: C6
#include <cnnspec/linear.hpp>

using namespace cnnspec;
auto gradients(const LinearLayer<int, 2, 3>& layer, const Tensor<int, 5>& x, const Tensor<int, 2>& dy) {
  return layer.backward(x, dy);
}
