// expect: C1 1 0
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
Cnn2Spec<float, Cnn2Config{.stride2 = 0}, 3, 16, 16> model;
