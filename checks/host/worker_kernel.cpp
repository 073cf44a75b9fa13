#include "checks/host/worker_kernel.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "checks/child_process.hpp"
#include "checks/describe/text.hpp"
#include "checks/host/call_memory.hpp"
#include "checks/host/pipe.hpp"
#include "checks/judge/storage.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::size_t longest_reply = 4096;  // without its end of line
constexpr double seconds_to_end = 2;         // once it has nothing to do any more
constexpr int worker_socket = 3, worker_memory = 4;  // its descriptors
constexpr const char* protocol_hello = "hello 1";

// ---- The process ----

/// The words by the rules of a shell, which is not run.
std::vector<std::string> words_of(const std::string& where, const std::string& command) {
  wordexp_t found{};
  const int status = wordexp(command.c_str(), &found, WRDE_NOCMD | WRDE_UNDEF);
  std::vector<std::string> words;
  if (status == 0) words.assign(found.we_wordv, found.we_wordv + found.we_wordc);
  if (status == 0 || status == WRDE_NOSPACE) wordfree(&found);
  const auto refuse = [&](const char* expected) { throw UsageError(where, "", expected, in_quotes(command)); };
  if (status == WRDE_BADCHAR) refuse("a command without any of |&;<>(){} outside of quotes");
  if (status == WRDE_CMDSUB) refuse("a command without commands in it");
  if (status == WRDE_BADVAL) refuse("a command with variables that have a value");
  if (status != 0) refuse("a command with quotes that are closed");
  if (words.empty()) throw UsageError(where, "", "a command", "none");
  return words;
}

/// What the socket says of a program that cannot be run: this, and errno.
constexpr char is_not_run = '\0';

/// In the child: becomes the worker.
[[noreturn]] void become_worker(char* const* words, int socket, int memory, int said, pid_t judge) {
  setpgid(0, 0);                     // what it starts goes down with it, and ^C is for the judge
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // and nothing outlives the judge
  if (getppid() != judge) _exit(1);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);

  constexpr int first_free = worker_memory + 1;
  int descriptors[first_free] = {open("/dev/null", O_RDONLY), said, said, socket, memory};
  for (int& d : descriptors) d = fcntl(d, F_DUPFD_CLOEXEC, first_free);  // none is in the way of another
  for (int n = 0; n < first_free; ++n) dup2(descriptors[n], n);
#if defined(SYS_close_range)
  constexpr unsigned on_exec = 1U << 2;  // CLOSE_RANGE_CLOEXEC, which older headers do not have
  syscall(SYS_close_range, first_free, ~0U, on_exec);
#endif
  execvp(words[0], words);
  char message[1 + sizeof errno] = {is_not_run};
  std::memcpy(message + 1, &errno, sizeof errno);
  send(worker_socket, message, sizeof message, MSG_NOSIGNAL);
  leave(1);
}

/// What came of waiting for a line.
struct Heard {
  enum class What {
    line,
    overlong,  // more than a line may have
    end,       // of file: the worker has ended, or closed its end
    nothing,   // in the time that it had
    growth     // beyond the memory that it may take
  };
  What what{};
  std::string text{};  // the line, or its begin
};

}  // namespace

/// A worker that runs, and the judge's ends of what it has. Ends with this.
class WorkerProcess {
 public:
  explicit WorkerProcess(const WorkerCommand& command) {
    std::vector<std::string> words = command.words;
    std::vector<char*> pointers;
    for (std::string& w : words) pointers.push_back(w.data());
    pointers.push_back(nullptr);
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) no_resource("process");
    const pid_t judge = getpid();
    pid_ = fork_child();
    if (pid_ == 0) become_worker(pointers.data(), ends[1], memory_.descriptor(), said_.write_end, judge);
    const int reason = errno;
    close(ends[1]);
    socket_ = ends[0];
    if (pid_ < 0) close(socket_), errno = reason, no_resource("process");
    setpgid(pid_, pid_);  // whoever comes first
    statm_ = open(fmt::format("/proc/{}/statm", pid_).c_str(), O_RDONLY | O_CLOEXEC);
  }
  WorkerProcess(const WorkerProcess&) = delete;
  ~WorkerProcess() {
    if (pid_ > 0) end();
    close(socket_);
    if (statm_ >= 0) close(statm_);
  }

  MemoryFile& memory() { return memory_; }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t next_call() { return ++calls_; }

  /// Whether it has said what it was not asked for; or the begin of it.
  bool has_spoken() {
    receive();
    return !received_.empty();
  }
  std::string spoken() const { return received_.substr(0, received_.find('\n')); }

  /// Sends a line, and waits for the one that answers it.
  Heard ask(const std::string& line, double seconds, double most_growth) {
    // Where that fails, the worker has ended: so says the socket, too.
    [[maybe_unused]] const ssize_t sent = send(socket_, line.data(), line.size(), MSG_NOSIGNAL);
    return listen(seconds, most_growth);
  }

  /// How much more memory of its own it has than it had when it said what it has.
  double growth() const { return own_bytes() - own_bytes_at_first_; }
  void begin_to_count() { own_bytes_at_first_ = own_bytes(); }

  /// Whether it ends by itself, in the time that it has for that.
  bool ends() {
    for (const std::int64_t begin = now_ns(); !has_ended(); poll(nullptr, 0, 1)) {
      drain();
      if (1e-9 * static_cast<double>(now_ns() - begin) > seconds_to_end) return false;
    }
    return true;
  }
  /// Ends it and all that it started. Returns its status, as waitpid gives it.
  int stop() {
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);  // which is in no other group, unless it wanted to
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
    drain();
    return status;
  }
  /// The last line that it printed.
  std::string said() {
    drain();
    return last_printable_line(printed_);
  }

 private:
  void end() {
    shutdown(socket_, SHUT_RDWR);  // and not only close: a child that was forked meanwhile may have it as well
    ends();
    stop();
  }

  bool has_ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
  }

  enum class Received { something, nothing, end };
  Received receive() {
    char bytes[longest_reply];
    const ssize_t size = recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
    if (size > 0) return Received::something;
    return size == 0 || (errno != EAGAIN && errno != EINTR) ? Received::end : Received::nothing;
  }

  /// Whether there is an answer in what was received.
  bool takes_line(Heard& heard) {
    const std::size_t end = received_.find('\n');
    if (std::min(end, received_.size()) > longest_reply) {
      heard = {Heard::What::overlong, received_.substr(0, longest_reply)};
      return true;
    }
    if (end == std::string::npos) return false;
    heard = {Heard::What::line, received_.substr(0, end)};
    received_.erase(0, end + 1);
    return true;
  }

  Heard listen(double seconds, double most_growth) {
    constexpr std::int64_t awake = 20'000, first_look = 1'000'000, between_looks = 10'000'000;  // nanoseconds
    const std::int64_t begin = now_ns(), deadline = begin + static_cast<std::int64_t>(seconds * 1e9);
    std::int64_t next_look = begin + first_look;
    Heard heard;
    while (!takes_line(heard)) {
      const Received received = receive();
      if (received == Received::something) continue;
      if (received == Received::end) return {Heard::What::end, received_};
      const std::int64_t now = now_ns();
      if (now < begin + awake) {  // what is computed soon is here sooner than this process would be awake again
        sched_yield();
        continue;
      }
      if (now >= deadline) return {Heard::What::nothing, received_};
      if (now >= next_look) {
        if (growth() > most_growth) return {Heard::What::growth};
        // A child that it left may hold the other end of the socket.
        if (has_ended() && receive() != Received::something) return {Heard::What::end, received_};
        next_look = now + between_looks;
      }
      wait_for_news(std::min(deadline, next_look) - now);
    }
    return heard;
  }

  void wait_for_news(std::int64_t nanoseconds) {
    constexpr std::int64_t second = 1'000'000'000;
    const timespec time{nanoseconds / second, nanoseconds % second};
    pollfd wanted[] = {{socket_, POLLIN, 0}, {said_.read_end, POLLIN, 0}};
    if (ppoll(wanted, 2, &time, nullptr) > 0 && wanted[1].revents != 0) drain();
  }

  /// Takes what it has printed, for which it would else wait.
  void drain() {
    constexpr std::size_t most_kept = std::size_t{1} << 16;
    printed_ += said_.taken();
    if (printed_.size() > most_kept) printed_.erase(0, printed_.size() - most_kept);
  }

  /// What is in memory and is no file's.
  double own_bytes() const {
    char text[128] = {};
    if (pread(statm_, text, sizeof text - 1, 0) <= 0) return 0;
    unsigned long resident = 0, shared = 0;
    if (std::sscanf(text, "%*u %lu %lu", &resident, &shared) != 2) return 0;
    return (static_cast<double>(resident) - static_cast<double>(shared)) * static_cast<double>(page_bytes());
  }

  pid_t pid_ = -1;
  int socket_ = -1, statm_ = -1;
  MemoryFile memory_;
  const Pipe said_{WhenFull::wait};
  std::string printed_, received_;
  double own_bytes_at_first_ = 0;
  std::uint64_t calls_ = 0;
};

namespace {

// ---- The first line ----

/// What a worker answered to hello: its line, or what is wrong with it.
struct Greeting {
  std::string line{}, expected{}, given{};
};

std::string end_in_words(int status) {
  if (WIFSIGNALED(status)) return fmt::format("died of signal {}, {}", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return fmt::format("ended its process with exit status {}", WEXITSTATUS(status));
}

std::string printed_in_words(WorkerProcess& worker) {
  const std::string said = worker.said();
  return said.empty() ? "" : "; the last that it printed: " + said;
}

/// Of a program that is not there, or has ended.
Greeting greeting_of_the_dead(WorkerProcess& worker, const WorkerCommand& command, const std::string& received) {
  if (int reason = 0; received.size() == 1 + sizeof reason && received.front() == is_not_run) {
    std::memcpy(&reason, received.data() + 1, sizeof reason);
    return {{}, "a program that can be run", in_quotes(command.words.front()) + ": " + std::strerror(reason)};
  }
  const bool ends = worker.ends();
  const int status = worker.stop();
  const std::string how = ends ? "a program that " + end_in_words(status) : "the end of file";
  return {{}, "an answer to \"hello 1\" on descriptor 3", how + printed_in_words(worker)};
}

Greeting greet(WorkerProcess& worker, const WorkerCommand& command) {
  const std::string expected = "an answer to \"hello 1\" on descriptor 3";
  const Heard heard = worker.ask(fmt::format("{}\n", protocol_hello), command.patience, HUGE_VAL);
  switch (heard.what) {
    case Heard::What::line:
      worker.begin_to_count();
      return {heard.text};
    case Heard::What::end:
      return greeting_of_the_dead(worker, command, heard.text);
    case Heard::What::overlong:
      return {{},
              expected,
              fmt::format("{}: more than {} bytes without an end of line", in_quotes(heard.text), longest_reply)};
    default:
      worker.stop();
      return {{}, expected, fmt::format("none within {} s", command.patience) + printed_in_words(worker)};
  }
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line)
    if (c == ' ')
      fields.emplace_back();
    else
      fields.back() += c;
  return fields;
}

std::string function_name(Op op, DType dtype) { return fmt::format("{}_{}", name_of(op), name_of(dtype)); }

// ---- Where tensors lie ----

/// Rooms of whole pages in the file, one for each tensor, with a page between two: that of the output last. They only
/// ever become larger, so that what is placed alike lies at the same place in call after call.
class TensorRooms {
 public:
  void make_room_for(std::span<const Trial> trials, const Isolation& isolation) {
    for (const Trial& t : trials) {
      assert(t.inputs.size() <= most_inputs);
      for (std::size_t i = 0; i < t.inputs.size(); ++i) make_room(i, t.inputs[i].size(), alignment_in(t, isolation));
      make_room(most_inputs, output_bytes(t), alignment_in(t, isolation));
    }
  }
  /// Of the file that has all of them.
  std::size_t bytes() const { return begin_of(most_tensors); }

  Piece place(std::size_t tensor, std::size_t size, Placement placement, std::size_t alignment) const {
    const std::size_t begin = begin_of(tensor), end = begin + capacity_[tensor];
    switch (placement) {
      case Placement::at_begin:
        return {begin, size};
      case Placement::at_end:
        return {(end - size) / alignment * alignment, size};
      case Placement::unaligned:  // by one element, or as little aligned as was asked for
        return {begin + (alignment < line_of_cache ? line_of_cache : 0) + alignment, size};
      case Placement::aligned:
        return {begin + rounded_up(line_of_cache, alignment), size};
    }
    return {begin, size};
  }

  /// A power of two, and no less than an element has.
  static std::size_t alignment_in(const Trial& t, const Isolation& isolation) {
    return std::max(isolation.alignment, element_bytes(t.dtype));
  }
  static std::size_t output_bytes(const Trial& t) {
    return static_cast<std::size_t>(t.operation->output.count()) * element_bytes(t.dtype);
  }

 private:
  static constexpr std::size_t line_of_cache = 64;

  void make_room(std::size_t tensor, std::size_t size, std::size_t alignment) {
    if (size == 0) return;  // a bias that is not there
    capacity_[tensor] = std::max(capacity_[tensor], rounded_up(size + line_of_cache + alignment, page_bytes()));
  }
  std::size_t begin_of(std::size_t tensor) const {
    std::size_t begin = page_bytes();
    for (std::size_t n = 0; n < tensor; ++n) begin += capacity_[n] == 0 ? 0 : capacity_[n] + page_bytes();
    return begin;
  }

  std::array<std::size_t, most_tensors> capacity_{};
};

/// Before and after each tensor, so many bytes are known ones: no more than a page, which is there.
constexpr std::size_t red_zone = 1024;

void surround(std::byte* memory, const Piece& p, Garbage garbage) {
  std::memset(memory + p.offset - red_zone, static_cast<int>(garbage), red_zone);
  std::memset(memory + p.offset + p.size, static_cast<int>(garbage), red_zone);
}
bool is_surrounded(const std::byte* memory, const Piece& p, Garbage garbage) {
  const auto holds = [&](const std::byte* zone) {
    return *zone == static_cast<std::byte>(garbage) && std::memcmp(zone, zone + 1, red_zone - 1) == 0;
  };
  return holds(memory + p.offset - red_zone) && holds(memory + p.offset + p.size);
}

// ---- What is asked ----

void add_number(std::string& line, std::string_view before, std::int64_t number) {
  char digits[20];
  line += before;
  line.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}
void add_numbers(std::string& line, char before, const std::vector<Idx>& numbers) {
  for (std::size_t n = 0; n < numbers.size(); ++n)
    add_number(line, n == 0 ? std::string_view(&before, 1) : ",", numbers[n]);
}

/// Both kinds of problem whose window moves have these.
void add_window(std::string& line, const auto& p) {
  add_number(line, " kernel_height=", p.kernel_height), add_number(line, " kernel_width=", p.kernel_width);
  add_number(line, " stride_height=", p.stride_height), add_number(line, " stride_width=", p.stride_width);
  add_number(line, " dilation_height=", p.dilation_height), add_number(line, " dilation_width=", p.dilation_width);
  add_number(line, " pad_top=", p.pad_top), add_number(line, " pad_left=", p.pad_left);
  add_number(line, " pad_bottom=", p.pad_bottom), add_number(line, " pad_right=", p.pad_right);
}
void add_problem(std::string& line, const cnnspec_conv2d& p) {
  add_number(line, " batch=", p.batch), add_number(line, " groups=", p.groups);
  add_number(line, " in_channels=", p.in_channels);
  add_number(line, " in_height=", p.in_height), add_number(line, " in_width=", p.in_width);
  add_number(line, " out_channels=", p.out_channels);
  add_number(line, " out_height=", p.out_height), add_number(line, " out_width=", p.out_width);
  add_window(line, p);
}
void add_problem(std::string& line, const cnnspec_pool2d& p) {
  add_number(line, " batch=", p.batch), add_number(line, " channels=", p.channels);
  add_number(line, " in_height=", p.in_height), add_number(line, " in_width=", p.in_width);
  add_number(line, " out_height=", p.out_height), add_number(line, " out_width=", p.out_width);
  add_window(line, p);
}
void add_problem(std::string& line, const cnnspec_linear& p) {
  add_number(line, " batch=", p.batch);
  add_number(line, " in_features=", p.in_features), add_number(line, " out_features=", p.out_features);
}
void add_problem(std::string& line, const cnnspec_elementwise& p) { add_number(line, " count=", p.count); }

/// Dense and row-major: in elements.
std::vector<Idx> strides_of(const std::vector<Idx>& extents) {
  std::vector<Idx> strides(extents.size(), 1);
  for (std::size_t n = extents.size(); n-- > 1;) strides[n - 1] = strides[n] * extents[n];
  return strides;
}

void add_tensor(std::string& line, const TensorInfo& tensor, const Piece& place) {
  (line += ' ') += tensor.name;
  if (place.size == 0) {
    line += "=-";
    return;
  }
  add_number(line, "=", static_cast<std::int64_t>(place.offset));
  add_numbers(line, ':', tensor.extents), add_numbers(line, ':', strides_of(tensor.extents));
}

/// A huge negative number in each storage type, or one of moderate size. (Not NaN's 0xff: the GNU C library takes that
/// for a wish to leave memory as it is.)
int heap_byte(Garbage garbage) {
  constexpr int huge = 0xfe;
  return garbage == Garbage::nan ? huge : static_cast<int>(garbage);
}

using Places = std::array<Piece, most_tensors>;

std::string request(const Trial& t, std::uint64_t id, const Places& places) {
  const Operation& o = *t.operation;
  std::string line = fmt::format("call {} {} heap={}", id, function_name(o.op, t.dtype), heap_byte(t.garbage));
  std::visit([&](const auto& p) { add_problem(line, p); }, o.problem);
  for (std::size_t i = 0; i < o.inputs.size(); ++i) add_tensor(line, o.inputs[i], places[i]);
  add_tensor(line, o.output, places[most_inputs]);
  return line + '\n';
}

// ---- The calls ----

class WorkerHost : public Host {
 public:
  WorkerHost(const WorkerCommand& command, std::unique_ptr<WorkerProcess> worker)
      : command_(command), worker_(std::move(worker)) {}

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
    if (worker_ && worker_->calls() > 0) worker_.reset();
  }

 private:
  Execution made(const Trial& t, const Isolation& isolation) {
    constexpr std::uint64_t between_looks = 64;
    constexpr double soon = 1e-3;
    if (!worker_) start();
    std::byte* const memory = worker_->memory().with(rooms_.bytes());
    const Places places = placed(t, isolation, memory);
    const std::uint64_t id = worker_->next_call();
    if (worker_->has_spoken())
      return misspoken(fmt::format("answered {} before \"call {} ...\"", in_quotes(worker_->spoken()), id));
    const std::int64_t begin = now_ns();
    Heard heard = worker_->ask(request(t, id, places), isolation.seconds_per_call, isolation.bytes);
    const double seconds = 1e-9 * static_cast<double>(now_ns() - begin);
    if (heard.what == Heard::What::line && (seconds > soon || id % between_looks == 0) &&
        worker_->growth() > isolation.bytes)
      heard.what = Heard::What::growth;
    Execution e = outcome(heard, id);
    if (e.ending == Execution::Ending::returned) e.seconds = seconds, look_at_tensors(t, places, memory, e);
    return e;
  }

  void start() {
    worker_ = std::make_unique<WorkerProcess>(command_);
    Greeting greeting = greet(*worker_, command_);
    if (greeting.expected.empty() && greeting.line != command_.hello)
      greeting.expected = in_quotes(command_.hello) + ", as before", greeting.given = in_quotes(greeting.line);
    if (greeting.expected.empty()) return;
    worker_.reset();
    throw std::runtime_error(
        printable("the worker does not start any more: expected " + greeting.expected + ", got " + greeting.given));
  }

  Places placed(const Trial& t, const Isolation& isolation, std::byte* memory) const {
    Places places;
    const auto place = [&](std::size_t tensor, std::size_t size) {
      if (size == 0) return;
      const std::size_t alignment = TensorRooms::alignment_in(t, isolation);
      places[tensor] = rooms_.place(tensor, size, t.placement, alignment);
      surround(memory, places[tensor], t.garbage);
    };
    for (std::size_t i = 0; i < t.inputs.size(); ++i) {
      place(i, t.inputs[i].size());
      std::copy(t.inputs[i].begin(), t.inputs[i].end(), memory + places[i].offset);
    }
    place(most_inputs, TensorRooms::output_bytes(t));
    std::memset(memory + places[most_inputs].offset, static_cast<int>(t.garbage), places[most_inputs].size);
    return places;
  }

  /// Whatever the worker made of the file, and goes on to make of it: only the judge knows where what is.
  static void look_at_tensors(const Trial& t, const Places& places, const std::byte* memory, Execution& e) {
    const Piece& output = places[most_inputs];
    e.output.assign(memory + output.offset, memory + output.offset + output.size);
    if (!is_surrounded(memory, output, t.garbage)) e.overrun = t.operation->output.name;
    for (std::size_t i = 0; i < t.inputs.size(); ++i) {
      if (t.inputs[i].empty()) continue;
      if (!is_surrounded(memory, places[i], t.garbage)) e.overrun = t.operation->inputs[i].name;
      if (std::memcmp(memory + places[i].offset, t.inputs[i].data(), t.inputs[i].size()) != 0)
        e.modified_input = t.operation->inputs[i].name;
    }
  }

  /// What an answer to call `id` means, or that there is none.
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
    constexpr std::size_t most_said = 200;
    constexpr int error = 2;
    Execution e;
    e.ending = Execution::Ending::returned;
    const std::string failed = fmt::format("error {}", id);
    if (line == fmt::format("done {}", id)) {
      e.status = CNNSPEC_DONE;
    } else if (line == fmt::format("unsupported {}", id)) {
      e.status = CNNSPEC_UNSUPPORTED;
    } else if (line == failed || line.starts_with(failed + ' ')) {
      e.status = error;
      e.said = printable(line.substr(std::min(line.size(), failed.size() + 1), most_said));
    } else {
      return misspoken(fmt::format("answered {} where \"done {}\" was expected", in_quotes(line), id));
    }
    return e;
  }

  /// After the end of file on the socket.
  Execution ended(std::uint64_t id) {
    if (!worker_->ends()) return misspoken(fmt::format("closed descriptor 3 where \"done {}\" was expected", id));
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

  /// Ends the worker: the next call gets another one. The status is as waitpid gives it.
  Execution stopped(Execution::Ending ending) {
    Execution e;
    e.ending = ending;
    e.status = worker_->stop();
    e.said = worker_->said();
    worker_.reset();
    return e;
  }

  const WorkerCommand& command_;
  std::unique_ptr<WorkerProcess> worker_;  // null: the next call starts one
  TensorRooms rooms_;
};

}  // namespace

WorkerKernel::WorkerKernel(const std::string& command, double patience)
    : command_{"worker:" + command, words_of("worker:" + command, command), patience} {
  first_ = std::make_unique<WorkerProcess>(command_);
  const Greeting greeting = greet(*first_, command_);
  if (!greeting.expected.empty()) throw UsageError(command_.name, "", greeting.expected, greeting.given);
  command_.hello = greeting.line;
  const auto refuse = [&](const std::string& expected, const std::string& given) {
    throw UsageError(command_.name, "", expected, in_quotes(given) + printed_in_words(*first_));
  };
  const std::vector<std::string> fields = fields_of(greeting.line);
  if (fields.size() < 3 || fields[0] != "hello" || fields[1] != "1")
    refuse("\"hello 1 FUNCTION...\", with at least one function", greeting.line);
  for (std::size_t n = 2; n < fields.size(); ++n)
    if (!add(fields[n])) refuse("functions of cnnspec/kernel.h, such as conv2d_forward_f32", fields[n]);
}

WorkerKernel::~WorkerKernel() = default;

/// Whether there is such a function.
bool WorkerKernel::add(const std::string& function) {
  for (std::size_t op = 0; op < op_names.size(); ++op)
    for (std::size_t dtype = 0; dtype < dtype_names.size(); ++dtype)
      if (function == function_name(static_cast<Op>(op), static_cast<DType>(dtype))) {
        functions_[dtype].set(op);
        return true;
      }
  return false;
}

bool WorkerKernel::has(Op op, DType dtype) const {
  return functions_[static_cast<std::size_t>(dtype)][static_cast<std::size_t>(op)];
}

std::unique_ptr<Host> WorkerKernel::host() const {
  const std::lock_guard lock(mutex_);
  return std::make_unique<WorkerHost>(command_, std::move(first_));
}

}  // namespace cnnspec::checks
