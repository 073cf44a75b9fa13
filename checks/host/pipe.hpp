// The output of a child process: a pipe, of which the last line is kept.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "checks/host/call_memory.hpp"

namespace cnnspec::checks {

/// The last line of a text that is printable ASCII; if the line is long, only its begin.
inline std::string last_printable_line(std::string text) {
  constexpr std::size_t most_said = 200;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.pop_back();
  text = text.substr(text.rfind('\n') + 1);
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text.substr(0, most_said);
}

/// When the pipe is full: the writer goes on and the rest is lost, or the writer waits for a reader.
enum class WhenFull { lose, wait };

/// Both ends of a pipe. The reader never waits.
struct Pipe {
  int read_end = -1, write_end = -1;
  explicit Pipe(WhenFull when_full = WhenFull::lose) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) no_resource("pipe");
    read_end = ends[0], write_end = ends[1];
    if (when_full == WhenFull::wait) fcntl(write_end, F_SETFL, O_WRONLY);
  }
  Pipe(const Pipe&) = delete;
  ~Pipe() { close(read_end), close(write_end); }

  /// Takes the content of the pipe; the pipe is then empty.
  std::string taken() const {
    std::string text(std::size_t{1} << 16, '\0');
    const ssize_t size = ::read(read_end, text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }
  std::string last_line() const { return last_printable_line(taken()); }
};

}  // namespace cnnspec::checks
