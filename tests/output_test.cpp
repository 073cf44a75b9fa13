// Files that appear completely or not at all, and output that is shown only on a terminal.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "checks/output/output_file.hpp"
#include "checks/output/terminal.hpp"
#include "tests/folder.hpp"

namespace cnnspec::checks {
namespace {

using tests::content_of;
using tests::Folder;

std::string error_of(const std::string& path, std::string_view text) {
  try {
    write_file(path, text);
  } catch (const OutputError& e) {
    return e.what();
  }
  return "";
}

TEST(OutputFile, holds_every_byte) {
  const Folder folder;
  const std::string text("a\0b\n\xff", 5);
  write_file(folder / "new", text);
  EXPECT_EQ(content_of(folder / "new"), text);
  write_file(folder / "new", "");
  EXPECT_EQ(content_of(folder / "new"), "");
  EXPECT_EQ(folder.entries(), 1u) << "no temporary file is left";
}

TEST(OutputFile, has_the_permissions_of_its_predecessor_or_of_any_new_file) {
  const Folder folder;
  const auto mode = [&](const char* name) {
    struct stat s {};
    stat((folder / name).c_str(), &s);
    return s.st_mode & 07777;
  };
  const mode_t mask = umask(027);
  write_file(folder / "new", "x");
  umask(mask);
  EXPECT_EQ(mode("new"), 0640u);
  chmod((folder / "new").c_str(), 0600);
  write_file(folder / "new", "y");
  EXPECT_EQ(mode("new"), 0600u);
}

TEST(OutputFile, follows_links) {
  const Folder folder;
  folder.file("real", "old");
  ASSERT_EQ(symlink("real", (folder / "link").c_str()), 0);
  write_file(folder / "link", "new");
  EXPECT_EQ(content_of(folder / "real"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
}

TEST(OutputFile, is_refused_where_it_cannot_be_written) {
  const Folder folder;
  EXPECT_EQ(error_of(folder / "missing/file", "x"),
            folder / "missing/file" + ": cannot be written: No such file or directory");
  EXPECT_EQ(error_of(folder.path(), "x"), folder.path() + ": cannot be written: Is a directory");
  EXPECT_EQ(error_of("", "x"), "\"\": cannot be written: No such file or directory");
  EXPECT_EQ(error_of("/dev/full", "x"), "/dev/full: cannot be written: No space left on device");
  EXPECT_EQ(error_of("/dev/null", "x"), "");
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(OutputFile, that_fails_halfway_leaves_the_old_file_and_nothing_else) {
  const Folder folder;
  folder.file("kept", "old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string error = error_of(folder / "kept", std::string(100'000, 'x'));
  const std::string error_new = error_of(folder / "new", std::string(100'000, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(error, folder / "kept" + ": cannot be written: File too large");
  EXPECT_NE(error_new, "");
  EXPECT_EQ(content_of(folder / "kept"), "old");
  EXPECT_EQ(folder.entries(), 1u);
}

std::string folder_error(const std::string& path, const std::string& content = "x") {
  try {
    OutputFolder folder(path);
    folder.write("a", content);
    folder.write("b", content);
    folder.finish();
  } catch (const OutputError& e) {
    return e.what();
  }
  return "";
}

TEST(OutputFolder, appears_under_a_new_name_or_that_of_an_empty_folder) {
  const Folder folder;
  const mode_t mask = umask(027);
  EXPECT_EQ(folder_error(folder / "new/"), "");
  umask(mask);
  struct stat s {};
  stat((folder / "new").c_str(), &s);
  EXPECT_EQ(s.st_mode & 07777, 0750u);
  EXPECT_EQ(content_of(folder / "new/b"), "x");
  std::filesystem::create_directory(folder / "empty");
  EXPECT_EQ(folder_error(folder / "empty"), "");
  EXPECT_EQ(content_of(folder / "empty/a"), "x");
  EXPECT_EQ(folder.entries(), 2u);
}

TEST(OutputFolder, is_refused_where_there_is_something_else) {
  const Folder folder;
  folder.file("file", "old");
  std::filesystem::create_directory(folder / "full");
  folder.file("full/kept", "old");
  EXPECT_EQ(folder_error(folder / "file"), folder / "file" + ": cannot be written: Not a directory");
  EXPECT_EQ(folder_error(folder / "full"), folder / "full" + ": cannot be written: Directory not empty");
  EXPECT_EQ(folder_error(folder / "missing/new"),
            folder / "missing/new" + ": cannot be written: No such file or directory");
  EXPECT_EQ(content_of(folder / "full/kept"), "old");
  EXPECT_EQ(folder.entries(), 2u);
}

TEST(OutputFolder, that_fails_halfway_leaves_nothing) {
  const Folder folder;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string error = folder_error(folder / "new", std::string(100'000, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(error, folder / "new/a" + ": cannot be written: File too large");
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(OutputFolder, does_not_appear_half_when_the_program_is_killed) {
  const Folder folder;
  EXPECT_EXIT(
      {
        const OutputFolder half(folder / "new");
        half.write("a", "x");
        raise(SIGKILL);
      },
      testing::KilledBySignal(SIGKILL), "");
  EXPECT_FALSE(std::filesystem::exists(folder / "new"));
  EXPECT_EQ(folder_error(folder / "new"), "") << "and what was left is in nobody's way";
}

TEST(Progress, tells_how_far_how_fast_and_how_long) {
  EXPECT_EQ(progress_line("judging", 0, 2048, 0), "judging: 0/2,048 (0%)");
  EXPECT_EQ(progress_line("judging", 512, 2048, 0.5), "judging: 512/2,048 (25%), 1,024/s, 2 s left");
  EXPECT_EQ(progress_line("judging", 1, 1000, 4), "judging: 1/1,000 (0%), 0.2/s, 1 h 06 min left");
  EXPECT_EQ(progress_line("judging", 10, 100, 20), "judging: 10/100 (10%), 0.5/s, 3 min 00 s left");
  EXPECT_EQ(progress_line("judging", 7, 0, 1), "judging: 7, 7.0/s");
  EXPECT_EQ(progress_line("judging", 7, 5, 1), "judging: 7/5 (140%), 7.0/s") << "more than was announced";
  EXPECT_EQ(progress_line("judging", 1, std::numeric_limits<Idx>::max(), 1e9).substr(0, 42),
            "judging: 1/9,223,372,036,854,775,807 (0%),");
}

TEST(Progress, is_silent_where_standard_error_is_no_terminal) {
  testing::internal::CaptureStderr();
  {
    Progress progress("judging", 10);
    progress.update(5);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Colours, are_used_when_asked_for_and_never_in_a_pipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_TRUE(use_color(ColorMode::always, ends[1]));
  EXPECT_FALSE(use_color(ColorMode::never, ends[1]));
  EXPECT_FALSE(use_color(ColorMode::automatic, ends[1]));
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(colored("x", Color::red, false), "x");
  EXPECT_EQ(colored("x", Color::red, true), "\x1b[31mx\x1b[0m");
}

/// A pseudo-terminal, to see what a program shows on a terminal.
class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    grantpt(master_);
    unlockpt(master_);
    slave_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
  }
  ~Terminal() {
    close(slave_);
    close(master_);
  }
  int fd() const { return slave_; }
  /// Everything up to the first pause.
  std::string shown() const {
    std::string text;
    constexpr int pause = 200;  // milliseconds
    for (pollfd ready{master_, POLLIN, 0}; poll(&ready, 1, pause) > 0;) {
      char bytes[4096];
      const ssize_t n = read(master_, bytes, sizeof bytes);
      if (n <= 0) break;
      text.append(bytes, static_cast<std::size_t>(n));
    }
    return text;
  }

 private:
  int master_, slave_;
};

TEST(Colours, on_a_terminal_respect_NO_COLOR_and_TERM) {
  const Terminal terminal;
  ASSERT_GE(terminal.fd(), 0);
  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  EXPECT_TRUE(use_color(ColorMode::automatic, terminal.fd()));
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(use_color(ColorMode::automatic, terminal.fd())) << "empty is as good as unset";
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(use_color(ColorMode::automatic, terminal.fd()));
  EXPECT_TRUE(use_color(ColorMode::always, terminal.fd())) << "the command line wins";
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(use_color(ColorMode::automatic, terminal.fd()));
}

TEST(Progress, on_a_terminal_is_one_line_that_disappears) {
  const Terminal terminal;
  setenv("TERM", "xterm", 1);
  std::fflush(stderr);
  const int saved = dup(STDERR_FILENO);
  dup2(terminal.fd(), STDERR_FILENO);
  {
    Progress progress("judging", 1'000'000);
    for (Idx n = 0; n < 100'000; ++n) progress.update(n);  // in far less than a tenth of a second
  }
  dup2(saved, STDERR_FILENO);
  close(saved);
  const std::string shown = terminal.shown();
  EXPECT_EQ(shown.find("\r\x1b[Kjudging: 0/1,000,000 (0%)"), 0u) << shown;
  EXPECT_EQ(shown.rfind("\r\x1b[K"), shown.size() - 4) << shown;
  EXPECT_LT(shown.size(), 400u) << "at most ten lines a second";
}

}  // namespace
}  // namespace cnnspec::checks
