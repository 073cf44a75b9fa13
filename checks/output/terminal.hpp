// Output to a terminal: colours, and a progress line.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

enum class ColorMode { automatic, always, never };
inline constexpr std::array<const char*, 3> color_mode_names{"auto", "always", "never"};

/// Whether to colour output to file descriptor `fd`. `automatic`: only on a terminal that is not "dumb", and only if
/// NO_COLOR is not set (https://no-color.org).
bool use_color(ColorMode mode, int fd);

enum class Color { bold, red, green, yellow };

/// `text` in that colour if `enabled`, else unchanged.
std::string colored(std::string_view text, Color color, bool enabled);

/// Whether standard error is a terminal that can rewrite a line.
bool can_show_progress();

/// "judging: 512/2,048 (25%), 1,024/s, 2 s left"; if total is 0, without the total, the share and the remaining time.
std::string progress_line(const std::string& what, Idx done, Idx total, double seconds);

/// A line on standard error that shows the progress of long work. It is updated at most ten times a second; nothing is
/// shown if can_show_progress() is false. The destructor erases it. Call erase() before other output.
class Progress {
 public:
  explicit Progress(std::string what, Idx total = 0);
  ~Progress() { erase(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cheap enough to be called for each small piece of work.
  void update(Idx done);
  void erase();

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  Idx total_;
  bool enabled_, shown_ = false;
  Clock::time_point start_ = Clock::now(), next_ = start_;
};

}  // namespace cnnspec::checks
