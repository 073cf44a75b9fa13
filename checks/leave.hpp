// How a forked child ends: without what the end of main would do, which is the parent's. Where a build measures
// coverage, the child first writes down what it has run, which would else be lost.
#pragma once

#include <unistd.h>

extern "C" __attribute__((weak)) int __llvm_profile_write_file(void);  // only there where coverage is measured

namespace cnnspec::checks {

[[noreturn]] inline void leave(int status) {
  if (__llvm_profile_write_file != nullptr) __llvm_profile_write_file();
  _exit(status);
}

}  // namespace cnnspec::checks
