// expect: C6 2 3
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
auto chain = make_chain<int>(Shape<1, 6, 6>{}, Conv2dLayer<int, 2, 1, 3, 3>{}, Conv2dLayer<int, 4, 3, 3, 3>{});
