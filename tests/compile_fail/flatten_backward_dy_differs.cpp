// expect: C6
#include <cnnspec/flatten.hpp>

using namespace cnnspec;
auto dx(const Tensor<int, 5>& dy) { return flatten_backward(Shape<1, 2, 3>{}, dy); }
