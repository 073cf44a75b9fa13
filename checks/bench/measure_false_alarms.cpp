// cnnspec_false_alarms: judges right kernels at many seeds, and counts how often they are found wrong.
//
// One run judges one kernel in one storage type: all its operations, with the command's default number of cases for
// each. The runs go through all kernels and types at the first seed, then at the next. The result is written after each
// run. If the file exists already, it is continued.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "checks/judge/judge.hpp"
#include "checks/kernels/registry.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/names.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

using Json = nlohmann::ordered_json;

struct AlarmOptions {
  std::vector<std::string> kernels, dtypes;
  Idx cases = 0;        // stop after this many cases in each storage type; 0: never
  Idx cases_of_op = 0;  // of each operation in one run
  double seconds = 0;   // stop after this time, 0: never
  std::uint64_t seed = 1;
  int jobs = 1;
  std::string json;
};

std::atomic<bool> interrupted = false;

struct Count {
  Idx judged = 0, unsupported = 0, failed = 0;
  double worst_ratio = 0;
};

/// The key of the counts: kernel, storage type and operation.
using Key = std::tuple<std::string, std::string, std::string>;

struct Alarms {
  Idx runs = 0;
  double seconds = 0;
  std::map<Key, Count> counts;
  std::vector<std::string> failures;  // command lines for the first failures
};
constexpr std::size_t most_failures_told = 100;

Idx judged_in(const Alarms& alarms, const std::string& dtype) {
  Idx judged = 0;
  for (const auto& [key, count] : alarms.counts)
    if (std::get<1>(key) == dtype) judged += count.judged;
  return judged;
}

Idx failed(const Alarms& alarms) {
  Idx all = 0;
  for (const auto& [key, count] : alarms.counts) all += count.failed;
  return all;
}

void count_run(const std::string& name, DType dtype, const AlarmOptions& options, Idx round, Alarms& alarms) {
  const Kernel kernel = find_kernel(name);
  JudgeOptions run;
  run.operations = operations_to_judge(kernel, {}, {dtype});
  run.seed = options.seed + static_cast<std::uint64_t>(round);
  run.cases = options.cases_of_op;
  run.jobs = options.jobs;
  run.interrupted = &interrupted;
  if (run.operations.empty()) return;
  const KernelResult result = judge(kernel, run);
  if (result.interrupted) return;  // the run is repeated later
  for (const OperationResult& o : result.operations) {
    Count& count = alarms.counts[{name, name_of(dtype), name_of(o.op)}];
    count.judged += o.cases - o.unsupported, count.unsupported += o.unsupported, count.failed += o.failed;
    count.worst_ratio = std::max(count.worst_ratio, o.worst_ratio);
  }
  for (const Failure& f : result.failures)
    if (alarms.failures.size() < most_failures_told)
      alarms.failures.push_back(reproduce(name, f.failed, run.conditions));
}

// ---- The file ----

/// The settings that must agree to continue a file.
Json plan_of(const AlarmOptions& o) {
  return {{"kernels", o.kernels}, {"dtypes", o.dtypes}, {"first_seed", o.seed}, {"cases_of_operation", o.cases_of_op}};
}

std::string text_of(const AlarmOptions& options, const Alarms& alarms) {
  Json all{{"type", "false-alarms"}, {"schema", 1},        {"plan", plan_of(options)},       {"runs", alarms.runs},
           {"seconds", alarms.seconds}, {"counts", Json::array()}, {"failures", alarms.failures}};
  for (const auto& [key, count] : alarms.counts)
    all["counts"].push_back({{"kernel", std::get<0>(key)},
                             {"dtype", std::get<1>(key)},
                             {"op", std::get<2>(key)},
                             {"judged", count.judged},
                             {"unsupported", count.unsupported},
                             {"failed", count.failed},
                             {"worst_ratio", count.worst_ratio}});
  return all.dump(1) + "\n";
}

/// The content of the file, if it exists.
Alarms read(const AlarmOptions& options) {
  Alarms alarms;
  std::ifstream file(options.json);
  if (options.json.empty() || options.json == "-" || !file) return alarms;
  try {
    const Json all = Json::parse(file);
    if (all.at("type") != "false-alarms" || all.at("schema") != 1 || all.at("plan") != plan_of(options))
      throw UsageError(options.json, "", "a result with the same kernels, types, seed and cases", "another file");
    alarms.runs = all.at("runs"), alarms.seconds = all.at("seconds"), alarms.failures = all.at("failures");
    for (const Json& c : all.at("counts"))
      alarms.counts[{c.at("kernel"), c.at("dtype"), c.at("op")}] = {c.at("judged"), c.at("unsupported"), c.at("failed"),
                                                                    c.at("worst_ratio")};
  } catch (const Json::exception& error) {
    throw UsageError(options.json, "", "a result of cnnspec_false_alarms", error.what());
  }
  return alarms;
}

// ---- The table ----

void print_table(const AlarmOptions& options, const Alarms& alarms) {
  fmt::print("{:<24}{:<6}{:>10}{:>13}{:>8}{:>14}\n", "operation", "dtype", "judged", "unsupported", "failed",
             "error/bound");
  const auto print_row = [](const std::string& name, const std::string& dtype, const Count& c) {
    fmt::print("{:<24}{:<6}{:>10}{:>13}{:>8}{:>14.3f}\n", name, dtype, c.judged, c.unsupported, c.failed,
               c.worst_ratio);
  };
  const auto sum = [&](auto counts_here) {
    Count all;
    for (const auto& [key, c] : alarms.counts) {
      if (!counts_here(key)) continue;
      all.judged += c.judged, all.unsupported += c.unsupported, all.failed += c.failed;
      all.worst_ratio = std::max(all.worst_ratio, c.worst_ratio);
    }
    return all;
  };
  for (const std::string& dtype : options.dtypes) {
    for (const std::string& op : names_of_operations())
      print_row(op, dtype, sum([&](const Key& k) { return std::get<1>(k) == dtype && std::get<2>(k) == op; }));
    print_row("all", dtype, sum([&](const Key& k) { return std::get<1>(k) == dtype; }));
  }
  for (const std::string& kernel : options.kernels)
    print_row(kernel, "", sum([&](const Key& k) { return std::get<0>(k) == kernel; }));
  print_row("all", "", sum([](const Key&) { return true; }));
  for (const std::string& failure : alarms.failures) fmt::print("{}\n", failure);
  fmt::print("{} runs, {:.0f} s\n", alarms.runs, alarms.seconds);
}

/// Whether to stop. The number of cases is tested only after all kernels have run at a seed.
bool is_enough(const AlarmOptions& options, const Alarms& alarms, Idx runs_of_seed, double seconds) {
  if (options.seconds > 0 && seconds >= options.seconds) return true;
  if (options.cases == 0 || alarms.runs % runs_of_seed != 0) return false;
  return std::ranges::all_of(options.dtypes,
                             [&](const std::string& dtype) { return judged_in(alarms, dtype) >= options.cases; });
}

int run(const AlarmOptions& options) {
  Alarms alarms = read(options);
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const double before = alarms.seconds;
  const Idx dtypes = std::ssize(options.dtypes), runs_of_seed = std::ssize(options.kernels) * dtypes;
  while (!interrupted && !is_enough(options, alarms, runs_of_seed, seconds())) {
    const Idx part = alarms.runs % runs_of_seed;
    const std::string& dtype = options.dtypes[static_cast<std::size_t>(part % dtypes)];
    const DType type = dtype_named("--dtype", dtype);
    count_run(options.kernels[static_cast<std::size_t>(part / dtypes)], type, options, alarms.runs / runs_of_seed,
              alarms);
    if (interrupted) break;
    ++alarms.runs;
    alarms.seconds = before + seconds();
    if (!options.json.empty() && options.json != "-") write_file(options.json, text_of(options, alarms));
    fmt::print(stderr, "{} runs, {:.0f} s, {} false alarms\n", alarms.runs, alarms.seconds, failed(alarms));
  }
  if (options.json == "-")
    write_output("-", text_of(options, alarms));
  else
    print_table(options, alarms);
  return failed(alarms) == 0 ? 0 : 1;
}

/// All variants of im2col, and the other built-in kernels.
std::vector<std::string> right_kernels() {
  std::vector<std::string> names;
  for (const char* order : {"im2col", "im2col-ijk", "im2col-ikj"})
    for (const char* fma : {"", "-fma"}) names.push_back(std::string(order) + fma);
  for (const BuiltInKernel& kernel : built_in_kernels())
    if (kernel.absent_because.empty() && kernel.name != "im2col") names.push_back(kernel.name);
  return names;
}

}  // namespace
}  // namespace cnnspec::checks

int main(int argc, char** argv) {
  using namespace cnnspec::checks;
  AlarmOptions options;
  options.cases_of_op = JudgeOptions{}.cases;
  CLI::App app("How often right kernels are found wrong. Status 1: at least once.");
  const std::vector<std::string> types = names_of_dtypes();
  app.add_option("--kernel", options.kernels, "a kernel that is right; may be repeated; all built-in ones by default");
  app.add_option("--dtype", options.dtypes, "a storage type; may be repeated; all by default")
      ->check(CLI::IsMember(types));
  app.add_option("--cases", options.cases,
                 "stop once so many cases were judged in each storage type, and all kernels at the same seeds")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--cases-of-operation", options.cases_of_op, "cases of each operation in one run")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--seconds", options.seconds, "stop after that long")->check(CLI::PositiveNumber);
  app.add_option("--seed", options.seed, "of the first run of each kernel");
  app.add_option("--jobs", options.jobs, "processor cores to use")->check(CLI::Range(1, 1024));
  app.add_option("--json", options.json, "go on with this file, or begin it; -: the standard output");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (options.kernels.empty()) options.kernels = right_kernels();
  if (options.dtypes.empty()) options.dtypes = types;
  if (options.cases == 0 && options.seconds == 0) {
    fmt::print(stderr, "cnnspec_false_alarms: expected --cases or --seconds, so that it ends\n");
    return 2;
  }
  std::signal(SIGINT, [](int signal) {
    interrupted = true;
    std::signal(signal, SIG_DFL);
  });
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "cnnspec_false_alarms: {}\n", error.what());
    return 2;
  }
}
