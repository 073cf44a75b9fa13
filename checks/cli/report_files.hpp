// --html and --markdown: a result as a page to look at, and as Markdown.
#pragma once

#include <string>
#include <vector>

#include "reports/result.hpp"

namespace CLI {
class App;
}

namespace cnnspec::checks {

/// The requested files; empty: none.
struct ReportFiles {
  std::string html, markdown;

  bool any() const { return !html.empty() || !markdown.empty(); }
  /// If true, nothing else may be printed.
  bool to_standard_output() const { return html == "-" || markdown == "-"; }
};

void add_report_options(CLI::App& command, ReportFiles& files);

/// An option that names an output file; an empty name means none.
struct OutputOption {
  const char* option;
  std::string file;
};

/// To be called before any long work, with all output files. Throws UsageError if this build cannot write a requested
/// file, or if two files have the same place. Throws OutputError if a file cannot be written.
void check_report_files(const ReportFiles& files, std::vector<OutputOption> others = {});

/// Throws OutputError.
void write_reports(const ReportFiles& files, const std::vector<reports::Result>& results);

/// Writes a result that this program has just produced. Nothing is parsed if nothing is requested.
void write_reports(const ReportFiles& files, const std::string& json);

}  // namespace cnnspec::checks
