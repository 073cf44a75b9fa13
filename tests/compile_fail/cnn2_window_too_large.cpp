// expect: C2 9 8
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
Cnn2Spec<float, Cnn2Config{.kernel_h = 9, .padding1 = 0}, 3, 8, 16> model;
