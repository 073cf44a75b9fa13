// A fuzz target whose inputs say what happens. It tests what replay does with inputs.
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/replayed.hpp"

namespace cnnspec::fuzz {
const double least_share_that_compares = 0.5;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  volatile int* volatile const nowhere = nullptr;
  char* volatile const bytes = new char[1];
  if (text == "abort") std::abort();
  if (text == "write to nowhere") *nowhere = 1;
  if (text == "write behind the end") bytes[size] = 1;
  if (text == "divide by zero") std::raise(SIGFPE);
  if (text == "compare") ++cnnspec::fuzz::inputs_that_compared;
  delete[] bytes;
  return 0;
}
