// cnnspec census: every small configuration, and a proof for each.
#include "checks/layers/problems.hpp"
#include "checks/census/census.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <thread>

#include "checks/census/census_file.hpp"
#include "checks/census/census_report.hpp"
#include "checks/census/pooling.hpp"
#include "checks/census/source.hpp"
#include "checks/cli/commands.hpp"
#include "checks/cli/names.hpp"
#include "checks/cli/number.hpp"
#include "checks/output/output_file.hpp"
#include "checks/cli/report_files.hpp"
#include "checks/cli/shard.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/version.hpp"

namespace cnnspec::checks {
namespace {

struct CensusArguments {
  std::vector<std::string> ops, merge;
  std::string bounds, shard, proof = "auto", seed = "1", jobs, json, only, save_every;
  ReportFiles reports;
};

CensusPlan plan_of(const CensusArguments& a) {
  CensusPlan plan;
  plan.bounds = parse_census_bounds(a.bounds, "--max");
  plan.seed = number_of<std::uint64_t>("--seed", a.seed, 0, ~std::uint64_t{0});
  plan.proof = value_of<CensusProof>(census_proof_names, "--proof", a.proof);
  if (a.ops.empty()) return plan;
  std::array<bool, census_families.size()> chosen{};
  for (const std::string& op : a.ops) chosen[value_of<std::size_t>(census_family_names, "--op", op)] = true;
  plan.families.clear();
  for (std::size_t n = 0; n < chosen.size(); ++n)
    if (chosen[n]) plan.families.push_back(census_families[n]);
  return plan;
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError(printable(path), "", "a file that can be read", "none");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Writes and prints a census that has come to its end.
ExitStatus finish(const CensusFile& file, const CensusArguments& a, ColorMode color) {
  const ExitStatus status = file.progress.sum().disproved > 0 ? ExitStatus::found_wrong : ExitStatus::ok;
  const std::string json = to_json(file);
  if (!a.json.empty()) write_output(a.json, json);
  write_reports(a.reports, json);
  if (a.json == "-" || a.reports.to_standard_output()) return status;
  for (const Disproof& d : file.progress.first) print(text_of(d, file.plan) + "\n");
  print(text_of(file, use_color(color, STDOUT_FILENO)));
  return status;
}

ExitStatus run_merge(const CensusArguments& a, ColorMode color) {
  std::vector<CensusFile> files;
  for (const std::string& path : a.merge) files.push_back(parse_census_file(text_of_file(path), printable(path)));
  return finish(merge(files, a.merge), a, color);
}

/// Refuses what would take a day, or more variables than a formula can tell apart.
void check_size(const Problem& problem) {
  const auto refuse_more = [](const char* what, Idx count, Idx most) {
    if (count > most)
      throw UsageError("--only", "", fmt::format("at most {} {}", thousands(most), what), thousands(count));
  };
  refuse_more("multiply-adds", taps(problem), 1'000'000);
  visit_problem(
      [&](const auto& p) {
        refuse_more("numbers in x", x_count(p), 20'000);
        refuse_more("numbers in y", y_count(p), 20'000);
        if constexpr (requires { w_shape(p); }) refuse_more("numbers in w", w_shape(p).count(), 20'000);
        if constexpr (requires { stack_of(p); }) refuse_more("taps in all channels", stack_of(p), 9);
      },
      problem);
}

ExitStatus run_only(const CensusArguments& a) {
  const CensusPlan plan = plan_of(a);
  const LayerId family = a.ops.empty() ? guess_layer(a.only) : plan.families.front();
  if (family == LayerId::relu) throw UsageError("--only", "", "conv2d, max_pool2d or linear", in_quotes(a.only));
  const Problem problem = parse_descriptor(family, a.only, 1);
  check_size(problem);
  const CensusProgress progress = prove({}, plan, problem);
  for (const Disproof& d : progress.first) print(text_of(d, plan));
  if (!progress.first.empty()) return ExitStatus::found_wrong;
  print(text_of_proof(problem, progress));
  return ExitStatus::ok;
}

/// What an earlier run left in the file; nothing where there is none.
std::optional<CensusFile> earlier(const CensusArguments& a, const CensusFile& mine) {
  if (a.json.empty() || a.json == "-" || !std::filesystem::is_regular_file(a.json)) return {};
  CensusFile file = parse_census_file(text_of_file(a.json), printable(a.json));
  std::string other = difference_of(mine, file);
  if (other.empty() && file.shard.number != mine.shard.number) other = fmt::format("shard {}", file.shard.number);
  if (!other.empty())
    throw UsageError(printable(a.json), "", "the same census, to go on from there (or another file)", other);
  return file;
}

ExitStatus run_census(const CensusArguments& a, ColorMode color) {
  CensusFile file{version(), census_source(), plan_of(a), shard_of(a.shard), 0, {}};
  CensusRun run;
  run.jobs = a.jobs.empty() ? static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))
                            : number_of("--jobs", a.jobs, 1, 1024);
  if (!a.save_every.empty()) run.seconds_between_saves = number_of("--save-every", a.save_every, 0.01, 1e6);
  const CensusSpace space(file.plan.bounds, file.plan.families);
  file.size = size_of(file.shard, space);
  if (const auto before = earlier(a, file)) {
    file.progress = before->progress;
    file.merged = before->merged;
    std::fputs(fmt::format("cnnspec: {}: {} of {} configurations were done {}\n", printable(a.json),
                           thousands(file.progress.done), thousands(file.size),
                           file.is_finished() ? "already: nothing is left to do" : "before; going on")
                   .c_str(),
               stderr);
  }
  {
    Progress line("census", file.size);
    run.show = [&](Idx done) { line.update(done); };
    run.save = [&](const CensusProgress& progress) {
      file.progress = progress;
      if (!a.json.empty() && a.json != "-") write_output(a.json, to_json(file));
    };
    run.save(file.progress);  // a file that cannot be written is told at once
    file.progress = run_census({}, file.plan, space, file.shard, file.progress, run);
  }
  return finish(file, a, color);
}

ExitStatus run(const CensusArguments& a, ColorMode color) {
  check_report_files(a.reports);
  if (!a.merge.empty()) return run_merge(a, color);
  return a.only.empty() ? run_census(a, color) : run_only(a);
}

std::string defaults() {
  std::vector<std::string> words;
  for (const CensusBound& b : census_bounds) words.push_back(fmt::format("{}={}", b.name, CensusBounds{}.*b.value));
  return joined(words, ",");
}

}  // namespace

void add_census(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("census", "Prove the specification right on every small configuration");
  const auto a = std::make_shared<CensusArguments>();
  command->add_option("--max", a->bounds, fmt::format("larger or smaller bounds (default: {})", defaults()))
      ->type_name("K=V,...");
  command->add_option("--op", a->ops, "conv2d, max_pool2d or linear alone; may be repeated")
      ->type_name("OP")
      ->expected(1)
      ->take_all();
  command
      ->add_option(
          "--proof", a->proof,
          fmt::format("of conv2d and linear: basis (all basis tensors at once, as formulas), random (at a random "
                      "point, with a probability of failure), or auto (default: basis up to {} multiply-adds)",
                      most_basis_taps))
      ->type_name("P");
  command->add_option("--seed", a->seed, "of the random points (default: 1)")->type_name("S");
  command->add_option("--jobs,-j", a->jobs, "threads (default: one for each processor core)")->type_name("N");
  command->add_option("--shard", a->shard, "do part K of N alone; all parts together are the census")->type_name("K/N");
  command
      ->add_option("--json", a->json,
                   "write the result to FILE, and while it runs, how far it is; if FILE is there, go on from it; - for "
                   "standard output alone")
      ->type_name("FILE");
  command->add_option("--save-every", a->save_every, "seconds between two writes of FILE (default: 10)")
      ->type_name("S");
  add_report_options(*command, a->reports);
  auto* only = command->add_option("--only", a->only, "this configuration alone")->type_name("DESCRIPTOR");
  for (const char* other : {"--max", "--shard", "--jobs", "--json", "--save-every", "--html", "--markdown"})
    only->excludes(other);
  auto* merge = command->add_option("--merge", a->merge, "add up the files of all shards instead of running anything")
                    ->type_name("FILE...");
  for (const char* other : {"--op", "--max", "--proof", "--seed", "--shard", "--jobs", "--save-every", "--only"})
    merge->excludes(other);
  command->footer(
      R"(Every valid configuration within the bounds is run, with all combinations of height and width:
  conv2d, linear  forward = an independent twin, and <dy, y> = <x, dx> = <w, dw>, as polynomials
  max_pool2d      all weak orders, with NaN, of the image's cells, or of each window's

Exit status: 0 all are proved; 1 one is disproved; 2 bad usage.

Examples:
  cnnspec census
  cnnspec census --max extent=3,features=8
  cnnspec census --op conv2d --max extent=7,padding=3 --proof random --shard 3/64 --json shard-3.json
  cnnspec census --merge shard-*.json --json census.json --html census.html
  cnnspec census --only mb1ic2ih5oc2kh3sh2ph1)");
  command->callback([&session, a] { session.run = [&session, a] { return run(*a, session.color); }; });
}

}  // namespace cnnspec::checks
