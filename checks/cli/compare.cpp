// cnnspec compare: the verdict on files.
#include "checks/golden/compare.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "checks/cli/commands.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

struct CompareArguments {
  std::string golden, actual, json;
};

/// Prints to standard error.
void tell_ignored(const std::vector<std::string>& files) {
  if (files.empty()) return;
  constexpr std::size_t most = 5;
  std::vector<std::string> named(files.begin(), files.begin() + std::min(most, files.size()));
  for (std::string& name : named) name = printable(name);
  if (files.size() > most) named.push_back(fmt::format("and {} more", files.size() - most));
  std::fputs(("cnnspec: ignored, as no output of the case: " + joined(named, ", ") + "\n").c_str(), stderr);
}

ExitStatus run_compare(const CompareArguments& a) {
  const GoldenComparison result = compare_golden(a.golden, a.actual);
  tell_ignored(result.ignored);
  if (a.json != "-") print(describe_comparison(result));
  if (!a.json.empty()) write_output(a.json, comparison_to_json(result));
  const Verdict verdict = result.verdict();
  return verdict == Verdict::pass   ? ExitStatus::ok
         : verdict == Verdict::fail ? ExitStatus::found_wrong
                                    : ExitStatus::vacuous;
}

}  // namespace

void add_compare(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("compare", "Judge files that a program computed from golden vectors");
  const auto a = std::make_shared<CompareArguments>();
  command->add_option("GOLDEN", a->golden, "a folder that `cnnspec golden` wrote")->required();
  command->add_option("ACTUAL", a->actual, "the folder with the program's outputs: y.npy, dx.npy, ...")->required();
  command->add_option("--json", a->json, "also write the result to FILE as JSON; - prints it instead")
      ->type_name("FILE");
  command->footer(
      R"(An output is a .npy file with the shape in case.json, in row-major or column-major order. Its elements are
float16, float32 or float64, or bit patterns: uint16 for bf16, uint8 for f8e4m3 and f8e5m2. Every element is judged
as by `cnnspec judge`: its error must be within what rounding explains in some order of summation. Where nothing
rounds, it must be equal.
  error/bound   the largest error, in units of what rounding can explain

Exit status: 0 every output passed, 1 one is wrong, 2 bad usage or files, 3 nothing is wrong, but an output is
missing or could not be judged.

Examples:
  cnnspec compare golden actual
  cnnspec compare golden actual --json result.json)");
  command->callback([&session, a] { session.run = [a] { return run_compare(*a); }; });
}

}  // namespace cnnspec::checks
