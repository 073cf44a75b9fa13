// One case: the calls that it needs, and what they prove.
#pragma once

#include <span>
#include <vector>

#include "checks/host/host.hpp"
#include "checks/judge/comparison.hpp"
#include "checks/judge/verdict.hpp"
#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// How the data of a case is made: a large problem's rounded data is judged on a sample, and its exact data by
/// projection.
DataOptions options_for(const Operation& operation, const Conditions& conditions);

/// The data of a case and the results that are right. Made once, judged as often as needed.
class CaseJudge {
 public:
  /// Throws ShapeError or UsageError if the case is not valid, or if the profile is not for its storage type.
  CaseJudge(const Case& c, const Conditions& conditions);
  /// Uses these inputs and ignores the data that the case names.
  CaseJudge(const Case& c, const Conditions& conditions, Operands<double> inputs);

  /// One call for each set of data. `group`: the number of the calls' group in a larger batch.
  std::vector<Trial> trials(std::size_t group = 0) const;

  /// What the calls show, up to the first call that failed.
  CaseResult verdict(std::span<const Execution> executions) const;

  /// The same, with its own calls in its own process. After a failure, further calls find out its kind; for a wrong
  /// value, also the conventions that explain it.
  CaseResult judge(Host& host) const;

  const Operation& operation() const { return operation_; }
  const Arithmetic& arithmetic() const { return arithmetic_; }
  /// One set of data per call. A single set is repeated once for each placement of the tensors, unless the problem is
  /// large.
  const std::vector<DataSet>& data() const { return data_; }

 private:
  std::vector<double> actual_of(const Expectation& expected, const Execution& e) const;
  bool is_right_by_projection(const DataSet& data, const Execution& e) const;
  Placement placement_of(std::size_t n) const;
  Trial trial(const DataSet& data, std::size_t n, std::size_t group) const;
  bool is_well_behaved(const DataSet& data, const Execution& e, CaseResult& result) const;
  bool is_right(const DataSet& data, const Execution& e, CaseResult& result) const;
  void repeat_data();
  void count_terms(CaseResult& result) const;
  void count_shown(const DataOfLayer& own, CaseResult& result) const;
  std::vector<Expectation> expectations(ConventionSet set, const DataSet& data) const;
  void follow_conventions();
  void accept_one_formulation();
  bool is_refuted_on_a_part(ConventionSet set, std::size_t n, const std::vector<double>& actual) const;
  bool is_explained(ConventionSet set, std::size_t n, const std::vector<double>& actual) const;
  std::vector<ConventionSet> explanations(std::span<const Execution> executions) const;
  Failure failure(const DataSet& data, FailureKind kind, const std::string& detail) const;
  bool is_same_again(Host& host, std::span<const Execution> executions, std::size_t n) const;
  std::vector<Case> calls_before(std::size_t n) const;
  void examine(Host& host, std::span<const Execution> executions, CaseResult& result) const;

  const Case case_;
  const Conditions conditions_;
  const Operation operation_;
  const Arithmetic arithmetic_;
  mutable std::vector<DataSet> data_;                // expected results are computed when they are needed
  std::vector<std::vector<Expectation>> otherwise_;  // for each set of data, the alternative whole results
};

/// Judges the sets of data of a case one after the other, each with its own call, up to the first that fails.
CaseResult judge_in_turn(Host& host, const Case& c, const Conditions& conditions);

/// Judges one case in its own process. A deviation that accepted conventions explain is not a failure. Throws as
/// CaseJudge does.
CaseResult judge_case(Host& host, const Case& c, const Conditions& conditions);
CaseResult judge_case(const Kernel& kernel, const Case& c, const Conditions& conditions = {});

}  // namespace cnnspec::checks
