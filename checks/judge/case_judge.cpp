#include "checks/judge/case_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <numeric>
#include <utility>

#include "checks/conventions/expect_under.hpp"
#include "checks/data/literal_data.hpp"
#include "checks/expect/projection.hpp"
#include "checks/expect/sample.hpp"
#include "checks/host/fork_host.hpp"
#include "checks/judge/memory.hpp"
#include "checks/judge/picture.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {
namespace {

/// Rounded data of a problem with more multiply-adds than `most_taps_in_full` is judged on a sample of outputs.
constexpr Idx most_taps_in_full = Idx{1} << 22;

/// About how many outputs: 1,024 or, where sums are long, as many as have half a million terms together; at least 128.
Idx usual_sample(const Operation& operation) {
  constexpr Idx terms = Idx{1} << 19, least = 128, most = 1024;
  return std::clamp(terms / operation.most_terms(), least, most);
}

/// Exact results of a problem with more multiply-adds are judged by projection, where that is possible, and computed
/// only if they are wrong.
constexpr Idx most_taps_computed = Idx{1} << 20;

/// A wrong call is repeated this many times, to see whether it is always wrong in the same way.
constexpr std::size_t repetitions = 4;

Arithmetic arithmetic_of(const Case& c, const Conditions& conditions) {
  Rules rules = conditions.follows.rules();
  rules.flushes = false;  // flushing changes the expected result, and not the data
  return arithmetic_under(rules, arithmetic_for(c.dtype, conditions.profile));
}

std::string ending_in_words(const Execution& e, const Isolation& isolation) {
  const std::string said = e.said.empty() ? "" : "; the last that it printed: " + e.said;
  switch (e.ending) {
    case Execution::Ending::hung:
      return fmt::format("it did not return within {} s", isolation.seconds_per_call) + said;
    case Execution::Ending::exited:
      return fmt::format("it ended its process with exit status {}", e.status) + said;
    case Execution::Ending::grew:
      return fmt::format("it took more than {:.0f} MiB of memory, and was ended", isolation.bytes / 0x1p20) + said;
    case Execution::Ending::misspoke:
      return "it " + e.said;
    default:
      return fmt::format("signal {}, {}", e.status, strsignal(e.status)) + said;
  }
}

bool holds_garbage(const Operation& o, DType dtype, const Execution& e, Garbage garbage,
                   const std::vector<bool>& wrong) {
  std::size_t n = 0, at = 0;
  for (const TensorInfo& t : o.outputs) {
    const auto count = static_cast<std::size_t>(t.count());
    const std::size_t size = element_bytes(t.element, dtype);
    for (std::size_t k = 0; k < count; ++k, ++n, at += size)
      for (std::size_t byte = 0; wrong[n] && byte < size; ++byte)
        if (e.output[at + byte] != static_cast<std::byte>(garbage)) return false;
  }
  return true;
}

/// The wrong elements of the tensor whose elements begin at `first`. `actual`: of the expected elements.
std::vector<WrongElement> wrong_elements(const std::vector<double>& actual, const Expectation& expected, Idx first,
                                         Idx count) {
  std::vector<WrongElement> all;
  for (std::size_t n = 0; n < actual.size() && std::ssize(all) < most_wrong_elements; ++n) {
    const Idx place = expected.place(n) - first;
    if (place < 0 || place >= count) continue;
    const ElementVerdict v = judge_element(actual[n], expected.values[n], expected.bound(n));
    if (v.judgement == Judgement::wrong)
      all.push_back({place, static_cast<double>(expected.values[n]), actual[n], v.bound, v.ratio()});
  }
  return all;
}

}  // namespace

DataOptions options_for(const Operation& operation, const Conditions& conditions) {
  DataOptions options = conditions.data;
  if (options.sample == 0 && taps(operation.problem) > most_taps_in_full) options.sample = usual_sample(operation);
  options.projects = conditions.follows.empty() && taps(operation.problem) > most_taps_computed;
  return options;
}

CaseJudge::CaseJudge(const Case& c, const Conditions& conditions)
    : case_(c),
      conditions_(conditions),
      operation_(operation_of(c.op, c.problem)),
      arithmetic_(arithmetic_of(c, conditions)),
      data_(make_data(operation_, arithmetic_, c.seed, c.data, options_for(operation_, conditions))) {
  if (data_.size() == 1) repeat_data();
  follow_conventions();
  accept_one_formulation();
}

CaseJudge::CaseJudge(const Case& c, const Conditions& conditions, Operands<double> inputs)
    : case_(c),
      conditions_(conditions),
      operation_(operation_of(c.op, c.problem)),
      arithmetic_(arithmetic_of(c, conditions)) {
  DataOptions options = options_for(operation_, conditions_);
  options.projects = false;  // the report says which terms the data of a layer has shown
  data_ = {given_data(operation_, arithmetic_, std::move(inputs), options)};
  repeat_data();
  follow_conventions();
  accept_one_formulation();
}

/// If one formulation is asked for and the operation has it, only its bounds are right.
void CaseJudge::accept_one_formulation() {
  const auto all = formulations_of(case_.op);
  const auto asked = std::ranges::find(all, conditions_.formulation, [](const Formulation& f) { return f.name; });
  if (asked == all.end()) return;
  for (DataSet& data : data_)
    if (!data.expected.bounds_of.empty())
      data.expected.bounds = data.expected.bounds_of[static_cast<std::size_t>(asked - all.begin())];
}

void CaseJudge::repeat_data() {
  if (!operation_.is_large()) data_.resize(placements.size(), data_.front());
}

/// A single set of data that is repeated is placed in every way in turn. Of several sets, two successive ones lie at
/// the same place: this finds kernels that identify their data by its address.
Placement CaseJudge::placement_of(std::size_t n) const {
  using enum Placement;
  constexpr std::array<std::array<Placement, 4>, 2> turns{
      {{at_end, at_begin, at_begin, unaligned}, {at_begin, at_end, at_end, aligned}}};
  if (data_.size() == 1) return at_end;
  const bool all_alike = data_.front().family == data_.back().family;
  return all_alike ? placements[n % placements.size()] : turns[case_.seed % 2][n % 4];
}

/// The other results that are right under the conventions. An element that is not judged by default is not judged under
/// conventions either.
std::vector<Expectation> CaseJudge::expectations(ConventionSet set, const DataSet& data) const {
  const Idx sample = data.sampled ? options_for(operation_, conditions_).sample : 0;
  Rules rules = set.rules();
  rules.flushes |= data.may_flush;
  std::vector<Expectation> all = expect_under(rules, operation_, arithmetic_, data.inputs, sample, case_.seed);
  for (Expectation& e : all) {
    if (e.places.empty() && !data.expected.places.empty()) e = at_places(e, data.expected.places);
    for (std::size_t n = 0; n < e.bounds.size(); ++n)
      if (std::isnan(data.expected.bound(n))) e.bounds[n] = no_bound;
  }
  return all;
}

/// If conventions are to be followed, replaces the expected results by theirs. If data may be flushed, both outcomes
/// for small numbers are right. Where an element may be rounded or chosen, a lost term need not show.
void CaseJudge::follow_conventions() {
  for (DataSet& data : data_) {
    otherwise_.emplace_back();
    if (conditions_.follows.empty() && !data.may_flush) continue;
    std::vector<Expectation> all = expectations(conditions_.follows, data);
    const bool is_exact = all.size() == 1 && std::ranges::all_of(all.front().bounds, [](double b) { return !(b > 0); });
    if (!is_exact) data.shows_all = false, data.visible.clear();
    all.front().terms = data.expected.terms;
    data.is_projected = false;
    data.expected = std::move(all.front());
    all.erase(all.begin());
    otherwise_.back() = std::move(all);
  }
}

bool CaseJudge::is_explained(ConventionSet set, std::size_t n, const std::vector<double>& actual) const {
  const auto is_right = [&](const Expectation& e) { return compare(actual, e).elements_wrong == 0; };
  if (set.empty() && !data_[n].may_flush) return is_right(data_[n].expected);
  if (is_refuted_on_a_part(set, n, actual)) return false;
  return std::ranges::any_of(expectations(set, data_[n]), is_right);
}

/// Whether the conventions do not even explain the first wrong element, or its plane. Of a large output, that is much
/// cheaper than to look at all of it. `actual`: of the expected elements.
bool CaseJudge::is_refuted_on_a_part(ConventionSet set, std::size_t n, const std::vector<double>& actual) const {
  const DataSet& data = data_[n];
  if (!operation_.is_large() || !can_be_sampled(operation_) || !data.expected.places.empty()) return false;
  const Idx wrong = compare(actual, data.expected).first;
  if (wrong < 0) return false;
  const Part part = part_of(operation_, box_with(operation_, wrong));
  Rules rules = set.rules();
  rules.flushes |= data.may_flush;
  const auto explains = [&](const Expectation& e) {
    for (std::size_t n_of_part = 0; n_of_part < part.outputs.size(); ++n_of_part) {
      const auto place = static_cast<std::size_t>(part.outputs[n_of_part]);
      const bool is_judged = !std::isnan(data.expected.bound(place));
      const ElementVerdict v = judge_element(actual[place], e.values[n_of_part], e.bound(n_of_part));
      if (is_judged && v.judgement == Judgement::wrong) return false;
    }
    return true;
  };
  return std::ranges::none_of(expect_under(rules, part.operation, arithmetic_, part.inputs(data.inputs), 0, case_.seed),
                              explains);
}

/// The sets of conventions under which every result is right. Sets that agree on a set of data are tested there only
/// once.
std::vector<ConventionSet> CaseJudge::explanations(std::span<const Execution> executions) const {
  const ConventionSet all = conventions_of(case_.op, case_.dtype);
  std::vector<ConventionSet> explaining(sets_of_conventions(case_.op, case_.dtype));
  for (std::size_t n = 0; n < data_.size() && !explaining.empty(); ++n) {
    if (data_[n].is_projected) compute_expected(operation_, arithmetic_, data_[n]);
    const std::vector<double> actual = actual_of(data_[n].expected, executions[n]);
    const ConventionSet relevant = relevant_to(operation_, arithmetic_, data_[n].inputs, all);
    std::map<ConventionSet, bool> known;
    std::erase_if(explaining, [&](ConventionSet set) {
      const auto [found, is_new] = known.try_emplace(set & relevant);
      if (is_new) found->second = is_explained(set & relevant, n, actual);
      return !found->second;
    });
  }
  return explaining;
}

/// The kernel's results for the expected elements.
std::vector<double> CaseJudge::actual_of(const Expectation& expected, const Execution& e) const {
  return decode_outputs(operation_, case_.dtype, e.output, expected.places);
}

Trial CaseJudge::trial(const DataSet& data, std::size_t n, std::size_t group) const {
  Trial t{&operation_, case_.dtype, {}, n % 2 == 1 ? Garbage::nan : Garbage::number, placement_of(n), group};
  for (std::size_t i = 0; i < data.inputs.size(); ++i)
    t.inputs.push_back(encode(operation_.inputs[i], case_.dtype, data.inputs[i]));
  return t;
}

std::vector<Trial> CaseJudge::trials(std::size_t group) const {
  std::vector<Trial> all;
  for (std::size_t n = 0; n < data_.size(); ++n) all.push_back(trial(data_[n], n, group));
  return all;
}

CaseResult CaseJudge::verdict(std::span<const Execution> executions) const {
  CaseResult result;
  for (const Execution& e : executions) result.seconds += e.seconds;
  const Execution& first = executions.front();
  result.supported = first.ending != Execution::Ending::returned || first.status != CNNSPEC_UNSUPPORTED;
  if (!result.supported) return result;
  for (std::size_t n = 0; n < data_.size(); ++n, ++result.failed_call)
    if (!is_well_behaved(data_[n], executions[n], result) || !is_right(data_[n], executions[n], result)) return result;
  count_terms(result);
  return result;
}

/// Checks for faults other than wrong values.
bool CaseJudge::is_well_behaved(const DataSet& data, const Execution& e, CaseResult& result) const {
  const auto fail = [&](FailureKind kind, const std::string& detail) {
    result.failure = failure(data, kind, detail);
    return false;
  };
  if (e.ending == Execution::Ending::hung) return fail(FailureKind::hang, ending_in_words(e, conditions_.isolation));
  if (e.ending != Execution::Ending::returned) {
    const std::string words = ending_in_words(e, conditions_.isolation);
    if (e.overrun.empty()) return fail(FailureKind::crash, words);
    return fail(FailureKind::out_of_bounds, fmt::format("it read or wrote before or beyond {}: {}", e.overrun, words));
  }
  if (e.status == CNNSPEC_UNSUPPORTED)
    return fail(FailureKind::kernel_error, "it returned 1, unsupported, for a case that it had computed before");
  if (e.status != CNNSPEC_DONE && !e.said.empty()) {
    fail(FailureKind::kernel_error, fmt::format("it answered with an error: {}", e.said));
    result.failure->more_lines = e.more_lines;
    return false;
  }
  if (e.status != CNNSPEC_DONE) return fail(FailureKind::kernel_error, fmt::format("it returned {}", e.status));
  if (!e.overrun.empty())
    return fail(FailureKind::out_of_bounds, fmt::format("it wrote before or beyond {}", e.overrun));
  if (!e.modified_input.empty())
    return fail(FailureKind::input_modified, fmt::format("it changed its input {}", e.modified_input));
  return true;
}

/// If the data can be judged by projection, and the results are right. If they are wrong, the expected results are
/// computed.
bool CaseJudge::is_right_by_projection(const DataSet& data, const Execution& e) const {
  if (!data.is_projected) return false;
  if (is_projection_right(operation_, arithmetic_, data.inputs, e.output, Weights::unpredictable())) return true;
  compute_expected(operation_, arithmetic_, data_[static_cast<std::size_t>(&data - data_.data())]);
  return false;
}

bool CaseJudge::is_right(const DataSet& data, const Execution& e, CaseResult& result) const {
  if (is_right_by_projection(data, e)) {
    ++result.projected;
    result.judged += operation_.output_count();
    return true;
  }
  const std::vector<double> actual = actual_of(data.expected, e);
  Comparison c = compare(actual, data.expected);
  const auto n = static_cast<std::size_t>(&data - data_.data());
  const Expectation* expected = &data.expected;
  for (const Expectation& other : otherwise_[n])
    if (Comparison o = compare(actual, other); o.elements_wrong < c.elements_wrong) c = std::move(o), expected = &other;
  result.judged += c.judged;
  if (!data.sampled) result.not_judged += c.not_judged;
  if (data.sampled) result.in_sample += c.judged, result.sampled_from += operation_.output_count();
  result.worst_ratio = std::max(result.worst_ratio, c.worst_ratio);
  result.worst_wrong_ratio = std::max(result.worst_wrong_ratio, c.worst_wrong_ratio);
  result.ratios += c.ratios;
  if (c.elements_wrong == 0) {
    result.formulations &= c.formulations;
    return true;
  }
  Failure& f = result.failure.emplace(failure(data, FailureKind::wrong_value, ""));
  const Idx place = expected->place(static_cast<std::size_t>(c.first));
  const Operation::Place first = operation_.output_at(place);
  const Idx before = place - first.n;  // elements of the preceding outputs
  f.tensor = first.tensor.name;
  f.elements = c.judged;
  f.elements_wrong = c.elements_wrong;
  f.first_index = first.tensor.index(first.n);
  f.expected = c.expected, f.actual = c.actual, f.bound = c.bound, f.ratio = c.ratio;
  const std::vector<bool> wrong = wrong_among_all(c, *expected, operation_.output_count());
  f.picture = picture_of(std::vector(wrong.begin() + before, wrong.begin() + before + first.tensor.count()),
                         first.tensor.extents);
  f.extents = first.tensor.extents;
  f.wrong_elements = wrong_elements(actual, *expected, before, first.tensor.count());
  return false;
}

/// Counts the terms, and those whose loss would have shown: for a sum, the terms that the specification adds; for a
/// selection, the elements; or the layer's own count, if it has one.
void CaseJudge::count_terms(CaseResult& result) const {
  const DataOfLayer* const own = layer_of(case_.op).data;
  if (own != nullptr && own->shown != nullptr) return count_shown(*own, result);
  const auto counted =
      std::find_if(data_.rbegin(), data_.rend(), [](const DataSet& d) { return !d.expected.terms.empty(); });
  if (counted == data_.rend()) {
    if (data_.front().shows_all) result.terms = result.visible = operation_.output_count();
    return;
  }
  const std::vector<Idx>& terms = counted->expected.terms;
  const auto shown_by = [&](const DataSet& d, std::size_t n) {
    if (d.shows_all || d.visible.empty()) return d.shows_all ? terms[n] : Idx{0};
    const bool is_sampled = !d.expected.places.empty();  // all samples of a case have the same elements
    return d.visible[is_sampled ? n : static_cast<std::size_t>(counted->expected.place(n))];
  };
  const bool sums = !operation_.selects();
  result.terms = sums ? std::accumulate(terms.begin(), terms.end(), Idx{0}) : std::ssize(terms);
  for (std::size_t n = 0; n < terms.size(); ++n) {
    Idx visible = 0;
    for (const DataSet& d : data_) visible = std::max(visible, shown_by(d, n));
    result.visible += visible;
  }
  result.visible = std::min(result.visible, result.terms);
}

void CaseJudge::count_shown(const DataOfLayer& own, CaseResult& result) const {
  const std::unique_ptr<Shown> shown = own.shown(operation_);
  for (const DataSet& d : data_) {
    const auto is_equality = [](double bound) { return bound == 0; };
    const bool is_exact = !d.sampled && std::ranges::all_of(d.expected.bounds, is_equality);
    if (is_exact) shown->add(d.inputs);
  }
  result.terms = shown->all(), result.visible = shown->shown();
  result.windows_in_turn = !shown->is_everywhere();
}

Failure CaseJudge::failure(const DataSet& data, FailureKind kind, const std::string& detail) const {
  Failure f;
  f.failed = case_;
  f.data = data.family;
  f.data_description = data.description;
  f.kind = kind;
  f.detail = detail;
  return f;
}

/// Whether call `n`, which is right alone, comes out in the same way after the calls before it.
bool CaseJudge::is_same_again(Host& host, std::span<const Execution> executions, std::size_t n) const {
  const std::vector<Trial> calls = trials();
  for (int tries = 0; tries < 2; ++tries) {
    host.renew();
    const std::vector<Execution> again = host.execute(std::span(calls).first(n + 1), conditions_.isolation);
    if (!again[n].is_done() || again[n].output != executions[n].output) return false;
  }
  return true;
}

/// The calls of this case before call `n`, as cases.
std::vector<Case> CaseJudge::calls_before(std::size_t n) const {
  std::vector<Case> all;
  for (std::size_t m = 0; m < n; ++m) {
    if (m > 0 && data_[m].family == data_[m - 1].family) continue;  // one case has all placements of its data
    all.push_back(case_);
    if (!is_literal(case_.data)) all.back().data = data_[m].family;
  }
  return all;
}

/// Is the result always wrong in the same way? Does it need the calls before? Is it wrong because nothing was written?
void CaseJudge::examine(Host& host, std::span<const Execution> executions, CaseResult& result) const {
  const auto wrong_in = [&](std::size_t n) {
    if (data_[n].is_projected) return std::vector<bool>();  // it was right
    const Expectation& expected = data_[n].expected;
    return wrong_among_all(compare(actual_of(expected, executions[n]), expected), expected, operation_.output_count());
  };
  std::size_t n = 0;
  while (wrong_in(n).empty()) ++n;
  const std::vector<bool> wrong = wrong_in(n);
  std::vector<Trial> again(repetitions, trial(data_[n], n, 0));
  std::vector<Execution> repeated = host.execute(again, conditions_.isolation);
  const auto same = [&](const Execution& e) { return e.is_done() && e.output == executions[n].output; };
  if (const auto others = std::count_if(repeated.begin(), repeated.end(), [&](const auto& e) { return !same(e); });
      others > 0) {
    if (n > 0 && !same(repeated[0]) && is_same_again(host, executions, n)) {
      result.failure->history = calls_before(n);
      result.failure->detail = "the same call comes out differently as the first one of its process";
      return;
    }
    result.failure->kind = FailureKind::nondeterministic;
    result.failure->detail = fmt::format("the same call came out differently {} of {} times", others, repetitions);
    return;
  }
  if (!holds_garbage(operation_, case_.dtype, executions[n], again[0].garbage, wrong)) return;
  // A NaN alone proves nothing: the kernel may have added to the garbage.
  again.resize(1);
  again[0].garbage = again[0].garbage == Garbage::nan ? Garbage::number : Garbage::nan;
  repeated = host.execute(again, conditions_.isolation);
  if (repeated[0].is_done() && holds_garbage(operation_, case_.dtype, repeated[0], again[0].garbage, wrong))
    result.failure->kind = FailureKind::unwritten_output;
}

CaseResult CaseJudge::judge(Host& host) const {
  const std::vector<Trial> calls = trials();
  const std::vector<Execution> executions = host.execute(calls, conditions_.isolation);
  CaseResult result = verdict(executions);
  if (result.failure && result.failure->kind == FailureKind::wrong_value) examine(host, executions, result);
  const bool is_done = std::ranges::all_of(executions, &Execution::is_done);
  if (result.failure && result.failure->kind == FailureKind::wrong_value && is_done && conditions_.follows.empty()) {
    result.explained_by = explanations(executions);
    if (!result.explained_by.empty()) result.failure->fits = result.explained_by.front();
  }
  return result;
}

CaseResult judge_in_turn(Host& host, const Case& c, const Conditions& conditions) {
  const Operation operation = operation_of(c.op, c.problem);
  CaseResult all;
  for (const std::string& family : families_of_case(operation, arithmetic_of(c, conditions), c.seed, conditions.data)) {
    Case one = c;
    one.data = family;
    all.add(CaseJudge(one, conditions).judge(host));
    if (all.failure || !all.supported) break;
  }
  return all;
}

CaseResult judge_case(Host& host, const Case& c, const Conditions& conditions) {
  CaseResult result =
      is_judged_in_turn(c, conditions) ? judge_in_turn(host, c, conditions) : CaseJudge(c, conditions).judge(host);
  if (result.is_explained_within(conditions.accepted)) result.failure.reset();
  return result;
}

CaseResult judge_case(const Kernel& kernel, const Case& c, const Conditions& conditions) {
  ForkHost host(kernel);
  return judge_case(host, c, conditions);
}

}  // namespace cnnspec::checks
