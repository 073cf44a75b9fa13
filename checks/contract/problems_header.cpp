// Generates layers/problems.hpp.
#include <fmt/format.h>

#include <set>

#include "checks/contract/headers.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* layout_of_problems =
    R"(// Written by cnnspec_generate, from the registry in checks/layers. Do not edit.
//
// The problems of all layers, for tests and benchmarks. An engine does not use this file: it asks a Problem for its
// numbers.
#pragma once

#include <cstdlib>

{includes}
namespace cnnspec::checks {{

/// `visit(p)` with the problem as its own type.
template <class Visit, class AnyProblem>
decltype(auto) visit_problem(Visit visit, AnyProblem& problem) {{
  switch (problem.layer()) {{
{cases}    default:
      std::abort();  // it has no problem
  }}
}}

}}  // namespace cnnspec::checks
)";

}  // namespace

std::string problems_header() {
  std::set<std::string> includes;
  std::string cases, all_includes;
  for (const Layer* layer : layers()) {
    if (layer->fields.empty()) continue;
    includes.insert(fmt::format("#include \"checks/layers/{}/problem.hpp\"\n", layer->name));
    cases += fmt::format("    case LayerId::{}:\n      return visit(problem.template as<{}>());\n", layer->name,
                         layer->problem);
  }
  for (const std::string& include : includes) all_includes += include;
  return fmt::format(layout_of_problems, fmt::arg("includes", all_includes), fmt::arg("cases", cases));
}

}  // namespace cnnspec::checks
