// Hello: the first message of cnnspec-host, about itself and the library that it has loaded.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>

#include "checks/host/function_set.hpp"

namespace cnnspec::checks {

/// The descriptors of cnnspec-host: a socket, a file in memory, and a descriptor for printed text.
inline constexpr int socket_of_host = 3, memory_of_host = 4, said_of_host = 5;
/// With a worker, cnnspec-host also has one end of this socket. It sends the worker's process id there. The judge is
/// alive as long as this socket is open.
inline constexpr int judge_of_host = 6;
/// The message on the worker's socket when the program cannot be run: this byte, then errno.
inline constexpr char is_not_run = '\0';

/// A short text in memory that two processes share.
template <std::size_t size>
struct Text {
  char characters[size];

  Text& operator=(const std::string& text) {
    characters[text.copy(characters, size - 1)] = '\0';
    return *this;
  }
  std::string str() const { return {characters, strnlen(characters, size)}; }
};

struct Hello {
  Text<64> version;  // of cnnspec; first, so that another version can read it
  bool is_loaded;
  int threads;  // of the process, once the library is loaded
  FunctionSet functions;
  Text<256> description;
  // If the library is not loaded, the reason: a LoadError.
  Text<4352> where;
  Text<256> position, expected;
  Text<4352> given;
};
static_assert(std::is_trivially_copyable_v<Hello>, "it is read by another process");

}  // namespace cnnspec::checks
