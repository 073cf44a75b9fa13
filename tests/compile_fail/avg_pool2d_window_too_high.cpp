// expect: C2 5 4
#include <cnnspec/avg_pool2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 4, 9>& x) { return avg_pool2d(x, fixed<AvgPool2dConfig{5, 1}>); }
