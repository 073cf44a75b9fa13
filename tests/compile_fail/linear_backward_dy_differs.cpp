// expect: C6
#include <cnnspec/linear.hpp>

using namespace cnnspec;
auto dx(const Tensor<int, 2, 4>& w, const Tensor<int, 4>& dy) { return linear_backward_input(w, dy); }
