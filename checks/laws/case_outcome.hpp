// The result of a case of a fuzzer, a corpus or a property test.
#pragma once

#include <string>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// A case that has compared nothing has shown nothing.
struct CaseOutcome {
  Idx compared = 0;
  std::string failure{};    // the mistake, in several lines; empty: none
  std::string reproduce{};  // a command line that shows it again, if there is one besides the fuzzer's own
  bool holds() const { return failure.empty(); }
};

}  // namespace cnnspec::checks
