#include "checks/kernels/loader.hpp"

#include <dlfcn.h>

#include <filesystem>

namespace cnnspec::checks {
namespace {

/// The loader's message, without the path at its begin.
std::string loader_error(const std::string& path) {
  const char* const message = dlerror();
  const std::string text = message == nullptr ? "an unknown error" : message;
  return text.rfind(path + ": ", 0) == 0 ? text.substr(path.size() + 2) : text;
}

template <class Function>
Function* exported(void* library, const std::string& symbol) {
  return reinterpret_cast<Function*>(dlsym(library, symbol.c_str()));
}

/// The library's own name for itself, or an empty text. It comes from outside and appears in tables and files, so it
/// must be one short line of ASCII.
std::string own_name(void* library) {
  constexpr std::size_t longest = 80;
  std::string result;
  const auto function = exported<const char*()>(library, "cnnspec_kernel_name");
  const char* name = function == nullptr ? nullptr : function();
  for (; name != nullptr && *name != '\0' && result.size() < longest; ++name)
    result += *name >= ' ' && *name <= '~' ? *name : '?';
  return result;
}

LoadError no_library(const std::string& path, const std::string& given) {
  return {path, "", "a shared library", given};
}

/// Never closed again: a library may have started threads that outlive every call.
void* open_library(const std::string& path, int flags) {
  const std::string absolute = absolute_path_of_library(path);
  void* const library = dlopen(absolute.c_str(), flags);
  if (library == nullptr) throw no_library(path, "a file that does not load: " + loader_error(absolute));
  return library;
}

/// Opens a library with a replacement for a library that it was linked with. Before its symbols are all resolved, it is
/// asked whether the replacement is suitable.
void* open_library_with(const LibraryFile& file) {
  open_library(file.instead, RTLD_NOW | RTLD_GLOBAL);
  void* const library = open_library(file.path, RTLD_LAZY | RTLD_LOCAL);
  const auto unsuitable = exported<const char*()>(library, "cnnspec_plugin_unsuitable");
  if (const char* const reason = unsuitable == nullptr ? nullptr : unsuitable(); reason != nullptr)
    throw LoadError{file.instead + ": " + reason, "", "", ""};
  return open_library(file.path, RTLD_NOW | RTLD_LOCAL);
}

}  // namespace

std::string absolute_path_of_library(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw no_library(path, error.message());
  if (!std::filesystem::is_regular_file(status))
    throw no_library(path, std::filesystem::is_directory(status) ? "a directory" : "a device or a pipe");
  // A name without a slash would be looked for in the system's folders.
  return std::filesystem::absolute(path).string();
}

Kernel load_into_this_process(const LibraryFile& file) {
  const std::string& path = file.path;
  void* const library = file.instead.empty() ? open_library(path, RTLD_NOW | RTLD_LOCAL) : open_library_with(file);
  const auto abi = exported<int()>(library, "cnnspec_kernel_abi");
  if (abi == nullptr) throw LoadError{path, "", "cnnspec_kernel_abi to be exported", "a library without it"};
  if (const int version = abi(); version != CNNSPEC_KERNEL_ABI)
    throw LoadError{path, "cnnspec_kernel_abi()", std::to_string(CNNSPEC_KERNEL_ABI), std::to_string(version)};

  Kernel kernel{.name = own_name(library), .description = ""};
  if (const auto description = exported<const char*()>(library, "cnnspec_plugin_description"); description != nullptr)
    kernel.description = description();
  if (kernel.name.empty()) kernel.name = std::filesystem::path(path).filename().string();
  int found = 0;
  // A plug-in exports all functions, and tells which of them the kernel has.
  const auto has = exported<int(const char*)>(library, "cnnspec_plugin_has");
  for (const DTypeRow& row : dtype_rows)
    for_each_function(kernel, row.dtype, [&]<class Function>(Op op, Function*& function) {
      const std::string name = name_in_contract(op, row.dtype);
      if (has == nullptr || has(name.c_str()) != 0) function = exported<Function>(library, name);
      found += function != nullptr;
    });
  if (found == 0)
    throw LoadError{path, "",
                    "an operation of cnnspec/kernel.h such as " + name_in_contract(named_ops.front().op, DType::f32) +
                        " to be exported",
                    "a library without any"};
  if (const auto prepare = exported<void()>(library, "cnnspec_plugin_prepare"); prepare != nullptr) prepare();
  return kernel;
}

}  // namespace cnnspec::checks
