#include "checks/describe/show.hpp"

#include "checks/describe/network_json.hpp"

namespace cnnspec::checks {

const std::array<ShowFormat, 4> show_formats{
    {{"table", show_table}, {"json", format_network}, {"dot", show_dot}, {"pytorch", show_pytorch}}};

}  // namespace cnnspec::checks
