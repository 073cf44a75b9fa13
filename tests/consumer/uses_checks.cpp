// Uses the specification, the contract with a kernel, and the library of checks.
#include <checks/generate/geometry.hpp>
#include <cnnspec/conv2d.hpp>
#include <cnnspec/kernel.h>

int main() {
  return CNNSPEC_KERNEL_ABI == 1 ? 0 : 1;
}
