// Workers: right ones in three languages, and ones that misbehave in every imaginable way. Each misbehaviour is
// reported, the later calls are right, and no process remains.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "checks/host/worker_kernel.hpp"
#include "checks/judge/judge.hpp"
#include "checks/judge/report.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/folder.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

using Ending = Execution::Ending;

const std::string python = CNNSPEC_TEST_PYTHON, numpy = CNNSPEC_TEST_PYTHON_WITH_NUMPY, node = CNNSPEC_TEST_NODE;
const std::string examples = CNNSPEC_TEST_EXAMPLES, worker_c = CNNSPEC_TEST_WORKER_C;

constexpr double short_time = 0.3;

/// A word in the command line of each process of a test, and of no other process.
std::string mark() { return fmt::format("mark-{}", getpid()); }

/// Runs Python without site modules, which take time to load.
std::string broken(const std::string& name, const std::string& argument = mark()) {
  return fmt::format("'{}' -S -E '{}' {} '{}'", python, CNNSPEC_TEST_BROKEN_WORKER, name, argument);
}

/// The living processes: the command line of a dead one is empty.
int marked_processes() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const bool is_process = std::isdigit(entry.path().filename().string().front()) != 0;
    if (is_process && tests::content_of(entry.path() / "cmdline").find(mark()) != std::string::npos) ++count;
  }
  return count;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

/// Tests at the end whether a worker left a process behind.
class WorkerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (python.empty()) GTEST_SKIP() << "there is no Python";
    descriptors_ = open_descriptors();
  }
  void TearDown() override {
    if (python.empty()) return;
    EXPECT_TRUE(waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) << "a child is left";
    for (int n = 0; n < 100 && marked_processes() > 0; ++n) usleep(10'000);  // killed processes disappear soon
    EXPECT_EQ(marked_processes(), 0);
    EXPECT_EQ(open_descriptors(), descriptors_);
  }

 private:
  std::size_t descriptors_ = 0;
};

// ---- Right ones ----

struct Example {
  std::string name, command, program;  // the program that it requires
  std::vector<DType> dtypes;
};
std::vector<Example> all_examples() {
  return {{"c", worker_c, worker_c, {DType::f32}},
          {"c_with_guards", worker_c + " --guards", worker_c, {DType::f32}},
          {"python", numpy + " " + examples + "/worker_python/worker.py", numpy, {DType::f32, DType::f64, DType::f16}},
          {"javascript", node + " " + examples + "/worker_javascript/worker.js", node, {DType::f32, DType::f64}}};
}
void PrintTo(const Example& e, std::ostream* out) { *out << e.name; }

class WorkerExample : public testing::TestWithParam<Example> {
 protected:
  void SetUp() override {
    if (GetParam().program.empty()) GTEST_SKIP() << "what runs it is absent";
  }
};
INSTANTIATE_TEST_SUITE_P(In, WorkerExample, testing::ValuesIn(all_examples()),
                         [](const auto& i) { return i.param.name; });

JudgeOptions options_for(const HostedKernel& kernel, Idx cases, const std::vector<Op>& ops = {},
                         const std::vector<DType>& dtypes = {}) {
  JudgeOptions options;
  options.operations = operations_to_judge(kernel, ops, dtypes);
  options.cases = cases;
  options.seed = tests::test_seed();
  return options;
}

TEST_P(WorkerExample, passes_in_all_that_it_has) {
  const WorkerKernel kernel(GetParam().command);
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
    const auto& dtypes = GetParam().dtypes;
    EXPECT_EQ(kernel.has(Op::linear_forward, dtype), std::find(dtypes.begin(), dtypes.end(), dtype) != dtypes.end());
  }
  const KernelResult result = judge(kernel, options_for(kernel, tests::scaled(20)));
  EXPECT_EQ(result.kernel, "worker:" + GetParam().command);
  EXPECT_EQ(result.operations.size(), std::size_t{12} * GetParam().dtypes.size());
  EXPECT_EQ(result.verdict(), Verdict::pass) << describe_failures(result);
  EXPECT_EQ(result.unsupported(), 0);
}

TEST_P(WorkerExample, with_its_mistake_fails_in_what_has_a_filter) {
  const WorkerKernel kernel(GetParam().command + " --mistake");
  for (const Op op : {Op::conv2d_forward, Op::conv2d_backward_input, Op::conv2d_backward_kernel, Op::relu_forward}) {
    JudgeOptions options = options_for(kernel, 5, {op}, {DType::f32});
    options.problems = {cnnspec_conv2d{1, 1, 2, 4, 4, 2, 3, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0}};
    options.failures_kept = 0;  // a closer look would start a process for each
    if (op == Op::relu_forward) options.problems = {cnnspec_elementwise{5}};
    EXPECT_EQ(judge(kernel, options).verdict(), op == Op::relu_forward ? Verdict::pass : Verdict::fail) << name_of(op);
  }
}

TEST(Worker, that_is_wrong_is_diagnosed_as_any_kernel) {
  const WorkerKernel kernel(worker_c + " --mistake");
  const KernelResult result = judge(kernel, options_for(kernel, 50, {Op::conv2d_forward}));
  ASSERT_FALSE(result.failures.empty());
  ASSERT_FALSE(result.failures.front().diagnoses.empty());
  EXPECT_EQ(result.failures.front().diagnoses.front().name, "kernel flipped");
}

TEST(Worker, that_is_wrong_gives_the_same_result_on_any_number_of_cores) {
  const WorkerKernel kernel(worker_c + " --mistake");
  JudgeOptions options = options_for(kernel, tests::scaled(100), {Op::conv2d_forward, Op::relu_forward});
  const KernelResult alone = judge(kernel, options);
  options.jobs = 3;
  const KernelResult together = judge(kernel, options);
  EXPECT_EQ(describe_failures(alone), describe_failures(together));
  EXPECT_EQ(alone.operations.front().failed, together.operations.front().failed);
}

// ---- Calls of a relu ----

const Operation small = operation_of(Op::relu_forward, cnnspec_elementwise{5}),
                large = operation_of(Op::relu_forward, cnnspec_elementwise{100'003});

Trial trial(const Operation& o, std::size_t group, Placement placement = Placement::at_end) {
  Trial t;
  t.operation = &o, t.dtype = DType::f32, t.group = group, t.placement = placement;
  std::vector<double> x;
  for (Idx n = 0; n < o.inputs[0].count(); ++n) x.push_back(n % 2 == 0 ? static_cast<double>(n) : -1.0);
  t.inputs = {encode(DType::f32, x)};
  return t;
}

bool is_right(const Execution& e) {
  return e.is_done() && e.overrun.empty() && e.modified_input.empty() &&
         decode(DType::f32, e.output) == std::vector<double>{0, 0, 2, 0, 4};
}

CaseResult judged(Host& host, const Isolation& isolation) {
  Conditions conditions;
  conditions.isolation = isolation;
  return judge_case(host, {Op::relu_forward, DType::f32, cnnspec_elementwise{7}, tests::test_seed()}, conditions);
}

struct Misdeed {
  std::string name;
  FailureKind kind;
  std::string detail;  // the begin of the message
  Isolation isolation{};
};
void PrintTo(const Misdeed& m, std::ostream* out) { *out << m.name; }

const Isolation impatient{.seconds_per_call = short_time}, narrow{.bytes = 0x1p27};

std::vector<Misdeed> misdeeds() {
  using enum FailureKind;
  return {
      {"Crashes", crash, "signal 6, Aborted"},
      {"Exits", crash, "it ended its process with exit status 0"},
      {"ExitsWithAWord", crash,
       "it ended its process with exit status 3; the last that it printed: no such ?[31m kernel"},
      {"ExitsAfterItsAnswer", crash, "it ended its process with exit status 0"},
      {"DiesWhileItsChildHoldsTheSocket", crash, "signal 6, Aborted"},
      {"Hangs", hang, "it did not return within 0.3 s", impatient},
      {"StopsInHalfALine", hang, "it did not return within 0.3 s", impatient},
      {"Grows", crash, "it took more than 128 MiB of memory, and was ended", narrow},
      {"GrowsAtOnce", crash, "it took more than 128 MiB of memory, and was ended", narrow},
      {"SaysGarbage", crash, R"(it answered "???[31m done" where "done 1" was expected)"},
      {"SaysNothing", crash, R"(it answered "" where "done 1" was expected)"},
      {"SpeaksBeforeItIsAsked", crash, R"(it answered "done 1" before "call 1 ...")"},
      {"AnswersTheNextCall", crash, R"(it answered "done 2" where "done 1" was expected)"},
      {"AnswersTwice", crash, R"(it answered "done 1" before "call 2 ...")"},
      {"AnswersInALongLine", crash, R"(it answered "done 1aaa)"},
      {"NeverEndsItsLine", crash, R"(it answered "aaa)"},
      {"ClosesTheSocket", crash, R"(it closed descriptor 3 where "done 1" was expected)"},
      {"HasAnError", kernel_error, "it answered with an error: no such ?[31m luck"},
      {"HasAnErrorOfSeveralLines", kernel_error, "it answered with an error: no luck"},
      {"HasAnErrorWithoutAWord", kernel_error, "it returned 2"},
      {"WritesBeyondItsOutput", out_of_bounds, "it wrote before or beyond y"},
      {"WritesFarBeforeItsOutput", out_of_bounds, "it wrote before or beyond y"},
      {"WritesBeforeItsInput", out_of_bounds, "it wrote before or beyond x"},
      {"ScribblesOverEverything", out_of_bounds, "it wrote before or beyond x"},
      {"MakesHoles", out_of_bounds, "it wrote before or beyond x"},
      {"ModifiesItsInput", input_modified, "it changed its input x"},
      {"WritesNothing", unwritten_output, ""},
  };
}

class BrokenWorker : public WorkerTest, public testing::WithParamInterface<Misdeed> {};
INSTANTIATE_TEST_SUITE_P(That, BrokenWorker, testing::ValuesIn(misdeeds()), [](const auto& i) { return i.param.name; });

TEST_P(BrokenWorker, is_told_what_it_did_time_and_again) {
  const Misdeed& m = GetParam();
  const WorkerKernel kernel(broken(m.name));
  const std::unique_ptr<Host> host = kernel.host();
  for (int n = 0; n < 2; ++n) {
    host->renew();
    const CaseResult result = judged(*host, m.isolation);
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->kind, m.kind) << name_of(result.failure->kind);
    EXPECT_EQ(result.failure->detail.substr(0, m.detail.size()), m.detail) << result.failure->detail;
  }
}

class RightWorker : public WorkerTest, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(That, RightWorker,
                         testing::Values("Right", "AnswersInPieces", "Prints", "SaysHelloLate", "IsSlow",
                                         "HandlesSignals", "LeavesAChild", "Truncates", "Seals", "LengthensTheFile",
                                         "IgnoresTheEndOfFile", "IgnoresSignals"),
                         [](const auto& i) { return i.param; });

TEST_P(RightWorker, passes_however_unusual) {
  const WorkerKernel kernel(broken(GetParam()));
  const std::unique_ptr<Host> host = kernel.host();
  const CaseResult result = judged(*host, {});
  EXPECT_FALSE(result.failure) << result.failure->detail;
  EXPECT_TRUE(result.supported);
  EXPECT_GT(result.judged, 0);
  EXPECT_TRUE(host->execute(std::vector{trial(large, 0)}, {})[0].is_done());
  EXPECT_TRUE(is_right(host->execute(std::vector{trial(small, 0)}, {})[0]));
}

TEST_F(WorkerTest, may_say_more_of_an_error_in_further_lines) {
  const WorkerKernel kernel(broken("HasAnErrorOfSeveralLines"));
  const CaseResult result = judged(*kernel.host(), {});
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->detail, "it answered with an error: no luck");
  const std::vector<std::string>& more = result.failure->more_lines;
  ASSERT_EQ(more.size(), 5003U);
  EXPECT_EQ(std::vector(more.begin(), more.begin() + 4),
            (std::vector<std::string>{"in line 7", "", "of ?[31mkernel.py", "and more"}));
}

TEST_F(WorkerTest, may_support_nothing) {
  const WorkerKernel kernel(broken("SupportsNothing"));
  EXPECT_FALSE(judged(*kernel.host(), {}).supported);
}

// ---- Groups, limits, processes ----

TEST_F(WorkerTest, makes_no_more_calls_of_a_group_after_one_that_is_not_done) {
  const WorkerKernel kernel(broken("Crashes"));  // in the third call of each process
  std::vector<Trial> trials;
  for (const std::size_t group : {0, 0, 1, 1, 2, 2}) trials.push_back(trial(small, group));
  const auto e = kernel.host()->execute(trials, {});
  for (const std::size_t n : {0, 1, 4, 5}) EXPECT_TRUE(is_right(e[n])) << n;
  EXPECT_EQ(e[2].ending, Ending::died);
  EXPECT_EQ(e[2].status, SIGABRT);
  EXPECT_EQ(e[3].ending, Ending::not_made);
}

TEST_F(WorkerTest, makes_no_more_calls_of_an_operation_that_has_hung_too_often) {
  const WorkerKernel kernel(broken("Hangs"));
  std::vector<Trial> trials;
  for (std::size_t n = 0; n < 6; ++n) trials.push_back(trial(small, n));
  const auto e = kernel.host()->execute(trials, impatient);
  for (std::size_t n = 0; n < 6; ++n) EXPECT_EQ(e[n].ending, n < 2 ? Ending::hung : Ending::not_made) << n;
}

TEST_F(WorkerTest, is_started_anew_between_cases_when_it_keeps_much_memory) {
  const WorkerKernel kernel(broken("Leaks"));
  const std::unique_ptr<Host> host = kernel.host();
  Isolation isolation;
  isolation.bytes = 0x1p25;
  for (int n = 0; n < 20; ++n)
    for (const Execution& e : host->execute(std::vector(4, trial(small, 0)), isolation)) EXPECT_TRUE(is_right(e)) << n;
}

TEST_F(WorkerTest, stays_until_it_is_to_be_another) {
  const WorkerKernel kernel(broken("TellsItsProcess"));
  const std::unique_ptr<Host> host = kernel.host(), other = kernel.host();
  const auto process = [](Host& of) { return of.execute(std::vector{trial(small, 0)}, {})[0].said; };
  host->renew();  // it has computed nothing, so it need not be replaced
  const std::string first = process(*host);
  EXPECT_EQ(first.substr(0, 8), "process ");
  EXPECT_EQ(process(*host), first);
  EXPECT_NE(process(*other), first);
  host->renew();
  const std::string second = process(*host);
  EXPECT_NE(second, first);
  EXPECT_EQ(process(*host), second);
  EXPECT_TRUE(host->execute({}, {}).empty());
}

TEST_F(WorkerTest, computes_tensors_of_all_sizes_in_turn) {
  const WorkerKernel kernel(broken("Right"));
  const std::unique_ptr<Host> host = kernel.host();
  for (const Operation* o : {&small, &large, &small, &large})
    for (const Placement placement : placements) {
      const Execution e = host->execute(std::vector{trial(*o, 0, placement)}, {})[0];
      EXPECT_TRUE(e.is_done() && e.overrun.empty());
      EXPECT_EQ(decode(DType::f32, e.output).back(), static_cast<double>(o->output_count() - 1));
    }
}

TEST_F(WorkerTest, has_the_descriptors_of_the_protocol_and_no_other) {
  const int kept = fcntl(STDERR_FILENO, F_DUPFD, 30);  // a library that does not know us may keep such a descriptor
  const WorkerKernel kernel(broken("TellsItsDescriptors"));
  EXPECT_EQ(kernel.host()->execute(std::vector{trial(small, 0)}, {})[0].said, "0 1 2 3 4");
  close(kept);
}

TEST_F(WorkerTest, does_not_outlive_the_judge) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const WorkerKernel kernel(broken("IgnoresSignals", fmt::format("mark-{}", getppid())));
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);  // the end of the test checks that nothing remains
}

// ---- The requests ----

/// What a worker sees of a request, in the text of an error.
std::string told(const char* worker, const Trial& t, const Isolation& isolation = {}) {
  const WorkerKernel kernel(broken(worker));
  return kernel.host()->execute(std::vector{t}, isolation)[0].said;
}

TEST_F(WorkerTest, is_asked_in_one_line) {
  Trial t = trial(small, 0);
  t.garbage = Garbage::number;
  EXPECT_EQ(told("TellsItsRequest", t), "call 1 relu_forward_f32 heap=75 count=5 x=8172:5:1 y=16364:5:1");
  t.garbage = Garbage::nan, t.placement = Placement::at_begin;
  EXPECT_EQ(told("TellsItsRequest", t), "call 1 relu_forward_f32 heap=254 count=5 x=4096:5:1 y=12288:5:1");
  t.placement = Placement::unaligned;
  EXPECT_EQ(told("TellsItsRequest", t), "call 1 relu_forward_f32 heap=254 count=5 x=4164:5:1 y=12356:5:1");
  t.placement = Placement::aligned;
  EXPECT_EQ(told("TellsItsRequest", t), "call 1 relu_forward_f32 heap=254 count=5 x=4160:5:1 y=12352:5:1");
  Isolation aligned;
  aligned.alignment = 256;
  EXPECT_EQ(told("TellsItsRequest", t, aligned), "call 1 relu_forward_f32 heap=254 count=5 x=4352:5:1 y=12544:5:1");
}

TEST_F(WorkerTest, is_asked_with_all_numbers_of_a_problem_and_a_dash_for_no_bias) {
  const Operation conv =
      operation_of(Op::conv2d_forward, cnnspec_conv2d{2, 1, 3, 8, 9, 4, 6, 4, 3, 4, 1, 2, 1, 1, 0, 1, 0, 1});
  Trial t;
  t.operation = &conv, t.dtype = DType::f64, t.placement = Placement::at_begin;
  t.inputs = {encode(t.dtype, std::vector<double>(432)), encode(t.dtype, std::vector<double>(144)), {}};
  const std::string begin = told("TellsItsRequest", t), end = told("TellsTheEndOfItsRequest", t);
  EXPECT_TRUE(
      begin.starts_with("call 1 conv2d_forward_f64 heap=254 batch=2 groups=1 in_channels=3 in_height=8 "
                        "in_width=9 out_channels=4 out_height=6 out_width=4 kernel_height=3 kernel_width=4 "))
      << begin;
  EXPECT_TRUE(
      end.ends_with(" stride_height=1 stride_width=2 dilation_height=1 dilation_width=1 pad_top=0 pad_left=1 "
                    "pad_bottom=0 pad_right=1 x=4096:2,3,8,9:216,72,9,1 w=12288:4,3,3,4:36,12,4,1 b=- "
                    "y=20480:2,4,6,4:96,24,4,1"))
      << end;
}

// ---- Workers that do not start ----

struct Refused {
  std::string name, expected, given;
};
void PrintTo(const Refused& r, std::ostream* out) { *out << r.name; }

std::vector<Refused> refused() {
  const std::string answer = R"(an answer to "hello 1" on descriptor 3)";
  const std::string line = R"("hello 1 FUNCTION...", with at least one function)";
  return {
      {"SaysHelloTwo", line, R"("hello 2 relu_forward_f32")"},
      {"HasNoFunction", line, R"("hello 1")"},
      {"HasAnUnknownFunction", "functions of cnnspec/kernel.h, such as conv2d_forward_f32", R"("relu_forward_f33")"},
      {"SaysSomethingElse", line, R"("good morning"; the last that it printed: Starting up ...)"},
      {"HasALongHello", answer, R"("hello 1 relu)"},
      {"ExitsBeforeItsHello", answer,
       "a program that ended its process with exit status 1; the last that it printed: no module named torch"},
      {"CrashesBeforeItsHello", answer, "a program that died of signal 6, Aborted"},
      {"NeverSaysHello", answer, "none within 0.5 s; the last that it printed: waiting for a licence"},
      {"ClosesTheSocketFirst", answer, "the end of file"},
      {"ForksAndGoesOnInTheChild", answer, "a program that ended its process with exit status 0"},
  };
}

std::string refusal_of(const std::string& command, double patience = 60) {
  try {
    const WorkerKernel kernel(command, patience);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "it is not refused";
}

class RefusedWorker : public WorkerTest, public testing::WithParamInterface<Refused> {};
INSTANTIATE_TEST_SUITE_P(That, RefusedWorker, testing::ValuesIn(refused()), [](const auto& i) { return i.param.name; });

TEST_P(RefusedWorker, is_told_what_was_expected_and_what_was_given) {
  const Refused& r = GetParam();
  const std::string command = broken(r.name), text = refusal_of(command, r.name == "NeverSaysHello" ? 0.5 : 60);
  const std::string wanted = "worker:" + command + ": expected " + r.expected + ", got " + r.given;
  EXPECT_EQ(text.substr(0, wanted.size()), wanted) << text;
}

TEST(Worker, is_a_command_that_can_be_run) {
  const auto expect_refused = [](const std::string& command, const std::string& why) {
    EXPECT_EQ(refusal_of(command), "worker:" + command + ": expected " + why);
  };
  expect_refused("", "a command, got none");
  expect_refused("  ", "a command, got none");
  expect_refused("a | b", R"(a command without any of |&;<>(){} outside of quotes, got "a | b")");
  expect_refused("a $(b)", "a command without commands in it, got \"a $(b)\"");
  expect_refused("a `b`", R"(a command without commands in it, got "a `b`")");
  expect_refused("a 'b", R"(a command with quotes that are closed, got "a 'b")");
  expect_refused("$CNNSPEC_NO_SUCH a", R"(a command with variables that have a value, got "$CNNSPEC_NO_SUCH a")");
  expect_refused("/no/such/program a",
                 R"(a program that can be run, got "/no/such/program": No such file or directory)");
  expect_refused("no-such-program", R"(a program that can be run, got "no-such-program": No such file or directory)");
  expect_refused("/dev/null", R"(a program that can be run, got "/dev/null": Permission denied)");
  expect_refused("true", R"(an answer to "hello 1" on descriptor 3, got a program that ended its process with exit )"
                         "status 0");
}

TEST(Worker, is_named_by_its_command) {
  const std::string command = "'" + worker_c + "'   \"--guards\"";
  EXPECT_EQ(WorkerKernel(command).name(), "worker:" + command);
}

std::string error_of(const std::string& worker) {
  const tests::Folder folder;
  const WorkerKernel kernel(broken(worker, folder.path()));
  const std::unique_ptr<Host> host = kernel.host();
  EXPECT_EQ(host->execute(std::vector{trial(small, 0)}, {})[0].ending, Ending::died);
  try {
    host->execute(std::vector{trial(small, 0)}, {});
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "there is none";
}

TEST_F(WorkerTest, that_does_not_start_any_more_ends_the_run) {
  EXPECT_EQ(error_of("StartsOnlyOnce"),
            R"(the worker does not start any more: expected an answer to "hello 1" on descriptor 3, got a program )"
            "that ended its process with exit status 1; the last that it printed: it is running already");
  EXPECT_EQ(error_of("HasOtherFunctionsLater"),
            R"(the worker does not start any more: expected "hello 1 relu_forward_f32", as before, got "hello 1 )"
            R"(relu_forward_f64")");
}

}  // namespace
}  // namespace cnnspec::checks
