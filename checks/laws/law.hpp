// Law: something that must hold for the functions of a layer on every problem, whatever the data. The laws of a layer
// are a table, so that tests, fuzzers and tools go through them alike, and so that the same law judges the
// specification and anybody else's layer.
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

  const char* id;  // the clause: "L4", "P5", "N6"; or a word for the laws that the clauses do not number
  const char* sentence;
  Outcome (*judge)(const Functions&, const Problem&, Choices& data);
};

/// One law on one problem, with data drawn from the seed. What the functions throw is a finding.
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

/// All laws in turn; stops at the first finding.
template <class F, class P>
Outcome judge(const std::vector<Law<F, P>>& laws, const F& functions, const P& problem, std::uint64_t data_seed) {
  for (const Law<F, P>& law : laws) {
    const Outcome outcome = judge(law, functions, problem, data_seed);
    if (!outcome.holds()) return outcome;
  }
  return {};
}

}  // namespace cnnspec::checks
