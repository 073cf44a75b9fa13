// The command line with results as files. A file that cannot be written is refused at once, and a written result can be
// repeated.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "checks/sanitized.hpp"
#include "tests/command.hpp"

namespace cnnspec::tests {
namespace {

using nlohmann::json;

const std::string mistakes = quoted(CNNSPEC_TEST_MANY_MISTAKES);

/// A run that would take hours: a refusal before the run ends at once.
const std::string long_run = "judge im2col --cases 1000000000 ";

json read_json(const std::string& file) { return json::parse(content_of(file)); }

/// Runs a command line from a result with the command under test.
Outcome again(std::string repro) {
  const std::string name = "cnnspec ";
  EXPECT_EQ(repro.rfind(name, 0), 0u) << repro;
  return shell(command() + " " + repro.substr(name.size()));
}

TEST(CliReports, refuses_at_once_what_cannot_be_written) {
  const Folder folder;
  for (const char* option : {"--json", "--junit", "--html", "--markdown"}) {
    expect_refused(long_run + option + " /nonexistent/x", "/nonexistent/x: cannot be written: No such file");
    expect_refused(long_run + option + " " + quoted(folder / "."), "cannot be written: Is a directory");
  }
  expect_refused("gradcheck cnn2 --json /nonexistent/x", "/nonexistent/x: cannot be written");
  expect_refused("judge im2col --net cnn2 --json /nonexistent/x", "/nonexistent/x: cannot be written");
}

TEST(CliReports, refuses_two_outputs_in_one_place) {
  const Folder folder;
  expect_refused(long_run + "--json - --markdown -",
                 "--markdown: expected another file than that of --json, got \"-\"");
  expect_refused(long_run + "--json - --junit -", "--junit: expected another file than that of --json");
  const std::string file = quoted(folder / "x");
  expect_refused(long_run + "--json " + file + " --html " + file, "--html: expected another file than that of --json");
  expect_refused("gradcheck --json - --html -", "--html: expected another file than that of --json");
  EXPECT_EQ(cnnspec("gradcheck relu --json /dev/null --markdown /dev/null").status, 0) << "nothing is lost there";
}

/// The other outputs are written even if one output fails when it is written.
TEST(CliReports, writes_json_and_junit_before_the_reports) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const Folder folder;
  const Outcome o = cnnspec("judge im2col --op relu_forward --cases 2 --markdown /dev/full --json " +
                            quoted(folder / "json") + " --junit " + quoted(folder / "junit"));
  EXPECT_EQ(o.status, 2) << o.err;
  EXPECT_EQ(read_json(folder / "json")["verdict"], "pass");
  EXPECT_TRUE(contains(content_of(folder / "junit"), "</testsuites>"));
}

TEST(CliReports, gradcheck_repeats_itself_whatever_the_file_is_called) {
  const Folder folder;
  const std::string network = cnnspec("show cnn --config c1=1,c2=1,in_h=8,in_w=8,out_dim=2 --format json").out;
  for (const char* name : {"a b;touch broken", "$(touch broken)", "net"}) {
    const std::string file = folder.file(name, network), result = folder / "result.json";
    EXPECT_EQ(cnnspec("gradcheck " + quoted(file) + " --json " + quoted(result)).status, 0);
    const json first = read_json(result);
    const Outcome o = again(first["repro"].get<std::string>() + " --json -");
    EXPECT_EQ(o.status, 0) << first["repro"] << o.err;
    EXPECT_EQ(json::parse(o.out)["compared"], first["compared"]);
    EXPECT_EQ(json::parse(o.out)["target"], first["target"]);
  }
}

TEST(CliReports, gradcheck_writes_json_whatever_the_bytes_of_its_target_are) {
  const Folder folder;
  const std::string file =
      folder.file("\xff\xfe.json", cnnspec("show cnn2 --config c1=1,c2=1,in_h=6,in_w=6 --format json").out);
  for (const char* format : {"--json -", "--markdown -"}) {
    const Outcome o = cnnspec("gradcheck " + quoted(file) + " --mode directional " + format);
    EXPECT_EQ(o.status, 0) << o.err;
    EXPECT_TRUE(contains(o.out, "\xef\xbf\xbd")) << o.out;
  }
}

TEST(CliReports, gradcheck_says_how_to_have_the_curves_that_a_report_leaves_out) {
  const Outcome o =
      cnnspec("gradcheck cnn2 --config c1=16,c2=32,in_h=32,in_w=32 --mode directional --markdown /dev/null");
  EXPECT_EQ(o.status, 0);
  EXPECT_TRUE(contains(o.err, "--sweep adds them")) << o.err;
  EXPECT_EQ(cnnspec("gradcheck cnn2 --mode directional").err, "");
}

/// A library with every kind of failure; each failure can be repeated.
TEST(CliReports, each_failure_is_repeated_by_its_line) {
  const Folder folder;
  const std::string result = folder / "result.json";
  EXPECT_EQ(cnnspec("judge " + mistakes + " --cases 20 --timeout 0.5 --json " + quoted(result)).status, 1);
  std::set<std::string> kinds;
  const json read = read_json(result);
  for (const json& f : read["failures"]) {
    if (!kinds.insert(f["kind"]).second) continue;
    const Outcome o = again(f["repro"]);
    EXPECT_EQ(o.status, 1) << f["repro"] << o.err;
    EXPECT_TRUE(contains(o.out, f["descriptor"].get<std::string>() + ": " + f["kind"].get<std::string>())) << o.out;
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"wrong-value", "unwritten-output", "out-of-bounds", "input-modified", "crash",
                                          "hang", "nondeterministic", "kernel-error"}));
}

/// A library whose mistakes need the calls before. Each line shows its failure; alone, the case passes.
TEST(CliReports, each_failure_with_a_history_is_repeated_by_its_lines) {
  const Folder folder;
  const std::string result = folder / "result.json", library = quoted(CNNSPEC_TEST_REMEMBERS);
  for (int seed = 1; seed <= (checks::sanitized ? 1 : 3); ++seed) {
    const std::string line = "judge " + library + " --dtype f32 --cases 40 --seed " + std::to_string(seed);
    EXPECT_EQ(cnnspec(line + " --json " + quoted(result)).status, 1);
    std::set<std::string> operations;
    const json read = read_json(result);
    for (const json& f : read["failures"]) {
      ASSERT_TRUE(f.contains("history")) << f.dump(1);
      operations.insert(f["op"]);
      EXPECT_NE(f["kind"], "nondeterministic");
      EXPECT_LE(f["shrunk_history"].size(), 10U);
      for (const char* const repro : {"repro", "shrunk_repro"}) EXPECT_EQ(again(f[repro]).status, 1) << f[repro];
      const std::string alone = "judge " + library + " --op " + f["op"].get<std::string>() + " --dtype f32 --case ";
      if (f["op"] == "linear_forward") continue;  // its own sets of data are a history
      EXPECT_EQ(cnnspec(alone + f["descriptor"].get<std::string>() + " --data ones").status, 0) << f.dump(1);
    }
    EXPECT_EQ(operations,
              (std::set<std::string>{"relu_forward", "relu_backward", "linear_forward", "linear_backward_bias"}));
  }
  const Outcome told = cnnspec("judge " + library + " --op linear_forward --dtype f32 --cases 20");
  EXPECT_TRUE(contains(told.out, "earlier-answer: this is the answer to the call before")) << told.out;
  EXPECT_TRUE(contains(told.out, "it shows only after another case in the same process:")) << told.out;
}

TEST(CliReports, a_wrong_network_is_repeated_by_its_line) {
  const Folder folder;
  const std::string result = folder / "result.json";
  const std::string options = " --net cnn2 --config c1=2,c2=2,in_h=8,in_w=8 --dtype f32 --mb 3 --timeout 0.5 --json ";
  EXPECT_EQ(cnnspec("judge " + mistakes + options + quoted(result)).status, 1);
  json first = read_json(result);
  json second = json::parse(again(first["repro"].get<std::string>() + " --json -").out);
  first.erase("seconds"), second.erase("seconds");
  EXPECT_EQ(first, second);
}

TEST(CliReports, what_the_kernel_declined_is_counted_apart_from_what_it_was_not_asked) {
  const json result = json::parse(cnnspec("judge " + mistakes + " --op linear_backward_input --cases 30 --json -").out);
  int computed = 0, declined = 0;
  for (const json& cell : result["coverage"][0]["cells"])
    computed += cell["cases"].get<int>(), declined += cell["unsupported"].get<int>();
  EXPECT_EQ(declined, result["unsupported"]);
  EXPECT_EQ(computed + declined, result["cases"]);
  EXPECT_GT(declined, 0);
  EXPECT_GT(computed, 0);
}

TEST(CliReports, a_run_that_is_timed_does_not_say_of_how_many_cases) {
  const Outcome timed = cnnspec("judge im2col --op relu_forward --seconds 0.2");
  EXPECT_TRUE(contains(timed.out, "\ntime is up after ")) << timed.out;
  EXPECT_FALSE(contains(timed.out, ",000,000 cases")) << timed.out;
  const Outcome counted = cnnspec("judge im2col --op relu_forward --dtype f32 --seconds 0.2 --cases 100000000");
  EXPECT_TRUE(contains(counted.out, " of 100,000,000 cases;")) << counted.out;
}

}  // namespace
}  // namespace cnnspec::tests
