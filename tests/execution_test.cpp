// Execution: kernels that misbehave in every imaginable way. Each misbehaviour is reported, the later calls return the
// right results, and nothing of the kernel remains in the judge's process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "checks/host/fork_host.hpp"
#include "checks/layers/problems.hpp"
#include "checks/sanitized.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::checks {
namespace {

using Ending = Execution::Ending;

constexpr Idx odd_count = 5, usual_count = 7;
constexpr double short_time = 0.2;

/// The kernel's behaviour on `odd_count` elements; with other counts it is a relu.
std::function<int(const float* x, float* y)> misbehave;

int relu(const cnnspec_elementwise* p, const float* x, float* y) {
  if (p->count == odd_count) return misbehave(x, y);
  for (Idx n = 0; n < p->count; ++n) y[n] = x[n] <= 0 ? 0 : x[n];
  return CNNSPEC_DONE;
}

const Operation odd = operation_of(Op::relu_forward, cnnspec_elementwise{odd_count}),
                usual = operation_of(Op::relu_forward, cnnspec_elementwise{usual_count});

Trial trial(const Operation& o, std::size_t group, Placement placement) {
  std::vector<double> x;
  for (Idx n = 0; n < o.inputs[0].count(); ++n) x.push_back(n % 2 == 0 ? static_cast<double>(n) : -1.0);
  Trial t;
  t.operation = &o, t.dtype = DType::f32, t.placement = placement, t.group = group;
  t.inputs = {encode(DType::f32, x)};
  return t;
}

/// The process that forks the child.
enum class Way { this_process, server };
Way way{};

std::string name_of(Way w) { return w == Way::server ? "a_server" : "this_process"; }
void PrintTo(Way w, std::ostream* out) { *out << name_of(w); }

class ExecutionTest : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override { way = GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(ForkedBy, ExecutionTest, testing::Values(Way::this_process, Way::server),
                         [](const auto& i) { return name_of(i.param); });

std::vector<Execution> run(const std::vector<Trial>& trials, const Isolation& isolation = {}) {
  Kernel kernel;
  kernel.f32.relu_forward = relu;
  return way == Way::server ? ForkServer(kernel).execute(trials, isolation)
                            : ForkHost(kernel).execute(trials, isolation);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

bool is_right(const Execution& e) {
  return e.is_done() && e.overrun.empty() && e.modified_input.empty() &&
         decode(DType::f32, e.output) == std::vector<double>{0, 0, 2, 0, 4, 0, 6};
}

/// The result of the misbehaving call. The calls before and after it must be right.
Execution misbehaving(std::function<int(const float*, float*)> what, Placement placement = Placement::at_end,
                      Isolation isolation = {}) {
  struct stat out_before {
  }, out_after{};
  fstat(STDOUT_FILENO, &out_before);
  const std::size_t descriptors = open_descriptors();
  misbehave = std::move(what);
  const auto e = run({trial(usual, 0, placement), trial(usual, 0, placement), trial(odd, 1, placement),
                      trial(usual, 2, Placement::at_begin), trial(usual, 2, Placement::at_end)},
                     isolation);
  for (const std::size_t n : {0, 1, 3, 4}) EXPECT_TRUE(is_right(e[n])) << "call " << n;
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(fstat(STDOUT_FILENO, &out_after), 0);
  EXPECT_EQ(out_before.st_ino, out_after.st_ino);
  EXPECT_TRUE(waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) << "a child is left";
  return e[2];
}

void expect_died(const Execution& e, int signal, const std::string& overrun = "") {
  EXPECT_EQ(e.ending, Ending::died);
  EXPECT_EQ(e.status, signal) << strsignal(e.status);
  EXPECT_EQ(e.overrun, overrun);
}

void expect_returned(const Execution& e, const std::string& overrun = "", const std::string& modified = "") {
  EXPECT_EQ(e.ending, Ending::returned) << e.status;
  EXPECT_EQ(e.status, CNNSPEC_DONE);
  EXPECT_EQ(e.overrun, overrun);
  EXPECT_EQ(e.modified_input, modified);
}

/// The address `offset` elements from the begin of a tensor, hidden from the compiler.
template <class T>
volatile T* at(T* tensor, Idx offset) {
  return const_cast<volatile T*>(tensor) + offset;
}

// ---- Beyond the bounds ----

TEST_P(ExecutionTest, tells_a_write_beyond_the_output_at_either_end) {
  const auto beyond = [](const float*, float* y) { return *at(y, odd_count) = 1, 0; };
  expect_died(misbehaving(beyond, Placement::at_end), SIGSEGV, "y");
  expect_returned(misbehaving(beyond, Placement::at_begin), "y");
}

TEST_P(ExecutionTest, tells_a_write_before_the_output_at_either_end) {
  const auto before = [](const float*, float* y) { return *at(y, -1) = 1, 0; };
  expect_died(misbehaving(before, Placement::at_begin), SIGSEGV, "y");
  expect_returned(misbehaving(before, Placement::at_end), "y");
}

TEST_P(ExecutionTest, tells_a_write_of_a_single_byte_beyond_each_tensor) {
  for (const Idx offset : {Idx{-1}, Idx{odd_count * 4}}) {
    const auto out = [=](const float*, float* y) { return *at(reinterpret_cast<char*>(y), offset) = 1, 0; };
    const auto in = [=](const float* x, float*) {
      return *at(reinterpret_cast<char*>(const_cast<float*>(x)), offset) = 1, 0;
    };
    expect_returned(misbehaving(out, offset < 0 ? Placement::at_end : Placement::at_begin), "y");
    expect_returned(misbehaving(in, offset < 0 ? Placement::at_end : Placement::at_begin), "x");
  }
}

TEST_P(ExecutionTest, tells_a_read_beyond_an_input) {
  const auto read = [](Idx offset) { return [=](const float* x, float* y) { return y[0] = *at(x, offset), 0; }; };
  expect_died(misbehaving(read(odd_count), Placement::at_end), SIGSEGV, "x");
  expect_died(misbehaving(read(-1), Placement::at_begin), SIGSEGV, "x");
}

TEST_P(ExecutionTest, tells_a_modified_input_even_if_only_the_sign_of_zero) {
  expect_returned(misbehaving([](const float* x, float*) { return *at(const_cast<float*>(x), 1) = 7, 0; }), "", "x");
  expect_returned(misbehaving([](const float* x, float*) { return *at(const_cast<float*>(x), 0) = -0.0f, 0; }), "",
                  "x");
}

TEST_P(ExecutionTest, tells_no_offence_of_a_kernel_that_stays_within_its_tensors) {
  const Execution e = misbehaving([](const float* x, float* y) {
    for (Idx n = 0; n < odd_count; ++n) y[n] = -x[n];
    return 0;
  });
  expect_returned(e);
  EXPECT_EQ(decode(DType::f32, e.output), (std::vector<double>{0, 1, -2, 1, -4}));
  EXPECT_GT(e.seconds, 0);
}

// ---- The end of the process ----

TEST_P(ExecutionTest, tells_crashes_by_their_signals) {
  // Not null itself: a sanitizer would report null before the write.
  static float* volatile nowhere = reinterpret_cast<float*>(std::uintptr_t{64});
  expect_died(misbehaving([](const float*, float*) { return *nowhere = 1, 0; }), SIGSEGV);
  expect_died(misbehaving([](const float*, float*) -> int { std::abort(); }), SIGABRT);
  if (!sanitized) {  // a sanitizer handles this case itself
    expect_died(misbehaving([](const float*, float*) { return std::raise(SIGFPE); }), SIGFPE);
  }
  expect_died(misbehaving([](const float*, float*) { return std::raise(SIGBUS); }), SIGBUS);
  expect_died(misbehaving([](const float*, float*) { return std::raise(SIGSEGV); }), SIGSEGV);
  expect_died(misbehaving([](const float*, float*) { return std::raise(SIGINT); }), SIGINT);
  expect_died(misbehaving([](const float*, float*) { return kill(0, SIGTERM); }), SIGTERM);
}

TEST_P(ExecutionTest, tells_exceptions_and_what_they_say) {
  const Execution e = misbehaving([](const float*, float*) -> int { throw std::runtime_error("no such kernel"); });
  expect_died(e, SIGABRT);
  EXPECT_NE(e.said.find("no such kernel"), std::string::npos) << e.said;
}

TEST_P(ExecutionTest, tells_what_was_printed_last_without_what_is_not_text) {
  const Execution e = misbehaving([](const float*, float*) -> int {
    const char text[] = "first\nlast \x1b[31m\xff line\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) return 1;
    std::abort();
  });
  EXPECT_EQ(e.said, "last ?[31m? line");
  const Execution silent = misbehaving([](const float*, float*) -> int { std::abort(); });
  EXPECT_EQ(silent.said, "");
}

TEST_P(ExecutionTest, tells_exits) {
  const Execution zero = misbehaving([](const float*, float*) -> int { std::exit(0); });
  EXPECT_EQ(zero.ending, Ending::exited);
  EXPECT_TRUE(zero.status == 0 || sanitized) << "a sanitizer has a word at the end";
  const Execution three = misbehaving([](const float*, float*) -> int { _exit(3); });
  EXPECT_EQ(three.ending, Ending::exited);
  EXPECT_EQ(three.status, 3);
}

int recurse(volatile int* depth) {
  volatile char frame[4096];
  frame[0] = 1;
  *depth = *depth + 1;
  return *depth < 0 ? 0 : recurse(depth) + frame[0];
}

TEST_P(ExecutionTest, survives_an_overflow_of_the_stack) {
  const Execution e = misbehaving([](const float*, float*) {
    volatile int depth = 0;
    return recurse(&depth);
  });
  expect_died(e, SIGSEGV);
}

// ---- Calls that never end ----

const Isolation impatient{.seconds_per_call = short_time};

TEST_P(ExecutionTest, ends_what_does_not_end) {
  const Execution e = misbehaving(
      [](const float* x, float* y) {
        while (*at(x, 0) == 0) *at(y, 0) = 1;
        return 0;
      },
      Placement::at_end, impatient);
  EXPECT_EQ(e.ending, Ending::hung);
}

TEST_P(ExecutionTest, ends_what_sleeps_stops_or_blocks_all_signals) {
  const auto sleeps = [](const float*, float*) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    for (;;) pause();
    return 0;
  };
  EXPECT_EQ(misbehaving(sleeps, Placement::at_end, impatient).ending, Ending::hung);
  const auto stops = [](const float*, float*) { return std::raise(SIGSTOP); };
  EXPECT_EQ(misbehaving(stops, Placement::at_end, impatient).ending, Ending::hung);
}

TEST_P(ExecutionTest, makes_no_more_calls_of_an_operation_that_has_hung_too_often) {
  misbehave = [](const float*, float*) {
    for (;;) pause();
    return 0;
  };
  std::vector<Trial> trials;
  for (std::size_t n = 0; n < 10; ++n) trials.push_back(trial(n == 0 ? usual : odd, n, Placement::at_end));
  const auto e = run(trials, impatient);
  EXPECT_TRUE(is_right(e[0]));
  for (std::size_t n = 1; n < 10; ++n) EXPECT_EQ(e[n].ending, n <= 2 ? Ending::hung : Ending::not_made) << n;
}

TEST_P(ExecutionTest, gives_every_call_the_whole_time) {
  misbehave = [](const float* x, float* y) {
    usleep(static_cast<useconds_t>(0.4 * short_time * 1e6));
    return y[0] = x[0], 0;
  };
  std::vector<Trial> trials(5, trial(odd, 0, Placement::at_end));
  for (const Execution& e : run(trials, impatient)) EXPECT_TRUE(e.is_done());
}

// ---- What the kernel leaves behind ----

TEST_P(ExecutionTest, survives_megabytes_of_output) {
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    const Execution e = misbehaving([=](const float*, float*) {
      const std::string text(10'000, '.');
      for (int n = 0; n < 1000; ++n)
        if (write(descriptor, text.data(), text.size()) < 0 && errno != EAGAIN) return 7;
      return 0;
    });
    expect_returned(e);
  }
}

TEST_P(ExecutionTest, survives_closed_descriptors) {
  const auto closes = [](const float*, float*) {
    for (int n = 0; n < 1024; ++n) close(n);
    return 0;
  };
  expect_returned(misbehaving(closes));
  const Execution then_dies = misbehaving([=](const float* x, float* y) {
    closes(x, y);
    return std::raise(SIGABRT);
  });
  expect_died(then_dies, SIGABRT);
}

TEST_P(ExecutionTest, survives_other_signal_handlers_and_a_lost_group) {
  const auto ignores = [](const float*, float* y) {
    for (int n = 1; n < 32; ++n) std::signal(n, SIG_IGN);
    *at(y, 0) = 0;
    return 0;
  };
  expect_returned(misbehaving(ignores));
  expect_returned(misbehaving([](const float*, float*) { return setsid() > 0 ? 1 : 0; }));
}

TEST_P(ExecutionTest, limits_memory) {
  if (sanitized) GTEST_SKIP() << "a sanitizer needs all the address space that there is";
  Isolation little;
  little.bytes = 0x1p26;
  const auto allocates = [](const float*, float*) -> int {
    static char* volatile last = nullptr;  // otherwise the compiler sees that the memory is not used
    for (;;) {
      last = new char[1 << 20];
      std::memset(last, 1, 1 << 20);
    }
  };
  const Execution e = misbehaving(allocates, Placement::at_end, little);
  expect_died(e, SIGABRT);
  EXPECT_NE(e.said.find("bad_alloc"), std::string::npos) << e.said;
}

TEST_P(ExecutionTest, limits_the_size_of_files) {
  const Execution e = misbehaving([](const float*, float*) {
    std::FILE* const file = std::tmpfile();
    const std::string text(1 << 20, '.');
    for (int n = 0; n < 64; ++n)
      if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) return 7;
    return 0;
  });
  expect_died(e, SIGXFSZ);
}

/// Memory that a kernel's process shares with the test.
template <class T>
class InCommon {
 public:
  InCommon() : memory_(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    new (memory_) T{};
  }
  ~InCommon() { munmap(memory_, sizeof(T)); }
  InCommon(const InCommon&) = delete;
  T& operator*() const { return *static_cast<T*>(memory_); }

 private:
  void* memory_;
};

/// Whether the process is gone, or dead and waiting for its parent.
bool is_dead(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t end_of_name = text.rfind(')');
  return end_of_name == std::string::npos || text.at(end_of_name + 2) == 'Z' || text.at(end_of_name + 2) == 'X';
}

TEST_P(ExecutionTest, leaves_no_process_that_the_kernel_started) {
  const InCommon<std::atomic<pid_t>> started;
  const Execution e = misbehaving([&](const float*, float*) {
    const pid_t pid = fork();
    if (pid == 0)
      for (;;) pause();
    *started = pid;
    return 0;
  });
  expect_returned(e);
  ASSERT_GT(*started, 0);
  for (int n = 0; n < 100 && !is_dead(*started); ++n) usleep(10'000);
  EXPECT_TRUE(is_dead(*started));
}

TEST_P(ExecutionTest, survives_a_thread_that_goes_on) {
  const Execution e = misbehaving([](const float*, float*) {
    std::thread([] {
      for (std::atomic<int> n = 0;;) ++n;
    }).detach();
    return 0;
  });
  expect_returned(e);
}

// ---- Groups, placement, garbage ----

TEST_P(ExecutionTest, makes_no_more_calls_of_a_group_after_one_that_is_not_done) {
  const InCommon<std::atomic<int>> calls;
  for (const int status : {CNNSPEC_UNSUPPORTED, 7, -1}) {
    *calls = 0;
    misbehave = [&](const float*, float*) { return ++*calls, status; };
    const auto e = run({trial(odd, 3, Placement::at_end), trial(usual, 3, Placement::at_end),
                        trial(odd, 4, Placement::at_end), trial(usual, 5, Placement::at_end)});
    EXPECT_EQ(e[0].ending, Ending::returned);
    EXPECT_EQ(e[0].status, status);
    EXPECT_EQ(e[1].ending, Ending::not_made);
    EXPECT_EQ(e[2].status, status);
    EXPECT_TRUE(is_right(e[3]));
    EXPECT_EQ(*calls, 2);
  }
  misbehave = [](const float*, float*) { return std::raise(SIGABRT); };
  const auto e = run({trial(odd, 3, Placement::at_end), trial(usual, 3, Placement::at_end)});
  EXPECT_EQ(e[0].ending, Ending::died);
  EXPECT_EQ(e[1].ending, Ending::not_made);
  EXPECT_TRUE(run({}).empty());
}

TEST_P(ExecutionTest, shows_garbage_where_nothing_is_written) {
  misbehave = [](const float*, float*) { return 0; };
  for (const Garbage garbage : {Garbage::nan, Garbage::number}) {
    Trial t = trial(odd, 0, Placement::at_begin);
    t.garbage = garbage;
    const auto e = run({t});
    EXPECT_EQ(e[0].output, std::vector<std::byte>(odd_count * 4, static_cast<std::byte>(garbage)));
    for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
      const std::vector<std::byte> bytes(element_bytes(dtype), static_cast<std::byte>(garbage));
      EXPECT_EQ(std::isnan(decode(dtype, bytes)[0]), garbage == Garbage::nan);
      EXPECT_FALSE(std::isinf(decode(dtype, bytes)[0]));
    }
  }
}

TEST_P(ExecutionTest, aligns_tensors_as_they_were_asked_for) {
  const InCommon<std::atomic<std::uintptr_t>> bits;
  misbehave = [&](const float* x, float* y) {
    return *bits = reinterpret_cast<std::uintptr_t>(x) | reinterpret_cast<std::uintptr_t>(y), 0;
  };
  for (const std::size_t alignment : {1, 4, 16, 64, 4096})
    for (const Placement placement : {Placement::at_begin, Placement::at_end}) {
      Isolation aligned;
      aligned.alignment = alignment;
      EXPECT_TRUE(run({trial(odd, 0, placement)}, aligned)[0].is_done());
      EXPECT_EQ(*bits % std::max(alignment, std::size_t{4}), 0u);
      EXPECT_TRUE(*bits % 64 != 0 || alignment >= 64 || placement == Placement::at_begin) << "and no more";
    }
}

TEST_P(ExecutionTest, tells_writes_beyond_aligned_tensors_as_well) {
  Isolation aligned;
  aligned.alignment = 64;
  for (const Idx offset : {Idx{-1}, odd_count})
    for (const Placement placement : {Placement::at_begin, Placement::at_end}) {
      const Execution e =
          misbehaving([=](const float*, float* y) { return *at(y, offset) = 1, 0; }, placement, aligned);
      EXPECT_EQ(e.overrun, "y");
    }
}

// ---- A server, for many batches ----

Kernel relu_kernel() {
  Kernel kernel;
  kernel.f32.relu_forward = relu;
  return kernel;
}

TEST(ForkServer, makes_batch_after_batch_of_all_sizes) {
  misbehave = [](const float*, float*) { return std::raise(SIGABRT); };
  ForkServer server(relu_kernel());
  const Operation large = operation_of(Op::relu_forward, cnnspec_elementwise{100'003});
  for (const Operation* o : {&usual, &large, &odd, &usual, &odd, &large, &usual}) {
    const auto e = server.execute(std::vector(3, trial(*o, 0, Placement::at_begin)), {});
    ASSERT_EQ(e.size(), 3u);
    if (o == &odd) {  // the remains of earlier batches in memory must not be taken as an answer
      expect_died(e[0], SIGABRT);
      EXPECT_EQ(e[1].ending, Ending::not_made);
      EXPECT_TRUE(e[1].output.empty());
    }
    for (const Execution& one : e) {
      EXPECT_TRUE(o != &usual || is_right(one));
      EXPECT_TRUE(o != &large || decode(DType::f32, one.output).back() == 100'002.0);
    }
  }
  EXPECT_TRUE(server.execute({}, {}).empty());
}

TEST(ForkServer, is_started_again_after_a_kernel_has_killed_it) {
  misbehave = [](const float*, float*) {
    kill(getppid(), SIGKILL);
    for (;;) pause();
    return 0;
  };
  ForkServer server(relu_kernel());
  const auto e = server.execute(std::vector{trial(usual, 0, Placement::at_end), trial(odd, 1, Placement::at_end),
                                            trial(usual, 2, Placement::at_end)},
                                {});
  EXPECT_TRUE(is_right(e[0]));
  expect_died(e[1], SIGKILL);
  EXPECT_TRUE(is_right(e[2]));
}

TEST(ForkServer, does_not_outlive_the_judge_and_nor_does_a_kernel) {
  struct Pids {
    std::atomic<pid_t> server = 0, kernel = 0;
  };
  const InCommon<Pids> pids;
  misbehave = [&](const float*, float*) {
    (*pids).server = getppid(), (*pids).kernel = getpid();
    for (;;) pause();
    return 0;
  };
  const pid_t judge = fork();
  ASSERT_GE(judge, 0);
  if (judge == 0) {
    ForkServer(relu_kernel()).execute(std::vector{trial(odd, 0, Placement::at_end)}, {});
    _exit(1);
  }
  while ((*pids).kernel == 0) usleep(1000);
  kill(judge, SIGKILL);
  waitpid(judge, nullptr, 0);
  for (int n = 0; n < 500 && !(is_dead((*pids).server) && is_dead((*pids).kernel)); ++n) usleep(10'000);
  EXPECT_TRUE(is_dead((*pids).server));
  EXPECT_TRUE(is_dead((*pids).kernel));
}

}  // namespace
}  // namespace cnnspec::checks
