// expect: C2 5 4
#include <cnnspec/conv2d.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 1, 4, 9>& x, const Tensor<int, 1, 1, 5, 1>& w) { return conv2d(x, w); }
