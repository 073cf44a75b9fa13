#include "checks/data/literal_data.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <sstream>

#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

[[noreturn]] void refuse(const std::string& word, const std::string& expected, const std::string& given) {
  throw UsageError("--data", shortened(word), expected, given);
}

std::size_t input_named(const Operation& operation, const std::string& name, const std::string& word) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < operation.inputs.size(); ++i) {
    if (operation.inputs[i].name == name) return i;
    names.push_back(operation.inputs[i].name);
  }
  refuse(word, one_of(names, name), in_quotes(name));
}

template <class T>
T number_in(const std::string& text, const std::string& word, const char* what) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) refuse(word, what, in_quotes(text));
  return value;
}

void parse_word(const Operation& operation, DType dtype, const std::string& word, Operands<double>& inputs) {
  const std::size_t equals = word.find('='), open = word.find('[');
  if (equals == std::string::npos) refuse(word, "NAME[INDEX]=NUMBER, or NAME=0", in_quotes(word));
  const bool has_index = open < equals;
  const std::size_t input = input_named(operation, word.substr(0, has_index ? open : equals), word);
  const Idx count = operation.inputs[input].count();
  if (inputs[input].empty()) inputs[input].assign(static_cast<std::size_t>(count), 0.0);
  const double value = number_in<double>(word.substr(equals + 1), word, "a number");
  if (!has_index) {
    if (value != 0) refuse(word, "0, or an index in brackets before =", shortened(word.substr(equals + 1)));
    return;
  }
  if (word[equals - 1] != ']') refuse(word, "] before =", in_quotes(word));
  const Idx index = number_in<Idx>(word.substr(open + 1, equals - open - 2), word, "an index");
  if (index < 0 || index >= count) refuse(word, fmt::format("an index from 0 to {}", count - 1), std::to_string(index));
  const TensorInfo& tensor = operation.inputs[input];
  if (!tensor.is_stored()) {
    if (!(!std::signbit(value) && value < static_cast<double>(tensor.below) && value == std::floor(value)))
      refuse(word, fmt::format("a whole number from 0 to {}", tensor.below - 1), shortened(word.substr(equals + 1)));
  } else if (!std::isnan(value) && rounded_to(dtype, value) != value)
    refuse(word, fmt::format("a number that {} holds", name_of(dtype)), shortened(word.substr(equals + 1)));
  inputs[input][static_cast<std::size_t>(index)] = value;
}

}  // namespace

bool is_literal(const std::string& text) { return text.find('=') != std::string::npos; }

Operands<double> parse_literal(const Operation& operation, DType dtype, const std::string& text) {
  Operands<double> inputs(operation.inputs.size());
  std::istringstream words(text);
  for (std::string word; words >> word;) parse_word(operation, dtype, word, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].empty() && !operation.inputs[i].is_optional) inputs[i].assign(static_cast<std::size_t>(operation.inputs[i].count()), 0.0);
  }
  return inputs;
}

std::string to_literal(const Operation& operation, const Operands<double>& inputs, std::size_t most) {
  std::string text;
  std::size_t written = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].empty()) continue;
    const std::size_t before = written;
    for (std::size_t n = 0; n < inputs[i].size(); ++n) {
      const double v = inputs[i][n];
      if (v == 0 && !std::signbit(v)) continue;
      if (++written > most) return "";
      text += fmt::format("{}{}[{}]={}", text.empty() ? "" : " ", operation.inputs[i].name, n, v);
    }
    if (written == before) text += fmt::format("{}{}=0", text.empty() ? "" : " ", operation.inputs[i].name);
  }
  return text;
}

}  // namespace cnnspec::checks
