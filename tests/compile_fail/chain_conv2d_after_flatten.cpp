// expect: C6
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
auto chain = make_chain<int>(Shape<1, 6, 6>{}, FlattenLayer{}, Conv2dLayer<int, 4, 1, 3, 3>{});
