// cnnspec judge: is a kernel right?
#include "checks/judge/judge.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <csignal>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>

#include "checks/cli/commands.hpp"
#include "checks/cli/names.hpp"
#include "checks/cli/number.hpp"
#include "checks/cli/report_files.hpp"
#include "checks/describe/networks.hpp"
#include "checks/golden/golden.hpp"
#include "checks/host/open_kernel.hpp"
#include "checks/host/python_kernel.hpp"
#include "checks/judge/case_text.hpp"
#include "checks/judge/memory.hpp"
#include "checks/judge/network.hpp"
#include "checks/judge/report.hpp"
#include "checks/kernels/built_in.hpp"
#include "checks/output/output_file.hpp"
#include "checks/vocabulary/descriptor.hpp"
#include "checks/vocabulary/names.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

struct JudgeArguments {
  std::string kernel, library, framework, device, json, junit, profile, formulation, accepted, data, network,
      network_config;
  std::vector<std::string> ops, dtypes, layouts, cases_given, shapes;
  std::optional<std::string> cases, seconds, seed, batch, memory, timeout, sample, alignment, jobs,
      repeat;  // numbers
  bool specials = false, in_one_process = false;
  ReportFiles reports;
};

std::atomic<bool> interrupted = false;

/// The first ^C ends the run and shows its results; the second ends the program.
void interrupt(int signal) {
  interrupted = true;
  std::signal(signal, SIG_DFL);
}

constexpr Idx most_cases = 1'000'000'000;
constexpr Idx most_repeats = 1'000'000;
constexpr double least_seconds = 1e-3;
constexpr double most_seconds = 1e9;  // 30 years
constexpr std::size_t most_shapes_bytes = std::size_t{1} << 24;

/// The whole cases among those of --case, which name their operation and type. Either all are whole or none.
std::vector<Case> whole_cases_of(const JudgeArguments& a, std::uint64_t seed) {
  std::vector<Case> cases;
  Case usual;
  usual.seed = seed, usual.data = a.data;
  for (const std::string& text : a.cases_given) {
    if (is_case_text(text) != is_case_text(a.cases_given.front()))
      throw UsageError("--case", "", "descriptors alone, or OPERATION TYPE DESCRIPTOR in each", in_quotes(text));
    if (!is_case_text(text)) continue;
    if (a.batch) throw UsageError("--mb", "", "descriptors in --case", in_quotes(text));
    cases.push_back(parse_case(text, usual));
  }
  return cases;
}

std::vector<Op> ops_of(const JudgeArguments& a) {
  std::vector<Op> ops;
  for (const std::string& name : a.ops)
    for (const Op op : ops_named(name)) ops.push_back(op);
  for (const Case& c : whole_cases_of(a, 0)) ops.push_back(c.op);
  return ops;
}

std::vector<DType> dtypes_of(const JudgeArguments& a) {
  std::vector<DType> dtypes;
  for (const std::string& name : a.dtypes) dtypes.push_back(dtype_named("--dtype", name));
  for (const Case& c : whole_cases_of(a, 0)) dtypes.push_back(c.dtype);
  if (dtypes.empty() && a.kernel.starts_with(python_prefix)) dtypes.push_back(DType::f32);  // it cannot say which
  return dtypes;
}

/// The kernel; a Python kernel with what its worker must know: what the function computes, in which framework, on
/// which device, and the layouts that it takes.
std::string kernel_of(const JudgeArguments& a) {
  const bool is_python = a.kernel.starts_with(python_prefix);
  const auto refuse = [&](const char* option) {
    throw UsageError(option, "", "a Python kernel, python:MODULE:FUNCTION", in_quotes(a.kernel));
  };
  if (!is_python && !a.framework.empty()) refuse("--framework");
  if (!is_python && !a.device.empty()) refuse("--device");
  if (!is_python && !a.layouts.empty()) refuse("--layout");
  if (!is_python) return a.kernel;
  std::string kernel = a.kernel;
  if (kernel.find(" --op ") == std::string::npos) {
    if (a.ops.size() != 1)
      throw UsageError("--op", "", "the operation, or the layer, that the Python function computes",
                       a.ops.empty() ? "none" : fmt::format("{} of them", a.ops.size()));
    kernel += " --op " + a.ops.front();
  }
  if (!a.framework.empty()) kernel += " --framework " + a.framework;
  if (!a.device.empty()) kernel += " --device " + a.device;
  for (const std::string& layout : a.layouts) kernel += " --layout " + layout;
  return kernel;
}

/// The layer of the requested operations, if they all belong to one.
std::optional<LayerId> layer_id(const std::vector<Op>& ops) {
  for (const Op op : ops)
    if (layer_id(op) != layer_id(ops.front())) return {};
  return ops.empty() ? std::nullopt : std::optional(layer_id(ops.front()));
}

/// The problems of --case and --shapes. Entries left out of a list are reported on standard error.
std::vector<Problem> problems_of(const JudgeArguments& a, std::optional<LayerId> family) {
  std::optional<Idx> batch;
  if (a.batch) batch = number_of("--mb", *a.batch, Idx{1}, std::numeric_limits<Idx>::max());
  std::vector<Problem> problems;
  for (const std::string& descriptor : a.cases_given)
    if (!is_case_text(descriptor))
      problems.push_back(parse_descriptor(family ? *family : guess_layer(descriptor), descriptor, batch));
  for (const std::string& path : a.shapes) {
    const std::string file = path == "-" ? "standard input" : path;
    std::istringstream text(read_file(path, most_shapes_bytes));
    const ShapeList list = read_shapes(family, text, file, batch);
    for (const std::string& note : list.notes) std::fputs(("cnnspec: " + note + "\n").c_str(), stderr);
    if (list.shapes.empty() && list.notes.empty()) throw UsageError(file, "", "at least one shape", "none");
    for (const ShapeLine& line : list.shapes) problems.push_back(line.problem);
  }
  return problems;
}

/// Returns the name. It must name a formulation of some operation.
std::string formulation_named(const std::string& name) {
  if (name.empty()) return name;
  std::vector<std::string> names;
  for (const Op op : all_ops())
    for (const Formulation& f : formulations_of(op))
      if (std::ranges::find(names, f.name) == names.end()) names.push_back(f.name);
  if (std::ranges::find(names, name) == names.end())
    throw UsageError("--formulation", "", one_of(names, name), in_quotes(name));
  return name;
}

/// Takes the names of conventions; and `mixed`, which is about formulations.
void accept(const std::string& names, Conditions& c) {
  for (std::size_t begin = 0; !names.empty() && begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const std::string name = names.substr(begin, end - begin);
    if (name == "mixed")
      c.accepts_mixed = true;
    else
      c.accepted = c.accepted | ConventionSet::named(name, "--accept");
    begin = end + 1;
  }
}

Conditions conditions_of(const JudgeArguments& a) {
  Conditions c;
  c.library = a.library;
  c.profile = profile_named(a.profile);
  c.formulation = formulation_named(a.formulation);
  accept(a.accepted, c);
  c.data.specials = a.specials;
  if (a.kernel.starts_with(python_prefix)) {
    c.most_restarts = 30;  // a framework takes seconds to start
    c.searches_sizes = !mixes_layouts(a.kernel);
  }
  if (a.sample) c.data.sample = number_of("--sample", *a.sample, Idx{1}, most_cases);
  if (a.timeout) c.isolation.seconds_per_call = number_of("--timeout", *a.timeout, least_seconds, most_seconds);
  if (a.alignment) {
    c.isolation.alignment = static_cast<std::size_t>(number_of("--align", *a.alignment, Idx{1}, Idx{1} << 12));
    if (!std::has_single_bit(c.isolation.alignment)) throw UsageError("--align", "", "a power of two", *a.alignment);
  }
  return c;
}

/// The number of cores, unless the user gives another number.
int jobs_of(const JudgeArguments& a) {
  const Idx cores = std::max(1u, std::thread::hardware_concurrency());
  return static_cast<int>(a.jobs ? number_of("--jobs", *a.jobs, Idx{1}, Idx{1} << 10) : cores);
}

JudgeOptions options_of(const JudgeArguments& a, const HostedKernel& kernel) {
  const std::vector<Op> ops = ops_of(a);
  JudgeOptions options;
  options.conditions = conditions_of(a);
  options.operations = operations_to_judge(kernel, ops, dtypes_of(a));
  // A profile of one storage type does not apply to another.
  const bool has_any = !options.operations.empty();
  std::erase_if(options.operations,
                [&](const auto& o) { return !profile_for(o.dtype, options.conditions.profile).applies(o.dtype); });
  if (has_any && options.operations.empty())
    throw UsageError("--profile", "", "a profile of a storage type that is judged", in_quotes(a.profile));
  const auto has_formulation = [&](const JudgedOperation& o) {
    return std::ranges::any_of(formulations_of(o.op), [&](const Formulation& f) { return f.name == a.formulation; });
  };
  if (has_any && !a.formulation.empty() && std::ranges::none_of(options.operations, has_formulation))
    throw UsageError("--formulation", "", "a formulation of an operation that is judged", in_quotes(a.formulation));
  options.jobs = jobs_of(a);
  options.data = a.data;
  options.interrupted = &interrupted;
  if (a.seconds) options.cases = most_cases;
  if (a.cases) options.cases = number_of("--cases", *a.cases, Idx{1}, most_cases);
  if (a.seconds) options.seconds = number_of("--seconds", *a.seconds, least_seconds, most_seconds);
  if (a.seed) options.seed = number_of<std::uint64_t>("--seed", *a.seed, 0, ~std::uint64_t{0});
  options.most_bytes = a.memory ? bytes_of("--memory", *a.memory) : usual_memory();
  if (a.memory) options.conditions.isolation.bytes = options.most_bytes;
  options.problems = problems_of(a, layer_id(ops));
  options.given = whole_cases_of(a, options.seed);
  for (const Case& c : options.given)
    if (std::ranges::none_of(options.operations,
                             [&](const JudgedOperation& o) { return o.op == c.op && o.dtype == c.dtype; }))
      throw UsageError("--case", "", "an operation and a type that the kernel has", in_quotes(to_text(c)));
  options.in_one_process = a.in_one_process;
  if (a.repeat) options.repeat = number_of("--repeat", *a.repeat, Idx{1}, most_repeats);
  if (a.repeat && !options.has_given()) throw UsageError("--repeat", "", "--case or --shapes beside it", "neither");
  if (a.in_one_process && !options.has_given())
    throw UsageError("--in-one-process", "", "--case or --shapes beside it", "neither");
  return options;
}

/// A line with the version of the library that a built-in kernel called, or an empty text.
std::string called_by(const HostedKernel& kernel) {
  for (const BuiltInKernel& k : built_in_kernels())
    if (k.calls_library && k.name == kernel.name()) return fmt::format("{} is {}\n\n", k.name, kernel.description());
  return "";
}

/// `cases`: the requested number of cases, if a number was requested.
void print_report(const KernelResult& result, std::optional<Idx> cases, bool random, double seconds, bool color) {
  print(table_head() + "\n");
  for (const OperationResult& o : result.operations)
    print(colored(table_row(o, result.least_sensitivity), Color::red, color && o.failed > 0) + "\n");
  for (const std::string& line : describe_operations(result)) print(line + "\n");
  print(describe_failures(result));
  if (const std::string missed = describe_missed_sizes(result); !missed.empty()) print("\n" + missed + "\n");
  const Verdict verdict = result.verdict();
  const Color signal = verdict == Verdict::pass ? Color::green : verdict == Verdict::fail ? Color::red : Color::yellow;
  if (const std::string coverage = describe_coverage(result, cases); !coverage.empty()) print("\n" + coverage + "\n");
  print(fmt::format("\n{}: {} ({}seed {}, {:.1f} s)\n", colored(name_of(verdict), signal, color),
                    describe_verdict(result), random ? "random cases, " : "", result.seed, seconds));
}

ExitStatus status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return ExitStatus::ok;
    case Verdict::fail:
    case Verdict::differs:
      return ExitStatus::found_wrong;
    case Verdict::vacuous:
      return ExitStatus::vacuous;
  }
  return ExitStatus::internal_error;
}

/// The wanted storage types in which the kernel has any operation.
std::vector<DType> dtypes_in(const std::vector<JudgedOperation>& operations) {
  std::vector<DType> dtypes;
  for (const JudgedOperation& o : operations)
    if (std::find(dtypes.begin(), dtypes.end(), o.dtype) == dtypes.end()) dtypes.push_back(o.dtype);
  return dtypes;
}

ExitStatus run_network(const JudgeArguments& a, const HostedKernel& kernel, const JudgeOptions& options) {
  const auto refuse = [](const char* option) { throw UsageError(option, "", "no such option beside --net", option); };
  if (!a.cases_given.empty()) refuse("--case");
  if (!a.shapes.empty()) refuse("--shapes");
  if (!a.ops.empty()) refuse("--op");
  if (!a.data.empty()) refuse("--data");
  if (!a.junit.empty()) refuse("--junit");
  if (a.cases) refuse("--cases");
  if (a.seconds) refuse("--seconds");
  const NamedNetwork network = load_network(a.network, a.network_config);
  const Idx batch = a.batch ? number_of("--mb", *a.batch, Idx{1}, Idx{1} << 20) : usual_batch_of_networks;
  NetworkResult result = judge_network(kernel, network.name, network.definition, batch, dtypes_in(options.operations),
                                       options.seed, options.conditions);
  result.source = a.network, result.config = a.network_config;
  if (a.json != "-" && !a.reports.to_standard_output()) print(called_by(kernel) + describe_network(result));
  const std::string json = network_to_json(result);
  if (!a.json.empty()) write_output(a.json, json);
  write_reports(a.reports, json);
  return status_of(result.verdict());
}

/// A Python kernel may take long: an interpreter of kernels does, and so does a framework that compiles for each shape.
/// Then fewer cases are judged, about a hundred calls of each operation. Returns a line that says so.
std::string plan_for_slow(const JudgeArguments& a, const HostedKernel& kernel, JudgeOptions& options) {
  constexpr double slow = 0.02;  // seconds
  const bool is_free = !options.has_given() && !a.cases && !a.seconds && a.network.empty();
  if (!a.kernel.starts_with(python_prefix) || !is_free || options.operations.empty()) return "";
  const FirstCalls first = make_first_calls(kernel, options);
  if (first.seconds <= slow) return "";
  options.cases = first.cases_in_plan;
  return fmt::format(
      "a call takes {:.2f} s, so {} cases of each operation are judged, not {}; --cases N asks for more\n\n",
      first.seconds, options.cases, JudgeOptions{}.cases);
}

ExitStatus run_judge(JudgeArguments a, ColorMode color) {
  check_report_files(a.reports, {{"--json", a.json}, {"--junit", a.junit}});
  const std::unique_ptr<HostedKernel> kernel = open_kernel(a.kernel = kernel_of(a), a.library);
  if (const std::string note = kernel->note(); !note.empty())
    std::fputs(("cnnspec: " + printable(note) + "\n").c_str(), stderr);
  JudgeOptions options = options_of(a, *kernel);
  const std::string plan = plan_for_slow(a, *kernel, options);
  if (!a.network.empty()) return run_network(a, *kernel, options);
  if (!a.shapes.empty() && !options.has_given()) {
    std::fputs("cnnspec: vacuous: none of the shapes can be judged\n", stderr);
    return ExitStatus::vacuous;
  }
  const bool random = !options.has_given(), timed = options.seconds > 0 && random && !a.cases;
  const std::optional<Idx> cases = timed ? std::nullopt : std::optional(CaseList(options).size());
  Progress progress("judging " + printable(a.kernel), cases.value_or(0));
  const auto start = std::chrono::steady_clock::now();
  std::signal(SIGINT, interrupt);
  const KernelResult result = judge(*kernel, options, [&](Idx done) { progress.update(done); });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.erase();
  if (a.json != "-" && a.junit != "-" && !a.reports.to_standard_output()) {
    print(called_by(*kernel) + plan);
    print_report(result, cases, random, seconds, use_color(color, STDOUT_FILENO));
  }
  const std::string json = to_json(result);
  if (!a.json.empty()) write_output(a.json, json);
  if (!a.junit.empty()) write_output(a.junit, to_junit(result));
  write_reports(a.reports, json);
  return status_of(result.verdict());
}

}  // namespace

void add_judge(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("judge", "Judge a kernel: is every result right, for some order of summation?");
  const auto a = std::make_shared<JudgeArguments>();
  command
      ->add_option("KERNEL", a->kernel,
                   "a built-in kernel (see `cnnspec kernels`), the path of a shared library, worker:'COMMAND ...', or "
                   "python:MODULE:FUNCTION")
      ->required();
  const auto list = [&](const char* option, std::vector<std::string>& values, const std::string& help,
                        const char* type) {
    command->add_option(option, values, help)->type_name(type)->expected(1)->take_all();
  };
  command
      ->add_option("--library", a->library,
                   "a shared library that `onednn` calls instead of the oneDNN that it was built with")
      ->type_name("FILE");
  list("--op", a->ops, "judge this operation, or all of this layer, only (see `cnnspec ops`); may be repeated", "OP");
  command
      ->add_option("--framework", a->framework,
                   "of a Python kernel: numpy (default), torch or jax; for --op LAYER, it makes the gradients")
      ->type_name("F");
  command
      ->add_option("--device", a->device,
                   "of a Python kernel: where its framework has the tensors, such as cuda (default: cpu)")
      ->type_name("D");
  list("--layout", a->layouts,
       "of the tensors of a Python kernel: contiguous (default), channels_last, strided, expanded; may be repeated: "
       "then each tensor gets one of them",
       "L");
  list("--dtype", a->dtypes,
       "judge this storage type only: " + joined(names_of_dtypes(), ", ") +
           "; may be repeated (default: all that the kernel has; of a Python kernel, f32)",
       "TYPE");
  command
      ->add_option("--cases", a->cases,
                   fmt::format("random cases for each operation (default: {})", JudgeOptions{}.cases))
      ->type_name("N");
  command->add_option("--seconds", a->seconds, "stop after S seconds")->type_name("S");
  command->add_option("--seed", a->seed, "of the cases and their data (default: 1)")->type_name("S");
  list("--case", a->cases_given,
       "judge this problem, with data from the seed; or this case: OPERATION TYPE DESCRIPTOR [seed N] [data TEXT]; may "
       "be repeated",
       "DESCRIPTOR");
  command->add_option("--repeat", a->repeat, "judge every given case N times: some failures show only now and then")
      ->type_name("N");
  command->add_flag("--in-one-process", a->in_one_process,
                    "make the calls of all given cases in one process, in this order: some failures need the calls "
                    "before");
  list("--shapes", a->shapes, "judge the problems in this file, - for standard input; may be repeated", "FILE");
  command->add_option("--mb", a->batch, "the minibatch of every --case and --shapes, instead of theirs")
      ->type_name("N");
  command
      ->add_option(
          "--memory", a->memory,
          "memory: refuse problems that take more, and give the kernel no more (default: 2048, or half of what is "
          "available; 2048 for the kernel)")
      ->type_name("MIB");
  command
      ->add_option(
          "--net", a->network,
          "judge a whole network, layer by layer: " + joined(built_in_networks, ", ") + " or a JSON description")
      ->type_name("NET");
  command->add_option("--config", a->network_config, "settings of a built-in network, as in `cnnspec show`")
      ->type_name("K=V,...");
  command->add_option("--profile", a->profile, profile_help)->type_name("P");
  command
      ->add_option(
          "--accept", a->accepted,
          "conventions that the kernel may follow, such as ftz,ties-shared (see `cnnspec conventions`); mixed: it "
          "may compute some results by one formulation and some by another one")
      ->type_name("NAMES");
  command
      ->add_option("--formulation", a->formulation,
                   "of the right ways to compute an operation, allow only this one: divide, times-reciprocal, ...")
      ->type_name("NAME");
  command->add_option("--data", a->data, "this family of data only, or the data itself (see below)")->type_name("DATA");
  command->add_flag("--specials", a->specials, "also judge data with NaN and infinities");
  command
      ->add_option("--sample", a->sample,
                   "judge rounded data on about N outputs of each case (default: all outputs of small cases)")
      ->type_name("N");
  command
      ->add_option("--timeout", a->timeout,
                   fmt::format("seconds that one call may take (default: {})", Isolation{}.seconds_per_call))
      ->type_name("S");
  command->add_option("--align", a->alignment, "align every tensor to N bytes (default: to its element type alone)")
      ->type_name("N");
  command->add_option("--jobs,-j", a->jobs, "processor cores to use (default: all)")->type_name("N");
  command->add_option("--junit", a->junit, "write the result to FILE as JUnit XML; - prints it instead")
      ->type_name("FILE");
  command->add_option("--json", a->json, "also write the result to FILE as JSON; - prints it instead")
      ->type_name("FILE");
  add_report_options(*command, a->reports);
  std::string families;
  for (const DataFamily* f : data_families()) families += std::string(families.empty() ? "" : ", ") + f->name;
  command->footer(
      R"(Every call of the kernel is made in a child process, with its tensors between pages that cannot be accessed.
The judge itself never loads a kernel. (A worker is any program that speaks the protocol of docs/worker.md.
A Python kernel is a function that the Python package can import: python/README.md. It is called by $CNNSPEC_PYTHON,
by python3 beside cnnspec, or by that of the PATH.)
Each case is judged four times or more:
  twice on integers whose sums are exact in every order, so that only equality is right; each time, one of the
  operands has enough bits to show TF32 and bf16
  once on data of a special family
  once on real numbers: the error must be within a bound that holds for every order of summation
An operation that can be computed in several right ways has a bound for each way: its formulations.
  error/bound   the largest error of a right element, in units of what rounding can explain
  sensitivity   the share of all terms in the sums whose loss the data would have shown

--data takes a family: )" +
      families + R"(;
or the elements that are not zero: --data "x[3]=1 w[0]=-2.5"

The verdict `differs` means that the kernel is wrong by the definition, but in all cases right by a convention that
libraries follow. `cnnspec conventions` lists the conventions. --accept NAMES makes it a pass under those rules.
Everything else is judged as strictly as before.

Exit status: 0 every case passed, 1 the kernel is wrong or differs, 2 bad usage, 3 nothing is wrong but too little
was shown.

Examples:
  cnnspec judge im2col
  cnnspec judge ./libmykernel.so --op conv2d_forward --seconds 60
  cnnspec judge ./libmykernel.so --profile tf32 --junit result.xml
  cnnspec judge ./libmykernel.so --accept ftz,ties-shared
  cnnspec judge ./libmykernel.so --net cnn2
  cnnspec judge worker:'python3 my_worker.py' --op conv2d_forward
  cnnspec judge python:mymodule:my_conv2d --op conv2d_forward --dtype f32
  cnnspec judge python:torch.nn.functional:conv2d --op conv2d --framework torch --layout channels_last
  cnnspec judge onednn --case mb2ic16ih7oc16oh7kh5ph2 --json result.json
  cnnspec judge ./libmykernel.so --case 'relu_forward f32 2' --case 'relu_forward f32 3 data ones' --in-one-process
  cnnspec judge onednn --library ~/oneDNN/lib/libdnnl.so.2
  cnnspec judge onednn --shapes conv_resnet_50.txt --mb 1 --html report.html)");
  command->callback([&session, a] { session.run = [&session, a] { return run_judge(*a, session.color); }; });
}

}  // namespace cnnspec::checks
