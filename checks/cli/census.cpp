// cnnspec census: proves every small configuration.
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
#include "checks/census/census_of_layer.hpp"
#include "checks/census/census_report.hpp"
#include "checks/census/source.hpp"
#include "checks/cli/commands.hpp"
#include "checks/cli/names.hpp"
#include "checks/cli/number.hpp"
#include "checks/cli/report_files.hpp"
#include "checks/cli/shard.hpp"
#include "checks/output/output_file.hpp"
#include "checks/version.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/extents.hpp"
#include "checks/vocabulary/text.hpp"

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
  const std::vector<std::string>& names = census_family_names();
  for (const std::string& op : a.ops)
    if (std::ranges::find(names, op) == names.end()) throw UsageError("--op", "", one_of(names, op), in_quotes(op));
  plan.families.clear();
  for (std::size_t n = 0; n < names.size(); ++n)
    if (std::ranges::find(a.ops, names[n]) != a.ops.end()) plan.families.push_back(census_families()[n]);
  return plan;
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError(printable(path), "", "a file that can be read", "none");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Writes and prints a finished census.
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

/// Refuses a problem that would take a day, or that needs more variables than a formula can distinguish.
void check_size(const Problem& problem) {
  const auto refuse_more = [](const char* what, Idx count, Idx most) {
    if (count > most)
      throw UsageError("--only", "", fmt::format("at most {} {}", thousands(most), what), thousands(count));
  };
  refuse_more("multiply-adds", taps(problem), 1'000'000);
  const Pass& forward = layer_of(problem).passes.front();
  const auto refuse_large = [&](const Port& port) {
    if (port.role == Role::b) return;
    const std::string what = fmt::format("numbers in {}", port.name);
    refuse_more(what.c_str(), count_of(port.extents(problem)), 20'000);
  };
  refuse_large(forward.inputs.front());
  for (const Port& port : forward.outputs) refuse_large(port);
  for (const Port& port : forward.inputs.subspan(1)) refuse_large(port);
  const auto limits = layer_of(problem).census->limits;
  if (limits == nullptr) return;
  for (const CensusLimit& limit : limits(problem)) refuse_more(limit.what, limit.count, limit.most);
}

/// The names of all layers with a census, or of those that use one method: "a, b or c".
std::string names_of_layers(const char* last, std::optional<CensusMethod> method = {}) {
  std::vector<std::string> names;
  for (const LayerId id : census_families())
    if (!method || layer_of(id).census->method == *method) names.emplace_back(name_of(id));
  if (names.size() < 2) return joined(names, "");
  const std::string end = names.back();
  names.pop_back();
  return joined(names, ", ") + last + end;
}

ExitStatus run_only(const CensusArguments& a) {
  const CensusPlan plan = plan_of(a);
  const LayerId family = a.ops.empty() ? guess_layer(a.only) : plan.families.front();
  if (layer_of(family).census == nullptr) throw UsageError("--only", "", names_of_layers(" or "), in_quotes(a.only));
  const Problem problem = parse_descriptor(family, a.only, 1);
  check_size(problem);
  const CensusProgress progress = prove({}, plan, problem);
  for (const Disproof& d : progress.first) print(text_of(d, plan));
  if (!progress.first.empty()) return ExitStatus::found_wrong;
  print(text_of_proof(problem, progress));
  return ExitStatus::ok;
}

/// The file of an earlier run; none if it does not exist.
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
    run.save(file.progress);  // reports at once if the file cannot be written
    file.progress = run_census({}, file.plan, space, file.shard, file.progress, run);
  }
  return finish(file, a, color);
}

ExitStatus run(const CensusArguments& a, ColorMode color) {
  check_report_files(a.reports);
  if (!a.merge.empty()) return run_merge(a, color);
  return a.only.empty() ? run_census(a, color) : run_only(a);
}

/// The methods, and the layers that use each.
std::string methods() {
  const std::string polynomials = names_of_layers(", ", CensusMethod::polynomials);
  const std::string orders = names_of_layers(", ", CensusMethod::orders);
  const std::size_t width = std::max(polynomials.size(), orders.size());
  return fmt::format(
      "  {:<{}}  forward = an independent twin, and <dy, y> = <x, dx> = <w, dw>, as polynomials\n"
      "  {:<{}}  all weak orders, with NaN, of the image's cells, or of each window's\n",
      polynomials, width, orders, width);
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
  command->add_option("--op", a->ops, names_of_layers(" or ") + " alone; may be repeated")
      ->type_name("OP")
      ->expected(1)
      ->take_all();
  command
      ->add_option("--proof", a->proof,
                   fmt::format("method for {}: basis (all basis tensors at once, as formulas), random (at a random "
                               "point, with a probability of failure), or auto (default: basis up to {} multiply-adds)",
                               names_of_layers(" and ", CensusMethod::polynomials), most_basis_taps))
      ->type_name("P");
  command->add_option("--seed", a->seed, "of the random points (default: 1)")->type_name("S");
  command->add_option("--jobs,-j", a->jobs, "threads (default: one for each processor core)")->type_name("N");
  command->add_option("--shard", a->shard, "do part K of N alone; all parts together are the census")->type_name("K/N");
  command
      ->add_option("--json", a->json,
                   "write the result to FILE, and the progress while it runs; if FILE exists, go on from it; - for "
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
  command->footer("Every valid configuration within the bounds is run, with all combinations of height and width:\n" +
                  methods() +
                  R"(
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
