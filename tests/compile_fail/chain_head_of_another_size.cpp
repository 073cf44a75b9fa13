// expect: C6
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
auto chain =
    make_chain<int>(Shape<1, 4, 4>{}, Conv2dLayer<int, 2, 1, 3, 3>{}, FlattenLayer{}, LinearLayer<int, 10, 9>{});
