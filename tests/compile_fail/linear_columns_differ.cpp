// expect: C6
#include <cnnspec/linear.hpp>

using namespace cnnspec;
auto y(const Tensor<int, 3>& x, const Tensor<int, 2, 4>& w) { return linear(x, w); }
