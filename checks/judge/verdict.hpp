// What the judge found: about one case, about one operation, and about the kernel as a whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/conventions/convention.hpp"
#include "checks/data/data.hpp"
#include "checks/expect/arithmetic.hpp"
#include "checks/host/host.hpp"
#include "checks/judge/coverage.hpp"
#include "checks/judge/ratio_histogram.hpp"
#include "checks/judge/size_condition.hpp"
#include "checks/judge/size_coverage.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {

/// One operation on one problem, with the data that the seed gives. A case is judged the same way every time.
struct Case {
  Op op{};
  DType dtype{};
  Problem problem;
  std::uint64_t seed = 0;
  std::string data{};  // one family of data, or literal data (literal_data.hpp); empty: all that are used
};

/// How a case is judged: what the kernel claims, which data it gets, what it may use.
struct Conditions {
  const Profile* profile = nullptr;  // the default one of each storage type
  DataOptions data{};
  Isolation isolation{};
  std::string library{};     // that a built-in kernel calls instead of the one it was built with; empty: that one
  std::string formulation{};  // of operations that have one of that name, no other is right; empty: any of theirs is
  ConventionSet accepted{};  // a kernel may follow these, as far as it does so in all cases of an operation
  ConventionSet follows{};   // what is right is what these make of the definition
};

enum class FailureKind {
  wrong_value,
  unwritten_output,
  out_of_bounds,  // it read or wrote beyond a tensor
  input_modified,
  crash,             // it died of a signal, or ended its process
  hang,              // it did not return in time
  nondeterministic,  // the same call went well before, or came out differently
  kernel_error       // it returned neither 0 nor 1
};
const char* name_of(FailureKind kind);

struct Diagnosis {
  std::string name, sentence;
  /// It fits this case, and more is not known: no other case fails, or some pass in which the mistake would show.
  bool only_fits = false;
};

/// An element of an output that is wrong: its place in the tensor's memory, and what the two sides say.
struct WrongElement {
  Idx place = 0;
  double expected = 0, actual = 0;
  double bound = 0, ratio = 0;  // as in Failure
};

struct Failure {
  Case failed;
  std::string data, data_description;  // the data family: its name, and what its data is like
  FailureKind kind{};
  std::string detail;  // in words, where there is more to say than the numbers below do
  // Of a wrong-value or unwritten-output:
  std::string tensor;                    // the output's name
  Idx elements = 0, elements_wrong = 0;  // elements: those that were judged
  std::vector<Idx> first_index;
  double expected = 0, actual = 0;
  double bound = 0;  // the largest error that rounding explains; 0 on exact data
  double ratio = 0;  // error / bound
  std::vector<std::string> picture;
  std::vector<Idx> extents;                  // of the output
  std::vector<WrongElement> wrong_elements;  // the first of them, at most most_wrong_elements
  ConventionSet fits;  // the fewest conventions under which the case would be right; none: it is wrong under all
  // Found out about the first failures of each operation only:
  std::vector<Diagnosis> diagnoses;       // each explains all that was seen; more than one: they agree here
  std::vector<SizeCondition> holds;       // the sizes of the plainest case on which it depends
  std::shared_ptr<const Failure> shrunk;  // the plainest case that still fails in this way; null: none was looked for
};

inline constexpr Idx most_wrong_elements = 1024;

/// How one case went.
struct CaseResult {
  bool supported = true;
  bool sampled = false;            // rounded data was judged on a sample of the outputs
  bool windows_in_turn = false;    // windows so large that each of their cells is shown in some of them only
  Idx judged = 0, not_judged = 0;  // output elements over all data sets
  Idx terms = 0, visible = 0;      // terms of the outputs, and those whose loss at least one data set would have shown
  double worst_ratio = 0;          // largest error / bound over passing elements
  double worst_wrong_ratio = 0;    // over wrong ones; 0: there is none
  RatioHistogram ratios;           // of elements that may be rounded, and of all wrong ones
  FormulationSet formulations = all_formulations;  // those that explain everything
  double seconds = 0;
  std::optional<Failure> failure;
  std::vector<ConventionSet> explained_by;  // all sets of conventions under which a wrong value is right

  bool is_explained_within(ConventionSet accepted) const;

  /// The share of terms whose loss would have shown; 0 if there is none.
  double sensitivity() const { return terms == 0 ? 0 : static_cast<double>(visible) / static_cast<double>(terms); }
};

enum class Verdict { pass, fail, differs, vacuous };
const char* name_of(Verdict verdict);

/// All cases of one operation and storage type.
struct OperationResult {
  explicit OperationResult(Op of = {}, DType stored = {}) : op(of), dtype(stored), sizes(of) {}

  Op op{};
  DType dtype{};
  Idx cases = 0, unsupported = 0, failed = 0;         // cases: judged ones and unsupported ones
  Idx judged = 0, not_judged = 0;                     // elements
  Idx sampled = 0, windows_in_turn = 0;               // cases
  Idx hung = 0;                                       // failed cases
  Idx with_terms = 0;                                 // cases that passed and had a term to lose
  double sensitivity_sum = 0, least_sensitivity = 1;  // over those
  double worst_ratio = 0, worst_wrong_ratio = 0;      // as in CaseResult
  RatioHistogram ratios;
  FormulationSet formulations = all_formulations;  // those that explain all cases that passed
  double seconds = 0;
  SizeCoverage sizes;                     // of the cases that the kernel computed
  std::optional<Idx> given_up;            // after that many cases, because too many of them hung
  const Profile* behaves_like = nullptr;  // a wrong one: the strictest profile under which its cases pass
  ConventionSet conventions;              // what explains all that differs from the definition
  bool accepted = false;                  // and they are accepted: all cases were judged under them
  Idx unexplained = 0;                    // failed cases that no set of conventions explains
  ConventionSet nearest;                  // of a wrong one: what explains most of its failed cases,
  Idx nearest_explains = 0;               // and how many

  void add(const CaseResult& result);
  /// Each case is explained by a formulation, but all of them by none.
  bool mixes_formulations() const;
  /// The narrowest formulation that explains all cases; null where there is one way only, or nothing to explain.
  const Formulation* formulation() const;
  /// The mean of the cases that passed; none where no case did, or none had a term to lose.
  std::optional<double> sensitivity() const;
  /// Differs: cases failed, and conventions explain them; or they mix formulations. Vacuous: nothing was judged, or the
  /// sensitivity is below `least`, or there is none.
  Verdict verdict(double least) const;
};

struct KernelResult {
  std::string kernel;
  Conditions conditions;
  std::uint64_t seed = 0;
  double least_sensitivity = 0;  // the threshold below which a pass is vacuous
  std::vector<OperationResult> operations;
  std::vector<Failure> failures;  // the first few of each operation
  Idx handled = 0;                // of all cases that were asked for
  bool problems_given = false;    // none was drawn at random
  bool interrupted = false, stopped_on_time = false;
  Coverage coverage;
  double seconds = 0;  // wall time

  /// Fail if an operation fails; else differs if one does; else vacuous if one is, or if there is none; else pass. An
  /// operation of which the kernel supported no case at all does not count, unless that is true of all.
  Verdict verdict() const;
  Idx cases() const;
  Idx unsupported() const;
  Idx not_judged() const;
  std::optional<double> sensitivity() const;  // that of the least sensitive operation that has one
  double worst_ratio() const;
};

/// The options of a command line that differ from the usual, each after a space.
std::string options_of(const Conditions& conditions);

/// A command line that judges exactly this case again.
std::string reproduce(const std::string& kernel, const Case& c, const Conditions& conditions = {});

}  // namespace cnnspec::checks
