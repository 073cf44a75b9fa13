// relu's data: an element shows in the output if it is positive.
#include "checks/data/data_of_layer.hpp"
#include "checks/layers/relu/room.hpp"

namespace cnnspec::checks {

const DataOfLayer relu_data{.shows_one_sign = true};

}  // namespace cnnspec::checks
