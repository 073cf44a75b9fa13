// Runs a target on the inputs of a corpus, with any compiler and without a fuzzer: `replay_layer FILE-OR-FOLDER...`.
//
// Status: 0, every input passed; 2, there was no input, one could not be read, or too few inputs of a folder compared
// anything. At a failing input, the target ends the process, and the name of the input is printed.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/replayed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// The sanitizers call these. By default they end the process without a signal, and the input would not be named.
extern "C" const char* __asan_default_options();
extern "C" const char* __ubsan_default_options();
const char* __asan_default_options() { return "abort_on_error=1"; }
const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }

namespace {

namespace fs = std::filesystem;

constexpr std::array fatal_signals{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};

std::string current;                                           // the line that names the input
std::array<struct sigaction, fatal_signals.size()> earlier{};  // the handlers before, of a sanitizer

/// Calls only async-signal-safe functions.
void tell_which(int signal, siginfo_t* info, void*) {
  (void)!::write(STDERR_FILENO, current.data(), current.size());
  for (std::size_t n = 0; n < fatal_signals.size(); ++n) ::sigaction(fatal_signals[n], &earlier[n], nullptr);
  if (info->si_code <= 0) ::raise(signal);  // a faulting instruction is executed again, and raises it again
}

void handle_fatal_signals() {
  struct sigaction action {};
  action.sa_sigaction = tell_which;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (std::size_t n = 0; n < fatal_signals.size(); ++n) ::sigaction(fatal_signals[n], &action, &earlier[n]);
}

/// In the same order on every system.
std::vector<fs::path> inputs_in(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> inputs;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file()) inputs.push_back(entry.path());
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

bool replay(const fs::path& path) {
  current = "  input: " + path.string() + "\n";
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) {
    std::fprintf(stderr, "%s cannot be read\n", path.c_str());
    return false;
  }
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace cnnspec::fuzz;
  handle_fatal_signals();
  std::size_t replayed = 0;
  bool is_corpus = false;
  for (int n = 1; n < argc; ++n) {
    is_corpus |= fs::is_directory(argv[n]);
    for (const fs::path& path : inputs_in(argv[n]))
      if (!replay(path))
        return 2;
      else
        ++replayed;
  }
  if (replayed == 0) {
    std::fprintf(stderr, "%s: no input to replay\n", argv[0]);
    return 2;
  }
  std::printf("%s: %zu inputs, all pass; %zu compared something\n", argv[0], replayed, inputs_that_compared);
  const double least = least_share_that_compares * static_cast<double>(replayed);
  if (!is_corpus || static_cast<double>(inputs_that_compared) >= least) return 0;
  std::fprintf(stderr, "%s: expected at least %g%% to compare something\n", argv[0], 100 * least_share_that_compares);
  return 2;
}
