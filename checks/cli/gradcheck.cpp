// cnnspec gradcheck: backward against finite differences, tensor by tensor.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "checks/cli/commands.hpp"
#include "checks/cli/number.hpp"
#include "checks/cli/report_files.hpp"
#include "checks/describe/networks.hpp"
#include "checks/describe/summary.hpp"
#include "checks/describe/targets.hpp"
#include "checks/gradient/check_network.hpp"
#include "checks/gradient/step_sweep.hpp"
#include "checks/output/output_file.hpp"
#include "checks/version.hpp"
#include "checks/vocabulary/json_number.hpp"
#include "checks/vocabulary/shell.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

struct GradcheckOptions {
  std::string target = "cnn2", config, scalar = "exact", mode = "full", seed = "1", jobs, json;
  bool sweep = false;
  ReportFiles reports;
};

const std::map<std::string, GradientScalar> scalars{{"exact", GradientScalar::exact},
                                                    {"rational", GradientScalar::rational},
                                                    {"float100", GradientScalar::float100},
                                                    {"float50", GradientScalar::float50},
                                                    {"double", GradientScalar::double_precision},
                                                    {"float", GradientScalar::single_precision}};

/// The largest number of values that a check may hold at once: 1 GiB of 64-bit numbers.
constexpr Idx most_numbers = Idx{1} << 27;

/// Refuses a check that would not fit into memory, before anything is allocated.
void check_size(const GradientTarget& target, Mode mode) {
  const auto rows = describe(target.network);
  Idx numbers = count_of(target.network.input);
  const auto add = [&](Idx n) {
    if (!sum_fits(numbers, n) || numbers + n > most_numbers)
      throw UsageError(target.name, "", fmt::format("a check of at most {} numbers", thousands(most_numbers)),
                       mode == Mode::full ? "more; try a smaller configuration, or --mode directional"
                                          : "more; try a smaller configuration");
    numbers += n;
  };
  for (const LayerDescription& row : rows) {
    add(row.parameters);
    add(count_of(row.output));
  }
  const Idx gradient = numbers, outputs = rows.empty() ? 1 : count_of(rows.back().output);
  if (mode == Mode::full) add(product_fits(gradient, outputs) ? gradient * outputs : most_numbers);
}

std::string cell(const TensorReport& t) {
  if (!t.certified) return "not proved";
  if (t.wrong > 0) return fmt::format("{} WRONG", thousands(t.wrong));
  if (t.exact) return "exact";
  return fmt::format("{:.1e}{}", t.bound, t.vacuous() ? " !" : "");
}

std::string table(const GradientReport& report, bool color) {
  std::string text = fmt::format("{:<16} {:>14} {:>12} {:>12} {:>12} {:>10} {:>10}\n", "tensor", "shape", "compared",
                                 "largest diff", "bound", "resampled", "time");
  for (const TensorReport& t : report.tensors) {
    const std::string row =
        fmt::format("{:<16} {:>14} {:>12} {:>12} {:>12} {:>10} {:>7.1f} ms", printable(t.name), joined(t.extents, "x"),
                    thousands(t.entries), t.worst == 0 ? "0" : fmt::format("{:.1e}", t.worst), cell(t),
                    thousands(t.resampled), 1e3 * t.seconds);
    text += (t.wrong > 0 || !t.certified ? colored(row, Color::red, color) : row) + "\n";
  }
  return text;
}

nlohmann::ordered_json json_of(const TensorReport& t) {
  nlohmann::ordered_json row{{"name", t.name},
                             {"shape", t.extents},
                             {"compared", t.entries},
                             {"wrong", t.wrong},
                             {"exact", t.exact},
                             {"certified", t.certified},
                             {"largest_difference", json_number(t.worst)},
                             {"bound", json_number(t.bound)},
                             {"vacuous", t.vacuous()},
                             {"resampled", t.resampled},
                             {"seconds", t.seconds}};
  if (t.first)
    row["first_wrong"] = {{"index", t.first->index},
                          {"output", t.first->output},
                          {"backward", t.first->backward},
                          {"finite_difference", t.first->difference}};
  return row;
}

nlohmann::ordered_json json_of(const StepSweep& sweep) {
  nlohmann::ordered_json curves = nlohmann::ordered_json::array();
  for (const SweepCurve& c : sweep.curves) {
    nlohmann::ordered_json points = nlohmann::ordered_json::array();
    for (const SweepPoint& p : c.points) points.push_back({{"step", p.step}, {"error", json_number(p.error)}});
    curves.push_back({{"scalar", c.scalar}, {"unit_roundoff", c.unit_roundoff}, {"points", points}});
  }
  return {{"description", sweep.description}, {"curves", curves}};
}

nlohmann::ordered_json json_of(const GradientReport& report, const std::string& config, const std::string& repro,
                               double seconds) {
  nlohmann::ordered_json tensors = nlohmann::ordered_json::array();
  for (const TensorReport& t : report.tensors) tensors.push_back(json_of(t));
  return {{"type", "gradcheck"},
          {"schema", 1},
          {"version", version()},
          {"target", report.target},
          {"config", config},
          {"scalar", report.scalar},
          {"mode", report.mode == Mode::full ? "full" : "directional"},
          {"seed", report.seed},
          {"verdict", report.verdict()},
          {"compared", report.entries()},
          {"failure", report.failure()},
          {"seconds", seconds},
          {"tensors", tensors},
          {"repro", repro}};
}

std::string repro_line(const GradcheckOptions& o, const GradientTarget& target) {
  std::string line = "cnnspec gradcheck " + shell_word(o.target);
  if (!target.config.empty()) line += " --config " + shell_word(target.config);
  return line + fmt::format(" --scalar {} --mode {} --seed {}", o.scalar, o.mode, o.seed);
}

GradientScalar scalar_of(const GradcheckOptions& o) {
  const auto found = scalars.find(o.scalar);
  if (found != scalars.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, scalar] : scalars) names.push_back(name);
  throw UsageError("--scalar", "", one_of(names, o.scalar), in_quotes(o.scalar));
}

Mode mode_of(const GradcheckOptions& o) {
  if (o.mode == "full") return Mode::full;
  if (o.mode == "directional") return Mode::directional;
  throw UsageError("--mode", "", one_of({"full", "directional"}, o.mode), in_quotes(o.mode));
}

ExitStatus status_of(const GradientReport& report) {
  if (!report.passed()) return ExitStatus::found_wrong;
  return report.vacuous() ? ExitStatus::vacuous : ExitStatus::ok;
}

/// A progress line for each tensor in turn.
class TensorProgress {
 public:
  void operator()(const std::string& tensor, Idx done, Idx total) {
    if (tensor != tensor_) {
      tensor_ = tensor;
      line_.reset();
      line_.emplace("checking " + printable(tensor), total);
    }
    line_->update(done);
  }
  void finish() { line_.reset(); }

 private:
  std::string tensor_;
  std::optional<Progress> line_;
};

/// Without --sweep, a page shows the sweep only of a small network. For another one, a message says how to get it.
bool has_sweep(const GradcheckOptions& o, const GradientTarget& target) {
  constexpr Idx most_mult_adds = 200'000;  // some ten seconds
  if (o.sweep || !o.reports.any()) return o.sweep;
  if (summarize({target.name, target.network}).total_mult_adds <= most_mult_adds) return true;
  std::fputs(
      "cnnspec: the report has no curves of the error against the step, which take long here; --sweep adds them\n",
      stderr);
  return false;
}

StepSweep sweep(const GradientTarget& target, std::uint64_t seed) {
  std::string known;
  std::optional<Progress> line;
  return sweep_steps(target.network, seed, [&](const std::string& curve, Idx done) {
    if (curve != known) line.reset(), line.emplace("finite differences in " + curve), known = curve;
    line->update(done);
  });
}

ExitStatus run_gradcheck(const GradcheckOptions& o, ColorMode color_mode) {
  check_report_files(o.reports, {{"--json", o.json}});
  const GradientScalar scalar = scalar_of(o);
  const Mode mode = mode_of(o);
  const auto seed = number_of<std::uint64_t>("--seed", o.seed, 0, std::numeric_limits<std::uint64_t>::max());
  const int jobs = o.jobs.empty() ? static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))
                                  : number_of("--jobs", o.jobs, 1, 1024);
  const GradientTarget target = load_target(o.target, o.config);
  check_size(target, mode);

  TensorProgress progress;
  const auto start = std::chrono::steady_clock::now();
  const GradientReport report = check_network(
      target.network, target.name, scalar,
      {.mode = mode, .seed = seed, .jobs = jobs, .progress = [&](const std::string& tensor, Idx done, Idx total) {
         progress(tensor, done, total);
       }});
  progress.finish();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string repro = repro_line(o, target);
  nlohmann::ordered_json json = json_of(report, target.config, repro, seconds);
  if (has_sweep(o, target)) json["sweep"] = json_of(sweep(target, seed));
  const std::string text = json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (!o.json.empty()) write_output(o.json, text);
  write_reports(o.reports, text);
  if (o.json == "-" || o.reports.to_standard_output()) return status_of(report);

  const bool color = use_color(color_mode, STDOUT_FILENO);
  print(table(report, color));
  const Color signal = report.vacuous() ? Color::yellow : report.passed() ? Color::green : Color::red;
  print(fmt::format("{}: {} derivatives of {} in {} arithmetic ({}, seed {}), {:.3f} s\n",
                    colored(report.verdict(), signal, color), thousands(report.entries()), printable(target.name),
                    report.scalar, o.mode, o.seed, seconds));
  if (report.vacuous())
    print("Where a bound has a !, rounding alone explains more than the largest derivative; use --scalar exact.\n");
  if (!report.passed()) print(report.failure() + "\nAgain: " + repro + "\n");
  return status_of(report);
}

std::string target_help() {
  std::string text = "Targets, and their configurations by default:\n";
  for (const LayerTarget& layer : layer_targets())
    text += fmt::format("  {:<11} {}\n", layer.name, layer.default_config);
  return text + fmt::format("  {:<11} {}\n", joined(built_in_networks, ", "), load_target("cnn2", "").config) +
         "  FILE        the JSON description of a network (see `cnnspec show --help`)\n";
}

}  // namespace

void add_gradcheck(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("gradcheck", "Check the specification's gradients against finite differences, exactly");
  const auto o = std::make_shared<GradcheckOptions>();
  command->add_option("TARGET", o->target, "what to check (default: cnn2); see below");
  command->add_option("--config", o->config, "changes to the target's default configuration")->type_name("K=V,...");
  command
      ->add_option(
          "--scalar", o->scalar,
          "exact (default): integers of a proved width, compared with ==; rational: the same, slower; float100, "
          "float50, double, float: within a proved rounding bound")
      ->type_name("S");
  command
      ->add_option("--mode", o->mode,
                   "full (default): every entry of every Jacobian; directional: one random direction in each tensor")
      ->type_name("M");
  command->add_option("--seed", o->seed, "of the random points (default: 1)")->type_name("N");
  command->add_option("--jobs,-j", o->jobs, "threads (default: one for each processor core); the result is the same")
      ->type_name("N");
  command->add_option("--json", o->json, "write the result to FILE as JSON; - for standard output alone")
      ->type_name("FILE");
  command->add_flag("--sweep", o->sweep,
                    "also show how wrong finite differences are for each step (in JSON and reports; reports of small "
                    "networks have it anyway)");
  add_report_options(*command, o->reports);
  command->footer(target_help() + R"(
If a ReLU or a pooling window changes its branch within the step, the point proves nothing. Then another point is
drawn, and the table counts it as resampled.

Exit status: 0 every derivative agrees; 1 one does not, or nothing could be proved; 2 bad usage; 3 they agree, but the
scalar rounds too much to prove anything (the bound is marked with !).

Examples:
  cnnspec gradcheck
  cnnspec gradcheck conv2d --config stride_h=3,dilation_w=1
  cnnspec gradcheck cnn2 --config c1=32,c2=64,in_h=32,in_w=32 --mode directional
  cnnspec gradcheck cnn2 --scalar double --json -
  cnnspec gradcheck --html gradcheck.html)");
  command->callback([&session, o] { session.run = [&session, o] { return run_gradcheck(*o, session.color); }; });
}

}  // namespace cnnspec::checks
