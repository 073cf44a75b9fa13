// The runner of the suite that judges mutants. It runs named checks, each in a separate child process, since a mutant
// may crash, hang or request all of the memory. It knows nothing of the specification, so that it can be linked with a
// mutant of it.
#pragma once

#include <functional>
#include <string>

namespace cnnspec::mutants {

/// Adds a check; to be called before main. `find()` returns the mistake, or "" if there is none; an exception also
/// counts as a mistake.
bool add_check(const std::string& name, std::function<std::string()> find);

}  // namespace cnnspec::mutants
