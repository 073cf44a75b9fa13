#include "checks/kernels/built_in.hpp"

#include <algorithm>
#include <filesystem>

#include "checks/places.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// All plug-ins that may have been built. CMakeLists.txt names them too.
const std::vector<std::string>& names_of_plugins() {
  static const std::vector<std::string> names{"im2col",     "im2col-fma", "im2col-ijk", "im2col-ijk-fma",
                                              "im2col-ikj", "im2col-ikj-fma", "onednn"};
  return names;
}

constexpr const char* no_onednn = "oneDNN (Debian/Ubuntu: libdnnl-dev) was not found at build time";

bool is_left_out(const std::string& name) { return name == "onednn" && !CNNSPEC_HAVE_ONEDNN; }

std::string absence_of(const std::string& name) {
  if (is_left_out(name)) return no_onednn;
  try {
    plugin_of(name);
    return "";
  } catch (const UsageError& e) {
    return e.what();
  }
}

}  // namespace

std::vector<BuiltInKernel> built_in_kernels() {
  return {{"im2col", "im2col and a blocked matrix product", absence_of("im2col")},
          {"onednn", "oneDNN, the library of many frameworks' CPU kernels", absence_of("onednn"), true}};
}

bool is_built_in_kernel(const std::string& name) {
  return std::ranges::find(names_of_plugins(), name) != names_of_plugins().end();
}

std::string plugin_of(const std::string& name) {
  if (is_left_out(name)) throw UsageError(name, "", "a kernel that is built in", std::string("none: ") + no_onednn);
  return place_of_part("cnnspec-kernel-" + name + ".so");
}

void require_path(const std::string& name_or_path, const std::string& what) {
  // A text with a slash or a suffix is a file name; the loader reports what is wrong with the file.
  const std::filesystem::path path = name_or_path;
  std::error_code ignored;
  if (path.has_parent_path() || path.has_extension() || std::filesystem::exists(path, ignored)) return;
  std::string names;
  for (const BuiltInKernel& kernel : built_in_kernels()) names += kernel.name + ", ";
  throw UsageError("kernel", "", names + what, "\"" + name_or_path + "\"");
}

}  // namespace cnnspec::checks
