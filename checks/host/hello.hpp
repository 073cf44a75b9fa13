// Hello: what cnnspec-host tells first, about itself and the library that it has loaded.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>

#include "checks/host/function_set.hpp"

namespace cnnspec::checks {

/// The descriptors that it is started with: a socket, a file in memory, and where what is printed goes.
inline constexpr int socket_of_host = 3, memory_of_host = 4, said_of_host = 5;
/// Of a worker, it has besides the other end of this socket, on which it tells the worker's number; and while that is
/// open, the judge is there.
inline constexpr int judge_of_host = 6;
/// What the worker's socket says of a program that cannot be run: this, and errno.
inline constexpr char is_not_run = '\0';

/// One short text, in the memory of two processes.
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
  Text<64> version;  // of cnnspec; first, so that it can be read whatever else is another one's
  bool is_loaded;
  int threads;  // of the process, once the library is loaded
  FunctionSet functions;
  Text<256> description;
  // If it is not loaded, what is wrong: a LoadError.
  Text<4352> where;
  Text<256> position, expected;
  Text<4352> given;
};
static_assert(std::is_trivially_copyable_v<Hello>, "it is read by another process");

}  // namespace cnnspec::checks
