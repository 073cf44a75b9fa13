#include "checks/laws/layer_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checks/laws/work.hpp"

namespace cnnspec::checks {

const LayerChecks& checks_of(const Layer& layer) {
  static const LayerChecks defaults;
  return layer.checks == nullptr ? defaults : *layer.checks;
}

bool is_always_judged(std::string_view id) { return id == "L2" || id == "L10" || id == "twin"; }

std::size_t laws_in_time(const Problem& problem) {
  // A law runs the layer several times and makes tensors; a few laws compute with filled-in zeros.
  constexpr double runs = 5, overhead = 40;
  constexpr std::size_t least = 2;
  const double cost = runs * (static_cast<double>(taps(problem)) + overhead) + work_of(problem) / 4;
  return std::max(static_cast<std::size_t>(most_law_work / cost), least);
}

void add_outcome(const Outcome& found, const char* id, const char* sentence, const Problem& problem,
                 CaseOutcome& outcome) {
  outcome.compared += found.compared();
  if (!found.holds())
    outcome.failure = text_of(*found.finding());
  else if (found.compared() == 0)
    outcome.failure =
        fmt::format("{} {} compared nothing\n  configuration: {}", id, sentence, configuration_text(problem));
}

void WrongTensors::expect_refusal(const char* what, Idx right, Idx wrong, const std::function<void()>& call) {
  if (!outcome_.holds()) return;
  std::string result = "it was accepted";
  try {
    call();
  } catch (const ShapeError& e) {
    const Violation& v = e.violation;
    if (v.clause == Clause::C6 && v.expected == right && v.actual == wrong) {
      ++outcome_.compared;
      return;
    }
    result = e.what();
  }
  outcome_.failure =
      fmt::format("{} that does not fit\n  expected: a refusal for C6, {} instead of {}, got: {}\n  configuration: {}",
                  what, wrong, right, result, configuration_text(problem_));
}

void add_report(const GradientReport& report, const Problem& problem, std::uint64_t seed, CaseOutcome& outcome) {
  outcome.compared += report.entries();
  if (!report.passed())
    outcome.failure = "finite differences: " +
                      (report.failure().empty() ? "no point without a change of branches" : report.failure()) +
                      "\n  configuration: " + configuration_text(problem) + "\n  seed: " + std::to_string(seed);
}

}  // namespace cnnspec::checks
