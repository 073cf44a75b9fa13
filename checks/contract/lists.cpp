#include "checks/contract/lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "checks/vocabulary/layer.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

using Names = std::vector<std::string>;

Names storage_types() {
  Names names;
  for (const DTypeRow& row : dtype_rows) names.emplace_back(row.name);
  return names;
}

template <class Has>
Names layers_that(Has has) {
  Names names;
  for (const Layer* layer : layers())
    if (has(*layer)) names.emplace_back(layer->name);
  return names;
}
Names layers_with_operations() {
  return layers_that([](const Layer& layer) { return !layer.passes.empty(); });
}

bool is_among(const Names& some, const Names& all) {
  return !some.empty() &&
         std::ranges::all_of(some, [&](const auto& name) { return std::ranges::count(all, name) > 0; });
}

// ---- Schemas ----

/// The words of a JSON array of strings; empty if it has anything else.
Names words_in(const std::string& array) {
  Names words;
  std::size_t at = 0;
  for (; (at = array.find('"', at)) != std::string::npos; ++at) {
    const std::size_t end = array.find('"', at + 1);
    if (end == std::string::npos) return {};
    words.push_back(array.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

/// A JSON array, in one line if it is short. `before`: the text before it in its first line.
std::string json_array(const Names& names, const std::string& before) {
  constexpr std::size_t longest = 119;
  const std::string line = "[\"" + joined(names, "\", \"") + "\"]";
  if (before.size() + line.size() <= longest) return line;
  const std::string indent(before.find_first_not_of(' '), ' ');
  return "[\n" + indent + "  \"" + joined(names, "\",\n" + indent + "  \"") + "\"\n" + indent + "]";
}

// ---- Pages ----

std::string in_code(const char* name) { return fmt::format("`{}`", name); }

std::string names_of(std::span<const Port> ports) {
  Names names;
  for (const Port& port : ports) names.push_back(in_code(port.name));
  return joined(names, ", ");
}

std::string table_of_operations() {
  std::string rows = "\n| operation | problem | inputs | outputs |\n|---|---|---|---|\n";
  for (const Op op : all_ops())
    rows += fmt::format("| `{}` | `{}` | {} | {} |\n", name_of(op), layer_of(op).problem, names_of(pass_of(op).inputs),
                        names_of(pass_of(op).outputs));
  return rows;
}

std::string table_of_problems() {
  std::string rows = "\n| problem | numbers |\n|---|---|\n";
  Names known;
  for (const Layer* layer : layers()) {
    if (layer->passes.empty() || std::ranges::count(known, layer->problem) > 0) continue;
    known.emplace_back(layer->problem);
    Names fields;
    for (const Field& field : layer->fields) fields.push_back(in_code(field.name));
    rows += fmt::format("| `{}` | {} |\n", layer->problem, joined(fields, ", "));
  }
  return rows;
}

std::string table_of_layers() {
  std::string rows = "\n| layer | operations |\n|---|---|\n";
  for (const Layer* layer : layers()) {
    if (layer->passes.empty()) continue;
    Names operations;
    for (const Pass& pass : layer->passes) operations.push_back(in_code(pass.name));
    rows += fmt::format("| `{}` | {} |\n", layer->name, joined(operations, ", "));
  }
  return rows;
}

/// "a, b and c"
std::string in_words(const Names& names) {
  std::string all;
  for (std::size_t n = 0; n < names.size(); ++n)
    all += (n == 0 ? "" : n + 1 == names.size() ? " and " : ", ") + names[n];
  return all;
}

/// The words in the form of a fuzzer's dictionary.
std::string words_of_dictionary() {
  std::string all = "\n";
  for (const Layer* layer : layers()) all += fmt::format("\"\\\"{}\\\"\"\n", layer->name);
  for (const std::string& name : names_of_operations()) all += fmt::format("\"{}\"\n", name);
  for (const std::string& name : storage_types()) all += fmt::format("\"{}\"\n", name);
  return all;
}

const std::map<std::string, std::string>& lists() {
  static const std::map<std::string, std::string> all{
      {"operations", table_of_operations()},        {"problems", table_of_problems()}, {"layers", table_of_layers()},
      {"storage types", in_words(storage_types())}, {"words", words_of_dictionary()},
  };
  return all;
}

/// The marks around a list.
struct Marks {
  std::string begin, behind_name, end;
};
const Marks in_markdown{"<!-- written: ", " -->", "<!-- end -->"}, in_dictionary{"# written: ", "\n", "# end"};

std::string with_marked_lists(const std::string& text, const Marks& marks) {
  std::string all;
  std::size_t at = 0;
  for (std::size_t begin; (begin = text.find(marks.begin, at)) != std::string::npos;) {
    const std::size_t name = begin + marks.begin.size(), behind = text.find(marks.behind_name, name);
    const std::size_t end = text.find(marks.end, behind);
    const auto list = lists().find(text.substr(name, behind - name));
    if (end == std::string::npos || list == lists().end())
      throw std::runtime_error("a list without an end, or that is not known: " + in_quotes(text.substr(begin)));
    all += text.substr(at, behind - at) + marks.behind_name;
    all += marks.behind_name.ends_with('\n') ? list->second.substr(1) : list->second;
    at = end;
  }
  return all + text.substr(at);
}

}  // namespace

std::string with_enumerations(const std::string& schema, const Names& layers) {
  std::string all;
  std::size_t at = 0;
  while (at < schema.size()) {
    const std::size_t begin = std::min(schema.find("\"enum\": [", at), schema.find("\"required\": [", at));
    if (begin == std::string::npos) break;
    const std::size_t array = schema.find('[', begin), end = schema.find(']', array) + 1;
    const std::string old = schema.substr(array, end - array);
    const Names words = words_in(old);
    const std::string before = schema.substr(schema.rfind('\n', begin) + 1, array - schema.rfind('\n', begin) - 1);
    all += schema.substr(at, array - at);
    const Names *wanted = nullptr, operations = names_of_operations(), types = storage_types();
    for (const Names* const names : {&operations, &types, &layers})
      if (is_among(words, *names)) wanted = names;
    all += wanted == nullptr ? old : json_array(*wanted, before);
    at = end;
  }
  return all + schema.substr(at);
}

std::string with_lists(const std::string& page) {
  return with_marked_lists(with_marked_lists(page, in_markdown), in_dictionary);
}

std::vector<PartlyWritten> partly_written_files() {
  std::vector<PartlyWritten> files;
  for (const char* path : {"README.md", "docs/worker.md", "fuzz/dictionaries/inputs.dict"})
    files.push_back({path, with_lists});
  for (const char* path : {"reports/schema/judge.json", "reports/schema/judge-network.json"})
    files.push_back({path, [](const std::string& text) { return with_enumerations(text, layers_with_operations()); }});
  files.push_back({"reports/schema/census.json", [](const std::string& text) {
                     return with_enumerations(text,
                                              layers_that([](const Layer& layer) { return layer.census != nullptr; }));
                   }});
  return files;
}

}  // namespace cnnspec::checks
