// The process of a worker, and the judge's ends of what it has.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "checks/host/call_memory.hpp"
#include "checks/host/pipe.hpp"

namespace cnnspec::checks {

/// How a worker is started, and what its first line was.
struct WorkerCommand {
  std::string name;                // how the judge is asked for it
  std::vector<std::string> words;  // the program, and what it is told
  double patience = 0;             // so many seconds it has to say what it has
  std::string hello{};
};

/// Once it has closed its socket, or has died: so many seconds until its end is known.
inline constexpr double seconds_to_die = 0.5;

/// The words by the rules of a shell, which is not run. Throws UsageError; `where`: what the command is of.
std::vector<std::string> words_of_command(const std::string& where, const std::string& command);

/// What came of waiting for a line.
struct Heard {
  enum class What {
    line,
    overlong,  // more than a line may have
    end,       // of file: the worker has ended, or closed its end
    nothing,   // in the time that it had
    growth     // beyond the memory that it may take
  };
  What what{};
  std::string text{};  // the line, or its begin
};

/// A worker that runs. Ends with this.
class WorkerProcess {
 public:
  explicit WorkerProcess(const WorkerCommand& command);
  WorkerProcess(const WorkerProcess&) = delete;
  ~WorkerProcess();

  MemoryFile& memory() { return memory_; }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t next_call() { return ++calls_; }

  /// Whether it has said what it was not asked for; or the begin of it.
  bool has_spoken();
  std::string spoken() const { return received_.substr(0, received_.find('\n')); }

  /// Sends a line, and waits for the one that answers it.
  Heard ask(const std::string& line, double seconds, double most_growth);

  /// How much more memory of its own it has than it had when it said what it has.
  double growth() const { return own_bytes() - own_bytes_at_first_; }
  void begin_to_count() { own_bytes_at_first_ = own_bytes(); }

  /// Whether it ends by itself, in so many seconds.
  bool ends(double seconds);
  /// Ends it and all that it started. Returns its status, as waitpid gives it.
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

  pid_t pid_ = -1;  // of who has started it, and ends as it does
  pid_t worker_ = -1;
  int socket_ = -1, statm_ = -1;
  int life_ = -1;  // a socket: when it is closed, both end
  MemoryFile memory_;
  const Pipe said_{WhenFull::wait};
  std::string printed_, received_;
  double own_bytes_at_first_ = 0;
  std::uint64_t calls_ = 0;
};

/// What a worker answered to hello: its line, or what is wrong with it.
struct Greeting {
  std::string line{}, expected{}, given{};
};
Greeting greet(WorkerProcess& worker, const WorkerCommand& command);

/// The last that it printed, to be added to a message; or nothing.
std::string printed_in_words(WorkerProcess& worker);

}  // namespace cnnspec::checks
