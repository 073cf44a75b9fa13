#include "checks/output/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace cnnspec::checks {
namespace {

/// A file descriptor, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  /// Closes the file, and reports errors of writes that the system had delayed.
  int close() { return ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

void write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw OutputError(path, errno);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void write_in_place(const std::string& path, std::string_view text) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0) throw OutputError(path, errno);
  write_all(file.get(), text, path);
  if (file.close() != 0) throw OutputError(path, errno);
}

/// Removes the file of that name unless it was renamed.
struct Temporary {
  std::string name;
  ~Temporary() {
    if (!name.empty()) ::unlink(name.c_str());
  }
};

/// `most`: 0666 for files, 0777 for folders.
mode_t mode_of_new(mode_t most) {
  const mode_t mask = ::umask(0);  // the only way to read it
  ::umask(mask);
  return most & ~mask;
}

/// `path` itself, or its target if it is a link: a rename would replace the link.
std::string target_of(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

/// For mkstemp and mkdtemp: a pattern for a free name in the same folder, so that a rename works.
std::string beside(const std::string& target) {
  const std::size_t slash = target.rfind('/');
  return (slash == std::string::npos ? "" : target.substr(0, slash + 1)) + ".cnnspec-XXXXXX";
}

}  // namespace

OutputError::OutputError(const std::string& file, int error_number)
    : std::runtime_error((file.empty() ? "\"\"" : file) + ": cannot be written: " + std::strerror(error_number)) {}

void write_file(const std::string& path, std::string_view text) {
  struct stat existing {};
  const bool exists = ::stat(path.c_str(), &existing) == 0;
  if (exists && !S_ISREG(existing.st_mode)) return write_in_place(path, text);
  if (exists && ::access(path.c_str(), W_OK) != 0) throw OutputError(path, errno);

  const std::string target = target_of(path);
  Temporary temporary{beside(target)};
  Descriptor file(::mkostemp(temporary.name.data(), O_CLOEXEC));
  if (file.get() < 0) {
    const int reason = errno;
    temporary.name.clear();
    throw OutputError(path, reason);
  }
  write_all(file.get(), text, path);
  const bool complete = ::fchmod(file.get(), exists ? existing.st_mode & 07777 : mode_of_new(0666)) == 0 &&
                        ::fsync(file.get()) == 0 && file.close() == 0 &&
                        ::rename(temporary.name.c_str(), target.c_str()) == 0;
  if (!complete) throw OutputError(path, errno);
  temporary.name.clear();
}

void require_writable(const std::string& path) {
  struct stat existing {};
  const bool exists = ::stat(path.c_str(), &existing) == 0;
  if (exists && S_ISDIR(existing.st_mode)) throw OutputError(path, EISDIR);
  if (exists && ::access(path.c_str(), W_OK) != 0) throw OutputError(path, errno);
  if (exists && !S_ISREG(existing.st_mode)) return;
  const std::string target = target_of(path);
  const std::size_t slash = target.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : target.substr(0, slash + 1);
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw OutputError(path, errno);
}

OutputFolder::OutputFolder(const std::string& path) : path_(path), target_(target_of(path)) {
  while (target_.size() > 1 && target_.ends_with('/')) target_.pop_back();
  std::error_code error;
  if (const auto status = std::filesystem::status(target_, error); std::filesystem::exists(status)) {
    if (!std::filesystem::is_directory(status)) throw OutputError(path, ENOTDIR);
    const bool is_empty = std::filesystem::is_empty(target_, error);
    if (error || !is_empty) throw OutputError(path, error ? error.value() : ENOTEMPTY);
    // The current folder would be replaced, and the caller would be left in a folder without a name.
    if (std::filesystem::equivalent(target_, ".", error)) throw OutputError(path, EBUSY);
  }
  std::string name = beside(target_);
  if (::mkdtemp(name.data()) == nullptr) throw OutputError(path, errno);
  temporary_ = name;
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

void OutputFolder::write(const std::string& name, std::string_view content) const {
  const std::string shown = path_ + "/" + name;
  Descriptor file(::open((temporary_ + "/" + name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) throw OutputError(shown, errno);
  write_all(file.get(), content, shown);
  if (::fsync(file.get()) != 0 || file.close() != 0) throw OutputError(shown, errno);
}

void OutputFolder::finish() {
  const Descriptor folder(::open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool complete = folder.get() >= 0 && ::fchmod(folder.get(), mode_of_new(0777)) == 0 &&
                        ::fsync(folder.get()) == 0 && ::rename(temporary_.c_str(), target_.c_str()) == 0;
  if (!complete) throw OutputError(path_, errno);
  temporary_.clear();
}

void write_output(const std::string& path, std::string_view text) {
  if (path == "-") return print(text);
  write_file(path, text);
}

void print(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() && errno != EPIPE)
    throw OutputError("standard output", errno);
}

void finish_standard_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 && errno != EPIPE) throw OutputError("standard output", errno);
}

}  // namespace cnnspec::checks
