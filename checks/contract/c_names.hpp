// The registry's problems and tensors, written in C.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

inline constexpr std::size_t widest_line = 120;

/// The C type that stores the numbers: "float", "uint16_t".
inline std::string c_type(const DTypeRow& row) {
  if (*row.bits != '\0') return "uint" + std::to_string(8 * row.bytes) + "_t";
  return row.bytes == sizeof(double) ? "double" : "float";
}

/// The C type of a tensor; "T" for the storage type.
inline std::string c_type(const Port& port) {
  if (port.element == Element::int64) return "int64_t";
  return port.element == Element::boolean ? "uint8_t" : "T";
}

/// The tensors of a function: "const T *x, T *y". `star`: "* " or " *".
inline std::string c_tensors(const Pass& pass, const std::string& star) {
  std::string all;
  for (const Port& port : pass.inputs) all += ", const " + c_type(port) + star + port.name;
  for (const Port& port : pass.outputs) all += ", " + c_type(port) + star + port.name;
  return all;
}

/// Splits a long line after commas.
inline std::vector<std::string> c_lines(std::string line) {
  constexpr std::size_t room = widest_line - 1;
  std::vector<std::string> lines;
  while (line.size() > room) {
    const std::size_t comma = line.rfind(", ", room - 1);
    if (comma == std::string::npos) break;
    lines.push_back(line.substr(0, comma + 1));
    line = "      " + line.substr(comma + 2);
  }
  lines.push_back(line);
  return lines;
}

/// The lines of a macro, joined with backslashes.
inline std::string c_macro(const std::vector<std::string>& all) {
  std::vector<std::string> lines;
  for (const std::string& line : all)
    for (const std::string& part : c_lines(line)) lines.push_back(part);
  std::string macro;
  for (std::size_t n = 0; n + 1 < lines.size(); ++n) {
    std::string& line = lines[n];
    line.resize(std::max(line.size() + 1, widest_line), ' ');
    macro += line + "\\\n";
  }
  return macro + lines.back() + '\n';
}

}  // namespace cnnspec::checks
