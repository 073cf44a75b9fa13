// What came of a case that a fuzzer, a corpus or a property test tried.
#pragma once

#include <string>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// Nothing compared is nothing shown.
struct CaseOutcome {
  Idx compared = 0;
  std::string failure{};    // what is wrong, in several lines; empty: nothing
  std::string reproduce{};  // a command line that shows it again, where there is one besides the fuzzer's own
  bool holds() const { return failure.empty(); }
};

}  // namespace cnnspec::checks
