// cnnspec_threshold_grid: the kernels of the threshold grid that the default run convicts, as a table and as JSON.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "checks/bench/threshold_grid.hpp"
#include "checks/output/output_file.hpp"

namespace cnnspec::checks {
namespace {

struct GridOptions {
  Idx seeds = 10, step = 1;
  std::uint64_t seed = 1;
  int jobs = 1;
  std::string json;
};

/// One kernel of the grid, and its results at each seed.
struct Row {
  GridKernel kernel;
  std::vector<Idx> cases{};  // until the conviction; 0: not convicted
  Idx convicted() const { return std::ssize(cases) - std::count(cases.begin(), cases.end(), Idx{0}); }
};

std::vector<GridKernel> kernels_of(const std::vector<Row>& rows, Op op) {
  std::vector<GridKernel> some;
  for (const Row& r : rows)
    if (r.kernel.op == op) some.push_back(r.kernel);
  return some;
}

/// Every operation at every seed, several of them at a time.
void judge_all(const GridOptions& options, std::vector<Row>& rows) {
  for (Row& r : rows) r.cases.resize(static_cast<std::size_t>(options.seeds));
  const Idx parts = std::ssize(all_ops()) * options.seeds;
  std::atomic<Idx> next = 0;
  std::mutex mutex;  // guards both variables below, and the standard error
  Idx done = 0;
  std::exception_ptr failure;
  const auto work = [&] {
    for (Idx part = next++; part < parts; part = next++) {
      const Op op = all_ops()[static_cast<std::size_t>(part / options.seeds)];
      const auto n = static_cast<std::size_t>(part % options.seeds);
      std::vector<Idx> cases;
      try {
        cases = cases_until_convicted(kernels_of(rows, op), op, default_run(op, options.seed + n));
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
        return;
      }
      const std::lock_guard lock(mutex);
      auto result = cases.begin();
      for (Row& r : rows)
        if (r.kernel.op == op) r.cases[n] = *result++;
      fmt::print(stderr, "{} of {}: {}, seed {}\n", ++done, parts, name_of(op), options.seed + n);
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int n = 0; n < options.jobs; ++n) workers.emplace_back(work);
  }
  if (failure) std::rethrow_exception(failure);
}

/// "conv2d, batch" and a kind, with the convictions at each size over all operations and seeds.
struct Cell {
  Idx convicted = 0, all = 0;
};
using Table = std::map<std::pair<std::size_t, ThresholdKind>, std::map<Idx, Cell>>;

Table table_of(const std::vector<Row>& rows) {
  Table table;
  for (const Row& r : rows) {
    const ThresholdMistake& m = r.kernel.mistake;
    Cell& cell = table[{static_cast<std::size_t>(m.axis - threshold_axes().data()), m.kind}][m.n];
    cell.convicted += r.convicted(), cell.all += std::ssize(r.cases);
  }
  return table;
}

void print_table(const Table& table) {
  fmt::print("convicted, of all operations and seeds; = all\n{:<64}", "axis, kind \\ N");
  for (const Idx n : threshold_sizes) fmt::print("{:>8}", n);
  fmt::print("\n");
  for (const auto& [key, cells] : table) {
    const ThresholdAxis& axis = threshold_axes()[key.first];
    fmt::print("{:<64}", fmt::format("{}, {}, {}", name_of(axis.family), axis.name, name_of(key.second)));
    for (const Idx n : threshold_sizes) {
      const auto cell = cells.find(n);
      const bool is_there = cell != cells.end();
      fmt::print("{:>8}", !is_there                                     ? ""
                          : cell->second.convicted == cell->second.all ? "="
                                                                        : fmt::format("{}/{}", cell->second.convicted,
                                                                                      cell->second.all));
    }
    fmt::print("\n");
  }
}

nlohmann::ordered_json json_of(const GridOptions& options, const std::vector<Row>& rows, double seconds) {
  std::vector<RunTimes> times;
  for (const Op op : all_ops()) times.emplace_back(op, options.seed);
  nlohmann::ordered_json all{{"type", "threshold-grid"}, {"schema", 1}, {"first_seed", options.seed},
                             {"seeds", options.seeds},   {"seconds", seconds}};
  for (const Row& r : rows) {
    const ThresholdMistake& m = r.kernel.mistake;
    std::vector<double> seconds_until;
    for (const Idx cases : r.cases)
      if (cases != 0) seconds_until.push_back(times[static_cast<std::size_t>(r.kernel.op)].seconds_until(cases));
    all["kernels"].push_back({{"op", name_of(r.kernel.op)},
                              {"family", name_of(m.axis->family)},
                              {"axis", m.axis->name},
                              {"kind", name_of(m.kind)},
                              {"n", m.n},
                              {"name", describe(r.kernel)},
                              {"convicted", r.convicted()},
                              {"cases", r.cases},
                              {"seconds_until", seconds_until}});
  }
  return all;
}

int run(const GridOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<Row> rows;
  for (const GridKernel& kernel : grid_kernels(options.step)) rows.push_back({kernel});
  judge_all(options, rows);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!options.json.empty()) {
    write_output(options.json, json_of(options, rows, seconds).dump(1) + "\n");
    if (options.json == "-") return 0;
  }
  print_table(table_of(rows));
  Idx convicted = 0, all = 0;
  for (const Row& r : rows) {
    convicted += r.convicted(), all += std::ssize(r.cases);
    if (r.convicted() < std::ssize(r.cases))
      fmt::print("{} of {}: {}\n", r.convicted(), r.cases.size(), describe(r.kernel));
  }
  fmt::print("{} kernels, {} seeds: {} of {} convicted, in {:.0f} s\n", rows.size(), options.seeds, convicted, all,
             seconds);
  return convicted == all ? 0 : 1;
}

}  // namespace
}  // namespace cnnspec::checks

int main(int argc, char** argv) {
  cnnspec::checks::GridOptions options;
  CLI::App app("What a default run of the judge convicts of the threshold grid. Status 1: not all of it.");
  app.add_option("--seeds", options.seeds, "how many")->check(CLI::Range(1, 1000));
  app.add_option("--seed", options.seed, "the first of them");
  app.add_option("--step", options.step, "one of so many kernels alone")->check(CLI::Range(1, 100'000));
  app.add_option("--jobs", options.jobs, "processor cores to use")->check(CLI::Range(1, 1024));
  app.add_option("--json", options.json, "write the result for programs; -: on the standard output, and nothing else");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return cnnspec::checks::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "cnnspec_threshold_grid: {}\n", error.what());
    return 2;
  }
}
