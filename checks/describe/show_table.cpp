// The table of a network: one row for each layer.
#include <fmt/format.h>

#include <algorithm>

#include "checks/describe/show.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

const std::string not_applicable = "--";

struct Column {
  std::string title;
  bool is_number = false;                         // flush right
  std::vector<std::string> dull{not_applicable};  // a column with only these is left out
  std::vector<std::string> cells{};
};

std::string shape(const std::vector<Idx>& extents) { return "[" + joined(extents, ", ") + "]"; }

std::string both(Idx height, Idx width) {
  return height == width ? std::to_string(height) : fmt::format("{}x{}", height, width);
}

std::string padding(const Window& w) {
  if (w.pads_symmetrically()) return both(w.top, w.left);
  return fmt::format("{},{},{},{}", w.top, w.left, w.bottom, w.right);
}

std::string count(Idx n) { return n == 0 ? not_applicable : thousands(n); }

std::vector<Column> columns_of(const Summary& network) {
  Column name{"Layer (kind)"}, input{"Input shape"}, output{"Output shape"}, kernel{"Kernel"}, stride{"Stride"};
  Column pad{"Padding"}, dilation{"Dilation", false, {not_applicable, "1"}},
      groups{"Groups", false, {not_applicable, "1"}};
  Column parameters{"Param #", true, {}}, mult_adds{"Mult-adds", true, {}};
  for (std::size_t n = 0; n < network.layers.size(); ++n) {
    const LayerDescription& layer = network.layers[n];
    const auto w = window_of(layer);
    name.cells.push_back(fmt::format("{} ({})", printable(layer.name), layer.kind));
    input.cells.push_back(shape(layer.input));
    output.cells.push_back(shape(layer.output));
    kernel.cells.push_back(w ? fmt::format("{}x{}", w->kernel_height, w->kernel_width) : not_applicable);
    stride.cells.push_back(w ? both(w->stride_height, w->stride_width) : not_applicable);
    pad.cells.push_back(w ? padding(*w) : not_applicable);
    dilation.cells.push_back(w ? both(w->dilation_height, w->dilation_width) : not_applicable);
    groups.cells.push_back(w && w->groups ? std::to_string(*w->groups) : not_applicable);
    parameters.cells.push_back(count(layer.parameters));
    mult_adds.cells.push_back(count(network.mult_adds[n]));
  }
  std::vector<Column> all{name, input, output, kernel, stride, pad, dilation, groups, parameters, mult_adds};
  const auto is_dull = [](const Column& c) {
    return std::all_of(c.cells.begin(), c.cells.end(), [&](const std::string& cell) {
      return std::find(c.dull.begin(), c.dull.end(), cell) != c.dull.end();
    });
  };
  std::erase_if(all, is_dull);
  return all;
}

Idx width(const Column& c) {
  Idx widest = columns(c.title);
  for (const std::string& cell : c.cells) widest = std::max(widest, columns(cell));
  return widest;
}

std::string line(const std::vector<Column>& all, const std::vector<Idx>& widths, auto cell_of) {
  std::string text;
  for (std::size_t n = 0; n < all.size(); ++n) {
    const std::string& cell = cell_of(all[n]);
    const std::string space(static_cast<std::size_t>(widths[n] - columns(cell)), ' ');
    text += (n == 0 ? "" : "  ") + (all[n].is_number ? space + cell : cell + space);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string as_float32(Idx elements) {
  const double kib = static_cast<double>(elements) * 4 / 1024;
  if (kib < 1) return fmt::format("{} bytes as float32", elements * 4);
  return kib < 1024 ? fmt::format("{:.1f} KiB as float32", kib) : fmt::format("{:.1f} MiB as float32", kib / 1024);
}

std::string totals(const Summary& network) {
  std::string text;
  const auto add = [&](const char* what, Idx n, const std::string& note) {
    text += fmt::format("{:<18} {:>15}{}\n", what, thousands(n), note);
  };
  add("Total params:", network.parameters, fmt::format("  ({})", as_float32(network.parameters)));
  add("Total mult-adds:", network.total_mult_adds, "");
  add("Input elements:", network.inputs, fmt::format("  ({})", as_float32(network.inputs)));
  add("Activations:", network.activations, fmt::format("  ({}, all layers' outputs)", as_float32(network.activations)));
  return text;
}

}  // namespace

std::string show_table(const Summary& network) {
  const std::vector<Column> all = columns_of(network);
  std::vector<Idx> widths;
  Idx total = 0;
  for (const Column& c : all) {
    widths.push_back(width(c));
    total += widths.back() + (total == 0 ? 0 : 2);
  }
  const std::string rule = std::string(static_cast<std::size_t>(total), '=') + "\n";
  std::string text = printable(network.name) + "\n" + rule;
  text += line(all, widths, [](const Column& c) -> const std::string& { return c.title; });
  text += rule;
  for (std::size_t n = 0; n < network.layers.size(); ++n)
    text += line(all, widths, [&](const Column& c) -> const std::string& { return c.cells[n]; });
  return text + rule + totals(network);
}

}  // namespace cnnspec::checks
