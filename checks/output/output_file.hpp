// Output that is either written whole or reported as not written.
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

/// Writes to a file that appears under its name only when it is complete: whatever goes wrong, an older file of that
/// name stays as it was and nothing half-written is left. What is no regular file (a pipe, a device) is written to as
/// it is. Throws OutputError.
void write_file(const std::string& path, std::string_view text);

/// To be called before long work: throws the OutputError that write_file would end with, as far as it can be told.
void require_writable(const std::string& path);

/// A folder of files that appears under its name only when it is complete. A name that is taken is refused, unless it
/// is that of an empty folder. If finish() is not reached, nothing is left.
class OutputFolder {
 public:
  /// Throws OutputError, as all of it does.
  explicit OutputFolder(const std::string& path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// A new file in it.
  void write(const std::string& name, std::string_view content) const;
  void finish();

 private:
  std::string path_, target_;  // as given; what the folder will be called
  std::string temporary_;      // what it is called until then; empty: it is finished
};

/// The same as write_file, and "-" is standard output.
void write_output(const std::string& path, std::string_view text);

/// To standard output, buffered. Once its reader has gone away (`| head`), output is dropped silently: the reader has
/// had all that it wanted. Throws OutputError for any other trouble.
void print(std::string_view text);

/// Must be called before the program ends: a full disk may show only here. Throws OutputError.
void finish_standard_output();

}  // namespace cnnspec::checks
