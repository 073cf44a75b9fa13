// --html and --markdown: a result as a page to look at, and as Markdown.
#pragma once

#include <string>
#include <vector>

#include "reports/result.hpp"

namespace CLI {
class App;
}

namespace cnnspec::checks {

/// The files that were asked for; empty: none.
struct ReportFiles {
  std::string html, markdown;

  bool any() const { return !html.empty() || !markdown.empty(); }
  /// Then nothing else must be printed.
  bool to_standard_output() const { return html == "-" || markdown == "-"; }
};

void add_report_options(CLI::App& command, ReportFiles& files);

/// An option that names a file to be written; none, if that is empty.
struct OutputOption {
  const char* option;
  std::string file;
};

/// To be called before any long work, with all that it will write. Throws UsageError if this build cannot write what is
/// asked for, or if two are to be written to the same place, and OutputError if one cannot be written.
void check_report_files(const ReportFiles& files, std::vector<OutputOption> others = {});

/// Throws OutputError.
void write_reports(const ReportFiles& files, const std::vector<reports::Result>& results);

/// Of a result that this program has just written. Nothing is parsed where nothing is asked for.
void write_reports(const ReportFiles& files, const std::string& json);

}  // namespace cnnspec::checks
