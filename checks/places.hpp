// Places: the locations of cnnspec's separate files, the host program and the built-in kernels.
#pragma once

#include <string>

namespace cnnspec::checks {

/// The path of the file with that name, in the first of these folders that has it: the folder in the environment
/// variable CNNSPEC_LIBEXEC; the folder of this program; ../libexec/cnnspec from there, or the path of
/// CMAKE_INSTALL_LIBEXECDIR; and the default folder of `cmake --install`. Throws UsageError, which names the folders,
/// if none has the file.
std::string place_of_part(const std::string& file);

}  // namespace cnnspec::checks
