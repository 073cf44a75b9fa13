#include "checks/judge/shrink.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>

#include "checks/generate/geometry.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/judge/literal_data.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr int most_attempts = 600;
constexpr std::chrono::seconds most_time{5};
constexpr std::size_t most_elements = 2000;  // of data that is shrunk element by element
constexpr std::size_t most_literal = 24;     // elements that are not zero, to be written out in a command line
constexpr double seconds_for_a_hang = 1;
constexpr int most_hangs = 12;

// ---- Plainer configurations ----

/// The values to try for a number that is `least` at its plainest.
std::vector<Idx> smaller(Idx value, Idx least) {
  std::vector<Idx> values;
  for (const Idx v : {least, least + 1, (value + least) / 2, value - 1})
    if (v >= least && v < value && std::find(values.begin(), values.end(), v) == values.end()) values.push_back(v);
  return values;
}

template <class P>
class Plainer {
 public:
  explicit Plainer(const P& p) : from_(p) {}

  /// Every smaller value of one number, as far as `finish` makes a valid problem of it.
  template <class Finish>
  void shrink(Idx P::*member, Idx least, Finish finish) {
    for (const Idx v : smaller(from_.*member, least)) {
      P p = from_;
      p.*member = v;
      finish(p);
      add(p);
    }
  }
  void add(const P& p) {
    const bool is_another = std::memcmp(&p, &from_, sizeof p) != 0;  // all members are of one type: there is no padding
    if (is_another && check(p).ok()) found_.push_back(p);
  }
  const P& from() const { return from_; }
  std::vector<Problem> found() { return std::move(found_); }

 private:
  const P from_;
  std::vector<Problem> found_;
};

/// How many windows there are; 0, which is no extent, if not even one fits.
Idx windows_of(const Line& line) {
  return check_axis("", "", line.in, line.kernel, line.axis).ok() ? conv_out(line.in, line.kernel, line.axis) : 0;
}
template <class P>
void fit_height(P& p) {
  p.out_height = windows_of(height_of(p));
}
template <class P>
void fit_width(P& p) {
  p.out_width = windows_of(width_of(p));
}

template <class P>
void shrink_windows(Plainer<P>& s) {
  P flat = s.from();
  set_height(flat, Line{});
  s.add(flat);
  flat = s.from();
  set_width(flat, Line{});
  s.add(flat);
  s.shrink(&P::in_height, 1, fit_height<P>), s.shrink(&P::in_width, 1, fit_width<P>);
  s.shrink(&P::kernel_height, 1, fit_height<P>), s.shrink(&P::kernel_width, 1, fit_width<P>);
  s.shrink(&P::stride_height, 1, fit_height<P>), s.shrink(&P::stride_width, 1, fit_width<P>);
  s.shrink(&P::dilation_height, 1, fit_height<P>), s.shrink(&P::dilation_width, 1, fit_width<P>);
  s.shrink(&P::pad_top, 0, fit_height<P>), s.shrink(&P::pad_bottom, 0, fit_height<P>);
  s.shrink(&P::pad_left, 0, fit_width<P>), s.shrink(&P::pad_right, 0, fit_width<P>);
}

std::vector<Problem> plainer_than(const cnnspec_conv2d& p) {
  using P = cnnspec_conv2d;
  Plainer s(p);
  s.shrink(&P::batch, 1, [](P&) {});
  s.shrink(&P::groups, 1, [&](P& q) {
    q.in_channels = p.in_channels / p.groups * q.groups;
    q.out_channels = p.out_channels / p.groups * q.groups;
  });
  const auto per_group = [&](Idx P::*channels) {
    for (const Idx n : smaller(p.*channels / p.groups, 1)) {
      P q = p;
      q.*channels = n * p.groups;
      s.add(q);
    }
  };
  per_group(&P::in_channels), per_group(&P::out_channels);
  shrink_windows(s);
  return s.found();
}

std::vector<Problem> plainer_than(const cnnspec_pool2d& p) {
  using P = cnnspec_pool2d;
  Plainer s(p);
  s.shrink(&P::batch, 1, [](P&) {}), s.shrink(&P::channels, 1, [](P&) {});
  shrink_windows(s);
  return s.found();
}

std::vector<Problem> plainer_than(const cnnspec_linear& p) {
  using P = cnnspec_linear;
  Plainer s(p);
  for (Idx P::*member : {&P::batch, &P::in_features, &P::out_features}) s.shrink(member, 1, [](P&) {});
  return s.found();
}

std::vector<Problem> plainer_than(const cnnspec_elementwise& p) {
  Plainer s(p);
  s.shrink(&cnnspec_elementwise::count, 1, [](cnnspec_elementwise&) {});
  return s.found();
}

// ---- The search ----

class Shrinker {
 public:
  Shrinker(const Kernel& kernel, const Failure& failure, const Conditions& conditions)
      : kernel_(kernel), conditions_(conditions), best_(failure) {
    best_.shrunk = nullptr;
    if (failure.kind == FailureKind::hang)
      conditions_.isolation.seconds_per_call = std::min(seconds_for_a_hang, conditions_.isolation.seconds_per_call);
  }

  Failure run() {
    const Case all_data = best_.failed;
    Case its_data = all_data;
    if (its_data.data.empty()) its_data.data = best_.data;
    if (!improves(its_data) && !improves(all_data)) return best_;  // it depends on what was called before
    shrink_configuration();
    shrink_data();
    return best_;
  }

 private:
  bool is_over() const {
    return attempts_ >= (best_.kind == FailureKind::hang ? most_hangs : most_attempts) ||
           std::chrono::steady_clock::now() >= end_;
  }

  /// Whether that case fails in the same way; if so, it is the best one so far.
  bool improves(const Case& c) {
    if (is_over()) return false;
    ++attempts_;
    try {
      CaseResult r = judge_case(kernel_, c, conditions_);
      if (!r.failure || r.failure->kind != best_.kind) return false;
      best_ = *std::move(r.failure);
      best_.failed = c;
      return true;
    } catch (const UsageError&) {
      return false;  // the family of data is not one of such a problem
    }
  }

  void shrink_configuration() {
    for (bool again = true; again && !is_over();) {
      again = false;
      for (const Problem& problem : plainer(best_.failed.problem)) {
        Case c = best_.failed;
        c.problem = problem;
        again = improves(c);
        if (again) break;
      }
    }
  }

  /// The data as it is now, or nothing if it is not to be shrunk.
  std::optional<Operands<double>> data() const {
    const Operation operation = operation_of(best_.failed.op, best_.failed.problem);
    if (operation.elements() > static_cast<double>(most_elements)) return {};
    const CaseJudge judge(best_.failed, conditions_);
    const auto failed = std::ranges::find(judge.data(), best_.data, &DataSet::family);
    if (failed == judge.data().end()) return {};
    return failed->inputs;
  }

  bool improves(const Operands<double>& inputs) {
    Case c = best_.failed;
    c.data = to_literal(operation_of(c.op, c.problem), inputs, most_elements);
    return improves(c);
  }

  void shrink_data() {
    const std::optional<Operands<double>> all = data();
    if (!all) return;
    const Failure before = best_;
    Operands<double> inputs = *all;
    if (!improves(inputs)) return;  // e.g. because it needs the garbage of that very call
    for (std::vector<double>& v : inputs) leave_out(inputs, v);
    for (std::vector<double>& v : inputs) simplify(inputs, v);
    const Operation operation = operation_of(best_.failed.op, best_.failed.problem);
    if (to_literal(operation, inputs, most_literal).empty()) best_ = before;
  }

  /// Sets runs of elements to zero, long ones first.
  void leave_out(const Operands<double>& inputs, std::vector<double>& v) {
    for (std::size_t length = v.size(); length > 0; length /= 2)
      for (std::size_t first = 0; first < v.size(); first += length) {
        const std::vector<double> before = v;
        const auto begin = v.begin() + static_cast<std::ptrdiff_t>(first);
        std::fill(begin, v.begin() + static_cast<std::ptrdiff_t>(std::min(first + length, v.size())), 0.0);
        if (v != before && !improves(inputs)) v = before;
      }
  }

  /// Makes single elements 1.
  void simplify(const Operands<double>& inputs, std::vector<double>& v) {
    for (double& e : v) {
      const double before = e;
      for (const double plain : {1.0, -1.0, std::trunc(before)}) {
        if (before == 0 || before == 1 || plain == e) break;
        e = plain;
        if (improves(inputs)) break;
        e = before;
      }
    }
  }

  const Kernel& kernel_;
  Conditions conditions_;
  Failure best_;
  int attempts_ = 0;
  const std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + most_time;
};

}  // namespace

std::vector<Problem> plainer(const Problem& problem) {
  return std::visit([](const auto& p) { return plainer_than(p); }, problem);
}

Failure shrink(const Kernel& kernel, const Failure& failure, const Conditions& conditions) {
  return Shrinker(kernel, failure, conditions).run();
}

}  // namespace cnnspec::checks
