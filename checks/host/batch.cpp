#include "checks/host/batch.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <stdexcept>

namespace cnnspec::checks {
namespace {

using Ending = Execution::Ending;

/// Lays out the calls of `trials` in the file, and fills in everything but the inputs.
CallLayout lay_out(std::span<const Trial> trials, std::vector<PlannedCall>& calls) {
  calls.clear(), calls.reserve(trials.size());
  std::size_t end = rounded_up(trials.size() * sizeof(PlannedCall), sizeof(double));
  const auto take = [&](std::size_t size) {
    const Piece piece{end, size};
    end = rounded_up(end + size, sizeof(double));
    return piece;
  };
  for (const Trial& t : trials) {
    assert(t.inputs.size() <= most_inputs && t.operation->outputs.size() <= most_outputs);
    PlannedCall& call = calls.emplace_back(
        PlannedCall{t.operation->op, t.dtype, t.operation->problem, t.garbage, t.placement, t.group, {}, false});
    for (std::size_t i = 0; i < t.inputs.size(); ++i)
      call.tensors[i] = {take(t.inputs[i].size()), element_bytes(t.operation->inputs[i].element, t.dtype)};
  }
  const std::size_t results = rounded_up(end, page_bytes());
  end = rounded_up(results + CallLayout::record_offset + trials.size() * sizeof(Record), sizeof(double));
  for (std::size_t n = 0; n < trials.size(); ++n) {
    const std::vector<TensorInfo>& outputs = trials[n].operation->outputs;
    const DType dtype = trials[n].dtype;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      calls[n].tensors[most_inputs + i] = {take(outputs[i].bytes(dtype)), element_bytes(outputs[i].element, dtype)};
  }
  return {trials.size(), results, rounded_up(end, page_bytes())};
}

/// The judge's side of one batch.
class Batch {
 public:
  Batch(Starter& starter, std::span<const Trial> trials, const Isolation& isolation)
      : starter_(starter),
        trials_(trials),
        isolation_(isolation),
        layout_(lay_out(trials, calls_)),
        memory_(starter.memory().with(layout_.bytes)),
        progress_(*new (memory_ + layout_.results) CallProgress{}),
        records_(new (memory_ + layout_.results + CallLayout::record_offset) Record[trials.size()](), trials.size()) {
    for (std::size_t n = 0; n < trials.size(); ++n)
      for (std::size_t i = 0; i < trials[n].inputs.size(); ++i)
        if (!trials[n].inputs[i].empty())
          std::memcpy(memory_ + calls_[n].tensors[i].place.offset, trials[n].inputs[i].data(),
                      trials[n].inputs[i].size());
  }

  std::vector<Execution> run() {
    executions_.resize(trials_.size());
    for (std::size_t first = 0; first < trials_.size();) first = run_from(first);
    return std::move(executions_);
  }

 private:
  /// Starts a child at call `first`; returns the call to continue with.
  std::size_t run_from(std::size_t first) {
    std::memcpy(memory_, calls_.data(), calls_.size() * sizeof(PlannedCall));
    progress_.current = first, progress_.begin_ns = now_ns();
    progress_.ready = progress_.has_fault = progress_.finished = was_ready_ = false;
    starter_.start({0, layout_, first, isolation_});
    const auto [status, hung] = wait(trials_.size() - first);
    was_ready_ = was_ready_ || progress_.ready;
    if (!was_ready_ && hung) throw std::runtime_error("the kernel's library did not load again in time");
    if (!was_ready_ && !WIFSIGNALED(status)) throw std::runtime_error("no memory for the kernel");
    const bool finished = progress_.finished;
    const std::string said = starter_.said();
    // The kernel can overwrite this progress. So the number is clamped to the calls of this child.
    const std::size_t last =
        finished ? trials_.size() - 1 : std::clamp(progress_.current.load(), first, trials_.size() - 1);
    for (std::size_t n = first; n <= last; ++n) take(n);
    if (finished) return trials_.size();
    explain(executions_[last], trials_[last], status, hung);
    executions_[last].said = said;
    if (hung) count_hung(trials_[last]);
    std::size_t next = last + 1;
    while (next < trials_.size() && (trials_[next].group == trials_[last].group || calls_[next].given_up)) ++next;
    return next;
  }

  /// An operation that has hung too often is not called any more.
  void count_hung(const Trial& hung) {
    const auto is_same = [&](const Trial& t) { return t.operation->op == hung.operation->op && t.dtype == hung.dtype; };
    Idx count = 0;
    for (std::size_t n = 0; n < trials_.size(); ++n)
      count += is_same(trials_[n]) && executions_[n].ending == Ending::hung;
    for (std::size_t n = 0; n < trials_.size(); ++n)
      calls_[n].given_up = calls_[n].given_up || (is_same(trials_[n]) && count >= isolation_.most_hung);
  }

  struct End {
    int status;
    bool hung;
  };

  /// Waits until the child ends. Kills it when a call takes too long, or when all `calls` together do: the kernel can
  /// overwrite the start time that is noted for a call. The time until the child is ready does not count as time of a
  /// call.
  End wait(std::size_t calls) {
    constexpr double longest_start = 30;
    const std::int64_t begin = now_ns();
    const auto seconds_since = [](std::int64_t time) { return 1e-9 * static_cast<double>(now_ns() - time); };
    std::int64_t since = begin;
    const double all = longest_start + static_cast<double>(calls) * isolation_.seconds_per_call;
    for (;;) {
      const bool is_ready = was_ready_ = was_ready_ || progress_.ready;
      if (const std::int64_t said = progress_.begin_ns; said > since && said <= now_ns()) since = said;
      const double limit = isolation_.seconds_per_call + (is_ready ? 0 : longest_start);
      const double left = std::min(limit - seconds_since(since), all - seconds_since(begin));
      if (left <= 0) break;
      const double until_looked_again = is_ready ? 100.0 : 0.05;
      if (starter_.has_ended_within(static_cast<int>(std::min(left, until_looked_again) * 1e3) + 1))
        return {starter_.status(), false};
    }
    starter_.stop();
    return {starter_.status(), true};
  }

  /// Takes over the child's record of call n.
  void take(std::size_t n) {
    const Record& r = records_[n];
    Execution& e = executions_[n];
    if (!r.done) return;
    const Trial& t = trials_[n];
    e.ending = Ending::returned;
    e.status = r.status;
    e.seconds = 1e-9 * static_cast<double>(r.end_ns - r.begin_ns);
    if (r.modified_input != 0) e.modified_input = name_of(t, static_cast<std::size_t>(r.modified_input - 1));
    if (r.overrun != 0) e.overrun = name_of(t, static_cast<std::size_t>(r.overrun - 1));
    e.output.clear(), e.output.reserve(t.operation->output_bytes(t.dtype));
    for (std::size_t i = most_inputs; i < most_tensors; ++i) {
      const Piece& place = calls_[n].tensors[i].place;
      e.output.insert(e.output.end(), memory_ + place.offset, memory_ + place.offset + place.size);
    }
  }

  void explain(Execution& e, const Trial& t, int status, bool hung) {
    e = {};
    e.ending = hung ? Ending::hung : WIFSIGNALED(status) ? Ending::died : Ending::exited;
    e.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (e.ending != Ending::died || !progress_.has_fault) return;
    for (std::size_t i = 0; i < most_tensors; ++i)
      if (is_beside(progress_.slots[i], reinterpret_cast<std::uintptr_t>(progress_.fault.load())))
        e.overrun = name_of(t, i);
  }

  static bool is_beside(const CallProgress::Pages& slot, std::uintptr_t address) {
    if (slot.begin == slot.end) return false;  // no call of the batch has this tensor
    return (address < slot.begin && slot.begin - address <= page_bytes()) ||
           (address >= slot.end && address - slot.end < page_bytes());
  }

  static std::string name_of(const Trial& t, std::size_t tensor) {
    const TensorInfo* const found = tensor_of(*t.operation, tensor);
    return found == nullptr ? "" : found->name;
  }

  Starter& starter_;
  const std::span<const Trial> trials_;
  const Isolation& isolation_;
  std::vector<PlannedCall> calls_;
  const CallLayout layout_;
  std::byte* const memory_;
  CallProgress& progress_;
  const std::span<Record> records_;
  std::vector<Execution> executions_;
  bool was_ready_ = false;  // whether the child was ready to make calls
};

}  // namespace

std::vector<Execution> run_batch(Starter& starter, std::span<const Trial> trials, const Isolation& isolation) {
  return trials.empty() ? std::vector<Execution>{} : Batch(starter, trials, isolation).run();
}

}  // namespace cnnspec::checks
