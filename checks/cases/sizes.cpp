#include "checks/cases/sizes.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "checks/cases/clauses.hpp"
#include "checks/cases/problem_fields.hpp"
#include "checks/cases/problem_numbers.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/operation.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "cnnspec/network.hpp"

namespace cnnspec::checks {
namespace {

/// The refusal of `ask`, if it refuses. Other exceptions are not caught.
template <class Ask>
std::optional<Violation> refusal(Ask ask) {
  try {
    ask();
    return std::nullopt;
  } catch (const ShapeError& e) {
    return e.violation;
  }
}

std::string text_of(const std::optional<Violation>& v) {
  return v ? "refused: " + std::string(ShapeError(*v).what()) : "no refusal";
}

/// `expected` and `given` are functions: their texts are made only if they are needed.
template <class Expected, class Given>
void require_that(Outcome& outcome, bool satisfied, const char* who, Expected expected, Given given) {
  if (satisfied)
    outcome.held();
  else
    outcome.differ(who, {}, expected(), given());
}

/// Checks for a refusal with one of these clauses, or for no refusal if there is none.
void agrees(Outcome& outcome, const char* who, const Clauses& violated, const std::optional<Violation>& v) {
  require_that(
      outcome, v ? violated.contains(v->clause) : violated.empty(), who, [&] { return refusal_for(violated); },
      [&] { return text_of(v); });
}

/// Checks a size function on one axis: it must return the output extent, or refuse with the clause that the axis
/// violates.
template <class Ask>
void check_size(Outcome& outcome, const char* who, Clause violated, const std::optional<Idx>& expected, Ask ask) {
  Idx out = 0;
  const auto v = refusal([&] { out = ask(); });
  const bool right = v ? v->clause == violated : violated == Clause::none && expected == out;
  require_that(
      outcome, right, who,
      [&] { return violated == Clause::none ? std::to_string(*expected) : refusal_for({violated}); },
      [&] { return v ? text_of(v) : std::to_string(out); });
}

void check_line(Outcome& outcome, const Line& l, bool pooling) {
  if (l.in == dyn || l.kernel == dyn) return;  // the specification takes dyn as a size that will be known later
  const std::optional<Idx> expected = output_extent(l.in, l.kernel, l.axis);
  check_size(outcome, "conv_out", clause_of(l, false), expected, [&] { return conv_out(l.in, l.kernel, l.axis); });
  if (pooling)
    check_size(outcome, "pool_out", clause_of(l, true), expected, [&] { return pool_out(l.in, l.kernel, l.axis); });
}

/// One image of the problem, with the output extents of the formula, or 1 if it gives none.
Problem with_right_outputs(const Problem& problem) {
  Problem p = one_image_of(problem);
  if (!has_window(p)) return p;
  set_height(p, with_right_output(p, height_of(p)));
  set_width(p, with_right_output(p, width_of(p)));
  return p;
}

/// Asks the specification of the layer, directly and in a network.
void check_layer_of(Outcome& outcome, const Problem& given) {
  const Problem p = with_right_outputs(given);
  const LayerChecks& checks = checks_of(p);
  const Clauses violated = violated_clauses(p);
  std::vector<Idx> y, described;
  if (checks.shape != nullptr) agrees(outcome, "the shape function", violated, refusal([&] { y = checks.shape(p); }));
  if (checks.network != nullptr) {
    auto v = refusal([&] { described = describe(checks.network(p)).back().output; });
    if (v && violated.empty() && v->clause == Clause::C3 && has_too_many_parameters(p)) v.reset(), described = y;
    agrees(outcome, "the network's description", violated, v);
  }
  if (!violated.empty() || !outcome.holds()) return;
  const std::vector<Idx> expected = extents_of_image(layer_of(p).passes.front().outputs.front(), p);
  const auto text = [](const std::vector<Idx>& extents) { return fmt::format("{}", fmt::join(extents, "x")); };
  const auto compare = [&](const char* who, const std::vector<Idx>& given_extents) {
    require_that(
        outcome, given_extents == expected, who, [&] { return text(expected); }, [&] { return text(given_extents); });
  };
  if (checks.shape != nullptr) compare("the shape of y", y);
  if (checks.network != nullptr) compare("the described shape of y", described);
}

/// The error of reading a descriptor; empty if there is none.
std::string reading_error(LayerId family, const std::string& descriptor, Problem& read) {
  try {
    read = parse_descriptor(family, descriptor);
    return "";
  } catch (const UsageError& e) {
    return e.what();
  }
}

/// Whether an error names one of the clauses. A wrong output extent (C6, or C2 if the formula gives none) may need a
/// padding that overflows (C3).
bool names_one_of(const std::string& error, Clauses clauses) {
  if (clauses.contains(Clause::C6) || clauses.contains(Clause::C2)) clauses.insert(Clause::C3);
  for (const Clause c : clauses)
    if (error.find(ShapeError::name(c)) != error.npos) return true;
  return false;
}

/// Whether all numbers are known and not negative, and each word belongs to its field.
bool can_be_written(const Problem& problem, const std::string& descriptor) {
  const auto fields = layer_of(problem).fields;
  for (std::size_t n = 0; n < fields.size(); ++n) {
    if (fields[n].kind == Field::Kind::real && !std::isfinite(problem.real(n))) return false;
    const bool is_word = fields[n].kind == Field::Kind::choice;
    if (is_word && (problem.integer(n) < 0 || problem.integer(n) >= std::ssize(fields[n].choices))) return false;
  }
  return descriptor.find('-') == descriptor.npos;
}

void check_descriptor(Outcome& outcome, const Problem& problem, const Clauses& violated) {
  const LayerId family = layer_id(problem);
  Problem read;
  const std::string descriptor = spelled_out(problem), error = reading_error(family, descriptor, read);
  require_that(
      outcome, violated.empty() ? error.empty() : !error.empty() && (!can_be_written(problem, descriptor) || names_one_of(error, violated)),
      "the reader of descriptors", [&] { return refusal_for(violated); },
      [&] { return error.empty() ? "no refusal" : error; });
  if (!violated.empty() || !outcome.holds()) return;
  require_that(
      outcome, problem == read, "the problem that was read", [&] { return descriptor; },
      [&] { return to_descriptor(read); });
  const std::string shortest = to_descriptor(problem), again = reading_error(family, shortest, read);
  require_that(
      outcome, again.empty() && problem == read, "the shortest descriptor", [&] { return descriptor; },
      [&] { return again.empty() ? shortest : again; });
}

}  // namespace

Outcome check_sizes(const Problem& problem) {
  const Clauses violated = violated_clauses(problem);
  Outcome outcome;
  agrees(outcome, "the check of the problem", violated, refusal([&] { require(check(problem)); }));
  agrees(outcome, "the judge", violated,
         refusal([&] { static_cast<void>(operation_of(layer_of(problem).passes.front().op, problem)); }));
  if (has_window(problem))
    for (const Line& l : {height_of(problem), width_of(problem)})
      check_line(outcome, l, checks_of(problem).pads_like_pooling);
  check_layer_of(outcome, problem);
  check_descriptor(outcome, problem, violated);
  return outcome;
}

}  // namespace cnnspec::checks
