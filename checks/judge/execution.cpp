#include "checks/judge/execution.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <optional>
#include <stdexcept>

#include "checks/child_process.hpp"
#include "checks/judge/sanitized.hpp"
#include "checks/judge/storage.hpp"

namespace cnnspec::checks {
namespace {

using Ending = Execution::Ending;

constexpr std::size_t most_inputs = 3;
constexpr std::size_t fence_bytes = 256;
constexpr std::size_t cache_line = 64;
constexpr rlim_t most_file_bytes = rlim_t{1} << 24;
constexpr std::size_t most_said = 200;

std::size_t page_bytes() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::size_t rounded_up(std::size_t n, std::size_t unit) { return (n + unit - 1) / unit * unit; }

[[noreturn]] void no_resource(const char* what) {
  throw std::runtime_error(std::string("no ") + what + " for the kernel: " + std::strerror(errno));
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Memory of its own, given back at the end.
class Mapping {
 public:
  Mapping(std::size_t bytes, int protection, int flags) : bytes_(bytes) {
    address_ = mmap(nullptr, bytes, protection, flags | MAP_ANONYMOUS, -1, 0);
    if (address_ == MAP_FAILED) no_resource("memory");
  }
  Mapping(const Mapping&) = delete;
  ~Mapping() { munmap(address_, bytes_); }
  std::byte* data() const { return static_cast<std::byte*>(address_); }

 private:
  void* address_;
  std::size_t bytes_;
};

/// Where a tensor is put: whole pages between two that cannot be accessed.
class Slot {
 public:
  explicit Slot(std::size_t capacity)
      : pages_(rounded_up(capacity + 2 * (fence_bytes + cache_line), page_bytes())),
        mapping_(pages_ + 2 * page_bytes(), PROT_NONE, MAP_PRIVATE) {
    if (mprotect(begin(), pages_, PROT_READ | PROT_WRITE) != 0) no_resource("memory");
  }
  std::byte* begin() const { return mapping_.data() + page_bytes(); }
  std::byte* end() const { return begin() + pages_; }

  /// Makes room for `size` bytes and fills them and what is around them. `alignment`: a multiple of an element's size.
  std::byte* place(std::size_t size, Placement placement, std::size_t alignment, Garbage garbage) {
    data_ = place_of(size, placement, alignment);
    size_ = size, fill_ = static_cast<std::byte>(garbage);
    std::memset(fence_begin(), static_cast<int>(fill_), static_cast<std::size_t>(fence_end() - fence_begin()));
    return data_;
  }
  std::byte* place_of(std::size_t size, Placement placement, std::size_t alignment) const {
    std::byte* const last = end() - size;
    switch (placement) {
      case Placement::at_begin:
        return begin();
      case Placement::at_end:
        return last - reinterpret_cast<std::uintptr_t>(last) % alignment;
      case Placement::unaligned:  // by one element, or as little aligned as was asked for
        return begin() + (alignment < cache_line ? cache_line : 0) + alignment;
      case Placement::aligned:
        return begin() + rounded_up(cache_line, alignment);
    }
    return begin();
  }
  bool fences_hold() const {
    const auto untouched = [&](std::byte b) { return b == fill_; };
    return std::all_of(fence_begin(), data_, untouched) && std::all_of(data_ + size_, fence_end(), untouched);
  }
  bool is_beside(const void* address) const {
    const auto a = reinterpret_cast<std::uintptr_t>(address), b = reinterpret_cast<std::uintptr_t>(begin());
    return (a < b && b - a <= page_bytes()) || (a >= b + pages_ && a - b - pages_ < page_bytes());
  }

 private:
  std::byte* fence_begin() const { return data_ - std::min<std::ptrdiff_t>(data_ - begin(), fence_bytes); }
  std::byte* fence_end() const {
    return data_ + size_ + std::min<std::ptrdiff_t>(end() - data_ - static_cast<std::ptrdiff_t>(size_), fence_bytes);
  }

  std::size_t pages_;
  Mapping mapping_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::byte fill_{};
};

/// What the child tells about one call, in shared memory.
struct Record {
  std::int64_t begin_ns, end_ns;
  int status;
  std::int8_t modified_input, overrun;  // the number of the tensor and 1, the output last; 0: none
  bool begun, done;
};

/// What the child tells about itself.
struct Shared {
  std::atomic<std::size_t> current;  // the call that is being made
  std::atomic<std::int64_t> begin_ns;
  std::atomic<void*> fault;  // the address that could not be accessed
  std::atomic<bool> has_fault, finished;
};

Shared* shared_with_parent = nullptr;  // in the child, for the signal handler

extern "C" void note_fault(int signal, siginfo_t* info, void*) {
  const bool is_fault = info->si_code > 0;  // and was not sent by a process, the kernel's own perhaps
  if (is_fault) shared_with_parent->fault = info->si_addr, shared_with_parent->has_fault = true;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// A power of two, and no less than an element has.
std::size_t alignment_of(const Isolation& isolation, DType dtype) {
  return std::max(isolation.alignment, element_bytes(dtype));
}

// ---- What a kernel allocates ----

#if defined(M_PERTURB)
/// A huge negative number in each storage type, or one of moderate size. (Not NaN's 0xff: the C library takes that for a
/// wish to leave memory as it is.)
int dirt_of(Garbage garbage) {
  constexpr int huge = 0xfe;
  return garbage == Garbage::nan ? huge : static_cast<int>(garbage);
}
/// From now on, what is allocated is full of these bytes.
void dirty_heap(Garbage garbage) { mallopt(M_PERTURB, dirt_of(garbage) ^ 0xff); }

/// Allocates a block, for good. Whether it is dirty.
bool take_block(std::size_t size, Garbage garbage) {
  void* volatile const taken = std::malloc(size);  // volatile: no compiler is to know what it holds
  const auto* const block = static_cast<const volatile unsigned char*>(taken);
  return block != nullptr &&
         std::all_of(block, block + size, [&](unsigned char byte) { return byte == dirt_of(garbage); });
}
/// Takes blocks of that size until so many in a row are dirty that none can be left that the C library hands out as it is.
/// How many were not.
int take_blocks(std::size_t size) {
  constexpr int kept_of_each = 7, most = 4096;
  int clean = 0;
  for (int n = 0, dirty = 0; n < most && dirty <= kept_of_each; ++n) {
    dirty = take_block(size, Garbage::number) ? dirty + 1 : 0;
    clean += dirty == 0;
  }
  return clean;
}
/// The C library keeps small blocks that were freed, up to seven of each size, and hands them out again as they are. When it
/// has none, it gets up to seven more from its other lists, and what is left of larger blocks comes to these: it has none of
/// the judge's once all sizes were taken in a row and none was clean, or few.
void take_kept_blocks() {
  constexpr std::size_t largest = 1032, step = 16, probe = 4096;
  constexpr int most_rounds = 8;
  dirty_heap(Garbage::number);
  if (sanitized || !take_block(probe, Garbage::number)) return;  // memory is not the C library's
  for (int round = 0, clean = 1; round < most_rounds && clean > 0; ++round) {
    clean = 0;
    for (std::size_t size = largest; size >= step / 2 && size <= largest; size -= step) clean += take_blocks(size);
  }
}
#else
void dirty_heap(Garbage) {}
void take_kept_blocks() {}
#endif

/// One child process that makes calls `first` to the last.
class Child {
 public:
  Child(const Kernel& kernel, std::span<const Trial> trials, const Isolation& isolation, Shared& shared,
        std::span<Record> records, std::byte* outputs)
      : kernel_(kernel), trials_(trials), isolation_(isolation), shared_(shared), records_(records), outputs_(outputs) {
    for (const Trial& t : trials_) {
      for (std::size_t i = 0; i < t.inputs.size(); ++i) capacity_[i] = std::max(capacity_[i], t.inputs[i].size());
      capacity_[most_inputs] = std::max(capacity_[most_inputs], output_bytes(t));
    }
    for (const std::size_t capacity : capacity_) slots_.emplace_back(capacity + alignment_of(isolation_, DType::f64));
  }

  static std::size_t output_bytes(const Trial& t) {
    return static_cast<std::size_t>(t.operation->output.count()) * element_bytes(t.dtype);
  }

  /// In the child: never returns.
  [[noreturn]] void run(std::size_t first, std::size_t output_offset, const std::vector<bool>& given_up, int said) {
    confine(said);
    take_kept_blocks();
    std::size_t skipped = trials_.size();  // a group: a number that none has
    for (std::size_t n = first; n < trials_.size(); ++n) {
      const Trial& t = trials_[n];
      const bool skip = given_up[n] || (skipped < trials_.size() && trials_[skipped].group == t.group);
      if (!skip) {
        make(n, outputs_ + output_offset);
        if (records_[n].status != CNNSPEC_DONE) skipped = n;
      }
      output_offset += rounded_up(output_bytes(t), sizeof(double));
    }
    shared_.finished = true;
    leave(0);
  }

  const Slot& slot(std::size_t n) const { return slots_[n]; }

 private:
  /// An exception that leaves the kernel ends the child.
  void make(std::size_t n, std::byte* output) noexcept {
    const Trial& t = trials_[n];
    Record& r = records_[n];
    const std::size_t alignment = alignment_of(isolation_, t.dtype);
    dirty_heap(t.garbage);
    const void* pointers[most_inputs] = {};
    for (std::size_t i = 0; i < t.inputs.size(); ++i) {
      if (t.inputs[i].empty()) continue;
      std::byte* const p = slots_[i].place(t.inputs[i].size(), t.placement, alignment, t.garbage);
      std::memcpy(p, t.inputs[i].data(), t.inputs[i].size());
      pointers[i] = p;
    }
    const std::size_t size = output_bytes(t);
    std::byte* const result = slots_[most_inputs].place(size, t.placement, alignment, t.garbage);

    shared_.current = n;
    r.begun = true;
    shared_.begin_ns = r.begin_ns = now_ns();
    r.status = call(kernel_, t.operation->op, t.dtype, t.operation->problem, pointers, result);
    r.end_ns = now_ns();

    std::memcpy(output, result, size);
    if (!slots_[most_inputs].fences_hold()) r.overrun = most_inputs + 1;
    for (std::size_t i = 0; i < t.inputs.size(); ++i) {
      if (pointers[i] == nullptr) continue;
      if (!slots_[i].fences_hold()) r.overrun = static_cast<std::int8_t>(i + 1);
      if (std::memcmp(pointers[i], t.inputs[i].data(), t.inputs[i].size()) != 0)
        r.modified_input = static_cast<std::int8_t>(i + 1);
    }
    r.done = true;
  }

  void confine(int said) {
    setpgid(0, 0);                     // what the kernel starts goes down with it, and ^C is for the judge
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // and nothing outlives the judge
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(said, STDOUT_FILENO);
    dup2(said, STDERR_FILENO);
    close(nothing), close(said);

    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, most_file_bytes);
    if (!sanitized) limit(RLIMIT_AS, used_bytes() + static_cast<rlim_t>(isolation_.bytes));

    shared_with_parent = &shared_;
    alternate_stack_.resize(std::size_t{1} << 16);
    const stack_t stack{alternate_stack_.data(), 0, alternate_stack_.size()};
    sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_sigaction = note_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (const int signal : {SIGSEGV, SIGBUS}) sigaction(signal, &action, nullptr);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) std::signal(signal, SIG_DFL);
  }

  static void limit(decltype(RLIMIT_AS) what, rlim_t most) {
    const rlimit both{most, most};
    setrlimit(what, &both);
  }

  /// Of address space.
  static rlim_t used_bytes() {
    unsigned long pages = 0;
    if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
      if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
      std::fclose(file);
    }
    return static_cast<rlim_t>(pages) * page_bytes();
  }

  const Kernel& kernel_;
  const std::span<const Trial> trials_;
  const Isolation& isolation_;
  Shared& shared_;
  const std::span<Record> records_;
  std::byte* const outputs_;
  std::size_t capacity_[most_inputs + 1] = {};
  std::deque<Slot> slots_;
  std::vector<std::byte> alternate_stack_;
};

/// Both ends of a pipe that never blocks: what does not fit is lost.
struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) no_resource("pipe");
    read_end = ends[0], write_end = ends[1];
  }
  Pipe(const Pipe&) = delete;
  ~Pipe() { close(read_end), close(write_end); }

  /// The last line in it, of printable ASCII.
  std::string last_line() const {
    std::string text(std::size_t{1} << 16, '\0');
    const ssize_t size = ::read(read_end, text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.pop_back();
    text = text.substr(text.rfind('\n') + 1);
    for (char& c : text)
      if (c < ' ' || c > '~') c = '?';
    return text.substr(0, most_said);
  }
};

/// The parent's side of one batch.
class Batch {
 public:
  Batch(const Kernel& kernel, std::span<const Trial> trials, const Isolation& isolation)
      : trials_(trials),
        isolation_(isolation),
        given_up_(trials.size()),
        offsets_(offsets_of(trials)),
        records_offset_(rounded_up(sizeof(Shared), alignof(Record))),
        outputs_offset_(rounded_up(records_offset_ + trials.size() * sizeof(Record), sizeof(double))),
        memory_(outputs_offset_ + offsets_.back(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE),
        shared_(*new (memory_.data()) Shared{}),
        records_(reinterpret_cast<Record*>(memory_.data() + records_offset_), trials.size()),
        child_(kernel, trials, isolation, shared_, records_, memory_.data() + outputs_offset_) {}

  std::vector<Execution> run() {
    executions_.resize(trials_.size());
    for (std::size_t first = 0; first < trials_.size();) first = run_from(first);
    return std::move(executions_);
  }

 private:
  static std::vector<std::size_t> offsets_of(std::span<const Trial> trials) {
    std::vector<std::size_t> offsets{0};
    for (const Trial& t : trials)
      offsets.push_back(offsets.back() + rounded_up(Child::output_bytes(t), sizeof(double)));
    return offsets;
  }

  /// Starts a child with call `first`; returns the call to go on with.
  std::size_t run_from(std::size_t first) {
    shared_.current = first, shared_.begin_ns = now_ns(), shared_.has_fault = false, shared_.finished = false;
    const Pipe said;
    const pid_t pid = fork_child();
    if (pid < 0) no_resource("process");
    if (pid == 0) child_.run(first, offsets_[first], given_up_, said.write_end);
    const auto [status, hung] = wait_for(pid);
    const bool finished = shared_.finished;
    // The kernel can write where these are: whatever it made of them, they name one of the calls.
    const std::size_t last =
        finished ? trials_.size() - 1 : std::clamp(shared_.current.load(), first, trials_.size() - 1);
    for (std::size_t n = first; n <= last; ++n) take(n);
    if (finished) return trials_.size();
    explain(executions_[last], trials_[last], status, hung);
    executions_[last].said = said.last_line();
    if (hung) count_hung(trials_[last]);
    std::size_t next = last + 1;
    while (next < trials_.size() && (trials_[next].group == trials_[last].group || given_up_[next])) ++next;
    return next;
  }

  /// An operation that has hung too often is not called any more.
  void count_hung(const Trial& hung) {
    const auto is_same = [&](const Trial& t) { return t.operation->op == hung.operation->op && t.dtype == hung.dtype; };
    Idx count = 0;
    for (std::size_t n = 0; n < trials_.size(); ++n)
      count += is_same(trials_[n]) && executions_[n].ending == Ending::hung;
    for (std::size_t n = 0; n < trials_.size(); ++n)
      given_up_[n] = given_up_[n] || (is_same(trials_[n]) && count >= isolation_.most_hung);
  }

  struct End {
    int status;
    bool hung;
  };

  /// Waits until the child ends, or kills it when a call takes too long.
  End wait_for(pid_t pid) {
    const int end_of_child = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));  // readable once it has ended
    bool hung = false;
    for (;;) {
      const double left = isolation_.seconds_per_call - 1e-9 * static_cast<double>(now_ns() - shared_.begin_ns);
      if (left <= 0) {
        hung = true;
        break;
      }
      pollfd wanted{end_of_child, POLLIN, 0};
      const int milliseconds = static_cast<int>(std::min(left, 100.0) * 1e3) + 1;
      if (poll(&wanted, end_of_child < 0 ? 0 : 1, end_of_child < 0 ? 1 : milliseconds) > 0) break;
      if (end_of_child < 0) {  // a system without them: ask every millisecond
        siginfo_t info{};
        if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid) break;
      }
    }
    if (end_of_child >= 0) close(end_of_child);
    if (hung) kill(pid, SIGKILL);
    kill(-pid, SIGKILL);  // what it may have started
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return {status, hung};
  }

  /// What the child has noted about call n.
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
    const std::byte* const output = memory_.data() + outputs_offset_ + offsets_[n];
    e.output.assign(output, output + Child::output_bytes(t));
  }

  void explain(Execution& e, const Trial& t, int status, bool hung) {
    e = {};
    e.ending = hung ? Ending::hung : WIFSIGNALED(status) ? Ending::died : Ending::exited;
    e.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (e.ending != Ending::died || !shared_.has_fault) return;
    for (std::size_t i = 0; i <= most_inputs; ++i)
      if (child_.slot(i).is_beside(shared_.fault)) e.overrun = name_of(t, i);
  }

  static std::string name_of(const Trial& t, std::size_t tensor) {
    if (tensor == most_inputs) return t.operation->output.name;
    return tensor < t.operation->inputs.size() ? t.operation->inputs[tensor].name : "";
  }

  const std::span<const Trial> trials_;
  const Isolation& isolation_;
  std::vector<bool> given_up_;              // for each call
  const std::vector<std::size_t> offsets_;  // of the outputs
  const std::size_t records_offset_, outputs_offset_;
  const Mapping memory_;
  Shared& shared_;
  const std::span<Record> records_;
  Child child_;
  std::vector<Execution> executions_;
};

}  // namespace

std::vector<Execution> execute(const Kernel& kernel, std::span<const Trial> trials, const Isolation& isolation) {
  if (trials.empty()) return {};
  return Batch(kernel, trials, isolation).run();
}

}  // namespace cnnspec::checks
