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

/// To be called before any long work. Throws UsageError if this build cannot write what is asked for.
void check_report_files(const ReportFiles& files);

/// Throws OutputError.
void write_reports(const ReportFiles& files, const std::vector<reports::Result>& results);

/// Of a result that this program has just written. Nothing is parsed where nothing is asked for.
void write_reports(const ReportFiles& files, const std::string& json);

}  // namespace cnnspec::checks
