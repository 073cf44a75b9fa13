#include "checks/output/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_capable_terminal(int fd) {
  const std::string term = environment("TERM");
  return isatty(fd) == 1 && !term.empty() && term != "dumb";
}

std::size_t terminal_width(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string duration(double seconds) {
  if (!(seconds < 1e9)) return "ages";  // more than 30 years, or NaN
  const Idx s = std::llround(seconds);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

}  // namespace

bool use_color(ColorMode mode, int fd) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  return environment("NO_COLOR").empty() && is_capable_terminal(fd);
}

std::string colored(std::string_view text, Color color, bool enabled) {
  if (!enabled) return std::string(text);
  constexpr const char* codes[] = {"1", "31", "32", "33"};  // ANSI SGR, in the order of Color
  return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<int>(color)], text);
}

bool can_show_progress() { return is_capable_terminal(STDERR_FILENO); }

std::string progress_line(const std::string& what, Idx done, Idx total, double seconds) {
  std::string line = what + ": " + thousands(done);
  const double fraction = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
  if (total > 0) line += fmt::format("/{} ({:.0f}%)", thousands(total), std::floor(100 * fraction));
  if (done == 0 || !(seconds > 0)) return line;
  const double rate = static_cast<double>(done) / seconds;
  line += rate < 10 ? fmt::format(", {:.1f}/s", rate) : fmt::format(", {}/s", thousands(std::llround(rate)));
  if (total >= done) line += fmt::format(", {} left", duration(static_cast<double>(total - done) / rate));
  return line;
}

Progress::Progress(std::string what, Idx total)
    : what_(std::move(what)), total_(total), enabled_(can_show_progress()) {}

void Progress::update(Idx done) {
  if (!enabled_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  const std::string line = progress_line(what_, done, total_, std::chrono::duration<double>(now - start_).count());
  std::fputs(("\r\x1b[K" + line.substr(0, terminal_width(STDERR_FILENO) - 1)).c_str(), stderr);
  std::fflush(stderr);
  shown_ = true;
}

void Progress::erase() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace cnnspec::checks
