// Generates vocabulary/operations.hpp.
#include <fmt/format.h>

#include "checks/contract/headers.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* layout = R"(// Written by cnnspec_generate, from the registry in checks/layers. Do not edit.
//
// The layers and the operations by number. The programs that call kernels use this file, because they must not depend
// on the registry. A number is never changed and never used again: seeds and corpora contain it.
#pragma once

#include <array>
#include <cstdint>

namespace cnnspec::checks {{

enum class LayerId : std::uint16_t {{
{layers}}};

enum class Op : std::uint16_t {{
{operations}}};

struct NamedOp {{
  Op op;
  LayerId layer;
  const char* name;
}};
inline constexpr std::array<NamedOp, {count}> named_ops{{{{
{named}}}}};

/// As in the names of the contract's functions.
constexpr const char* name_in_contract(Op op) {{
  for (const NamedOp& known : named_ops)
    if (known.op == op) return known.name;
  return "";
}}

}}  // namespace cnnspec::checks
)";

}  // namespace

std::string operations_header() {
  std::string known_layers, operations, named;
  for (const Layer* layer : layers())
    known_layers += fmt::format("  {} = {},\n", layer->name, static_cast<int>(layer->id));
  for (const Op op : all_ops()) {
    operations += fmt::format("  {} = {},\n", name_of(op), static_cast<int>(op));
    named += fmt::format("    {{Op::{0}, LayerId::{1}, \"{0}\"}},\n", name_of(op), layer_of(op).name);
  }
  return fmt::format(layout, fmt::arg("layers", known_layers), fmt::arg("operations", operations),
                     fmt::arg("count", all_ops().size()), fmt::arg("named", named));
}

}  // namespace cnnspec::checks
