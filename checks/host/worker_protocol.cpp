#include "checks/host/worker_protocol.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "checks/host/placing.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  for (const char c : line)
    if (c == ' ')
      fields.emplace_back();
    else
      fields.back() += c;
  return fields;
}

std::string function_name(Op op, DType dtype) { return fmt::format("{}_{}", name_of(op), name_of(dtype)); }

std::optional<std::pair<Op, DType> > function_named(std::string_view name) {
  for (const Op op : all_ops())
    for (const DTypeRow& row : dtype_rows)
      if (name == function_name(op, row.dtype)) return std::pair(op, row.dtype);
  return {};
}

// ---- What is asked ----

void add_number(std::string& line, std::string_view before, std::int64_t number) {
  char digits[20];
  line += before;
  line.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}
void add_numbers(std::string& line, char before, const std::vector<Idx>& numbers) {
  for (std::size_t n = 0; n < numbers.size(); ++n)
    add_number(line, n == 0 ? std::string_view(&before, 1) : ",", numbers[n]);
}

void add_problem(std::string& line, const Problem& p) {
  const std::span<const Field> fields = layer_of(p).fields;
  for (std::size_t n = 0; n < fields.size(); ++n) {
    const std::string key = fmt::format(" {}=", fields[n].name);
    if (fields[n].kind == Field::Kind::real)
      line += fmt::format("{}{}", key, p.real(n));
    else
      add_number(line, key, p.integer(n));
  }
}

/// Strides in elements of a dense row-major tensor.
std::vector<Idx> strides_of(const std::vector<Idx>& extents) {
  std::vector<Idx> strides(extents.size(), 1);
  for (std::size_t n = extents.size(); n-- > 1;) strides[n - 1] = strides[n] * extents[n];
  return strides;
}

void add_tensor(std::string& line, const TensorInfo& tensor, const Piece& place) {
  (line += ' ') += tensor.name;
  if (place.size == 0) {
    line += "=-";
    return;
  }
  add_number(line, "=", static_cast<std::int64_t>(place.offset));
  add_numbers(line, ':', tensor.extents), add_numbers(line, ':', strides_of(tensor.extents));
}

}  // namespace

FunctionSet parse_worker_hello(std::string_view line, const std::string& where, const std::string& besides) {
  const std::vector<std::string> fields = fields_of(line);
  if (fields.size() < 3 || fields[0] != "hello" || fields[1] != "1")
    throw UsageError(where, "", "\"hello 1 FUNCTION...\", with at least one function", in_quotes(line) + besides);
  FunctionSet functions;
  for (std::size_t n = 2; n < fields.size(); ++n) {
    const auto function = function_named(fields[n]);
    if (!function)
      throw UsageError(where, "",
                       "functions of cnnspec/kernel.h, such as " + function_name(all_ops().front(), DType::f32),
                       in_quotes(fields[n]) + besides);
    functions.set(function->first, function->second);
  }
  return functions;
}

std::string worker_hello(const FunctionSet& functions) {
  std::string line = protocol_hello;
  for (const DTypeRow& row : dtype_rows)
    for (const Op op : all_ops())
      if (functions.has(op, row.dtype)) line += ' ' + function_name(op, row.dtype);
  return line;
}

std::string worker_request(const Trial& t, std::uint64_t id, const TensorPlaces& places) {
  const Operation& o = *t.operation;
  std::string line = fmt::format("call {} {} heap={}", id, function_name(o.op, t.dtype), dirt_of(t.garbage));
  add_problem(line, o.problem);
  for (std::size_t i = 0; i < o.inputs.size(); ++i) add_tensor(line, o.inputs[i], places[i]);
  for (std::size_t i = 0; i < o.outputs.size(); ++i) add_tensor(line, o.outputs[i], places[most_inputs + i]);
  return line + '\n';
}

WorkerAnswer parse_worker_answer(std::string_view line, std::uint64_t id) {
  constexpr std::size_t most_said = 200;
  const std::string failed = fmt::format("error {}", id);
  if (line == fmt::format("done {}", id)) return {WorkerAnswer::Kind::done};
  if (line == fmt::format("unsupported {}", id)) return {WorkerAnswer::Kind::unsupported};
  if (line != failed && !line.starts_with(failed + ' ')) return {};
  std::vector<std::string> lines;
  for (std::string_view rest = line.substr(std::min(line.size(), failed.size() + 1)); lines.empty() || !rest.empty();) {
    const std::size_t end = std::min(rest.find('\r'), rest.size());
    lines.push_back(printable(rest.substr(0, end)));
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  const std::string text = printable(lines.front().substr(0, most_said));
  lines.erase(lines.begin());
  return {WorkerAnswer::Kind::error, text, lines};
}

}  // namespace cnnspec::checks
