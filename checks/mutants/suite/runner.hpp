// The runner of the suite that judges mutants: checks by name, each in a child process of its own, since a mutant may
// crash, hang or ask for all of the memory. It knows nothing of the specification, so that it can be linked with
// a mutant of it.
#pragma once

#include <functional>
#include <string>

namespace cnnspec::mutants {

/// Adds a check; to be called before main. `find()` returns what is wrong, "" if nothing is; what it throws is wrong
/// too.
bool add_check(const std::string& name, std::function<std::string()> find);

}  // namespace cnnspec::mutants
