// expect: C1 1 0
#include <cnnspec/max_pool2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 4, 4>& x) { return max_pool2d(x, fixed<MaxPool2dConfig{2, 2, {.stride = 0}, {}}>); }
