#include "checks/describe/networks.hpp"

#include <algorithm>
#include <filesystem>

#include "checks/describe/network_json.hpp"
#include "checks/vocabulary/strict_json.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {

const std::vector<std::string> built_in_networks{"cnn", "cnn-relu", "cnn2"};

const char* const network_example = R"(  {"input": [3, 16, 16],
   "layers": [{"kind": "conv2d", "out_channels": 4, "kernel": 3, "padding": 1}, {"kind": "relu"},
              {"kind": "max_pool2d", "kernel": 2}, {"kind": "flatten"}, {"kind": "linear", "out_features": 10}]}
)";

bool is_built_in(const std::string& name) {
  return std::find(built_in_networks.begin(), built_in_networks.end(), name) != built_in_networks.end();
}

NamedNetwork built_in_network(const std::string& name, const Cnn2Run& run) {
  if (!is_built_in(name)) throw UsageError("network", "", one_of(built_in_networks, name), in_quotes(name));
  const bool with_relu = name != "cnn";
  return {name, cnn2_definition(run.config, run.in_c, run.in_h, run.in_w, with_relu)};
}

NamedNetwork load_network(const std::string& net, const std::string& config) {
  if (is_built_in(net)) return built_in_network(net, parse_config(config, "--config"));
  if (!config.empty())
    throw UsageError("--config", "", "a network that takes one: " + joined(built_in_networks, ", "), in_quotes(net));
  std::error_code error;
  const bool is_file_name = net == "-" || net.find_first_of("/.") != std::string::npos;
  if (!is_file_name && !std::filesystem::exists(net, error)) {
    std::vector<std::string> known = built_in_networks;
    known.push_back("a JSON file");
    throw UsageError("network", "", one_of(known, net), in_quotes(net));
  }
  return parse_network(read_file(net, JsonLimits{}.bytes), net == "-" ? "standard input" : net);
}

}  // namespace cnnspec::checks
