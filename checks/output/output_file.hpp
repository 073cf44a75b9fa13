// Output that is either written completely or reported as not written.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace cnnspec::checks {

/// Output could not be written: a full disk, a missing folder, no permission. `what()` names the file and the reason.
class OutputError : public std::runtime_error {
 public:
  OutputError(const std::string& file, int error_number);
};

/// Writes to a file that gets its name only when it is complete. After an error, an older file of that name is
/// unchanged and no partial file is left. If the path is not a regular file (a pipe, a device), it is written to
/// directly. Throws OutputError.
void write_file(const std::string& path, std::string_view text);

/// To be called before long work: throws the OutputError of a later write_file, as far as it can be predicted.
void require_writable(const std::string& path);

/// A folder of files that gets its name only when it is complete. A taken name is refused, unless it is an empty
/// folder. If finish() is not called, nothing is left.
class OutputFolder {
 public:
  /// Throws OutputError, like all members.
  explicit OutputFolder(const std::string& path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// Writes a new file in the folder.
  void write(const std::string& name, std::string_view content) const;
  void finish();

 private:
  std::string path_, target_;  // as given; the folder's final name
  std::string temporary_;      // the folder's name until it is finished; empty: finished
};

/// The same as write_file, but "-" is standard output.
void write_output(const std::string& path, std::string_view text);

/// Prints to standard output, buffered. After its reader has gone away (`| head`), output is dropped silently: the
/// reader does not want more. Throws OutputError for any other error.
void print(std::string_view text);

/// Must be called before the program ends: a full disk may be reported only here. Throws OutputError.
void finish_standard_output();

}  // namespace cnnspec::checks
