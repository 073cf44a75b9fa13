// `cnnspec judge` on kernels that do harm besides their computation: to the process that loads or calls them, to the
// judge's process, or to the machine. Each gets the verdict on its results, and none of its processes remains.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "checks/sanitized.hpp"
#include "tests/command.hpp"

namespace cnnspec::tests {
namespace {

#if defined(__x86_64__)
constexpr bool can_flush = true;
#else
constexpr bool can_flush = false;
#endif

/// Whether the condition holds within that time.
bool holds_within(double seconds, const std::function<bool()>& condition) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + std::chrono::duration<double>(seconds);
  for (; !condition(); std::this_thread::sleep_for(std::chrono::milliseconds(10)))
    if (clock::now() > end) return condition();
  return true;
}

struct Process {
  pid_t id;
  std::string name;
};

/// All processes that were started with a unique environment variable, whoever their parents are, even while other
/// tests run. The destructor kills those that remain.
class Brood {
 public:
  Brood() {
    static int count = 0;
    mark_ = std::to_string(getpid()) + "-" + std::to_string(++count);
  }
  Brood(const Brood&) = delete;
  ~Brood() {
    for (const Process& p : processes()) kill(p.id, SIGKILL);
  }

  static constexpr const char* variable = "CNNSPEC_TEST_BROOD";
  const std::string& mark() const { return mark_; }

  /// The running processes. (A process that has ended but was not waited for cannot be read.)
  std::vector<Process> processes() const {
    const std::string wanted = std::string(1, '\0').append(variable).append("=").append(mark_).append(1, '\0');
    std::vector<Process> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string id = entry.path().filename();
      if (id.find_first_not_of("0123456789") != std::string::npos) continue;
      const std::string environment = std::string(1, '\0') + content_of(entry.path() / "environ");
      if (contains(environment, wanted)) found.push_back({std::stoi(id), name_of(entry.path() / "comm")});
    }
    return found;
  }
  bool has(const std::string& name) const {
    const auto all = processes();
    return std::any_of(all.begin(), all.end(), [&](const Process& p) { return p.name == name; });
  }
  void expect_none_within(double seconds) const {
    if (holds_within(seconds, [&] { return processes().empty(); })) return;
    std::string left;
    for (const Process& p : processes()) left += " " + p.name;
    EXPECT_EQ(left, "") << "left";
  }

 private:
  static std::string name_of(const std::string& file) {
    const std::string line = content_of(file);
    return line.substr(0, line.find('\n'));
  }

  std::string mark_;
};

constexpr double soon = 2;

/// Runs `cnnspec judge ARGUMENTS` in that folder; no process that it started may remain.
Outcome judge_in(const Folder& folder, const std::string& arguments) {
  const Brood brood;
  const std::string variable = std::string(Brood::variable) + "=" + brood.mark();
  const Outcome o = shell("cd " + quoted(folder.path()) + " && env " + variable + " timeout -s KILL 60 " + command() +
                          " judge " + arguments);
  brood.expect_none_within(soon);
  return o;
}
Outcome judge_alone(const std::string& arguments) { return judge_in(Folder(), arguments); }

nlohmann::json json_in(const Outcome& o) {
  auto json = nlohmann::json::parse(o.out, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << "not JSON: " << o.out.substr(0, 200) << o.err.substr(0, 200);
  return json.is_object() ? json : nlohmann::json::object();
}

/// The results without the values that differ between runs.
nlohmann::json operations_in(nlohmann::json result) {
  for (auto& row : result["operations"]) row.erase("seconds");
  return result["operations"];
}

// ---- The verdict on each kernel ----

struct Row {
  const char* name;
  const char* path;
  int status;
  const char* verdict;
  const char* said = "";  // in its output
  const char* options = "";
  const char* warned = "";  // on standard error
  bool runs_sanitized = true;
};
void PrintTo(const Row& r, std::ostream* out) { *out << r.name; }

const char* const usual_run = " --op relu_forward --cases 20 --json - --markdown result.md ";

class Hostile : public testing::TestWithParam<Row> {};

TEST_P(Hostile, gets_the_verdict_on_what_it_computes_and_leaves_nothing) {
  const Row& r = GetParam();
  if (checks::sanitized && !r.runs_sanitized) GTEST_SKIP() << "with sanitizers memory is not limited";
  const Folder folder;
  const Outcome o = judge_in(folder, quoted(r.path) + usual_run + r.options);
  EXPECT_EQ(o.status, r.status) << o.err.substr(0, 400);
  if (const std::string warned = r.warned; warned.empty())
    EXPECT_EQ(o.err, "");
  else
    EXPECT_TRUE(contains(o.err, warned)) << o.err;
  EXPECT_TRUE(contains(o.out, r.said)) << o.out;
  const auto json = json_in(o);
  EXPECT_EQ(json.value("verdict", ""), r.verdict);
  EXPECT_TRUE(std::filesystem::exists(folder / "result.md")) << "not where the judge was started";
  if (r.status != 0) return;
  const Outcome without = judge_alone(quoted(CNNSPEC_TEST_HOSTILE_NOTHING) + usual_run);
  EXPECT_EQ(operations_in(json), operations_in(json_in(without))) << "what it did has changed what was found";
}

constexpr const char *ended = "it ended its process with exit status", *hung = "it did not return within";
// Long enough to distinguish a kernel that hangs from one that does not, even on a busy machine.
constexpr const char *short_time = "--timeout 0.1", *fair_time = "--timeout 5";

INSTANTIATE_TEST_SUITE_P(
    Kernel, Hostile,
    testing::Values(
        Row{"SIGNALS", CNNSPEC_TEST_HOSTILE_SIGNALS, 0, "pass"},
        Row{"SIGNALS_AT_LOAD", CNNSPEC_TEST_HOSTILE_SIGNALS_AT_LOAD, 0, "pass"},
        Row{"SIGNALS_AT_LOAD_AND_CRASH", CNNSPEC_TEST_HOSTILE_SIGNALS_AT_LOAD_AND_CRASH, 1, "fail", "signal 11"},
        Row{"SIGNALS_AT_LOAD_AND_HANGS", CNNSPEC_TEST_HOSTILE_SIGNALS_AT_LOAD_AND_HANGS, 1, "fail", hung, short_time},
        Row{"ROUNDING", CNNSPEC_TEST_HOSTILE_ROUNDING, 0, "pass"},
        Row{"ROUNDING_AT_LOAD", CNNSPEC_TEST_HOSTILE_ROUNDING_AT_LOAD, can_flush ? 1 : 0,
            can_flush ? "differs" : "pass", can_flush ? "--accept ftz" : ""},
        Row{"LOCALE", CNNSPEC_TEST_HOSTILE_LOCALE, 0, "pass"},
        Row{"DIRECTORY", CNNSPEC_TEST_HOSTILE_DIRECTORY, 0, "pass"},
        Row{"DIRECTORY_AT_LOAD", CNNSPEC_TEST_HOSTILE_DIRECTORY_AT_LOAD, 0, "pass"},
        Row{"DESCRIPTORS", CNNSPEC_TEST_HOSTILE_DESCRIPTORS, 0, "pass"},
        Row{"DESCRIPTORS_AT_LOAD", CNNSPEC_TEST_HOSTILE_DESCRIPTORS_AT_LOAD, 0, "pass"},
        Row{"THREADS_AT_LOAD", CNNSPEC_TEST_HOSTILE_THREADS_AT_LOAD, 0, "pass", "", fair_time,
            "starts threads when it is loaded"},
        Row{"EXIT", CNNSPEC_TEST_HOSTILE_EXIT, 1, "fail", ended},
        Row{"EXIT_QUIETLY", CNNSPEC_TEST_HOSTILE_EXIT_QUIETLY, 1, "fail", ended},
        Row{"ATEXIT_AT_LOAD", CNNSPEC_TEST_HOSTILE_ATEXIT_AT_LOAD, 0, "pass"},
        Row{"HANGS", CNNSPEC_TEST_HOSTILE_HANGS, 1, "fail", hung, short_time},
        Row{"PRINTS", CNNSPEC_TEST_HOSTILE_PRINTS, 0, "pass"},
        Row{"PRINTS_AT_LOAD", CNNSPEC_TEST_HOSTILE_PRINTS_AT_LOAD, 0, "pass"},
        Row{"CHILDREN", CNNSPEC_TEST_HOSTILE_CHILDREN, 0, "pass"},
        Row{"CHILDREN_AT_LOAD", CNNSPEC_TEST_HOSTILE_CHILDREN_AT_LOAD, 0, "pass"},
        Row{"CHILDREN_IN_A_SESSION", CNNSPEC_TEST_HOSTILE_CHILDREN_IN_A_SESSION, 0, "pass"},
        Row{"CHILDREN_WITH_ODD_NAMES", CNNSPEC_TEST_HOSTILE_CHILDREN_WITH_ODD_NAMES, 0, "pass"},
        Row{"MEMORY", CNNSPEC_TEST_HOSTILE_MEMORY, 1, "fail", "it returned 2", "--memory 32", "", false},
        Row{"MEMORY_LEAK", CNNSPEC_TEST_HOSTILE_MEMORY_LEAK, 0, "pass"},
        Row{"UNWRITTEN", CNNSPEC_TEST_HOSTILE_UNWRITTEN, 1, "fail", "it returned 2", "", "", false}),
    [](const auto& i) { return i.param.name; });

TEST(HostileKernels, one_that_counts_what_it_covers_is_judged) {
  if (std::string_view(CNNSPEC_TEST_COUNTING).empty()) GTEST_SKIP() << "there is no clang to build it";
  const Outcome o = judge_alone(quoted(CNNSPEC_TEST_COUNTING) + " --cases 20 --json - ");
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(json_in(o).value("verdict", ""), "pass");
}

/// Repeated, because it is random whether the kill comes before or after a message of the victim to the judge.
TEST(HostileKernels, one_that_kills_whoever_started_it_gets_a_verdict_all_the_same) {
  for (int n = 0; n < 10; ++n) {
    const Outcome o = judge_alone(quoted(CNNSPEC_TEST_HOSTILE_KILLS_PARENT) + usual_run);
    const std::string verdict = json_in(o).value("verdict", "");
    EXPECT_TRUE((o.status == 0 && verdict == "pass") || (o.status == 1 && verdict == "fail")) << o.status << o.err;
  }
}

TEST(HostileKernels, one_that_ends_the_process_that_loads_it_is_refused) {
  for (const char* path : {CNNSPEC_TEST_HOSTILE_DIES_AT_LOAD, CNNSPEC_TEST_HOSTILE_EXITS_AT_LOAD})
    expect_refused(judge_alone(quoted(path) + usual_run), "a file that ends the process that loads it");
}

TEST(HostileKernels, SlowLoad_one_that_never_ends_to_load_is_refused) {
  const auto begin = std::chrono::steady_clock::now();
  expect_refused(judge_alone(quoted(CNNSPEC_TEST_HOSTILE_SLEEPS_AT_LOAD) + usual_run), "does not load within");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes(2));
}

// ---- What a library changes in the process that loads it, or needs there ----

/// The library's flushing, by its own instructions or a processor mode, is a mistake. The judge itself must not flush.
TEST(HostileKernels, one_that_flushes_subnormals_wherever_it_is_loaded_is_found) {
  if (!can_flush) GTEST_SKIP() << "no such mode";
  const char* const run = " --op linear_forward --dtype f64 --cases 20 --json - ";
  for (const char* data : {"", "--data subnormals"})
    for (const char* path : {CNNSPEC_TEST_HOSTILE_SUBNORMAL, CNNSPEC_TEST_FAST_MATH}) {
      SCOPED_TRACE(quoted(path) + run + data);
      const Outcome o = judge_alone(quoted(path) + run + data);
      EXPECT_EQ(o.status, 1) << o.err;
      const auto json = json_in(o);
      EXPECT_EQ(json.value("verdict", ""), "differs");
      EXPECT_TRUE(contains(o.out, "--accept ftz")) << o.out;
    }
  const Outcome accepted = judge_alone(quoted(CNNSPEC_TEST_FAST_MATH) + run + "--accept ftz");
  EXPECT_EQ(json_in(accepted).value("verdict", ""), "pass") << accepted.out;
}

TEST(HostileKernels, two_that_need_different_versions_of_a_library_get_theirs) {
  for (const char* path : {CNNSPEC_TEST_CLASH_KERNEL_1, CNNSPEC_TEST_CLASH_KERNEL_2}) {
    const Outcome o = judge_alone(quoted(path) + usual_run);
    EXPECT_EQ(o.status, 0) << o.err;
    EXPECT_EQ(json_in(o).value("verdict", ""), "pass") << path;
  }
}

// ---- The end of the judge ----

std::set<std::string> shared_files() {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", none)) names.insert(entry.path().filename());
  return names;
}

/// A judge that waits for a call that never returns, in a separate process group.
class StuckJudge {
 public:
  explicit StuckJudge(const char* kernel) : id_(fork()) {
    if (id_ == 0) run(kernel);
    setpgid(id_, id_);
  }
  StuckJudge(const StuckJudge&) = delete;
  ~StuckJudge() {
    if (!status_) end(SIGKILL), waitpid(id_, nullptr, 0);
  }

  bool is_stuck_within(double seconds) const {
    return holds_within(seconds, [&] { return brood.has("cnnspec-stuck"); });
  }
  void end(int signal) const { kill(id_, signal); }
  void end_group(int signal) const { kill(-id_, signal); }
  bool has_ended_within(double seconds) {
    return holds_within(seconds, [&] {
      int status = 0;
      if (!status_ && waitpid(id_, &status, WNOHANG) == id_) status_ = status;
      return status_.has_value();
    });
  }

  const Brood brood;

 private:
  [[noreturn]] void run(const char* kernel) const {
    setpgid(0, 0);
    setenv(Brood::variable, brood.mark().c_str(), 1);
    const int nowhere = open("/dev/null", O_RDWR);
    for (const int n : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, n);
    execl(CNNSPEC_COMMAND, "cnnspec", "judge", kernel, "--op", "relu_forward", "--timeout", "30", nullptr);
    _exit(127);
  }

  const pid_t id_;
  std::optional<int> status_;
};

constexpr double patience = 60, end_time = 20;  // seconds; much more than it takes on an idle machine

constexpr const char* stuck_kernels[] = {CNNSPEC_TEST_HOSTILE_HANGS, CNNSPEC_TEST_HOSTILE_SIGNALS_AT_LOAD_AND_HANGS};

TEST(HostileKernels, when_the_judge_is_killed_nothing_of_it_is_left) {
  for (const char* kernel : stuck_kernels) {
    SCOPED_TRACE(kernel);
    const auto files = shared_files();
    StuckJudge judge(kernel);
    ASSERT_TRUE(judge.is_stuck_within(patience));
    EXPECT_TRUE(judge.brood.has("cnnspec-host"));
    judge.end(SIGKILL);
    EXPECT_TRUE(judge.has_ended_within(end_time));
    judge.brood.expect_none_within(end_time);
    EXPECT_TRUE(holds_within(end_time, [&] {
      const auto now = shared_files();
      return std::includes(files.begin(), files.end(), now.begin(), now.end());
    })) << "a file is left in /dev/shm";
  }
}

/// ^C goes to all processes of a group.
TEST(HostileKernels, when_the_judge_is_interrupted_twice_at_most_nothing_of_it_is_left) {
  for (const char* kernel : stuck_kernels)
    for (const auto end : {&StuckJudge::end, &StuckJudge::end_group}) {
      SCOPED_TRACE(kernel);
      StuckJudge judge(kernel);
      ASSERT_TRUE(judge.is_stuck_within(patience));
      (judge.*end)(SIGINT);
      if (!judge.has_ended_within(1)) (judge.*end)(SIGINT);
      EXPECT_TRUE(judge.has_ended_within(end_time));
      judge.brood.expect_none_within(end_time);
    }
}

}  // namespace
}  // namespace cnnspec::tests
