// expect: C6
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
auto chain = make_chain<int>(Shape<1, 6, 6>{}, ReluLayer{}, LinearLayer<int, 10, 36>{});
