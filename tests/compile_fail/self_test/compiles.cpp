// expect: C1
#include <cnnspec/shape.hpp>

cnnspec::Shape<3, 1, 5> shape;
