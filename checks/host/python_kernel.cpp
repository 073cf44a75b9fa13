#include "checks/host/python_kernel.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "checks/host/worker_kernel.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

std::string interpreter() {
  namespace fs = std::filesystem;
  if (const char* const given = std::getenv("CNNSPEC_PYTHON"); given != nullptr && *given != '\0') return given;
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "python3";
  return !error && access(beside.c_str(), X_OK) == 0 ? beside.string() : "python3";
}

/// Says why a worker did not start without the words of the protocol, which its user need not know: the last that it
/// printed is Python's own reason.
[[noreturn]] void throw_in_words_of_python(const std::string& given, const std::string& python,
                                           const UsageError& error) {
  const std::string text = error.what();
  const std::size_t at = text.find(before_last_words);
  if (at == std::string::npos) throw error;
  const std::string reason = text.substr(at + before_last_words.size());
  if (reason.find("No module named 'cnnspec'") != std::string::npos)
    throw UsageError(given, "", "an interpreter that has the package cnnspec (CNNSPEC_PYTHON may name it)", python);
  // An option that the worker refused: "NAME: expected ..., got ...".
  const std::size_t expected = reason.find(": expected "), got = reason.rfind(", got ");
  if (expected < reason.find(' ') && got != std::string::npos)
    throw UsageError(given + ": " + reason.substr(0, got), "", "", reason.substr(got + 6));
  throw UsageError(given, "", "a Python function that can be called", reason);
}

}  // namespace

bool mixes_layouts(std::string_view kernel) {
  constexpr std::string_view option = " --layout ";
  return kernel.find(option) != kernel.rfind(option);
}

std::unique_ptr<HostedKernel> open_python_kernel(const std::string& given) {
  const std::string python = interpreter();
  std::vector<std::string> words{python, "-m", "cnnspec.worker"};
  for (const std::string& word : words_of_command(given, given.substr(python_prefix.size()))) words.push_back(word);
  try {
    return std::make_unique<WorkerKernel>(WorkerCommand{.name = given, .words = words, .patience = 120});
  } catch (const UsageError& error) {
    throw_in_words_of_python(given, python, error);
  }
}

}  // namespace cnnspec::checks
