// Loader: dlopen, and a clear word about everything that can be wrong with the file.
#pragma once

#include <string>

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// What is wrong with a library: the parts of a UsageError.
struct LoadError {
  std::string where, position, expected, given;
};

/// What `dlopen` is asked for.
struct LibraryFile {
  std::string path;
  /// Loaded before it, so that its functions are called and not those of the library that it was linked with; empty:
  /// none.
  std::string instead;
};

/// Loads a shared library into this process, never to be closed again, and takes every function of cnnspec/kernel.h
/// that it exports. Runs code of the library's own. Throws LoadError.
Kernel load_into_this_process(const LibraryFile& file);

/// The path of a file that can be a library, from the root. Throws LoadError.
std::string absolute_path_of_library(const std::string& path);

}  // namespace cnnspec::checks
