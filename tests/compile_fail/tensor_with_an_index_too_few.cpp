// expect: C6
#include <cnnspec/tensor.hpp>

int element(const cnnspec::Tensor<int, 2, 3>& x) { return x(1); }
