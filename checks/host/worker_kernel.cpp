#include "checks/host/worker_kernel.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>
#include <utility>

#include "checks/host/placing.hpp"
#include "checks/host/tensor_rooms.hpp"
#include "checks/host/worker_protocol.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {

class WorkerHost : public Host {
 public:
  explicit WorkerHost(const WorkerKernel& kernel) : kernel_(kernel) {}
  ~WorkerHost() override {
    if (worker_) kernel_.idle_.put(std::move(worker_));
  }

  std::vector<Execution> execute(std::span<const Trial> trials, const Isolation& isolation) override {
    if (worker_ && worker_->growth() > isolation.bytes / 2) worker_.reset();
    rooms_.make_room_for(trials, isolation);
    std::vector<Execution> executions(trials.size());
    std::map<std::pair<Op, DType>, Idx> hung;
    const Trial* undone = nullptr;
    for (std::size_t n = 0; n < trials.size(); ++n) {
      const Trial& t = trials[n];
      Idx& times_hung = hung[{t.operation->op, t.dtype}];
      if (times_hung >= isolation.most_hung || (undone != nullptr && undone->group == t.group)) continue;
      executions[n] = made(t, isolation);
      if (!executions[n].is_done()) undone = &t;
      times_hung += executions[n].ending == Execution::Ending::hung;
    }
    return executions;
  }

  void renew() override {
    if (worker_ && worker_->calls() == 0) return;
    worker_.reset();
    must_be_new_ = true;
  }

 private:
  Execution made(const Trial& t, const Isolation& isolation) {
    constexpr std::uint64_t between_looks = 64;
    constexpr double soon = 1e-3;
    if (!worker_) start();
    std::byte* const memory = worker_->memory().with(rooms_.bytes());
    const TensorPlaces places = placed(t, isolation, memory);
    const std::uint64_t id = worker_->next_call();
    if (worker_->has_spoken())
      return misspoken(fmt::format("answered {} before \"call {} ...\"", in_quotes(worker_->spoken()), id));
    const std::int64_t begin = now_ns();
    Heard heard = worker_->ask(worker_request(t, id, places), isolation.seconds_per_call, isolation.bytes);
    const double seconds = 1e-9 * static_cast<double>(now_ns() - begin);
    if (heard.what == Heard::What::line && (seconds > soon || id % between_looks == 0) &&
        worker_->growth() > isolation.bytes)
      heard.what = Heard::What::growth;
    Execution e = outcome(heard, id);
    if (e.ending == Execution::Ending::returned) e.seconds = seconds, look_at_tensors(t, places, memory, e);
    return e;
  }

  void start() {
    worker_ = std::exchange(must_be_new_, false) ? nullptr : kernel_.idle_.take();
    if (worker_) return;
    const WorkerCommand& command = kernel_.command_;
    worker_ = std::make_unique<WorkerProcess>(command);
    Greeting greeting = greet(*worker_, command);
    if (greeting.expected.empty() && greeting.line != command.hello)
      greeting.expected = in_quotes(command.hello) + ", as before", greeting.given = in_quotes(greeting.line);
    if (greeting.expected.empty()) return;
    worker_.reset();
    throw std::runtime_error(
        printable("the worker does not start any more: expected " + greeting.expected + ", got " + greeting.given));
  }

  TensorPlaces placed(const Trial& t, const Isolation& isolation, std::byte* memory) const {
    TensorPlaces places;
    const auto place = [&](std::size_t tensor, std::size_t size) {
      if (size == 0) return;
      const Element element = tensor_of(*t.operation, tensor)->element;
      const std::size_t alignment = alignment_of(isolation, element_bytes(element, t.dtype));
      places[tensor] = rooms_.place(tensor, size, t.placement, alignment);
      surround(memory, places[tensor], t.garbage);
    };
    for (std::size_t i = 0; i < t.inputs.size(); ++i) {
      place(i, t.inputs[i].size());
      std::copy(t.inputs[i].begin(), t.inputs[i].end(), memory + places[i].offset);
    }
    const std::vector<TensorInfo>& outputs = t.operation->outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      place(most_inputs + i, outputs[i].bytes(t.dtype));
      const Piece& output = places[most_inputs + i];
      std::memset(memory + output.offset, static_cast<int>(t.garbage), output.size);
    }
    return places;
  }

  /// Does not depend on the file's content, which the worker may change at any time: only the judge knows the places.
  static void look_at_tensors(const Trial& t, const TensorPlaces& places, const std::byte* memory, Execution& e) {
    const std::vector<TensorInfo>& outputs = t.operation->outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Piece& output = places[most_inputs + i];
      e.output.insert(e.output.end(), memory + output.offset, memory + output.offset + output.size);
      if (!is_surrounded(memory, output, t.garbage)) e.overrun = outputs[i].name;
    }
    for (std::size_t i = 0; i < t.inputs.size(); ++i) {
      if (t.inputs[i].empty()) continue;
      if (!is_surrounded(memory, places[i], t.garbage)) e.overrun = t.operation->inputs[i].name;
      if (std::memcmp(memory + places[i].offset, t.inputs[i].data(), t.inputs[i].size()) != 0)
        e.modified_input = t.operation->inputs[i].name;
    }
  }

  /// Turns an answer to call `id`, or a missing answer, into an execution.
  Execution outcome(const Heard& heard, std::uint64_t id) {
    switch (heard.what) {
      case Heard::What::line:
        return answered(heard.text, id);
      case Heard::What::overlong:
        return misspoken(fmt::format("answered {}, {} bytes without an end of line, where \"done {}\" was expected",
                                     in_quotes(heard.text), heard.text.size(), id));
      case Heard::What::end:
        return ended(id);
      case Heard::What::nothing:
        return stopped(Execution::Ending::hung);
      case Heard::What::growth:
        return stopped(Execution::Ending::grew);
    }
    return {};
  }

  Execution answered(const std::string& line, std::uint64_t id) {
    constexpr int own_error = 2;
    Execution e;
    e.ending = Execution::Ending::returned;
    WorkerAnswer answer = parse_worker_answer(line, id);
    switch (answer.kind) {
      case WorkerAnswer::Kind::done:
        e.status = CNNSPEC_DONE;
        break;
      case WorkerAnswer::Kind::unsupported:
        e.status = CNNSPEC_UNSUPPORTED;
        break;
      case WorkerAnswer::Kind::error:
        e.status = own_error, e.said = std::move(answer.text), e.more_lines = std::move(answer.more_lines);
        break;
      case WorkerAnswer::Kind::none:
        return misspoken(fmt::format("answered {} where \"done {}\" was expected", in_quotes(line), id));
    }
    return e;
  }

  /// The worker closed the socket.
  Execution ended(std::uint64_t id) {
    if (!worker_->ends(seconds_to_die))
      return misspoken(fmt::format("closed descriptor 3 where \"done {}\" was expected", id));
    Execution e = stopped(Execution::Ending::exited);
    if (WIFSIGNALED(e.status)) e.ending = Execution::Ending::died;
    e.status = WIFSIGNALED(e.status) ? WTERMSIG(e.status) : WEXITSTATUS(e.status);
    return e;
  }

  Execution misspoken(const std::string& what) {
    Execution e = stopped(Execution::Ending::misspoke);
    e.said = what;
    return e;
  }

  /// Ends the worker; the next call starts a new one. The status is as waitpid gives it.
  Execution stopped(Execution::Ending ending) {
    Execution e;
    e.ending = ending;
    e.status = worker_->stop();
    e.said = worker_->said();
    worker_.reset();
    return e;
  }

  const WorkerKernel& kernel_;
  std::unique_ptr<WorkerProcess> worker_;  // null: the next call starts a worker
  bool must_be_new_ = false;
  TensorRooms rooms_;
};

WorkerKernel::WorkerKernel(const std::string& command, double patience)
    : WorkerKernel(WorkerCommand{"worker:" + command, words_of_command("worker:" + command, command), patience}) {}

WorkerKernel::WorkerKernel(WorkerCommand command) : command_(std::move(command)) {
  auto first = std::make_unique<WorkerProcess>(command_);
  const Greeting greeting = greet(*first, command_);
  if (!greeting.expected.empty()) throw UsageError(command_.name, "", greeting.expected, greeting.given);
  command_.hello = greeting.line;
  functions_ = parse_worker_hello(greeting.line, command_.name, printed_in_words(*first));
  idle_.put(std::move(first));
}

WorkerKernel::~WorkerKernel() = default;

std::unique_ptr<Host> WorkerKernel::host() const { return std::make_unique<WorkerHost>(*this); }

}  // namespace cnnspec::checks
