// What the judge found: about one case, about one operation, and about the kernel as a whole.
#pragma once

#include <cstdint>
#include <map>
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

/// One operation on one problem, with data from the seed. A case is judged the same way every time.
struct Case {
  Op op{};
  DType dtype{};
  Problem problem;
  std::uint64_t seed = 0;
  std::string data{};  // one family of data, or literal data (literal_data.hpp); empty: all families in use
};

/// How a case is judged: the kernel's claim, the data, and the limits.
struct Conditions {
  const Profile* profile = nullptr;  // null: the default profile of each storage type
  DataOptions data{};
  Isolation isolation{};
  std::string library{};       // a library for a built-in kernel to call; empty: the one it was built with
  std::string formulation{};   // if the operation has this formulation, only this one is right; empty: each is
  ConventionSet accepted{};    // a kernel may follow these, if it does so in all cases of an operation
  bool accepts_mixed = false;  // a kernel may compute by one formulation here and by another one there
  ConventionSet follows{};     // the expected results follow these conventions
  /// Whether to find out how a failure depends on the sizes of its problem. It makes no sense if more than the sizes
  /// changes with them, such as layouts.
  bool searches_sizes = true;
  int most_restarts = 1'000'000;  // shrinking ends after this many crashes and hangs: a process may start slowly
};

enum class FailureKind {
  wrong_value,
  unwritten_output,
  out_of_bounds,  // it read or wrote beyond a tensor
  input_modified,
  crash,             // it died of a signal, or ended its process
  hang,              // it did not return in time
  nondeterministic,  // the same calls were right, or returned another result
  kernel_error       // it returned neither 0 nor 1
};
const char* name_of(FailureKind kind);

struct Diagnosis {
  std::string name, sentence;
  /// The misreading fits this case, but the evidence is weak: no other case fails, or some cases pass in which it would
  /// show.
  bool only_fits = false;
};

/// A wrong element of an output: its place in the tensor's memory, its expected and its actual value.
struct WrongElement {
  Idx place = 0;
  double expected = 0, actual = 0;
  double bound = 0, ratio = 0;  // as in Failure
};

struct Failure {
  Case failed;
  std::string data, data_description;  // the data family: its name, and a description of its data
  FailureKind kind{};
  std::string detail;                   // in words, if there is more to say than the numbers below
  std::vector<std::string> more_lines;  // of a kernel's own error: what it said besides, a stack trace for instance
  Idx repeat = 1;                       // of chance: so many times the case must be judged to show it nearly surely
  std::vector<Case> history;            // it shows only after these cases, in the same process (history.hpp)
  // Only of a wrong-value or unwritten-output:
  std::string tensor;                    // the output's name
  Idx elements = 0, elements_wrong = 0;  // elements: those that were judged
  std::vector<Idx> first_index;
  double expected = 0, actual = 0;
  double bound = 0;  // the largest error that rounding explains; 0 on exact data
  double ratio = 0;  // error / bound
  std::vector<std::string> picture;
  std::vector<Idx> extents;                  // of the output
  std::vector<WrongElement> wrong_elements;  // the first wrong elements, at most most_wrong_elements
  ConventionSet fits;  // the smallest set of conventions under which the case is right; none: it is wrong under all
  // Only for the first failures of each operation:
  std::vector<Diagnosis> diagnoses;       // each explains everything seen; several: they agree here
  std::vector<SizeCondition> holds;       // the sizes of the plainest case on which the failure depends
  std::shared_ptr<const Failure> shrunk;  // the plainest case that still fails in this way; null: no search was made
};

inline constexpr Idx most_wrong_elements = 1024;

/// The result of one case.
struct CaseResult {
  bool supported = true;
  Idx failed_call = 0;                  // the first call that failed, if there is one
  bool windows_in_turn = false;         // windows so large that some of their cells show only in some windows
  Idx projected = 0;                    // calls whose results were judged by projection
  Idx judged = 0, not_judged = 0;       // output elements over all data sets
  Idx in_sample = 0, sampled_from = 0;  // of these, elements judged as a sample, and all elements of such outputs
  Idx terms = 0, visible = 0;           // terms of the outputs, and those whose loss would show in some data set
  double worst_ratio = 0;               // largest error / bound over passing elements
  double worst_wrong_ratio = 0;         // over wrong elements; 0: no element is wrong
  RatioHistogram ratios;                // of elements with a rounding bound, and of all wrong elements
  FormulationSet formulations = all_formulations;  // the formulations that explain all results
  double seconds = 0;
  std::optional<Failure> failure;
  std::vector<ConventionSet> explained_by;  // all sets of conventions under which a wrong value is right

  /// Adds the result on further data of the case. The set of data that shows most counts.
  void add(const CaseResult& further);
  bool is_explained_within(ConventionSet accepted) const;

  /// The share of terms whose loss would have shown; 0 if there is none.
  double sensitivity() const { return terms == 0 ? 0 : static_cast<double>(visible) / static_cast<double>(terms); }
};

enum class Verdict { pass, fail, differs, vacuous };
const char* name_of(Verdict verdict);

/// The cases that the same formulations explain.
struct CasesOfFormulations {
  Idx cases = 0;
  std::string first{};  // the descriptor of the first
};

/// The result of all cases of one operation and storage type.
struct OperationResult {
  explicit OperationResult(Op of = {}, DType stored = {}) : op(of), dtype(stored), sizes(of) {}

  Op op{};
  DType dtype{};
  Idx cases = 0, unsupported = 0, failed = 0;         // cases: judged and unsupported together
  Idx judged = 0, not_judged = 0;                     // elements
  Idx sampled = 0, windows_in_turn = 0;               // cases
  Idx in_sample = 0, sampled_from = 0;                // elements, as in CaseResult
  Idx projected = 0;                                  // calls whose results were judged by projection
  Idx hung = 0;                                       // failed cases that hung
  Idx with_terms = 0;                                 // cases that passed and had a term to lose
  double sensitivity_sum = 0, least_sensitivity = 1;  // over these cases
  double worst_ratio = 0, worst_wrong_ratio = 0;      // as in CaseResult
  RatioHistogram ratios;
  FormulationSet formulations = all_formulations;  // the formulations that explain all passing cases
  std::map<FormulationSet, CasesOfFormulations> cases_by_formulations;  // of these cases
  bool mixture_accepted = false;                                        // they may mix formulations
  double seconds = 0;
  SizeCoverage sizes;                     // of the cases that the kernel computed
  std::optional<Idx> given_up;            // the number of cases after which too many had hung
  const Profile* behaves_like = nullptr;  // of a wrong kernel: the strictest profile under which its cases pass
  ConventionSet conventions;              // the conventions that explain all deviations from the definition
  bool accepted = false;                  // these conventions are accepted: all cases were judged under them
  Idx unexplained = 0;                    // failed cases that no set of conventions explains
  ConventionSet nearest;                  // of a wrong kernel: the conventions that explain most failed cases,
  Idx nearest_explains = 0;               // and the number of these cases

  void add(const CaseResult& result, const Problem& problem);
  /// Whether each case is explained by a formulation, but no formulation explains all cases.
  bool mixes_formulations() const;
  /// The narrowest formulation that explains all cases. Null if there is only one formulation, or nothing to explain.
  const Formulation* formulation() const;
  /// The mean over the cases that passed. None if no case passed, or if none of these had a term to lose.
  std::optional<double> sensitivity() const;
  /// Differs: cases failed, and conventions explain them; or cases mix formulations. Vacuous: nothing was judged, or
  /// there is no sensitivity, or it is below `least`.
  Verdict verdict(double least) const;
};

struct KernelResult {
  std::string kernel;
  Conditions conditions;
  std::uint64_t seed = 0;
  double least_sensitivity = 0;  // the threshold below which a pass is vacuous
  std::vector<OperationResult> operations;
  std::vector<Failure> failures;  // the first few of each operation
  Idx handled = 0;                // handled cases, of all requested cases
  bool problems_given = false;    // problems were given, none was drawn at random
  bool interrupted = false, stopped_on_time = false;
  Coverage coverage;
  double seconds = 0;  // wall time

  /// Fail if an operation fails; else differs if one differs; else vacuous if one is vacuous, or if there is none; else
  /// pass. An operation that the kernel declined in all cases is ignored, unless this is true of all operations.
  Verdict verdict() const;
  Idx cases() const;
  Idx unsupported() const;
  Idx not_judged() const;
  Idx projected() const;                      // calls
  double chance_of_error() const;             // the probability that projections have missed a mistake is at most this
  std::optional<double> sensitivity() const;  // the lowest sensitivity of the operations that have one
  double worst_ratio() const;
};

/// What is accepted, in the form of --accept.
std::string accepted_names(ConventionSet accepted, bool mixed);

/// The command line options that differ from the defaults, each after a space.
std::string options_of(const Conditions& conditions);

/// A command line that judges exactly this case again.
std::string reproduce(const std::string& kernel, const Case& c, const Conditions& conditions = {});
/// The same for a failure, after the cases of its history.
std::string reproduce_failure(const std::string& kernel, const Failure& f, const Conditions& conditions = {});

}  // namespace cnnspec::checks
