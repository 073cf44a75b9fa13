#include "checks/layers/problems.hpp"
#include "checks/gradient/targets.hpp"

#include <algorithm>

#include "checks/vocabulary/key_values.hpp"
#include "checks/describe/networks.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// Integers by name, the given ones over the defaults; what was read, in full.
class Settings {
 public:
  Settings(const std::string& given, const std::string& defaults)
      : given_(given, "--config"), defaults_(defaults, "") {}
  Idx operator[](const std::string& name) {
    const Idx value = given_.take(name, defaults_.take(name, 0));
    text_ += (text_.empty() ? "" : ",") + name + "=" + std::to_string(value);
    return value;
  }
  /// `axis`: "h" or "w"; `before`, `after`: the names of its two paddings.
  Axis axis(const std::string& axis, const std::string& before, const std::string& after) {
    const Idx stride = (*this)["stride_" + axis], pad_before = (*this)[before], pad_after = (*this)[after];
    return {stride, pad_before, pad_after, (*this)["dilation_" + axis]};
  }
  /// [C,H,W] of the input.
  std::vector<Idx> image() {
    const Idx c = (*this)["in_c"], h = (*this)["in_h"];
    return {c, h, (*this)["in_w"]};
  }
  std::string finish() {
    given_.finish();
    return text_;
  }

 private:
  KeyValues given_, defaults_;
  std::string text_;
};

NetworkDefinition conv2d_target(Settings& s) {
  NetworkDefinition net{s.image(), {}};
  Conv2dDefinition conv;
  conv.out_channels = s["out_c"];
  conv.kernel_height = s["kernel_h"];
  conv.kernel_width = s["kernel_w"];
  conv.config.height = s.axis("h", "pad_top", "pad_bottom");
  conv.config.width = s.axis("w", "pad_left", "pad_right");
  conv.config.groups = s["groups"];
  net.layers.push_back({"conv2d", conv});
  return net;
}

NetworkDefinition max_pool2d_target(Settings& s) {
  NetworkDefinition net{s.image(), {}};
  MaxPool2dConfig pool;
  pool.kernel_height = s["kernel_h"];
  pool.kernel_width = s["kernel_w"];
  pool.height = s.axis("h", "pad_top", "pad_bottom");
  pool.width = s.axis("w", "pad_left", "pad_right");
  net.layers.push_back({"max_pool2d", pool});
  return net;
}

NetworkDefinition relu_target(Settings& s) {
  NetworkDefinition net{s.image(), {}};
  net.layers.push_back({"relu", ReluLayer{}});
  return net;
}

NetworkDefinition linear_target(Settings& s) {
  NetworkDefinition net{{s["in_features"]}, {}};
  net.layers.push_back({"linear", LinearDefinition{s["out_features"]}});
  return net;
}

NetworkDefinition layer_network(const std::string& name, Settings& settings) {
  if (name == "conv2d") return conv2d_target(settings);
  if (name == "max_pool2d") return max_pool2d_target(settings);
  if (name == "relu") return relu_target(settings);
  return linear_target(settings);
}

/// Text of the form that Settings reads.
class SettingsText {
 public:
  SettingsText& operator()(const char* name, Idx value) {
    text_ += (text_.empty() ? "" : ",") + std::string(name) + "=" + std::to_string(value);
    return *this;
  }
  /// What conv2d and max_pool2d have in common.
  SettingsText& window(const auto& p) {
    return (*this)("in_h", p.in_height)("in_w", p.in_width)("kernel_h", p.kernel_height)("kernel_w", p.kernel_width)(
        "stride_h", p.stride_height)("stride_w", p.stride_width)("dilation_h", p.dilation_height)(
        "dilation_w", p.dilation_width)("pad_top", p.pad_top)("pad_left", p.pad_left)("pad_bottom", p.pad_bottom)(
        "pad_right", p.pad_right);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

GradientTarget target(const cnnspec_conv2d& p) {
  SettingsText s;
  s("in_c", p.in_channels)("out_c", p.out_channels)("groups", p.groups).window(p);
  return load_target("conv2d", s.text());
}
GradientTarget target(const cnnspec_pool2d& p) {
  return load_target("max_pool2d", SettingsText()("in_c", p.channels).window(p).text());
}
GradientTarget target(const cnnspec_elementwise& p) {
  return load_target("relu", SettingsText()("in_c", 1)("in_h", 1)("in_w", p.count).text());
}
GradientTarget target(const cnnspec_linear& p) {
  return load_target("linear", SettingsText()("in_features", p.in_features)("out_features", p.out_features).text());
}

}  // namespace

const std::vector<LayerTarget> layer_targets{
    {"conv2d",
     "in_c=4,in_h=7,in_w=8,out_c=4,kernel_h=3,kernel_w=2,stride_h=2,pad_top=1,pad_bottom=1,dilation_h=1,stride_w=1,"
     "pad_left=0,pad_right=1,dilation_w=2,groups=2"},
    {"max_pool2d",
     "in_c=2,in_h=8,in_w=7,kernel_h=3,kernel_w=2,stride_h=2,pad_top=1,pad_bottom=1,dilation_h=1,stride_w=1,pad_left=0,"
     "pad_right=1,dilation_w=2"},
    {"relu", "in_c=2,in_h=4,in_w=5"},
    {"linear", "in_features=12,out_features=7"},
};

GradientTarget load_target(const std::string& target, const std::string& config) {
  const auto layer =
      std::find_if(layer_targets.begin(), layer_targets.end(), [&](const LayerTarget& l) { return target == l.name; });
  if (layer != layer_targets.end()) {
    Settings settings(config, layer->default_config);
    NetworkDefinition net = layer_network(target, settings);
    const std::string text = settings.finish();
    (void)describe(net);
    return {target, text, std::move(net)};
  }
  if (!is_built_in(target) && target.find_first_of("./-") == std::string::npos) {
    std::vector<std::string> names = built_in_networks;
    for (const LayerTarget& l : layer_targets) names.emplace_back(l.name);
    throw UsageError("TARGET", "", one_of(names, target) + ", or the path of a JSON description", in_quotes(target));
  }
  NamedNetwork net = load_network(target, config);
  const std::string text = is_built_in(target) ? format_config(parse_config(config, "--config")) : "";
  return {target, text, std::move(net.definition)};
}

GradientTarget target_of(const Problem& problem) {
  return visit_problem([](const auto& p) { return target(p); }, problem);
}

}  // namespace cnnspec::checks
