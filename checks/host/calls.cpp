#include "checks/host/calls.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <stdexcept>

#include "checks/child_process.hpp"
#include "checks/host/placing.hpp"
#include "checks/sanitized.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::size_t fence_bytes = 256;
constexpr rlim_t most_file_bytes = rlim_t{1} << 24;

/// The room of a tensor: whole pages between two pages that cannot be accessed.
class Slot {
 public:
  explicit Slot(std::size_t capacity)
      : pages_(rounded_up(capacity + 2 * fence_bytes, page_bytes())),
        mapping_(pages_ + 2 * page_bytes(), PROT_NONE, MAP_PRIVATE) {
    if (mprotect(begin(), pages_, PROT_READ | PROT_WRITE) != 0) no_resource("memory");
  }
  std::byte* begin() const { return mapping_.data() + page_bytes(); }
  std::byte* end() const { return begin() + pages_; }

  /// Makes room for `size` bytes. Fills them and the bytes around them. `alignment`: a multiple of an element's size.
  std::byte* place(std::size_t size, Placement placement, std::size_t alignment, Garbage garbage) {
    data_ = begin() + place_in_room(pages_, size, placement, alignment);
    size_ = size, fill_ = static_cast<std::byte>(garbage);
    std::memset(fence_begin(), static_cast<int>(fill_), static_cast<std::size_t>(fence_end() - fence_begin()));
    return data_;
  }
  bool fences_hold() const {
    const auto untouched = [&](std::byte b) { return b == fill_; };
    return std::all_of(fence_begin(), data_, untouched) && std::all_of(data_ + size_, fence_end(), untouched);
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

CallProgress* progress_of_calls = nullptr;  // for the signal handler

extern "C" void note_fault(int signal, siginfo_t* info, void*) {
  const bool is_fault = info->si_code > 0;  // false if a process sent the signal, perhaps the kernel itself
  if (is_fault) progress_of_calls->fault = info->si_addr, progress_of_calls->has_fault = true;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// ---- What a kernel allocates ----

#if defined(M_PERTURB)
/// From now on, allocated memory is full of these bytes.
void dirty_heap(Garbage garbage) { mallopt(M_PERTURB, dirt_of(garbage) ^ 0xff); }

/// Allocates a block and never frees it. Returns whether the block is dirty.
bool take_block(std::size_t size, Garbage garbage) {
  void* volatile const taken = std::malloc(size);  // volatile: the compiler must not assume what it holds
  const auto* const block = static_cast<const volatile unsigned char*>(taken);
  return block != nullptr &&
         std::all_of(block, block + size, [&](unsigned char byte) { return byte == dirt_of(garbage); });
}
/// Takes blocks of this size until enough in a row are dirty: then the C library has no kept block left that it would
/// hand out without filling it. Returns the number of clean blocks.
int take_blocks(std::size_t size) {
  constexpr int kept_of_each = 7, most = 4096;
  int clean = 0;
  for (int n = 0, dirty = 0; n < most && dirty <= kept_of_each; ++n) {
    dirty = take_block(size, Garbage::number) ? dirty + 1 : 0;
    clean += dirty == 0;
  }
  return clean;
}
/// The C library keeps small freed blocks, up to seven of each size, and hands them out again without filling them.
/// When it has none of a size, it takes up to seven from its other lists, which also receive the remainders of larger
/// blocks. So this repeats the run over all sizes until no block was clean, or a few times.
void take_kept_blocks() {
  constexpr std::size_t largest = 1032, step = 16, probe = 4096;
  constexpr int most_rounds = 8;
  dirty_heap(Garbage::number);
  if (sanitized || !take_block(probe, Garbage::number)) return;  // memory does not come from the C library
  for (int round = 0, clean = 1; round < most_rounds && clean > 0; ++round) {
    clean = 0;
    for (std::size_t size = largest; size >= step / 2 && size <= largest; size -= step) clean += take_blocks(size);
  }
}
#else
void dirty_heap(Garbage) {}
void take_kept_blocks() {}
#endif

/// The calls of a task, one after the other.
class Calls {
 public:
  Calls(const Kernel& kernel, int memory, const Task& task)
      : kernel_(kernel),
        task_(task),
        to_do_(task.layout.results, PROT_READ, MAP_SHARED, memory),
        results_(task.layout.bytes - task.layout.results, PROT_READ | PROT_WRITE, MAP_SHARED, memory,
                 task.layout.results),
        calls_(reinterpret_cast<const PlannedCall*>(to_do_.data()), task.layout.calls),
        progress_(*reinterpret_cast<CallProgress*>(results_.data())),
        records_(reinterpret_cast<Record*>(results_.data() + CallLayout::record_offset), task.layout.calls) {
    for (std::size_t i = 0; i < most_tensors; ++i) make_slot(i);
  }

  [[noreturn]] void make_all(int said, KeptBlocks kept) {
    confine(said);
    if (kept == KeptBlocks::are_there) take_kept_blocks();
    progress_.begin_ns = now_ns();
    progress_.ready = true;
    std::size_t skipped = calls_.size();  // a call whose group is skipped; this number is no call
    for (std::size_t n = task_.first; n < calls_.size(); ++n) {
      if (calls_[n].given_up || (skipped < calls_.size() && calls_[skipped].group == calls_[n].group)) continue;
      make(n);
      if (records_[n].status != CNNSPEC_DONE) skipped = n;
    }
    progress_.finished = true;
    leave(0);
  }

 private:
  /// Makes the room of tensor `i` of every call; none if no call has this tensor.
  void make_slot(std::size_t i) {
    constexpr std::size_t largest_element = 8;
    std::size_t capacity = 0;
    for (const PlannedCall& c : calls_) capacity = std::max(capacity, c.tensors[i].place.size);
    progress_.slots[i] = {};
    if (capacity == 0) return;
    const Slot& slot = slots_[i].emplace(capacity + 2 * spare_room(alignment_of(task_.isolation, largest_element)));
    progress_.slots[i] = {reinterpret_cast<std::uintptr_t>(slot.begin()), reinterpret_cast<std::uintptr_t>(slot.end())};
  }

  /// An exception that leaves the kernel ends the process.
  void make(std::size_t n) noexcept {
    const PlannedCall& c = calls_[n];
    Record& r = records_[n];
    dirty_heap(c.garbage);
    std::byte* pointers[most_tensors] = {};
    for (std::size_t i = 0; i < most_tensors; ++i) {
      const auto& [place, element_bytes] = c.tensors[i];
      if (place.size == 0) continue;
      pointers[i] = slots_[i]->place(place.size, c.placement, alignment_of(task_.isolation, element_bytes), c.garbage);
      if (i < most_inputs) std::memcpy(pointers[i], to_do_.data() + place.offset, place.size);
    }
    const void* inputs[most_inputs];
    void* outputs[most_outputs];
    std::copy_n(pointers, most_inputs, inputs), std::copy_n(pointers + most_inputs, most_outputs, outputs);

    progress_.current = n;
    r.begun = true;
    progress_.begin_ns = r.begin_ns = now_ns();
    r.status = call(kernel_, c.op, c.dtype, c.problem, inputs, outputs);
    r.end_ns = now_ns();

    for (std::size_t k = 0; k < most_tensors; ++k) {
      const std::size_t i = (k + most_inputs) % most_tensors;  // inputs come last: the last wrong one is named
      const Piece& place = c.tensors[i].place;
      if (pointers[i] == nullptr) continue;
      const auto number = static_cast<std::int8_t>(i + 1);
      if (!slots_[i]->fences_hold()) r.overrun = number;
      if (i >= most_inputs)
        std::memcpy(results_.data() + (place.offset - task_.layout.results), pointers[i], place.size);
      else if (std::memcmp(pointers[i], to_do_.data() + place.offset, place.size) != 0)
        r.modified_input = number;
    }
    r.done = true;
  }

  void confine(int said) {
    setpgid(0, 0);                     // the kernel's own children are killed with it, and ^C is for the judge
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing outlives the judge
    if (who_forked != 0 && getppid() != who_forked) _exit(EXIT_FAILURE);
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(said, STDOUT_FILENO);
    dup2(said, STDERR_FILENO);
    close(nothing), close(said);

    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, most_file_bytes);
    if (!sanitized) limit(RLIMIT_AS, used_bytes() + static_cast<rlim_t>(task_.isolation.bytes));

    progress_of_calls = &progress_;
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

  /// The size of the address space in bytes.
  static rlim_t used_bytes() {
    unsigned long pages = 0;
    if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
      if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
      std::fclose(file);
    }
    return static_cast<rlim_t>(pages) * page_bytes();
  }

  const Kernel& kernel_;
  const Task task_;
  const Mapping to_do_, results_;
  const std::span<const PlannedCall> calls_;
  CallProgress& progress_;
  const std::span<Record> records_;
  std::array<std::optional<Slot>, most_tensors> slots_;
  std::vector<std::byte> alternate_stack_;
};

}  // namespace

void make_calls(const Kernel& kernel, int memory, int said, const Task& task, KeptBlocks kept) {
  try {
    Calls calls(kernel, memory, task);
    close(memory);  // the kernel must not use it
    calls.make_all(said, kept);
  } catch (const std::runtime_error&) {  // no memory: the judge sees that this process was never ready
    leave(EXIT_FAILURE);
  }
}

}  // namespace cnnspec::checks
