#include "checks/cli/report_files.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>

#include "checks/output/output_file.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "reports/html.hpp"
#include "reports/markdown/markdown.hpp"

namespace cnnspec::checks {

void add_report_options(CLI::App& command, ReportFiles& files) {
  command.add_option("--html", files.html, "write a page for a browser to FILE: one file that loads nothing else")
      ->type_name("FILE");
  command.add_option("--markdown", files.markdown, "write the result to FILE as Markdown, e.g. for a pull request")
      ->type_name("FILE");
}

void check_report_files(const ReportFiles& files, std::vector<OutputOption> outputs) {
  outputs.insert(outputs.end(), {{"--html", files.html}, {"--markdown", files.markdown}});
  std::map<std::string, const char*> taken;
  for (const auto& [option, file] : outputs) {
    if (file.empty()) continue;
    std::error_code error;
    const bool is_device = std::filesystem::exists(file, error) && !std::filesystem::is_regular_file(file, error);
    if (const auto [other, is_new] = taken.insert({file, option}); !is_new && !is_device)
      throw UsageError(option, "", std::string("another file than that of ") + other->second, in_quotes(file));
    if (file != "-") require_writable(file);
  }
  if (!files.html.empty() && !reports::can_write_html())
    throw UsageError("--html", "", "a build with Chart.js (Debian: libjs-chart.js)",
                     "one without it; --markdown works");
}

void write_reports(const ReportFiles& files, const std::vector<reports::Result>& results) {
  if (!files.html.empty()) write_output(files.html, reports::html_of(results));
  if (!files.markdown.empty()) write_output(files.markdown, reports::markdown_of(results));
}

void write_reports(const ReportFiles& files, const std::string& json) {
  if (files.any()) write_reports(files, {reports::parse_result(json, "the result")});
}

}  // namespace cnnspec::checks
