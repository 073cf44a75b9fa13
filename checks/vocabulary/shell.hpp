// Words of a shell, for command lines that users can run again.
#pragma once

#include <string>
#include <string_view>

namespace cnnspec::checks {

/// `text` as one word of a POSIX shell: unchanged if it has no special characters, else in single quotes.
inline std::string shell_word(std::string_view text) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+=:,";
  if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace cnnspec::checks
