#include "checks/layers/problems.hpp"
#include "checks/generate/sized_axes.hpp"

#include <map>

namespace cnnspec::checks {
namespace {

using W = WantedSizes;

template <class P>
const P& as(const Problem& p) {
  return p.as<P>();
}

/// The axes of what moves a window over an image.
template <class P>
std::vector<SizedAxis> window_axes() {
  return {
      {"batch", &W::batch, batch_settled, [](const Problem& p) { return as<P>(p).batch; }},
      {"input height", &W::in_height, height_settled, [](const Problem& p) { return as<P>(p).in_height; }},
      {"input width", &W::in_width, width_settled, [](const Problem& p) { return as<P>(p).in_width; }},
      {"output height", &W::out_height, height_settled, [](const Problem& p) { return as<P>(p).out_height; }},
      {"output width", &W::out_width, width_settled, [](const Problem& p) { return as<P>(p).out_width; }},
      {"kernel height", &W::kernel_height, height_settled, [](const Problem& p) { return as<P>(p).kernel_height; }},
      {"kernel width", &W::kernel_width, width_settled, [](const Problem& p) { return as<P>(p).kernel_width; }},
      {"cells of the window", &W::window, height_settled | width_settled,
       [](const Problem& p) { return as<P>(p).kernel_height * as<P>(p).kernel_width; }},
  };
}

/// The terms of one sum, the bias apart, where its windows lie inside the image.
SizedAxis terms_axis(Op op) {
  using P = cnnspec_conv2d;
  constexpr const char* name = "terms of a sum";
  constexpr unsigned window = height_settled | width_settled;
  switch (op) {
    case Op::conv2d_forward:
      return {name, &W::terms, window | in_settled, [](const Problem& p) {
                return as<P>(p).in_channels / as<P>(p).groups * as<P>(p).kernel_height * as<P>(p).kernel_width;
              }};
    case Op::conv2d_backward_input:
      return {name, &W::terms, window | out_settled, [](const Problem& p) {
                return as<P>(p).out_channels / as<P>(p).groups * as<P>(p).kernel_height * as<P>(p).kernel_width;
              }};
    default:
      return {name, &W::terms, window | batch_settled,
              [](const Problem& p) { return as<P>(p).batch * as<P>(p).out_height * as<P>(p).out_width; }};
  }
}

std::vector<SizedAxis> conv2d_axes(Op op) {
  using P = cnnspec_conv2d;
  std::vector<SizedAxis> all = window_axes<P>();
  for (const SizedAxis& axis : std::vector<SizedAxis>{
           {"groups", &W::groups, groups_settled, [](const Problem& p) { return as<P>(p).groups; }},
           {"input channels", &W::in_channels, groups_settled | in_settled,
            [](const Problem& p) { return as<P>(p).in_channels; }},
           {"input channels per group", &W::in_per_group, in_settled,
            [](const Problem& p) { return as<P>(p).in_channels / as<P>(p).groups; }},
           {"output channels", &W::out_channels, groups_settled | out_settled,
            [](const Problem& p) { return as<P>(p).out_channels; }},
           {"output channels per group", &W::out_per_group, out_settled,
            [](const Problem& p) { return as<P>(p).out_channels / as<P>(p).groups; }},
           terms_axis(op)})
    all.push_back(axis);
  return all;
}

std::vector<SizedAxis> axes_of(Op op) {
  switch (layer_id(op)) {
    case LayerId::conv2d:
      return conv2d_axes(op);
    case LayerId::max_pool2d: {
      std::vector<SizedAxis> all = window_axes<cnnspec_pool2d>();
      all.push_back(
          {"channels", &W::in_channels, in_settled, [](const Problem& p) { return as<cnnspec_pool2d>(p).channels; }});
      return all;
    }
    case LayerId::relu:
      return {{"elements", &W::count, in_settled, [](const Problem& p) { return as<cnnspec_elementwise>(p).count; }}};
    case LayerId::linear:
      using P = cnnspec_linear;
      return {{"batch", &W::batch, batch_settled, [](const Problem& p) { return as<P>(p).batch; }},
              {"input features", &W::in_features, in_settled, [](const Problem& p) { return as<P>(p).in_features; }},
              {"output features", &W::out_features, out_settled, [](const Problem& p) { return as<P>(p).out_features; }}};
  }
  return {};
}

}  // namespace

const std::vector<SizedAxis>& sized_axes(Op op) {
  static const std::map<Op, std::vector<SizedAxis>> all = [] {
    std::map<Op, std::vector<SizedAxis>> axes;
    for (const Op each : all_ops()) axes[each] = axes_of(each);
    return axes;
  }();
  return all.at(op);
}

}  // namespace cnnspec::checks
