// dlopen, and a clear word about everything that can be wrong with the file.
#include "checks/kernels/library.hpp"

#include <dlfcn.h>

#include <filesystem>

#include "checks/usage_error.hpp"

namespace cnnspec::checks {

namespace {

/// What the loader says, without the path that it likes to begin with.
std::string loader_error(const std::string& path) {
  const char* const message = dlerror();
  const std::string text = message == nullptr ? "an unknown error" : message;
  return text.rfind(path + ": ", 0) == 0 ? text.substr(path.size() + 2) : text;
}

/// Never closed again: a library may have started threads that outlive every call.
void* open_library(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw UsageError(path, "", "a shared library", error.message());
  if (std::filesystem::is_directory(status)) throw UsageError(path, "", "a shared library", "a directory");
  // A name without a slash would be looked for in the system's folders.
  const std::string absolute = std::filesystem::absolute(path).string();
  void* const handle = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw UsageError(path, "", "a shared library", "a file that does not load: " + loader_error(absolute));
  return handle;
}

template <class Function>
Function* exported(void* library, const std::string& symbol) {
  return reinterpret_cast<Function*>(dlsym(library, symbol.c_str()));
}

/// The library's own name is text from outside that ends up in tables and files: one short line of ASCII.
std::string printable(const char* name) {
  constexpr std::size_t longest = 80;
  std::string result;
  for (; *name != '\0' && result.size() < longest; ++name) result += *name >= ' ' && *name <= '~' ? *name : '?';
  return result;
}

}  // namespace

Kernel load_kernel(const std::string& path) {
  Kernel kernel;
  void* const library = open_library(path);

  const auto abi = exported<int()>(library, "cnnspec_kernel_abi");
  if (abi == nullptr) throw UsageError(path, "", "cnnspec_kernel_abi to be exported", "a library without it");
  if (const int version = abi(); version != CNNSPEC_KERNEL_ABI)
    throw UsageError(path, "cnnspec_kernel_abi()", std::to_string(CNNSPEC_KERNEL_ABI), std::to_string(version));

  int found = 0;
  for (std::size_t dtype = 0; dtype < dtype_names.size(); ++dtype)
    for_each_function(kernel, static_cast<DType>(dtype), [&]<class Function>(Op op, Function*& function) {
      function = exported<Function>(library, std::string("cnnspec_") + name_of(op) + "_" + dtype_names[dtype]);
      found += function != nullptr;
    });
  if (found == 0)
    throw UsageError(path, "", "an operation of cnnspec/kernel.h such as cnnspec_conv2d_forward_f32 to be exported",
                     "a library without any");

  kernel.name = std::filesystem::path(path).filename().string();
  if (const auto name = exported<const char*()>(library, "cnnspec_kernel_name"); name != nullptr)
    if (const char* const own = name(); own != nullptr && *own != '\0') kernel.name = printable(own);
  kernel.description = path;
  return kernel;
}

}  // namespace cnnspec::checks
