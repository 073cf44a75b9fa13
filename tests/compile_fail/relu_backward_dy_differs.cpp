// expect: C6
#include <cnnspec/relu.hpp>

using namespace cnnspec;
auto dx(const Tensor<int, 2, 3>& x, const Tensor<int, 3, 2>& dy) { return relu_backward(x, dy); }
