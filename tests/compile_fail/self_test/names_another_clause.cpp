// expect: C2
#include <cnnspec/shape.hpp>

cnnspec::Shape<3, 0, 5> shape;
