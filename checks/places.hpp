// Places: where the parts of cnnspec lie that are files of their own, the host program and the built-in kernels.
#pragma once

#include <string>

namespace cnnspec::checks {

/// The path of the file of that name, in the first of these folders that has it: that of the environment variable
/// CNNSPEC_LIBEXEC; the one in which this program lies; ../libexec/cnnspec from there, or as CMAKE_INSTALL_LIBEXECDIR
/// says; and where `cmake --install` puts them by default. Throws UsageError, which names them, if none has.
std::string place_of_part(const std::string& file);

}  // namespace cnnspec::checks
