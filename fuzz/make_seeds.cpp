// Writes the seeds of the corpora. `make_seeds LISTS FOLDER` makes FOLDER/layer, FOLDER/kernel, ... from the lists of
// shapes in LISTS (fuzz/seeds), from inputs_seeds(), and from the networks below. The seeds are the same every time.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "checks/cases/kernel_case.hpp"
#include "checks/cases/layer_case.hpp"
#include "checks/cases/network_case.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "fuzz/inputs_seeds.hpp"

namespace cnnspec::fuzz {
namespace {

namespace fs = std::filesystem;
using namespace checks;

class SeedFolder {
 public:
  SeedFolder(const fs::path& folder, const std::string& target) : folder_(folder / target) {
    fs::create_directories(folder_);
  }
  template <class Case>
  void add(const std::string& name, const Case& c) {
    write(name, encode_case(c));
  }
  void write(const std::string& name, const Bytes& bytes) {
    std::ofstream out(folder_ / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + (folder_ / name).string());
    ++count_;
  }
  int count() const { return count_; }

 private:
  fs::path folder_;
  int count_ = 0;
};

// ---- Small versions of large layers ------------------------------------------------------------------------------

/// The same line with fewer cells: at most three windows, and the same number of cells left over by the stride.
Line small(Line l) {
  const Idx window = l.axis.dilation * (l.kernel - 1) + 1;
  const Idx over = l.in + l.axis.before + l.axis.after - window;
  const Idx less = std::max(over / l.axis.stride - 2, Idx{0}) * l.axis.stride;
  l.in = std::max(l.in - less, Idx{1});
  l.out = conv_out(l.in, l.kernel, l.axis);
  return l;
}
template <class P>
void make_window_small(P& p) {
  set_height(p, small(height_of(p))), set_width(p, small(width_of(p)));
}
void make_small(cnnspec_conv2d& p) {
  const Idx groups = std::min(p.groups, Idx{3}), depth = std::min(p.in_channels / p.groups, Idx{2});
  const Idx filters = std::min(p.out_channels / p.groups, Idx{2});
  p.groups = groups, p.in_channels = groups * depth, p.out_channels = groups * filters;
  make_window_small(p);
}
void make_small(auto& p) requires requires { p.channels; }
{
  p.channels = std::min(p.channels, Idx{2});
  make_window_small(p);
}
void make_small(cnnspec_linear& p) {
  p.in_features = std::min(p.in_features, Idx{17}), p.out_features = std::min(p.out_features, Idx{9});
}
void make_small(cnnspec_elementwise& p) { p.count = std::min(p.count, Idx{50}); }

// ---- Seeds -------------------------------------------------------------------------------------------------------

/// The problem's layer, and layers without a problem of their own that use one of this kind.
std::vector<LayerId> layers_taking(const Problem& problem) {
  std::vector<LayerId> all{problem.layer()};
  if (problem.is<cnnspec_pool2d>()) all.push_back(LayerId::flatten);
  return all;
}

struct Folders {
  SeedFolder layer, network, kernel;
};

void add_problem(Folders& to, const std::string& name, const Problem& problem) {
  for (const LayerId layer : layers_taking(problem))
    to.layer.add(name + (layer == problem.layer() ? "" : std::string("-") + name_of(layer)),
                 LayerCase{layer, problem, 1});
  for (const Op op : all_ops())
    if (layer_id(op) == layer_id(problem)) {
      const auto variant = static_cast<Idx>(name.size()) % most_kernels;
      const auto dtype = static_cast<DType>((static_cast<std::size_t>(op) + name.size() / 2) % 4);
      to.kernel.add(name + "-" + name_of(op), KernelCase{op, dtype, problem, variant, 1});
    }
}

void add_list(Folders& to, const fs::path& list) {
  std::ifstream in(list);
  if (!in) throw std::runtime_error("cannot read " + list.string());
  for (const ShapeLine& line : read_shapes({}, in, list.string()).shapes) {
    add_problem(to, line.name, line.problem);
    Problem small = line.problem;
    visit_problem([](auto& p) { make_small(p); }, small);
    if (to_descriptor(small) != to_descriptor(line.problem)) add_problem(to, line.name + "-small", small);
  }
}

/// A small version of each layer's example, with one of the storage types for each operation.
void add_examples(Folders& to) {
  for (const Layer* layer : layers()) {
    if (layer->passes.empty()) continue;
    Problem p = parse_descriptor(layer->id, layer->example);
    visit_problem([](auto& typed) { make_small(typed); }, p);
    to.layer.add(std::string("example-") + layer->name, LayerCase{layer->id, p, 1});
    for (const Pass& pass : layer->passes) {
      const DType dtype = dtype_rows[static_cast<std::size_t>(pass.op) % dtype_rows.size()].dtype;
      to.kernel.add(std::string("example-") + pass.name, KernelCase{pass.op, dtype, p, 0, 1});
    }
  }
}

/// Short form of a layer: kernel, stride and padding are the same on both axes.
LayerDefinition conv(Idx channels, Idx kernel, Idx stride = 1, Idx padding = 0, Idx groups = 1) {
  const Axis axis{stride, padding, padding};
  return {"", Conv2dDefinition{channels, kernel, kernel, {axis, axis, groups}}};
}
LayerDefinition pool(Idx kernel, Idx stride, Idx padding = 0) {
  const Axis axis{stride, padding, padding};
  return {"", MaxPool2dConfig{kernel, kernel, axis, axis}};
}
LayerDefinition linear(Idx features) { return {"", LinearDefinition{features}}; }
const LayerDefinition relu_layer{"", ReluLayer{}}, flatten_layer{"", FlattenLayer{}};

void add_networks(SeedFolder& to) {
  const auto add = [&](const std::string& name, std::vector<Idx> input, std::vector<LayerDefinition> layers) {
    NetworkCase c;
    c.definition = {std::move(input), std::move(layers)};
    to.add(name, c);
  };
  add("lenet", {1, 12, 12},
      {conv(2, 3), relu_layer, pool(2, 2), conv(3, 2), relu_layer, pool(2, 2), flatten_layer, linear(4)});
  add("alexnet-head", {3, 227, 227}, {conv(96, 11, 4), relu_layer, pool(3, 2), conv(256, 5, 1, 2, 2)});
  add("resnet-stem", {3, 12, 12}, {conv(4, 4, 2, 2), relu_layer, pool(3, 2, 1)});
  add("mobilenet-block", {2, 8, 8}, {conv(2, 3, 1, 1, 2), relu_layer, conv(4, 1), relu_layer});
  add("mlp", {12}, {linear(8), relu_layer, linear(5), relu_layer, linear(3)});
  add("overlapping-pools", {1, 9, 9}, {pool(3, 1), pool(2, 1), pool(3, 2)});
  add("empty", {2, 3, 3}, {});
  add("flatten-twice", {2, 3, 3}, {flatten_layer, flatten_layer, relu_layer, linear(2)});
  add("linear-on-an-image", {2, 3, 3}, {linear(2)});
  add("conv-on-a-vector", {9}, {conv(1, 1)});
  add("window-that-does-not-fit", {1, 4, 4}, {conv(2, 3), pool(3, 1)});
  add("wrong-groups", {3, 4, 4}, {conv(4, 3, 1, 1, 2)});
  add("two-axes", {3, 4}, {relu_layer});
  add("too-many-elements", {Idx{1} << 31, Idx{1} << 31, 4}, {relu_layer});
  for (const bool with_relu : {false, true}) {
    NetworkCase c;
    c.is_model = true, c.model.with_relu = with_relu;
    c.model.run = {.config = {.c1 = 2, .c2 = 3, .out_dim = 4}, .in_c = 2, .in_h = 8, .in_w = 9};
    to.add(with_relu ? "cnn-relu" : "cnn", c);
    c.model.run.config = cnn2_default_config, c.model.run.in_c = 3, c.model.run.in_h = c.model.run.in_w = 32;
    to.add(with_relu ? "cnn-relu-default" : "cnn-default", c);
  }
}

}  // namespace
}  // namespace cnnspec::fuzz

int main(int argc, char** argv) {
  using namespace cnnspec::fuzz;
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s LISTS FOLDER\n", argv[0]);
    return 2;
  }
  try {
    Folders to{{argv[2], "layer"}, {argv[2], "network"}, {argv[2], "kernel"}};
    for (const char* list : {"known_bugs.txt", "real_networks.txt"}) add_list(to, fs::path(argv[1]) / list);
    add_examples(to);
    add_networks(to.network);
    SeedFolder inputs(argv[2], "inputs");
    for (const auto& [name, bytes] : inputs_seeds()) inputs.write(name, bytes);
    std::printf("seeds: layer %d, network %d, kernel %d, inputs %d\n", to.layer.count(), to.network.count(),
                to.kernel.count(), inputs.count());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 2;
  }
}
