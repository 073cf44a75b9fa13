// KeyValues: integers by name, from text of the form "in_h=16,in_w=16".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// A reader takes each name that it knows, and then calls finish():
///     KeyValues given("height=7", "--config");
///     const Idx height = given.take("height", 5), width = given.take("width", 5);
///     given.finish();
class KeyValues {
 public:
  /// Empty text holds nothing. `where` names the text in error messages. Throws UsageError on a pair that is not
  /// name=integer, on an integer that does not fit into Idx, and on a repeated name.
  KeyValues(std::string_view text, const std::string& where);

  /// The value given for `name`, or `otherwise`.
  Idx take(const std::string& name, Idx otherwise);

  /// Throws UsageError if a given name was never taken.
  void finish() const;

 private:
  struct Pair {
    std::string name;
    Idx value;
    Idx position;  // of its first character in the text, from 1
  };
  void add(std::string_view pair, Idx position);

  std::string where_;
  std::vector<Pair> pairs_;
  std::vector<std::string> known_;
};

}  // namespace cnnspec::checks
