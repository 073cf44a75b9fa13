// `cnnspec show` on the command line: its output, its errors, and whether Graphviz and PyTorch accept its output.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <sstream>

#include "checks/describe/network_json.hpp"
#include "checks/describe/networks.hpp"
#include "checks/describe/show.hpp"
#include "tests/command.hpp"

namespace cnnspec::tests {
namespace {

using checks::NamedNetwork;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(CliShow, prints_the_table_by_default) {
  const Outcome o = cnnspec("show cnn2");
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(o.err, "");
  EXPECT_TRUE(
      contains(o.out, "conv1 (conv2d)      [3, 16, 16]  [4, 16, 16]   3x3     1       1            112     28,672\n"))
      << o.out;
  EXPECT_TRUE(contains(o.out, "Total params:                1,698")) << o.out;
}

TEST(CliShow, takes_a_configuration) {
  const Outcome o = cnnspec("show cnn --config in_h=32,in_w=32,c1=32,c2=64");
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(contains(o.out, "[64, 8, 8]")) << o.out;
}

TEST(CliShow, reads_the_json_that_it_writes) {
  const Folder folder;
  const std::string file = folder / "net.json";
  ASSERT_EQ(cnnspec("show cnn-relu --format json --out '" + file + "'").status, 0);
  const std::string written = content_of(file);
  EXPECT_EQ(cnnspec("show '" + file + "' --format json").out, written);
  EXPECT_EQ(shell(command() + " show - --format json <'" + file + "'").out, written);
  EXPECT_EQ(cnnspec("show '" + file + "'").out, cnnspec("show cnn-relu").out);
}

TEST(CliShow, runs_every_example_of_its_help) {
  const Outcome help = cnnspec("show --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(help.err, "");
  const Folder folder;
  const std::string before = "cd '" + folder.path() + "'; cnnspec() { " + command() + " \"$@\"; }; ";
  int examples = 0;
  for (const std::string& line : lines_of(help.out.substr(help.out.find("Examples:")))) {
    if (line.rfind("  cnnspec ", 0) != 0) continue;
    ++examples;
    const std::string ours = line.substr(0, line.find_first_of("|&"));
    const Outcome o = shell(before + (contains(line, "cnnspec show net.json &&") ? line : ours));
    EXPECT_EQ(o.status, 0) << line << "\n" << o.err;
  }
  EXPECT_EQ(examples, 5);
}

TEST(Cli, says_what_it_is_and_can) {
  EXPECT_EQ(cnnspec("--version").out.rfind("cnnspec 0.", 0), 0u);
  EXPECT_EQ(cnnspec("--version").status, 0);
  EXPECT_TRUE(contains(cnnspec("--help").out, "  show "));
  EXPECT_TRUE(contains(cnnspec("show -h").out, "--format"));
}

TEST(Cli, refuses_what_it_does_not_know) {
  expect_refused("", "A subcommand is required (see cnnspec --help)");
  expect_refused("shwo cnn", "(did you mean \"show\"?), got \"shwo\"");
  expect_refused("--verzion", "(did you mean \"--version\"?), got \"--verzion\"");
  expect_refused("show cnn --formt json", "(did you mean \"--format\"?), got \"--formt\"");
  expect_refused("show cnn --colour never", "(did you mean \"--color\"?), got \"--colour\"");
  expect_refused("show cnn --color blue", "--color: expected one of auto, always, never, got \"blue\"");
  expect_refused("show", "NET is required (see cnnspec show --help)");
  expect_refused("show cnn cnn2", "not expected: cnn2 (see cnnspec show --help)");
}

TEST(CliShow, refuses_bad_input_with_one_line_and_status_2) {
  const Folder folder;
  expect_refused("show cnn --format svg", "--format: expected one of table, json, dot, pytorch, got \"svg\"");
  expect_refused("show cn2",
                 "network: expected one of cnn, cnn-relu, cnn2, a JSON file (did you mean \"cnn\"?), got \"cn2\"");
  expect_refused("show /missing.json",
                 "/missing.json: expected a file that can be read, got No such file or directory");
  expect_refused("show '" + folder.path() + "'", "Is a directory");
  expect_refused("show cnn --config in_h=x", "--config: at character 6: expected an integer, got \"x\"");
  expect_refused("show cnn --config in_h=2", "C2: ");
  expect_refused("show '" + folder.file("net.json", "{\"input\": [1],}") + "'",
                 "net.json: at line 1, column 15: expected ");
  expect_refused("show '" +
                     folder.file("net.json", R"({"input": [1], "layers": [{"kind": "linear", "out_features": "3"}]})") +
                     "'",
                 "net.json: at /layers/0/out_features: expected an integer from 1 to 9223372036854775807, got \"3\"");
  expect_refused("show - --config c1=2", "--config: expected a network that takes one");
}

TEST(CliShow, leaves_no_file_behind_when_it_fails) {
  const Folder folder;
  expect_refused("show cnn --config in_h=2 --out '" + folder / "net.json" + "'", "C2: ");
  expect_refused("show cnn --out '" + folder / "missing/net.json" + "'",
                 "cannot be written: No such file or directory");
  expect_refused("show cnn --out '" + folder.path() + "'", "cannot be written: Is a directory");
  expect_refused("show cnn --out /dev/full", "/dev/full: cannot be written: No space left on device");
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(CliShow, reports_a_standard_output_that_cannot_be_written) {
  expect_refused(shell(command() + " show cnn >/dev/full"),
                 "standard output: cannot be written: No space left on device");
  expect_refused(shell(command() + " show cnn >&-"), "standard output: cannot be written: Bad file descriptor");
  expect_refused(shell(command() + " --help >/dev/full"), "standard output: cannot be written");
}

TEST(CliShow, writes_no_output_into_a_file_that_took_the_place_of_a_closed_descriptor) {
  const Folder folder;
  const Outcome o = shell(command() + " show cnn --format json --out '" + folder / "net.json" + "' <&- >&- 2>&-");
  EXPECT_EQ(o.status, 0);
  EXPECT_EQ(content_of(folder / "net.json"), cnnspec("show cnn --format json").out);
}

std::string long_network(std::size_t layers) {
  std::string text = R"({"input": [5], "layers": [{"kind": "relu"})";
  for (std::size_t n = 1; n < layers; ++n) text += R"(,{"kind": "relu"})";
  return text + "]}";
}

TEST(CliShow, ends_quietly_when_its_reader_goes_away) {
  const Folder folder;
  const std::string file = folder.file("net.json", long_network(5000));  // more than the capacity of a pipe
  const Outcome o = shell("{ " + command() + " show '" + file + "' --format json; echo status $? >&2; } | head -1");
  EXPECT_EQ(o.out, "{\n");
  EXPECT_EQ(o.err, "status 0\n");
}

TEST(CliShow, refuses_or_describes_huge_networks_at_once_and_without_memory_for_them) {
  const auto most_memory = [] {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    return usage.ru_maxrss;  // in KiB
  };
  const auto memory_before = most_memory();
  const auto start = std::chrono::steady_clock::now();
  const Folder folder;
  expect_refused("show cnn --config in_h=4611686018427387904,in_w=4611686018427387904", "C3: ");
  expect_refused("show cnn --config padding1=9223372036854775807", "C3: ");
  expect_refused("show cnn --config c1=3037000500,c2=3037000500", "C3: ");
  EXPECT_EQ(cnnspec("show cnn --config in_h=10000000,in_w=10000000").status, 0);
  expect_refused("show '" + folder.file("deep.json", std::string(1'000'000, '[')) + "'", "at most 8 levels of nesting");
  expect_refused("show '" + folder.file("big.json", std::string(5'000'000, ' ')) + "'", "at most 1048576 bytes");
  expect_refused("show /dev/zero", "at most 1048576 bytes");
  expect_refused("show '" + folder.file("long.json", long_network(10'001)) + "'", "1 to 10000 layers, got 10001");
  EXPECT_EQ(cnnspec("show '" + folder.file("long.json", long_network(10'000)) + "'").status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(5))
      << "not a benchmark: that would be hours";
  EXPECT_LT(most_memory(), std::max(memory_before, 500L * 1024));
}

// ---- Programs that read the output of show.

/// Networks that use all features of the formats.
std::vector<NamedNetwork> networks() {
  const auto parse = [](const char* text) { return checks::parse_network(text, "test"); };
  return {checks::built_in_network("cnn", {}),
          checks::built_in_network(
              "cnn2", checks::parse_config("in_h=17,in_w=20,kernel_w=2,stride1=2,padding2=2,pool_kernel_w=3", "")),
          parse(R"({"name": "asymmetric padding", "input": [2, 7, 10], "layers": [
          {"kind": "conv2d", "out_channels": 3, "kernel": [3, 2], "stride": [1, 2], "padding": [0, 1, 2, 3]},
          {"kind": "max_pool2d", "kernel": [2, 3], "stride": 1, "padding": [1, 0, 0, 1]}, {"kind": "flatten"}]})"),
          // The first window holds one real cell, and that is negative: a padding of zero would win.
          parse(R"({"name": "pooling beside padding", "input": [1, 3, 3], "layers": [
          {"kind": "max_pool2d", "kernel": 2, "padding": [1, 1, 0, 0]}]})"),
          parse(R"({"name": "groups and dilation", "input": [4, 9, 11], "layers": [
          {"kind": "conv2d", "out_channels": 6, "kernel": [2, 3], "dilation": [2, 1], "groups": 2, "padding": [1, 0]},
          {"kind": "max_pool2d", "kernel": [2, 3], "stride": [1, 2], "dilation": [2, 1], "padding": [0, 1]}, {"kind": "relu"},
          {"kind": "conv2d", "out_channels": 6, "kernel": 1, "groups": 6, "stride": 2}]})"),
          parse(R"({"name": "features \"only\" \\N", "input": [6], "layers": [
          {"kind": "linear", "out_features": 5, "name": "a.b"}, {"kind": "relu", "name": "forward"}, {"kind": "flatten"},
          {"kind": "linear", "out_features": 1, "name": "größe"}]})")};
}

std::string write(const Folder& folder, std::size_t n, const char* extension, const std::string& text) {
  return folder.file("network" + std::to_string(n) + extension, text);
}

TEST(ShowDot, is_read_by_Graphviz) {
  if (shell("dot -V").status != 0) GTEST_SKIP() << "Graphviz is not installed (Debian: graphviz)";
  const Folder folder;
  const std::vector<NamedNetwork> all = networks();
  for (std::size_t n = 0; n < all.size(); ++n) {
    const checks::Summary summary = summarize(all[n]);
    const Outcome o = shell("dot -Tsvg '" + write(folder, n, ".dot", show_dot(summary)) + "'");
    EXPECT_EQ(o.status, 0) << all[n].name;
    EXPECT_EQ(o.err, "");
    std::size_t nodes = 0;
    for (std::size_t at = 0; (at = o.out.find("class=\"node\"", at)) != std::string::npos; ++at) ++nodes;
    EXPECT_EQ(nodes, summary.layers.size() + 2) << all[n].name;
    for (const auto& layer : summary.layers) {
      const bool is_plain = layer.name.find_first_of("\"&<>ö") == std::string::npos;  // SVG writes these otherwise
      EXPECT_TRUE(!is_plain || contains(o.out, ">" + layer.name + "<")) << layer.name;
    }
  }
}

/// A python3 that has PyTorch, or "".
std::string python_with_torch() {
  for (const char* python : {"python3", "/usr/bin/python3"})
    if (shell(std::string(python) + " -c 'import torch'").status == 0) return python;
  return "";
}

constexpr const char* no_torch =
    "no python3 here has PyTorch (Debian: python3-torch), which ./cnnspec test does not install";

/// Small integers, so that every sum is exact. The program below gives PyTorch the same numbers.
double value(std::size_t n, std::size_t tensor) { return static_cast<double>((n * 7 + tensor * 3) % 11) - 5; }

constexpr const char* run_programs = R"(
import runpy, sys, torch

def values(tensor, number):
    n = torch.arange(tensor.numel())
    return ((n * 7 + number * 3) % 11 - 5).reshape(tensor.shape).double()

for path in sys.argv[1:]:
    program = runpy.run_path(path, run_name="__main__")
    model = program["model"].double()
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            parameter.copy_(values(parameter, number + 1))
        y = model(values(torch.zeros(program["INPUT_SHAPE"]), 0))
    print("values:", *(int(v) for v in y.flatten()))
)";

template <class X>
std::string forward(const NamedNetwork& network, const X& shape) {
  const auto filled = [](auto tensor, std::size_t number) {
    for (Idx n = 0; n < tensor.size(); ++n) tensor[n] = value(static_cast<std::size_t>(n), number);
    return tensor;
  };
  Network<double> net(network.definition);
  std::size_t number = 0;
  for (auto& layer : net.layers)
    std::visit(
        [&](auto& l) { std::apply([&](auto&... p) { ((p = filled(std::move(p), ++number)), ...); }, l.parameters()); },
        layer);
  std::string text = "values:";
  std::visit(
      [&](const auto& y) {
        for (Idx n = 0; n < y.size(); ++n) text += " " + std::to_string(static_cast<Idx>(y[n]));
      },
      net.forward(AnyTensor<double>(filled(zeros<double>(shape), 0))));
  return text;
}

std::string python_tuple(const std::vector<Idx>& extents) {
  std::string text = "(1";
  for (const Idx e : extents) text += ", " + std::to_string(e);
  return text + ")";
}

TEST(ShowPytorch, runs_as_it_is_and_computes_what_the_specification_computes) {
  const std::string python = python_with_torch();
  if (python.empty()) GTEST_SKIP() << no_torch;
  const Folder folder;
  std::string line = python + " '" + folder.file("run.py", run_programs) + "'";
  std::string expected;
  const std::vector<NamedNetwork> all = networks();
  for (std::size_t n = 0; n < all.size(); ++n) {
    const checks::Summary summary = summarize(all[n]);
    line += " '" + write(folder, n, ".py", show_pytorch(summary)) + "'";
    expected += "output shape: " + python_tuple(summary.output()) + "\n";
    expected += "parameters: " + std::to_string(summary.parameters) + "\n";
    expected += with_shape(summary.input, [&](const auto& shape) { return forward(all[n], shape); }) + "\n";
  }
  const Outcome o = shell(line);
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(o.out, expected);
  EXPECT_TRUE(contains(expected, "values:")) << "something was compared";
}

TEST(ShowPytorch, renames_layers_that_are_named_like_attributes_of_the_installed_Sequential) {
  const std::string python = python_with_torch();
  if (python.empty()) GTEST_SKIP() << no_torch;
  const Outcome attributes = shell(python + " -c 'import torch; print(*dir(torch.nn.Sequential()), sep=\"\\n\")'");
  NamedNetwork network{"names", {{5}, {}}};
  for (const std::string& name : lines_of(attributes.out)) network.definition.layers.push_back({name, ReluLayer{}});
  ASSERT_GT(network.definition.layers.size(), 50u);
  const Folder folder;
  const Outcome o = shell(python + " '" + folder.file("names.py", show_pytorch(summarize(network))) + "'");
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(o.out, "output shape: (1, 5)\nparameters: 0\n");
}

}  // namespace
}  // namespace cnnspec::tests
