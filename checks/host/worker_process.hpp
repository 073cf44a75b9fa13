// The process of a worker, and the judge's ends of its socket, memory and pipe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checks/host/call_memory.hpp"
#include "checks/host/pipe.hpp"

namespace cnnspec::checks {

/// How to start a worker, and its first line.
struct WorkerCommand {
  std::string name;                // the name of the kernel on the command line
  std::vector<std::string> words;  // the program and its arguments
  double patience = 0;             // the seconds it has to report its functions
  std::string hello{};
};

/// The seconds to wait for the end of a worker that closed its socket or died.
inline constexpr double seconds_to_die = 0.5;

/// What stands before the last line that a worker printed, in messages about it.
inline constexpr std::string_view before_last_words = "; the last that it printed: ";

/// Splits a command by the rules of a shell, without running one. Throws UsageError; `where`: what the command belongs
/// to.
std::vector<std::string> words_of_command(const std::string& where, const std::string& command);

/// The result of waiting for a line.
struct Heard {
  enum class What {
    line,
    overlong,  // longer than a line may be
    end,       // end of file: the worker has ended, or closed its end
    nothing,   // no line in time
    growth     // the worker took more memory than allowed
  };
  What what{};
  std::string text{};  // the line, or its begin
};

/// A running worker. The destructor ends it.
class WorkerProcess {
 public:
  explicit WorkerProcess(const WorkerCommand& command);
  WorkerProcess(const WorkerProcess&) = delete;
  ~WorkerProcess();

  MemoryFile& memory() { return memory_; }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t next_call() { return ++calls_; }

  /// Whether it has sent (the begin of) a line without a request.
  bool has_spoken();
  std::string spoken() const { return received_.substr(0, received_.find('\n')); }

  /// Sends a line, and waits for the answer.
  Heard ask(const std::string& line, double seconds, double most_growth);

  /// The growth of its private memory, in bytes, since it reported its functions.
  double growth() const { return own_bytes() - own_bytes_at_first_; }
  void begin_to_count() { own_bytes_at_first_ = own_bytes(); }

  /// Whether it ends by itself within this many seconds.
  bool ends(double seconds);
  /// Ends the worker and all its children. Returns its status, as waitpid gives it.
  int stop();
  /// The last line that it printed.
  std::string said();

 private:
  enum class Received { something, nothing, end };

  void end();
  bool has_ended() const;
  Received receive();
  bool takes_line(Heard& heard);
  Heard listen(double seconds, double most_growth);
  void wait_for_news(std::int64_t nanoseconds);
  void drain();
  double own_bytes() const;

  pid_t pid_ = -1;  // of the supervisor, which ends as the worker ends
  pid_t worker_ = -1;
  int socket_ = -1, statm_ = -1;
  int life_ = -1;  // a socket: closing it ends both processes
  MemoryFile memory_;
  const Pipe said_{WhenFull::wait};
  std::string printed_, received_;
  double own_bytes_at_first_ = 0;
  std::uint64_t calls_ = 0;
};

/// The worker's answer to hello: its line, or what is wrong with it.
struct Greeting {
  std::string line{}, expected{}, given{};
};
Greeting greet(WorkerProcess& worker, const WorkerCommand& command);

/// The last line that it printed, as an addition to a message; or empty.
std::string printed_in_words(WorkerProcess& worker);

}  // namespace cnnspec::checks
