// Sources of networks: the built-in ones by name, or a file.
#pragma once

#include <string>
#include <vector>

#include "checks/describe/config.hpp"
#include "checks/describe/summary.hpp"
#include "checks/vocabulary/read_file.hpp"

namespace cnnspec::checks {

/// "cnn" (no ReLU), "cnn-relu" and "cnn2" (the same layers, once as a chain and once written out).
extern const std::vector<std::string> built_in_networks;
/// A JSON description, indented, for the help.
extern const char* const network_example;
bool is_built_in(const std::string& name);
NamedNetwork built_in_network(const std::string& name, const Cnn2Run& run);

/// `net`: a built-in name, the path of a JSON description, or "-" for a description on standard input. `config`: the
/// text of a configuration, only for built-in networks. Throws UsageError and ShapeError.
NamedNetwork load_network(const std::string& net, const std::string& config);

}  // namespace cnnspec::checks
