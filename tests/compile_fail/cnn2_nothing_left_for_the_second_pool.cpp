// expect: C2 2 1
#include <cnnspec/cnn.hpp>

using namespace cnnspec;
Cnn2Spec<float, cnn2_default_config, 3, 2, 16> model;
