// dlopen, and a clear word about everything that can be wrong with the file.
#include "checks/kernels/library.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "checks/child_process.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {

namespace {

UsageError no_library(const std::string& path, const std::string& given) {
  return UsageError(path, "", "a shared library", given);
}

/// What the loader says, without the path that it likes to begin with.
std::string loader_error(const std::string& path) {
  const char* const message = dlerror();
  const std::string text = message == nullptr ? "an unknown error" : message;
  return text.rfind(path + ": ", 0) == 0 ? text.substr(path.size() + 2) : text;
}

template <class Function>
Function* exported(void* library, const std::string& symbol) {
  return reinterpret_cast<Function*>(dlsym(library, symbol.c_str()));
}

/// The name that the library gives itself, or nothing. It is text from outside that ends up in tables and files: one
/// short line of ASCII.
std::string own_name(void* library) {
  constexpr std::size_t longest = 80;
  std::string result;
  const auto function = exported<const char*()>(library, "cnnspec_kernel_name");
  const char* name = function == nullptr ? nullptr : function();
  for (; name != nullptr && *name != '\0' && result.size() < longest; ++name)
    result += *name >= ' ' && *name <= '~' ? *name : '?';
  return result;
}

/// Loading runs code of the library's own, and a truncated file is a bus error. So a child does all of it first.
void rehearse(const std::string& path, const std::string& absolute) {
  constexpr int through = 99;  // a status that a library would hardly exit with
  constexpr unsigned longest_s = 20;
  const pid_t child = fork_child();
  if (child < 0) throw no_library(path, std::string("no process to load it in: ") + std::strerror(errno));
  if (child == 0) {
    alarm(longest_s);
    const int nowhere = open("/dev/null", O_WRONLY);  // or what the library prints would be seen twice
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    if (void* const library = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL); library != nullptr) {
      if (const auto abi = exported<int()>(library, "cnnspec_kernel_abi"); abi != nullptr) abi();
      own_name(library);
    }
    leave(through);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFSIGNALED(status))
    throw no_library(path, std::string("a file that ends the process that loads it: ") + strsignal(WTERMSIG(status)));
  if (WEXITSTATUS(status) != through) throw no_library(path, "a file that ends the process that loads it");
}

/// Never closed again: a library may have started threads that outlive every call.
void* open_library(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw no_library(path, error.message());
  if (!std::filesystem::is_regular_file(status))
    throw no_library(path, std::filesystem::is_directory(status) ? "a directory" : "a device or a pipe");
  // A name without a slash would be looked for in the system's folders.
  const std::string absolute = std::filesystem::absolute(path).string();
  rehearse(path, absolute);
  void* const library = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw no_library(path, "a file that does not load: " + loader_error(absolute));
  return library;
}

}  // namespace

Kernel load_kernel(const std::string& path) {
  void* const library = open_library(path);
  const auto abi = exported<int()>(library, "cnnspec_kernel_abi");
  if (abi == nullptr) throw UsageError(path, "", "cnnspec_kernel_abi to be exported", "a library without it");
  if (const int version = abi(); version != CNNSPEC_KERNEL_ABI)
    throw UsageError(path, "cnnspec_kernel_abi()", std::to_string(CNNSPEC_KERNEL_ABI), std::to_string(version));

  Kernel kernel{.name = own_name(library), .description = path};
  if (kernel.name.empty()) kernel.name = std::filesystem::path(path).filename().string();
  int found = 0;
  for (std::size_t dtype = 0; dtype < dtype_names.size(); ++dtype)
    for_each_function(kernel, static_cast<DType>(dtype), [&]<class Function>(Op op, Function*& function) {
      function = exported<Function>(library, std::string("cnnspec_") + name_of(op) + "_" + dtype_names[dtype]);
      found += function != nullptr;
    });
  if (found == 0)
    throw UsageError(path, "", "an operation of cnnspec/kernel.h such as cnnspec_conv2d_forward_f32 to be exported",
                     "a library without any");
  return kernel;
}

}  // namespace cnnspec::checks
