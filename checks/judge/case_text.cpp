#include "checks/judge/case_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/names.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr const char* case_option = "--case";

/// The words of a case, one after the other.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::string next() {
    skip_spaces();
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }
  std::string rest() {
    skip_spaces();
    return std::string(rest_);
  }

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

std::uint64_t seed_of(const std::string& word) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seed);
  if (word.empty() || error != std::errc{} || end != word.data() + word.size())
    throw UsageError(case_option, "", "a number from 0 to 18446744073709551615 after seed", in_quotes(word));
  return seed;
}

}  // namespace

bool is_case_text(const std::string& text) {
  Words words(text);
  return find_pass(words.next()) != nullptr && !words.rest().empty();
}

Case parse_case(const std::string& text, const Case& usual) {
  Words words(text);
  Case c = usual;
  c.op = op_named(case_option, words.next());
  c.dtype = dtype_named(case_option, words.next());
  c.problem = parse_descriptor(layer_id(c.op), words.next());
  for (std::string word = words.next(); !word.empty(); word = words.next()) {
    if (word == "seed") {
      c.seed = seed_of(words.next());
    } else if (word == "data") {
      c.data = words.rest();
      if (c.data.empty()) throw UsageError(case_option, "", "a family of data, or numbers, after data", "nothing");
      return c;
    } else {
      throw UsageError(case_option, "", "seed N or data TEXT after the descriptor", in_quotes(word));
    }
  }
  return c;
}

std::string to_text(const Case& c) {
  std::string text = fmt::format("{} {} {} seed {}", name_of(c.op), name_of(c.dtype), to_descriptor(c.problem), c.seed);
  return c.data.empty() ? text : text + " data " + c.data;
}

}  // namespace cnnspec::checks
