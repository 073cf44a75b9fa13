// `cnnspec judge`, `kernels` and `ops` on the command line: their output, their exit status, and how they refuse
// invalid arguments.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "checks/sanitized.hpp"
#include "tests/command.hpp"

namespace cnnspec::tests {
namespace {

const std::string right_kernel = "im2col", wrong_kernel = quoted(CNNSPEC_TEST_WRONG_KERNEL);

void expect_judge_refuses(const std::string& arguments, const std::string& part) {
  expect_refused("judge " + arguments, part);
}

/// The result without the values that differ between runs.
nlohmann::json json_of(const std::string& arguments) {
  auto json = nlohmann::json::parse(cnnspec("judge " + arguments + " --json -").out);
  json.erase("seconds");
  for (auto& row : json["operations"]) row.erase("seconds");
  return json;
}

TEST(CliJudge, passes_a_right_kernel_with_a_row_for_each_operation) {
  const Outcome o = cnnspec("judge im2col --dtype f32 --cases 20");
  EXPECT_EQ(o.status, 0) << o.out << o.err;
  EXPECT_EQ(o.err, "");  // no progress line in a pipe
  for (const char* op : {"conv2d_forward", "conv2d_backward_input", "max_pool2d_backward", "linear_backward_bias"})
    EXPECT_TRUE(contains(o.out, op)) << o.out;
  EXPECT_TRUE(contains(o.out, "\npass: 280 cases")) << o.out;
}

TEST(CliJudge, fails_a_wrong_kernel_with_a_line_that_fails_again) {
  const Outcome o = cnnspec("judge " + wrong_kernel);
  EXPECT_EQ(o.status, 1) << o.err;
  EXPECT_TRUE(contains(o.out, "\nfail: ")) << o.out;
  EXPECT_TRUE(contains(o.out, "wrong-value")) << o.out;
  const std::string key = "again: cnnspec ";
  const std::size_t begin = o.out.find(key);
  ASSERT_NE(begin, std::string::npos) << o.out;
  const std::string repro = o.out.substr(begin + key.size(), o.out.find('\n', begin) - begin - key.size());
  const Outcome again = cnnspec(repro);
  EXPECT_EQ(again.status, 1) << repro;
  EXPECT_TRUE(contains(again.out, key + repro)) << again.out;
}

TEST(CliJudge, refuses_a_formulation_that_no_judged_operation_has) {
  expect_judge_refuses("im2col --op conv2d_forward --formulation divide", "--formulation");
  expect_judge_refuses("im2col --op avg_pool2d_backward --formulation terms-scaled", "--formulation");
  expect_judge_refuses("im2col --formulation divid", "did you mean \"divide\"?");
  EXPECT_EQ(cnnspec("judge im2col --formulation divide --dtype f32 --cases 5").status, 0);
  EXPECT_EQ(cnnspec("judge im2col --op avg_pool2d_forward --accept mixed --cases 5").status, 0);
  expect_judge_refuses("im2col --accept mixd", "--accept");
}

TEST(CliJudge, is_vacuous_if_nothing_was_judged) {
  const Outcome declined = cnnspec("judge " + wrong_kernel + " --op relu_forward");
  EXPECT_EQ(declined.status, 3);
  EXPECT_TRUE(contains(declined.out, "vacuous: the kernel supports none of these cases")) << declined.out;
  const Outcome absent = cnnspec("judge " + wrong_kernel + " --op conv2d_forward");
  EXPECT_EQ(absent.status, 3);
  EXPECT_TRUE(contains(absent.out, "vacuous: the kernel has none of these operations")) << absent.out;
}

TEST(CliJudge, writes_json_to_a_file_or_instead_of_the_table) {
  const Folder folder;
  const std::string file = folder / "result.json";
  const Outcome o = cnnspec("judge " + wrong_kernel + " --cases 20 --json " + quoted(file));
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(contains(o.out, "\nfail: "));
  const auto json = nlohmann::json::parse(content_of(file));
  EXPECT_EQ(json["schema"], 2);
  EXPECT_EQ(json["verdict"], "fail");
  EXPECT_EQ(json["failures"][0]["op"], "linear_backward_bias");
  EXPECT_EQ(json_of(wrong_kernel + " --cases 20")["failures"], json["failures"]);
  EXPECT_EQ(cnnspec("judge im2col --cases 1 --json /nonexistent/result.json").status, 2);
}

TEST(CliJudge, says_which_sizes_a_short_run_missed_and_counts_them_all) {
  const std::string few = "judge " + right_kernel + " --dtype f32 --cases 20";
  const Outcome o = cnnspec(few);
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(contains(o.out, "\nsizes not met: ")) << o.out;
  EXPECT_TRUE(contains(o.out, "; the default of 500 cases asks for all\n")) << o.out;
  const auto json = nlohmann::json::parse(cnnspec(few + " --json -").out);
  EXPECT_TRUE(contains(o.out, "\n" + json["sizes_not_met"].get<std::string>() + "\n")) << o.out;
  for (const auto& row : json["operations"])
    for (const auto& axis : row["sizes"]) {
      ASSERT_EQ(axis["counts"].size(), json["size_levels"].size());
      int cases = 0;
      for (const auto& count : axis["counts"]) cases += count.get<int>();
      EXPECT_EQ(cases, 20) << axis;
    }
}

TEST(CliJudge, says_nothing_of_sizes_where_all_were_met_or_problems_were_given) {
  const Outcome usual = cnnspec("judge " + right_kernel + " --op relu_forward --dtype f32");
  EXPECT_TRUE(contains(usual.out, "pass: 500 cases")) << usual.out;
  EXPECT_FALSE(contains(usual.out, "sizes not met")) << usual.out;
  EXPECT_FALSE(contains(cnnspec("judge im2col --op relu_forward --case 17").out, "sizes not met"));
}

TEST(CliJudge, the_seed_decides_everything) {
  const std::string few = right_kernel + " --op conv2d_forward --cases 5 ";
  EXPECT_EQ(json_of(few + "--seed 5"), json_of(few + "--seed 5"));
  EXPECT_NE(json_of(few + "--seed 5")["worst_ratio"], json_of(few + "--seed 6")["worst_ratio"]);
}

TEST(CliJudge, judges_given_problems_on_the_operations_of_their_family) {
  const auto json = json_of(right_kernel + " --dtype f64 --case mb1ic3ih8oc4kh3 --case 3x5 --case mb1ic3ih8kh2 --mb 2");
  EXPECT_EQ(json["cases"], 4 + 2 + 2);
  EXPECT_EQ(json["verdict"], "pass");
}

TEST(CliJudge, reads_lists_of_shapes_and_says_what_it_left_out) {
  const Folder folder;
  std::ofstream(folder / "list.txt") << "# two shapes\n--dir=FWD_B\nmb1ic3ih8oc4kh3  g2mb1ic4ih5oc4kh1n\"second\"\n"
                                        "mb1ic2id3oc2kd1\n";
  const std::string list = quoted(folder / "list.txt");
  const Outcome o = cnnspec("judge im2col --op conv2d_forward --dtype f32 --shapes " + list);
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(contains(o.out, "pass: 2 cases")) << o.out;
  EXPECT_TRUE(contains(o.err, "three-dimensional")) << o.err;
  EXPECT_EQ(shell(command() + " judge im2col --op conv2d_forward --dtype f32 --shapes - <" + list).status, 0);
}

TEST(CliJudge, stops_on_time) {
  const Outcome o = cnnspec("judge im2col --op linear_backward_bias --seconds 0.05");
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(contains(o.out, "\npass: ")) << o.out;
}

TEST(CliJudge, refuses_what_makes_no_sense) {
  expect_judge_refuses("", "KERNEL");
  expect_judge_refuses("nonsense", "im2col");
  expect_judge_refuses("./nonsense.so", "nonsense.so");
  expect_judge_refuses("im2col --op conv2d_forwad", "did you mean \"conv2d_forward\"?");
  expect_judge_refuses("im2col --dtype f31", "f32");
  expect_judge_refuses("im2col --dtype bf15", "bf16");
  for (const char* number : {"0", "-3", "x", "1.5", "99999999999999999999", "''"})
    expect_judge_refuses(std::string("im2col --cases ") + number, "--cases");
  for (const char* number : {"0", "-1", "nan", "x"})
    expect_judge_refuses(std::string("im2col --seconds ") + number, "--seconds");
  for (const char* number : {"-1", "x", "1e3", "18446744073709551616"})
    expect_judge_refuses(std::string("im2col --seed ") + number, "--seed");
  for (const char* number : {"0", "-1", "x", "0.5"}) {
    expect_judge_refuses(std::string("im2col --jobs ") + number, "--jobs");
    expect_judge_refuses(std::string("im2col --sample ") + number, "--sample");
  }
  for (const char* number : {"0", "-1", "x", "inf"})
    expect_judge_refuses(std::string("im2col --timeout ") + number, "--timeout");
  for (const char* number : {"0", "-8", "x", "3", "24", "8192"})
    expect_judge_refuses(std::string("im2col --align ") + number, "--align");
  expect_judge_refuses("im2col --profile tf33", "did you mean \"tf32\"?");
  expect_judge_refuses("im2col --op relu_forward --data tie", "--data");
  expect_judge_refuses("im2col --op relu_forward --data ties", "relu_forward");
  expect_judge_refuses("im2col --op relu_forward --dtype f32 --case 3 --data x[3]=1", "an index from 0 to 2");
  expect_judge_refuses("im2col --op relu_forward --dtype f32 --case 3 --data x[0]=0.1", "a number that f32 holds");
  expect_judge_refuses("im2col --mb 0 --case mb1ic3ih8oc4kh3", "--mb");
  expect_judge_refuses("im2col --case mb1ic3ih8oc4kh9", "C2");
  expect_judge_refuses("im2col --case mb1ic3ih8oc4kh", "kh");
  expect_judge_refuses("im2col --op relu_forward --case mb1ic3ih8oc4kh3", "extent");
  expect_judge_refuses("im2col --shapes /nonexistent", "/nonexistent");
  expect_judge_refuses("im2col --shapes /", "/");
}

TEST(CliJudge, refuses_a_list_without_a_shape) {
  const Folder folder;
  std::ofstream(folder / "list.txt") << "# nothing\n";
  expect_judge_refuses("im2col --shapes " + quoted(folder / "list.txt"), "at least one shape");
  folder.file("others.txt", "--batch=shapes_of_another_tool\n");
  const Outcome nothing = cnnspec("judge im2col --op linear --shapes " + quoted(folder / "others.txt"));
  EXPECT_EQ(nothing.status, 3) << nothing.err;
  EXPECT_TRUE(contains(nothing.err, "others.txt:1: left out: options of another tool")) << nothing.err;
  EXPECT_TRUE(contains(nothing.err, "vacuous")) << nothing.err;
}

TEST(CliJudge, refuses_a_problem_that_takes_too_much_memory_at_once) {
  expect_judge_refuses("im2col --case mb1ic100000ih3000oc100000kh1", "MiB");
  expect_judge_refuses("im2col --case 1000000000000000", "MiB");
  expect_judge_refuses("im2col --memory 1 --case mb1ic300ih30oc300kh1", "1 MiB");
}

TEST(CliJudge, takes_data_and_says_how_to_take_it_again) {
  const std::string db = "judge " + wrong_kernel + " --op linear_backward_bias --case mb2ic1oc2 ";
  const Outcome wrong = cnnspec(db + "--data 'dy[0]=1 dy[3]=-2.5'");
  EXPECT_EQ(wrong.status, 1) << wrong.err;
  EXPECT_TRUE(contains(wrong.out, "db[1]: expected -2.5, got 0")) << wrong.out;
  EXPECT_TRUE(contains(wrong.out, "--data 'dy[0]=1 dy[3]=-2.5'")) << wrong.out;
  EXPECT_TRUE(contains(wrong.out, "--data 'dy[3]=1'")) << "shrunk: " << wrong.out;
  EXPECT_NE(cnnspec(db + "--data 'dy[0]=1 dy[1]=-2.5'").status, 1) << "of the first image alone";
  EXPECT_EQ(cnnspec(db + "--data ones").status, 1);
}

TEST(CliJudge, the_plainest_case_fails_again_as_it_is_printed) {
  const Outcome o = cnnspec("judge " + wrong_kernel);
  const std::string key = "    cnnspec judge ";
  const std::size_t begin = o.out.find(key) + 4;
  ASSERT_NE(begin, std::string::npos + 4) << o.out;
  const std::string line = o.out.substr(begin, o.out.find('\n', begin) - begin);
  EXPECT_TRUE(contains(line, "mb2ic1oc1")) << line;
  const Outcome again = shell(command() + line.substr(std::string("cnnspec").size()));
  EXPECT_EQ(again.status, 1) << line;
  EXPECT_TRUE(contains(again.out, "1 of 1 element is wrong")) << again.out;
}

TEST(CliJudge, takes_whole_cases) {
  const auto result =
      json_of("im2col --case 'relu_forward f32 7' --case 'linear_forward f64 mb2ic3oc1 seed 4 data ones'");
  ASSERT_EQ(result["operations"].size(), 2u);
  EXPECT_EQ(result["cases"], 2);
  EXPECT_EQ(json_of("im2col --case 'relu_forward f32 7' --case 'relu_forward f32 8' --in-one-process")["cases"], 2);
  EXPECT_EQ(json_of("im2col --op relu_forward --dtype f32 --case 7 --repeat 5")["cases"], 5);
  expect_judge_refuses("im2col --case 'relu_forward f32 7' --case 8",
                       "descriptors alone, or OPERATION TYPE DESCRIPTOR");
  expect_judge_refuses("im2col --case 'relu_forward f32 x'", "descriptor \"x\": at column 1");
  expect_judge_refuses("im2col --case 'relu_forward f8e4m3 7 ' --case 'conv2d_forward f8e5m2 mb1ic1ih1oc1kh1'",
                       "an operation and a type that the kernel has");
  expect_judge_refuses("im2col --case 'linear_forward f32 mb2ic3oc1' --mb 4", "--mb: expected descriptors in --case");
  expect_judge_refuses("im2col --in-one-process", "--case or --shapes beside it");
  expect_judge_refuses("im2col --repeat 2", "--case or --shapes beside it");
  expect_judge_refuses("im2col --case 7 --repeat 0", "--repeat");
}

TEST(CliJudge, judges_all_operations_of_a_layer) {
  const auto result = json_of("im2col --op linear --dtype f32 --cases 5");
  ASSERT_EQ(result["operations"].size(), 4u);
  EXPECT_EQ(result["operations"][3]["op"], "linear_backward_bias");
  expect_judge_refuses("im2col --op linea", "did you mean \"linear\"?");
}

TEST(CliJudge, judges_under_a_profile_on_specials_and_on_samples) {
  EXPECT_EQ(
      json_of("im2col --op linear_forward --dtype bf16 --cases 20 --profile bf16-acc")["operations"][0]["profile"],
      "bf16-acc");
  expect_judge_refuses("im2col --dtype f64 --profile tf32", "a profile of a storage type that is judged");
  const auto usual = json_of("im2col --op max_pool2d_forward --dtype f32 --cases 20"),
             special = json_of("im2col --op max_pool2d_forward --dtype f32 --cases 20 --specials"),
             sampled = json_of("im2col --op linear_forward --dtype f32 --cases 20 --sample 1");
  EXPECT_GT(special["operations"][0]["elements"], usual["operations"][0]["elements"]);
  EXPECT_GT(sampled["operations"][0]["sampled"], 0);
  EXPECT_EQ(usual["operations"][0]["sampled"], 0);
  EXPECT_EQ(sampled["verdict"], "pass");
  EXPECT_EQ(usual["operations"][0]["windows_in_turn"], 0);
  const auto large_windows = json_of("im2col --op max_pool2d_forward --dtype f32 --case mb1ic2ih40oh2kh33sh7ph0");
  EXPECT_EQ(large_windows["operations"][0]["windows_in_turn"], 1);
  EXPECT_EQ(json_of("im2col --op relu_forward --cases 5 --align 64 --timeout 60")["verdict"], "pass");
}

TEST(CliJudge, tells_conventions_and_passes_what_is_accepted) {
  // The built-in kernel multiplies its padding, which shows if a weight is infinite.
  const std::string run = "judge im2col --op conv2d_forward --dtype f32 --cases 60 --specials";
  const Outcome differs = cnnspec(run), accepted = cnnspec(run + " --accept padded-taps-multiplied,ftz");
  EXPECT_EQ(differs.status, 1) << differs.out;
  EXPECT_TRUE(contains(differs.out, "\ndiffers: ")) << differs.out;
  EXPECT_TRUE(contains(differs.out, "--accept padded-taps-multiplied")) << differs.out;
  EXPECT_EQ(accepted.status, 0) << accepted.out;
  EXPECT_TRUE(contains(accepted.out, "\npass: ")) << accepted.out;
  EXPECT_EQ(cnnspec(run + " --accept ftz").status, 1);
  expect_judge_refuses("im2col --accept ftzz", "did you mean \"ftz\"?");
}

TEST(CliLists, the_page_of_conventions_is_the_registry_s) {
  EXPECT_EQ(cnnspec("conventions --markdown").out, content_of(std::string(CNNSPEC_TEST_DOCS) + "/conventions.md"))
      << "./cnnspec conventions --markdown > docs/conventions.md";
  EXPECT_TRUE(contains(cnnspec("conventions").out, "ties-shared"));
}

TEST(CliJudge, is_the_same_on_any_number_of_cores) {
  if (checks::sanitized) GTEST_SKIP() << "with sanitizers there is one thread";
  const std::string few = wrong_kernel + " --cases 100 --jobs ";
  EXPECT_EQ(json_of(few + "1"), json_of(few + "3"));
}

/// Whether python3 can read a file as XML, and a summary of its content.
Outcome xml_summary(const std::string& file) {
  return shell(
      "python3 -c 'import sys, xml.etree.ElementTree as e\n"
      "s = e.parse(sys.argv[1]).getroot().find(\"testsuite\")\n"
      "c = s.findall(\"testcase\")\n"
      "print(s.get(\"tests\"), s.get(\"failures\"), s.get(\"skipped\"), len(c), "
      "len(s.findall(\"testcase/failure\")), len(s.findall(\"testcase/skipped\")), c[0].get(\"classname\"))' " +
      quoted(file));
}

TEST(CliJudge, writes_junit_that_a_parser_reads_whatever_the_kernel_is_called) {
  if (shell("python3 -c 'import xml.etree.ElementTree'").status != 0) GTEST_SKIP() << "python3 is absent";
  const Folder folder;
  const std::string hostile = folder / "a<b>&\"]]>\x01\t\xff\xc3\xa4 --x.so", file = folder / "result.xml";
  std::filesystem::copy_file(CNNSPEC_TEST_WRONG_KERNEL, hostile);
  const Outcome o = cnnspec("judge " + quoted(hostile) + " --cases 60 --junit " + quoted(file));
  EXPECT_EQ(o.status, 1) << o.err;
  const Outcome read = xml_summary(file);
  EXPECT_EQ(read.status, 0) << read.err << content_of(file);
  EXPECT_EQ(read.out.substr(0, 12), "2 1 1 2 1 1 ") << read.out;
  EXPECT_TRUE(contains(read.out, "a<b>&\"]]>")) << read.out;
  EXPECT_TRUE(contains(content_of(file), "again: cnnspec judge")) << content_of(file);

  std::ofstream(folder / "broken.xml") << "<testsuites><testsuite name=\"a<b\"/></testsuites>";
  EXPECT_NE(xml_summary(folder / "broken.xml").status, 0) << "the parser does not read everything";
}

TEST(CliJudge, writes_json_that_a_parser_reads_whatever_the_kernel_is_called) {
  const Folder folder;
  const std::string hostile = folder / "a\"b\\\x01\xff.so";
  std::filesystem::copy_file(CNNSPEC_TEST_WRONG_KERNEL, hostile);
  const auto json = json_of(quoted(hostile) + " --cases 60");
  EXPECT_EQ(json["verdict"], "fail");
  for (const char* key : {"complete", "sensitivity", "not_judged", "worst_ratio", "unsupported"})
    EXPECT_TRUE(json.contains(key)) << key;
  const auto& failure = json["failures"][0];
  for (const char* key :
       {"op", "dtype", "descriptor", "seed", "data", "kind", "elements_wrong", "first_index", "expected", "actual",
        "bound", "ratio", "shrunk_descriptor", "shrunk_data", "shrunk_repro", "diagnosis", "picture", "repro"})
    EXPECT_TRUE(failure.contains(key)) << key;
}

TEST(CliJudge, helps) {
  const Outcome o = cnnspec("judge --help");
  EXPECT_EQ(o.status, 0);
  for (const char* option :
       {"--op", "--dtype", "--cases", "--seconds", "--seed", "--case", "--shapes", "--mb", "--json", "--profile",
        "--data", "--specials", "--sample", "--accept", "--timeout", "--align", "--jobs", "--junit"})
    EXPECT_TRUE(contains(o.out, option)) << option;
}

TEST(CliLists, kernels_and_operations_are_listed) {
  const Outcome kernels = cnnspec("kernels"), ops = cnnspec("ops");
  EXPECT_EQ(kernels.status, 0);
  EXPECT_TRUE(contains(kernels.out, "im2col"));
  EXPECT_TRUE(contains(kernels.out, "onednn"));  // it is listed, or the reason why it is absent
  EXPECT_EQ(ops.status, 0);
  EXPECT_TRUE(contains(ops.out, "conv2d_backward_kernel   x dy -> dw")) << ops.out;
}

}  // namespace
}  // namespace cnnspec::tests
