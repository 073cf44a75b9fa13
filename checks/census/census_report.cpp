#include "checks/census/census_report.hpp"

#include <fmt/format.h>

#include "checks/census/ordered.hpp"
#include "checks/output/terminal.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

std::string row(const std::string& name, const CensusTally& t) {
  return fmt::format("{:<11}{:>15}{:>15}{:>12}{:>12}{:>12}{:>16}{:>11}\n", name, thousands(t.configurations),
                     thousands(t.basis), thousands(t.random), thousands(t.whole_image), thousands(t.windows),
                     thousands(t.images), thousands(t.disproved));
}

std::string table(const CensusFile& f) {
  std::string text = fmt::format("{:<11}{:>15}{:>15}{:>12}{:>12}{:>12}{:>16}{:>11}\n", "", "configurations", "by basis",
                                 "at random", "all images", "all windows", "orders run", "disproved");
  for (std::size_t n = 0; n < census_families().size(); ++n)
    if (f.progress.tallies[n].configurations > 0) text += row(census_family_names()[n], f.progress.tallies[n]);
  return text;
}

std::string probability(double value) { return value == 0 ? "0" : fmt::format("{:.1e}", value); }

std::string assumption() {
  return fmt::format("assuming that no window looks at cells of another one (tested on {} random images)",
                     random_images);
}

std::string run_of(const CensusFile& f) {
  std::string text;
  if (f.shard.count > 1) text += fmt::format("shard {} of {}, ", f.shard.number, f.shard.count);
  text += fmt::format("seed {}, {:.1f} s", f.plan.seed, f.progress.seconds);
  if (f.merged > 0) text += fmt::format(" in all {} shards", f.merged);
  return text;
}

}  // namespace

std::string text_of(const CensusFile& f, bool color) {
  std::string text;
  for (const LayerId family : f.plan.families)
    text += fmt::format("{}: {}\n", name_of(family), text_of(f.plan.bounds, family));
  text += "\n" + table(f) + "\n";
  const CensusTally sum = f.progress.sum();
  if (sum.windows > 0) text += fmt::format("all windows: {} each\n", assumption());
  const std::string verdict = sum.disproved > 0 ? colored("disproved", Color::red, color)
                              : f.is_finished() ? colored("proved", Color::green, color)
                                                : "so far proved";
  text += sum.disproved > 0
              ? fmt::format("{}: {} of {} configurations, each wrong for some input (", verdict,
                            thousands(sum.disproved), thousands(sum.configurations))
              : fmt::format("{}: {} configurations, for all inputs; probability that a wrong one passed: at most {} (",
                            verdict, thousands(sum.configurations), probability(f.progress.failure_probability()));
  return text + run_of(f) + ")\n";
}

std::string text_of_proof(const Problem& problem, const CensusProgress& progress) {
  const CensusTally sum = progress.sum();
  const std::string how = sum.basis > 0         ? "by basis"
                          : sum.random > 0      ? "at random"
                          : sum.whole_image > 0 ? "all images"
                                                : "all windows, " + assumption();
  return fmt::format("proved: {}, for all inputs: {}; probability that it is wrong and passed: at most {}\n",
                     to_descriptor(problem), how, probability(progress.failure_probability()));
}

std::string repro_of(const Disproof& d, const CensusPlan& plan) {
  return fmt::format("cnnspec census --op {} --only '{}' --proof {} --seed {}", name_of(layer_id(d.problem)),
                     to_descriptor(d.problem), census_proof_names[static_cast<std::size_t>(plan.proof)], plan.seed);
}

std::string text_of(const Disproof& d, const CensusPlan& plan) {
  return fmt::format("DISPROVED {} {}\n  {}\n  again: {}\n", name_of(layer_id(d.problem)), to_descriptor(d.problem),
                     text_of(d.difference), repro_of(d, plan));
}

}  // namespace cnnspec::checks
