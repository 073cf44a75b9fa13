// Loader: dlopen, with a clear message for everything that can be wrong with the file.
#pragma once

#include <string>

#include "checks/kernels/kernel.hpp"

namespace cnnspec::checks {

/// Why a library cannot be loaded: the parts of a UsageError.
struct LoadError {
  std::string where, position, expected, given;
};

/// A library to load with `dlopen`.
struct LibraryFile {
  std::string path;
  /// A library that is loaded before it, to replace the one it was linked with; empty: none.
  std::string instead;
};

/// Loads a shared library into this process, never closes it, and takes every function of cnnspec/kernel.h that it
/// exports. Runs the library's own code. Throws LoadError.
Kernel load_into_this_process(const LibraryFile& file);

/// The absolute path of a file that can be a library. Throws LoadError.
std::string absolute_path_of_library(const std::string& path);

}  // namespace cnnspec::checks
