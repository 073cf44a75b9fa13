// `cnnspec census` on the command line.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/command.hpp"

namespace cnnspec::tests {
namespace {

const std::string tiny = "census --max extent=2,kernel=2,stride=2,padding=1,groups=1,channels=1,taps=4,features=3 ";

/// The JSON of a census, without its time and its number of runs.
nlohmann::json result(const std::string& path) {
  nlohmann::json json = nlohmann::json::parse(content_of(path));
  json.erase("seconds"), json.erase("merged");
  return json;
}

TEST(CliCensus, explains_itself) {
  const Outcome o = cnnspec("census --help");
  EXPECT_EQ(o.status, 0);
  EXPECT_TRUE(contains(o.out, "--shard")) << o.out;
  EXPECT_TRUE(contains(o.out, "Examples:")) << o.out;
}

TEST(CliCensus, proves_all_within_its_bounds_and_says_how_many) {
  const Outcome o = cnnspec(tiny + "--jobs 2");
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(contains(o.out, "conv2d: on each axis extent 1..2")) << o.out;
  EXPECT_TRUE(contains(o.out, "\nproved: ")) << o.out;
  EXPECT_TRUE(contains(o.out, "probability that a wrong one passed: ")) << o.out;
  const Outcome linear = cnnspec("census --op linear --max features=3 --json -");
  EXPECT_EQ(linear.status, 0) << linear.err;
  const auto json = nlohmann::json::parse(linear.out);
  EXPECT_EQ(json["results"]["linear"]["basis"], 9);
  EXPECT_EQ(json["failure_probability"], 0.0);
  EXPECT_TRUE(contains(cnnspec("census --op linear --max features=3 --proof random").out, "1.2e-17"))
      << "27 / (2^61 - 1)";
}

TEST(CliCensus, in_shards_adds_up_to_the_whole) {
  const Folder folder;
  const auto file = [&](int n) { return quoted(folder / ("shard-" + std::to_string(n) + ".json")); };
  for (int n = 1; n <= 3; ++n)
    EXPECT_EQ(cnnspec(tiny + "--shard " + std::to_string(n) + "/3 --json " + file(n)).status, 0);
  EXPECT_EQ(cnnspec(tiny + "--json " + quoted(folder / "whole.json")).status, 0);
  const Outcome merged = cnnspec("census --merge " + file(3) + " " + file(1) + " " + file(2) + " --json " +
                                 quoted(folder / "merged.json"));
  EXPECT_EQ(merged.status, 0) << merged.err;
  EXPECT_TRUE(contains(merged.out, "\nproved: ")) << merged.out;
  EXPECT_TRUE(contains(merged.out, " s in all 3 shards)\n")) << merged.out;
  EXPECT_EQ(result(folder / "merged.json"), result(folder / "whole.json"));
  const Outcome shown = cnnspec("report " + quoted(folder / "merged.json") + " --markdown -");
  EXPECT_TRUE(contains(shown.out, " s in all 3 shards)")) << shown.out << shown.err;
  const Outcome finished = cnnspec(tiny + "--json " + quoted(folder / "merged.json"));
  EXPECT_TRUE(contains(finished.out, " s in all 3 shards)\n")) << "it is still their time: " << finished.out;
  EXPECT_FALSE(contains(cnnspec(tiny).out, "in all"));

  expect_refused("census --merge " + file(1) + " " + file(2), "none with number 3");
  expect_refused("census --merge " + file(1) + " " + file(1), "each shard once");
  EXPECT_EQ(cnnspec("census --op linear --shard 2/3 --json " + quoted(folder / "other.json")).status, 0);
  expect_refused("census --merge " + file(1) + " " + quoted(folder / "other.json"), "bounds");
  expect_refused("census --merge " + file(1) + " " + quoted(folder / "none.json"), "a file that can be read");
  const Outcome again = cnnspec(tiny + "--shard 2/3 --json " + file(2));
  EXPECT_EQ(again.status, 0);
  EXPECT_TRUE(contains(again.err, "nothing is left to do")) << again.err;
  expect_refused(tiny + "--shard 1/3 --json " + file(2), "the same census");
  expect_refused(tiny + "--seed 2 --shard 2/3 --json " + file(2), "seed");

  // A file of a program with another specification.
  auto other = nlohmann::json::parse(content_of(folder / "shard-2.json"));
  EXPECT_EQ(other["source"].get<std::string>().size(), 16u);
  other["source"] = "0000000000000000";
  const std::string changed = quoted(folder.file("changed.json", other.dump()));
  expect_refused(tiny + "--shard 2/3 --json " + changed, "another source");
  expect_refused("census --merge " + file(1) + " " + changed + " " + file(3), "another source");
}

TEST(CliCensus, goes_on_after_it_was_killed) {
  const Folder folder;
  const std::string json = quoted(folder / "census.json");
  const std::string run = "census --op conv2d --max extent=3,stride=1,padding=1,groups=1,channels=1 ";
  const Outcome killed = shell(command() + " " + run + "-j 1 --save-every 0.01 --json " + json +
                               " & pid=$!; for i in $(seq 500); do [ -s " + json +
                               " ] && break; sleep 0.01; done; kill -KILL $pid; wait $pid");
  EXPECT_EQ(killed.status, 128 + 9) << "it was killed, and not done before that";
  const auto before = result(folder / "census.json");
  EXPECT_LT(before["done"], before["size"]);
  EXPECT_EQ(before["finished"], false);
  expect_refused("census --merge " + json, "a finished shard");

  const Outcome rest = cnnspec(run + "--json " + json);
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_TRUE(contains(rest.err, "going on")) << rest.err;
  EXPECT_EQ(cnnspec(run + "--json " + quoted(folder / "whole.json")).status, 0);
  EXPECT_EQ(result(folder / "census.json"), result(folder / "whole.json"));
}

TEST(CliCensus, proves_one_configuration_alone) {
  const Outcome o = cnnspec("census --only mb1ic2ih5oc2kh3sh2ph1 --proof random --seed 5");
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(contains(o.out, "proved: mb1ic2oc2_ih5")) << o.out;
  EXPECT_TRUE(contains(o.out, "for all inputs: at random; probability that it is wrong and passed: at most 1.3e-18\n"))
      << o.out;
  const auto says = [](const std::string& arguments, const std::string& how) {
    const Outcome one = cnnspec("census " + arguments);
    EXPECT_EQ(one.status, 0) << one.err;
    EXPECT_TRUE(contains(one.out, ", for all inputs: " + how + "; probability")) << one.out;
  };
  says("--op linear --only mb1ic2oc3", "by basis");
  says("--op max_pool2d --only mb1ic1ih2kh2", "all images");
  says("--op max_pool2d --only mb1ic1ih5kh2",
       "all windows, assuming that no window looks at cells of another one (tested on 16 random images)");
}

TEST(CliCensus, says_everywhere_what_it_assumes_about_windows) {
  const std::string pools = "census --op max_pool2d --max extent=3,kernel=2,stride=1,padding=0,dilation=1,channels=1 ";
  const std::string assumption = "assuming that no window looks at cells of another one";
  EXPECT_TRUE(contains(cnnspec(pools).out, "\nall windows: " + assumption + " (tested on 16 random images) each\n"));
  const std::string markdown = cnnspec(pools + "--markdown -").out;
  EXPECT_TRUE(contains(markdown, "proved for all inputs, 12 of them under an assumption\n")) << markdown;
  EXPECT_TRUE(contains(markdown, "All windows: 12 configurations, " + assumption)) << markdown;
  EXPECT_TRUE(contains(markdown, "| all windows |")) << markdown;
  const std::string linear = cnnspec("census --op linear --max features=2 --markdown -").out;
  EXPECT_FALSE(contains(linear, "assum")) << linear;
}

TEST(CliCensus, reports_a_disproof_with_the_command_that_shows_it_again) {
  const Folder folder;
  const std::string command = "cnnspec census --op linear --only 'mb1ic2oc1' --proof auto --seed 7";
  EXPECT_EQ(cnnspec("census --op linear --max features=2 --seed 7 --json " + quoted(folder / "right.json")).status, 0);
  auto json = nlohmann::json::parse(content_of(folder / "right.json"));
  json["results"]["linear"]["disproved"] = 1;
  json["first_disproved"] = {{{"number", 2},
                              {"operation", "linear"},
                              {"problem", "mb1ic2oc1"},
                              {"what", "dw"},
                              {"index", {0, 1}},
                              {"actual", "x[1]"},
                              {"expected", "x[0]"},
                              {"input", ""},
                              {"repro", command}}};
  const std::string wrong = quoted(folder.file("wrong.json", json.dump()));
  const Outcome markdown = cnnspec("report " + wrong + " --markdown -");
  EXPECT_TRUE(contains(markdown.out, "\nAgain:\n\n```\n" + command + "\n```")) << markdown.out << markdown.err;
  const Outcome merged = cnnspec("census --merge " + wrong + " --json -");
  EXPECT_EQ(merged.status, 1) << merged.err;
  EXPECT_EQ(nlohmann::json::parse(merged.out)["first_disproved"][0]["repro"], command);
}

TEST(CliCensus, refuses_options_that_it_would_ignore) {
  for (const char* other : {"--max features=2", "--shard 1/2", "--jobs 1", "--json -", "--save-every 1", "--html -",
                            "--markdown -", "--merge x"})
    expect_refused(std::string("census --only mb1ic1ih1oc1kh1 ") + other, "--only");
  for (const char* other :
       {"--op linear", "--max features=2", "--proof basis", "--seed 1", "--shard 1/2", "--jobs 1", "--save-every 1"})
    expect_refused(std::string("census --merge x ") + other, "--merge");
}

TEST(CliCensus, refuses_what_makes_no_sense) {
  expect_refused("census --max extent=0", "a bound from 1");
  expect_refused("census --max extend=3", "did you mean \"extent\"?");
  expect_refused("census --op relu", "conv2d");
  expect_refused("census --proof maybe", "basis");
  expect_refused("census --shard 3", "K/N");
  expect_refused("census --shard 4/3", "from 1 to 3");
  expect_refused("census --shard 0/3", "from 1 to 3");
  expect_refused("census --jobs 0", "--jobs");
  expect_refused("census --seed -1", "--seed");
  expect_refused("census --only mb1ic1ih2oc1kh5", "C2");
  expect_refused("census --only mb1ic64ih300oc64kh3", "multiply-adds");
  expect_refused("census --only 3x3", "conv2d, max_pool2d or linear");
  expect_refused("census --op max_pool2d --only mb1ic1ih9kh4", "taps");
  const Folder folder;
  expect_refused("census --merge " + quoted(folder.file("x", "{}")), "type");
  expect_refused(tiny + "--json " + quoted(folder / "x"), "type");
  expect_refused(tiny + "--json " + quoted(folder / "missing/y"), "No such file");
}

}  // namespace
}  // namespace cnnspec::tests
