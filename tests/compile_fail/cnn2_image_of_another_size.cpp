// expect: C6
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
auto y(const Cnn2Spec<float, Cnn2Config{.c1 = 4, .c2 = 8}, 3, 16, 16>& m) {
  return cnn_with_relu_spec(m).forward(Tensor<float, 3, 16, 15>{});
}
