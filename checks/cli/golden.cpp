// cnnspec golden: inputs and expected outputs, for kernels that are not in a library.
#include "checks/golden/golden.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "checks/cli/commands.hpp"
#include "checks/cli/names.hpp"
#include "checks/cli/number.hpp"
#include "checks/golden/golden_folder.hpp"
#include "checks/golden/in_digits.hpp"
#include "checks/judge/memory.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/names.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

struct GoldenArguments {
  std::string op, descriptor, dtype = "f32", profile, out;
  std::vector<std::string> inputs;
  std::optional<std::string> data;
  std::optional<std::string> seed, batch, memory;  // numbers
  std::optional<std::string> scalar;
};

GoldenCase case_of(const GoldenArguments& a) {
  GoldenCase c;
  c.ops = ops_named(a.op);
  c.dtype = dtype_named("--dtype", a.dtype);
  c.profile = profile_named(a.profile);
  std::optional<Idx> batch;
  if (a.batch) batch = number_of("--mb", *a.batch, Idx{1}, std::numeric_limits<Idx>::max());
  c.problem = parse_descriptor(layer_id(c.ops.front()), a.descriptor, batch);
  if (!a.inputs.empty())
    for (const auto& [option, is_given] : {std::pair{"--data", a.data.has_value()}, {"--seed", a.seed.has_value()}})
      if (is_given) throw UsageError(option, "", "this or --inputs", "both");
  if (a.scalar) {
    const std::vector<std::string> known = names_of_scalars();
    if (std::ranges::find(known, *a.scalar) == known.end())
      throw UsageError("--scalar", "", one_of(known, *a.scalar), in_quotes(*a.scalar));
    if (a.inputs.empty()) throw UsageError("--scalar", "", "--inputs too", "none");
    c.scalar = *a.scalar;
  }
  if (a.seed) c.seed = number_of<std::uint64_t>("--seed", *a.seed, 0, ~std::uint64_t{0});
  if (a.data) c.data = *a.data;
  const double most_bytes = a.memory ? bytes_of("--memory", *a.memory) : usual_memory();
  for (const Op op : c.ops) require_memory(c.problem, bytes_in_full(op, c.problem), most_bytes);
  return c;
}

ExitStatus run_golden(const GoldenArguments& a) {
  const GoldenCase c = case_of(a);
  OutputFolder folder(a.out);  // made before the work, so that a taken name is reported at once
  const Golden golden = a.inputs.empty() ? make_golden(c) : make_golden(c, a.inputs);
  write_golden(golden, [&](const std::string& name, std::string_view content) { folder.write(name, content); });
  folder.finish();
  const auto list = [](const auto& tensors) {
    std::vector<std::string> names;
    for (const auto& t : tensors) names.push_back(t.tensor.name);
    return joined(names, " ");
  };
  const std::string data =
      a.inputs.empty() ? fmt::format("data {}, seed {}", c.data, c.seed) : std::string("the given data");
  print(fmt::format("{}: {} -> {}, {} {}, {}\n", printable(a.out), list(golden.inputs), list(golden.outputs),
                    name_of(c.dtype), to_descriptor(c.problem), data));
  return ExitStatus::ok;
}

/// For example "a, b or c".
std::string either(std::vector<std::string> names) {
  const std::string last = names.back();
  names.pop_back();
  return joined(names, ", ") + (names.empty() ? "" : " or ") + last;
}

}  // namespace

void add_golden(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("golden", "Write inputs and expected outputs as files, for kernels that are not in a library");
  const auto a = std::make_shared<GoldenArguments>();
  command->add_option("--op", a->op, "an operation (see `cnnspec ops`), or all of " + either(names_of_layers()))
      ->type_name("OP")
      ->required();
  command->add_option("--case", a->descriptor, "the problem")->type_name("DESCRIPTOR")->required();
  command->add_option("--dtype", a->dtype, "storage type (default: f32): " + joined(names_of_dtypes(), ", "))
      ->type_name("TYPE");
  command->add_option("--seed", a->seed, "of the data (default: 1)")->type_name("S");
  command->add_option("--data", a->data, "a family of data, or the data itself (default: " + GoldenCase{}.data + ")")
      ->type_name("DATA");
  command->add_option("--profile", a->profile, profile_help)->type_name("P");
  command->add_option("--mb", a->batch, "the minibatch, instead of that of --case")->type_name("N");
  command
      ->add_option("--memory", a->memory,
                   "refuse problems that take more (default: 2048, or half of what is available)")
      ->type_name("MIB");
  command
      ->add_option("--inputs", a->inputs,
                   "inputs of your own, instead of --data: a folder with x.npy, w.npy, ...; or each tensor in the "
                   "operation's order, as for `cnnspec compare`")
      ->type_name("DIR | TENSOR...");
  command
      ->add_option("--scalar", a->scalar,
                   "only with --inputs: the results also with all digits (exact) or fifty (float50), which takes long "
                   "for large problems (default: f64)")
      ->type_name("SCALAR");
  command->add_option("--out", a->out, "the folder to write, new or empty")->type_name("DIR")->required();
  command->footer(
      R"(The folder appears only when it is complete. It holds
  case.json            everything about the case, with each number of the problem by its name
  x.npy, w.npy, ...    the inputs, in the storage type (bf16 and the types of eight bits as bit patterns)
  y.npy, ...           what is expected of each output, as float64
  y_bound.npy, ...     how far from that a result may be, as float64: 0 demands equality; NaN: not judged
  y_terms.npy, ...     only with --inputs: how many nonzero terms each element has, as int64
  y_exact.txt, ...     only with --scalar exact: an element a line, as a whole number or a fraction (3/4)
  y_float50.txt, ...   only with --scalar float50: an element a line, as a decimal number

A program reads the inputs, writes its outputs to a folder of its own under the same names (y.npy, dx.npy, ...), and
`cnnspec compare` gives the verdict. --data exact-first-wide demands equality everywhere and shows the loss of any
single term. `cnnspec judge --help` lists the other families.

Examples:
  cnnspec golden --op conv2d_forward --case mb1ic3ih7oc4kh3sh2ph1 --out golden
  cnnspec golden --op conv2d --case mb1ic3ih7oc4kh3sh2ph1 --dtype bf16 --profile bf16-acc --out golden
  cnnspec golden --op max_pool2d --case mb1ic2ih4kh2sh2 --data ties --seed 7 --out golden
  cnnspec golden --op conv2d_forward --case ic3ih7oc4kh3ph1 --inputs mine --out golden
  cnnspec golden --op conv2d_forward --case ic3ih7oc4kh3ph1 --inputs x.npy w.npy --out golden
  cnnspec golden --op conv2d_forward --case ic3ih7oc4kh3ph1 --inputs mine --scalar exact --out golden)");
  command->callback([&session, a] { session.run = [a] { return run_golden(*a); }; });
}

}  // namespace cnnspec::checks
