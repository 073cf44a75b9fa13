// main: runs every check, or the named ones, and prints a line for each:
// "NAME<tab>pass|fail|crash|hang|skipped<tab>WHY".
#include "checks/mutants/suite/runner.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

namespace cnnspec::mutants {
namespace {

// A check that hangs uses up its processor time. The other limit is for a check that waits, even on a busy machine.
constexpr rlim_t processor_seconds = 1, bytes = rlim_t{2} << 30;
constexpr unsigned wall_seconds = 120;
constexpr int most_hangs = 2;  // after these, the remaining checks are skipped

struct Check {
  std::string name;
  std::function<std::string()> find;
};
std::vector<Check>& checks() {
  static std::vector<Check> all;
  return all;
}

struct Result {
  std::string verdict, why;
};

void limit(int what, rlim_t most) {
  const rlimit both{most, most};
  (void)setrlimit(what, &both);
}

/// In the child: writes the mistake, and any output of an assertion, to the pipe.
[[noreturn]] void run_in_child(const Check& check, int pipe) {
  (void)dup2(pipe, STDERR_FILENO);
  limit(RLIMIT_CORE, 0), limit(RLIMIT_CPU, processor_seconds), limit(RLIMIT_AS, bytes);
  alarm(wall_seconds);
  std::string found;
  try {
    found = check.find();
  } catch (const std::exception& e) {
    found = std::string("throws: ") + e.what();
  } catch (...) {
    found = "throws";
  }
  (void)!write(STDERR_FILENO, found.data(), std::min<std::size_t>(found.size(), 4000));
  _exit(found.empty() ? 0 : 1);
}

std::string read_all(int pipe) {
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(pipe, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

Result run(const Check& check) {
  int ends[2];
  if (pipe(ends) != 0) return {"crash", "no pipe"};
  const pid_t child = fork();
  if (child == 0) run_in_child(check, ends[1]);
  close(ends[1]);
  std::string why = child < 0 ? "no child process" : read_all(ends[0]);
  close(ends[0]);
  int status = -1;
  if (child > 0) (void)waitpid(child, &status, 0);
  for (char& c : why)
    if (c == '\n' || c == '\t') c = ' ';
  if (WIFEXITED(status)) return {WEXITSTATUS(status) == 0 ? "pass" : "fail", why};
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const bool hang = signal == SIGXCPU || signal == SIGKILL || signal == SIGALRM;
  return {hang ? "hang" : "crash", why.empty() ? "signal " + std::to_string(signal) : why};
}

}  // namespace

bool add_check(const std::string& name, std::function<std::string()> find) {
  checks().push_back({name, std::move(find)});
  return true;
}

}  // namespace cnnspec::mutants

int main(int argc, char** argv) {
  using namespace cnnspec::mutants;
  const std::vector<std::string> names(argv + 1, argv + argc);
  int hangs = 0;
  for (const Check& check : checks()) {
    if (!names.empty() && std::find(names.begin(), names.end(), check.name) == names.end()) continue;
    const Result result = hangs < most_hangs ? run(check) : Result{"skipped", ""};
    hangs += result.verdict == "hang";
    std::printf("%s\t%s\t%s\n", check.name.c_str(), result.verdict.c_str(), result.why.c_str());
    std::fflush(stdout);
  }
}
