// cnnspec report: shows results from JSON files as one page or as Markdown.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "checks/cli/commands.hpp"
#include "checks/cli/report_files.hpp"
#include "checks/describe/networks.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "reports/markdown/markdown.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::size_t most_result_bytes = std::size_t{1} << 26;

struct ReportArguments {
  std::vector<std::string> results;
  ReportFiles files;
};

ExitStatus run_report(const ReportArguments& a) {
  check_report_files(a.files);
  if (std::count(a.results.begin(), a.results.end(), "-") > 1)
    throw UsageError("RESULT", "", "standard input once", "\"-\" again");
  std::vector<reports::Result> results;
  for (const std::string& file : a.results)
    results.push_back(reports::parse_result(read_file(file, most_result_bytes), file == "-" ? "standard input" : file));
  if (a.files.any())
    write_reports(a.files, results);
  else
    print(reports::markdown_of(results));
  return ExitStatus::ok;
}

}  // namespace

void add_report(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("report", "Show results that were written with --json, several in one page");
  const auto a = std::make_shared<ReportArguments>();
  command
      ->add_option("RESULT", a->results,
                   "what judge, gradcheck, census, mutants or bench wrote with --json; - for "
                   "standard input")
      ->required();
  add_report_options(*command, a->files);
  command->footer(
      R"(Without --html and --markdown, the Markdown is printed. Each result is first checked against its schema
(reports/schema/), and refused if it does not conform.

Exit status: 0 the report is written, even if a result in it is bad; 2 a file cannot be read or is not such a result.

Examples:
  cnnspec judge im2col --json judge.json; cnnspec report judge.json
  cnnspec report judge.json census.json mutants.json --html report.html
  cnnspec report judge.json --markdown - >> "$GITHUB_STEP_SUMMARY")");
  command->callback([&session, a] { session.run = [a] { return run_report(*a); }; });
}

}  // namespace cnnspec::checks
