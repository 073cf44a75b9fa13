// Generates cnnspec/kernel.h from the layers' problems and passes.
#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "checks/contract/c_names.hpp"
#include "checks/contract/headers.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* before_layers =
    R"(/* The contract between cnnspec and a kernel under test. ABI 1. Plain C11; compiles as C and as C++.
 *
 * Written by cnnspec_generate, from the registry in checks/layers. Do not edit.
 *
 * A kernel is a shared library that exports cnnspec_kernel_abi and any of the functions declared below. Functions that
 * it does not export are not judged. To judge it:
 *
 *     cnnspec judge ./libmykernel.so
 *
 * A kernel must write every element of its outputs, whatever they held before. It must write nothing else, and leave
 * its inputs as they are. It returns
 *     0               done
 *     1               this configuration is not supported: not a failure, but counted and shown
 *     anything else   the kernel's own error: a failure
 *
 * Each tensor is aligned for its element type, and no more. During a call, the memory next to a tensor cannot be
 * accessed: read nothing outside a tensor, even if you ignore what you read. Unsigned integers hold bit patterns;
 * int64_t holds numbers.
 *
 * The functions are called in a child process of the judge: one call at a time, in any order, any number of times. Any
 * call may be the first one in a fresh process. A call may leave something behind that helps a later call, but no call
 * may depend on it.
 *
 * All tensors are dense and row-major; x and y of images are NCHW. Dilation 1 is dense. The sizes along an axis of a
 * window satisfy out = (in + pad_before + pad_after - (dilation*(kernel-1) + 1)) / stride + 1, rounded down.
 *
)";

constexpr const char* before_structs = R"( */
#ifndef CNNSPEC_KERNEL_H
#define CNNSPEC_KERNEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CNNSPEC_KERNEL_ABI 1

#define CNNSPEC_DONE 0
#define CNNSPEC_UNSUPPORTED 1

)";

constexpr const char* before_functions = R"(/* Required: returns CNNSPEC_KERNEL_ABI. */
int cnnspec_kernel_abi(void);
/* Optional: a name for reports. */
const char *cnnspec_kernel_name(void);

)";

constexpr const char* at_the_end = R"(
#ifdef __cplusplus
}
#endif

#endif
)";

std::vector<std::string> words_of_text(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// `text` as the lines of a comment; the first line begins with the start of a comment.
std::string in_comment(const std::string& text) {
  std::string all, line = " *";
  for (const std::string& word : words_of_text(text)) {
    if (line.size() + 1 + word.size() > widest_line - 1) all += line + '\n', line = " *  ";
    line += ' ' + word;
  }
  return all + line + '\n';
}

std::string remarks() {
  std::string all;
  for (const Layer* layer : layers())
    if (*layer->contract != '\0') all += in_comment(std::string(layer->name) + ": " + layer->contract);
  return all;
}

// ---- Structs ----

const char* type_of(const Field& field) { return field.kind == Field::Kind::real ? "double" : "int64_t"; }

/// The meaning of the values of a choice.
std::string comment_on(const Field& field) {
  if (field.kind == Field::Kind::flag) return " /* 0 or 1 */";
  if (field.kind != Field::Kind::choice) return "";
  std::string all;
  for (std::size_t n = 0; n < field.choices.size(); ++n)
    all += (n == 0 ? "" : ", ") + std::to_string(n) + ": " + field.choices[n];
  return " /* " + all + " */";
}

/// Whether a number of a window begins a new line, so that it is easy to find.
bool begins_line(std::string_view name, std::string_view before) {
  for (const std::string_view begin : {"kernel_", "pad_"})
    if (name.starts_with(begin) && !before.starts_with(begin)) return true;
  return false;
}

std::string struct_of(const Layer& layer) {
  std::string all = "typedef struct {\n", line;
  const Field* before = nullptr;
  const auto end_line = [&] {
    if (!line.empty()) all += line + ";" + comment_on(*before) + '\n';
    line.clear();
  };
  for (const Field& field : layer.fields) {
    const bool stands_alone = !comment_on(field).empty() || (before != nullptr && !comment_on(*before).empty());
    const bool fits = line.size() + std::string_view(field.name).size() + 3 <= widest_line;
    if (before == nullptr || stands_alone || !fits || std::string_view(type_of(*before)) != type_of(field) ||
        begins_line(field.name, before->name))
      end_line();
    line += line.empty() ? std::string("  ") + type_of(field) + " " : std::string(", ");
    line += field.name;
    before = &field;
  }
  end_line();
  return all + "} " + layer.problem + ";\n\n";
}

/// Each struct once: layers may share a struct.
std::string structs() {
  std::string all;
  std::vector<std::string> known;
  for (const Layer* layer : layers()) {
    if (*layer->problem == '\0') continue;
    const std::string text = struct_of(*layer);
    if (std::ranges::find(known, text) != known.end()) continue;
    if (all.find("} " + std::string(layer->problem) + ";") != std::string::npos)
      throw std::runtime_error(std::string(layer->problem) + " has other fields in another layer than in " +
                               layer->name);
    known.push_back(text), all += text;
  }
  return all;
}

// ---- Functions ----

/// The names of the optional tensors: "`b`".
std::string optional_tensors() {
  std::vector<std::string> names;
  for (const Op op : all_ops())
    for (const Port& port : pass_of(op).inputs)
      if (const std::string name = "`" + std::string(port.name) + "`";
          port.is_optional && !std::ranges::count(names, name))
        names.push_back(name);
  return joined(names, ", ");
}

std::string declarations() {
  std::vector<std::string> lines{"#define CNNSPEC_DECLARE_KERNELS(suffix, T)"};
  for (const Op op : all_ops())
    lines.push_back(std::string("  int cnnspec_") + name_of(op) + "_##suffix(const " + layer_of(op).problem + " *" +
                    c_tensors(pass_of(op), " *") + ");");
  return "/* The operations, once for each storage type. Optional tensors, NULL if missing: " + optional_tensors() +
         ". */\n" + c_macro(lines);
}

std::string storage_types() {
  const auto declared = [](const DTypeRow& row) {
    return std::string("CNNSPEC_DECLARE_KERNELS(") + row.name + ", " + c_type(row) + ")";
  };
  std::size_t widest = 0;
  for (const DTypeRow& row : dtype_rows) widest = std::max(widest, declared(row).size());
  std::string all;
  for (const DTypeRow& row : dtype_rows) {
    all += declared(row);
    if (*row.bits != '\0')
      all += std::string(widest - declared(row).size(), ' ') + " /* " + row.bits + " bit patterns */";
    all += '\n';
  }
  return all;
}

}  // namespace

std::string contract_header() {
  return before_layers + remarks() + before_structs + structs() + before_functions + declarations() + '\n' +
         storage_types() + at_the_end;
}

}  // namespace cnnspec::checks
