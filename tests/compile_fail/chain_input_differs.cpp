// expect: C6
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
auto chain = make_chain<int>(Shape<1, 6, 6>{}, ReluLayer{});
auto y(const Tensor<int, 1, 6, 5>& x) { return chain.forward(x); }
