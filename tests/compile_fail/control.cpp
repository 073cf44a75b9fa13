// Must compile: the right versions of the other files. If it does not compile, the failures of the others prove
// nothing.
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
constexpr Conv2dConfig strided{.height = {.stride = 2, .before = 1}, .width = {.dilation = 2}, .groups = 2};
constexpr auto y = conv2d(Tensor<int, 4, 6, 6>{}, Tensor<int, 6, 2, 3, 3>{}, fixed<strided>).shape();
static_assert(y == Shape<6, 3, 2>{});
constexpr auto n = make_chain<int>(Shape<4, 6, 6>{}, Conv2dLayer<int, 6, 2, 3, 3, Fixed<strided>>{}, ReluLayer{},
                                   FlattenLayer{}, LinearLayer<int, 10, 36>{})
                       .out_shape()
                       .count();
Cnn2Spec<float, Cnn2Config{.c1 = 4, .c2 = 8}, 3, 16, 16> model;
