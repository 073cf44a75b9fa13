// cnnspec compare: the verdict on files.
#include "checks/golden/compare.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <limits>
#include <memory>
#include <optional>

#include "checks/cli/commands.hpp"
#include "checks/cli/names.hpp"
#include "checks/cli/number.hpp"
#include "checks/judge/case_judge.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/names.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

struct CompareArguments {
  std::vector<std::string> paths;  // two folders; or with --op, the files of the inputs
  std::string json, op, descriptor, dtype = "f32", profile;
  std::vector<std::string> actual;
  std::optional<std::string> batch, sample;  // numbers
  bool full = false;
};

GivenCase given_case(const CompareArguments& a) {
  GivenCase c;
  const Pass* const pass = find_pass(a.op);
  if (pass == nullptr) throw UsageError("--op", "", one_of(names_of_operations(), a.op), in_quotes(a.op));
  if (a.descriptor.empty()) throw UsageError("--case", "", "the problem that the files belong to", "nothing");
  if (a.actual.empty()) throw UsageError("--actual", "", "a file with a result", "nothing");
  if (a.full && a.sample) throw UsageError("--full", "", "this or --sample", "both");
  c.op = pass->op;
  c.dtype = dtype_named("--dtype", a.dtype);
  c.profile = profile_named(a.profile);
  std::optional<Idx> batch;
  if (a.batch) batch = number_of("--mb", *a.batch, Idx{1}, std::numeric_limits<Idx>::max());
  c.problem = parse_descriptor(layer_id(c.op), a.descriptor, batch);
  const DataOptions usual = options_for(operation_of(c.op, c.problem), {});
  c.sample = usual.sample, c.projects = usual.projects && !a.sample;
  if (a.sample) c.sample = number_of("--sample", *a.sample, Idx{1}, std::numeric_limits<Idx>::max());
  if (a.full) c.sample = 0;
  c.inputs = a.paths, c.outputs = a.actual;
  return c;
}

GoldenComparison compared(const CompareArguments& a) {
  if (!a.op.empty()) return compare_given(given_case(a));
  for (const auto& [option, is_given] : {std::pair{"--case", !a.descriptor.empty()},
                                         {"--actual", !a.actual.empty()},
                                         {"--mb", a.batch.has_value()},
                                         {"--sample", a.sample.has_value()},
                                         {"--full", a.full},
                                         {"--profile", !a.profile.empty()}})
    if (is_given) throw UsageError(option, "", "--op beside it", "no --op");
  if (a.paths.size() != 2)
    throw UsageError("compare", "", "two folders, or --op",
                     fmt::format("{} path{}", a.paths.size(), a.paths.size() == 1 ? "" : "s"));
  return compare_golden(a.paths[0], a.paths[1]);
}

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
  const GoldenComparison result = compared(a);
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
  CLI::App* command = app.add_subcommand("compare", "Judge files that a program computed");
  const auto a = std::make_shared<CompareArguments>();
  command
      ->add_option(
          "PATH", a->paths,
          "a folder that `cnnspec golden` wrote, and the folder with the program's outputs: y.npy, dx.npy, ...; "
          "with --op, the operation's inputs in its order, such as x.npy w.npy b.npy")
      ->required();
  command->add_option("--op", a->op, "judge results of this operation on inputs of your own")->type_name("OP");
  command->add_option("--case", a->descriptor, "the problem")->type_name("DESCRIPTOR");
  command->add_option("--actual", a->actual, "the program's result; for several outputs, in their order")
      ->type_name("TENSOR")
      ->expected(1)
      ->take_all();
  command->add_option("--dtype", a->dtype, "storage type (default: f32): " + joined(names_of_dtypes(), ", "))
      ->type_name("TYPE");
  command->add_option("--profile", a->profile, profile_help)->type_name("P");
  command->add_option("--mb", a->batch, "the minibatch, instead of that of --case")->type_name("N");
  command->add_option("--sample", a->sample, "judge about N elements (default: all of small cases, else up to 1024)")
      ->type_name("N");
  command->add_flag("--full", a->full, "judge every element, however long it takes");
  command->add_option("--json", a->json, "also write the result to FILE as JSON; - prints it instead")
      ->type_name("FILE");
  command->footer(
      R"(An output is a .npy file with the shape in case.json, in row-major or column-major order. Its elements are
float16, float32 or float64, or bit patterns: uint16 for bf16, uint8 for f8e4m3 and f8e5m2. Every element is judged
as by `cnnspec judge`: its error must be within what rounding explains in some order of summation. Where nothing
rounds, it must be equal.
  error/bound   the largest error, in units of what rounding can explain

With --op, the inputs are yours. A tensor is one of
  x.npy              a file; inputs have the storage type
  shm:NAME           POSIX shared memory with dense, row-major elements of the storage type
  fd:N, fd:N+OFFSET  the same in an inherited file descriptor, from that byte on
Large results that are exact in any order of summation are judged in full by random projection, and others on a sample of
elements, half of them at borders and where blocks of 4 to 64 end.

Exit status: 0 every output passed, 1 one is wrong, 2 bad usage or files, 3 nothing is wrong, but an output is
missing or could not be judged.

Examples:
  cnnspec compare golden actual
  cnnspec compare golden actual --json result.json
  cnnspec compare --op conv2d_forward --case ic3ih7oc4kh3ph1 x.npy w.npy b.npy --actual y.npy)");
  command->callback([&session, a] { session.run = [a] { return run_compare(*a); }; });
}

}  // namespace cnnspec::checks
