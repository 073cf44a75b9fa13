// expect: C2 5 4
#include <cnnspec/max_pool2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 9, 4>& x) { return max_pool2d(x, fixed<MaxPool2dConfig{1, 5}>); }
