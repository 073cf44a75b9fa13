// Generates kernels/functions.hpp.
#include "checks/contract/c_names.hpp"
#include "checks/contract/headers.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* begin = R"(// Written by cnnspec_generate, from the registry in checks/layers. Do not edit.
//
// The functions of cnnspec/kernel.h, for code that visits all of them and must not depend on the registry.
#pragma once

#include "cnnspec/kernel.h"

)";

std::string parameters(Op op) {
  return std::string("(const ") + layer_of(op).problem + "* problem" + c_tensors(pass_of(op), "* ") + ")";
}

std::string arguments(const Pass& pass) {
  std::string all = "(problem";
  for (const auto& ports : {pass.inputs, pass.outputs})
    for (const Port& port : ports) all += std::string(", ") + port.name;
  return all + ")";
}

}  // namespace

std::string functions_header() {
  std::vector<std::string> operations{"#define CNNSPEC_EACH_OPERATION(X, dtype, T)"};
  for (const Op op : all_ops())
    operations.push_back(std::string("  X(dtype, ") + name_of(op) + ", " + parameters(op) + ", " +
                         arguments(pass_of(op)) + ")");
  std::vector<std::string> types{"#define CNNSPEC_EACH_DTYPE(X)"};
  for (const DTypeRow& row : dtype_rows) types.push_back(std::string("  X(") + row.name + ", " + c_type(row) + ")");
  return std::string(begin) + "/// X(dtype, operation, parameters, arguments), for tensors of T.\n" +
         c_macro(operations) + "\n/// X(dtype, T).\n" + c_macro(types);
}

}  // namespace cnnspec::checks
