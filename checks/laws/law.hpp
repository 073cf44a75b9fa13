// Law: a condition that the functions of a layer must satisfy on every problem, for all data. The laws of a layer form
// a table. So tests, fuzzers and tools treat them alike, and the same law judges the specification and any other layer.
#pragma once

#include <exception>
#include <vector>

#include "checks/generate/choices.hpp"
#include "checks/laws/configuration.hpp"
#include "checks/laws/finding.hpp"

namespace cnnspec::checks {

template <class F, class P>
struct Law {
  using Functions = F;
  using Problem = P;

  const char* id;  // the clause: "L4", "P5", "N6"; or a word for laws without a clause number
  const char* sentence;
  Outcome (*judge)(const Functions&, const Problem&, Choices& data);
};

/// Judges one law on one problem, with data drawn from the seed. An exception of the functions is a finding.
template <class F, class P>
Outcome judge(const Law<F, P>& law, const F& functions, const P& problem, std::uint64_t data_seed) {
  RandomChoices data(data_seed);
  Outcome outcome;
  try {
    outcome = law.judge(checked(functions), problem, data);
  } catch (const std::exception& e) {
    outcome = Outcome().differ("result", {}, "one", e.what());
  }
  if (!outcome.holds()) outcome.found_in(law.id, law.sentence, F::layer, configuration_text(problem), data_seed);
  return outcome;
}

/// Judges all laws in turn; stops at the first finding.
template <class F, class P>
Outcome judge(const std::vector<Law<F, P>>& laws, const F& functions, const P& problem, std::uint64_t data_seed) {
  for (const Law<F, P>& law : laws) {
    const Outcome outcome = judge(law, functions, problem, data_seed);
    if (!outcome.holds()) return outcome;
  }
  return {};
}

}  // namespace cnnspec::checks
