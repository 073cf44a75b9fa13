// `cnnspec golden` and `cnnspec compare` on the command line.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/command.hpp"

namespace cnnspec::tests {
namespace {

constexpr const char* conv = "golden --op conv2d --case mb1ic2ih5oc3kh3 ";

TEST(CliGolden, goes_round) {
  const Folder folder;
  const std::string golden = quoted(folder / "golden");
  const Outcome written = cnnspec(conv + ("--out " + golden));
  EXPECT_EQ(written.status, 0) << written.err;
  EXPECT_TRUE(contains(written.out, "x w b dy -> y dx dw db, f32 mb1ic2oc3_ih5oh3kh3")) << written.out;
  EXPECT_EQ(folder.entries(), 1u);
  const Outcome same = cnnspec("compare " + golden + " " + golden + " --json " + quoted(folder / "r.json"));
  EXPECT_EQ(same.status, 0) << same.err;
  EXPECT_TRUE(contains(same.out, "\npass: 4 outputs")) << same.out;
  EXPECT_TRUE(contains(same.err, "ignored, as no output of the case: b.npy, case.json")) << same.err;
  EXPECT_EQ(nlohmann::json::parse(content_of(folder / "r.json"))["verdict"], "pass");

  EXPECT_EQ(cnnspec(conv + ("--seed 2 --out " + quoted(folder / "other"))).status, 0);
  const Outcome wrong = cnnspec("compare " + golden + " " + quoted(folder / "other") + " --json -");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_EQ(nlohmann::json::parse(wrong.out)["failures"].size(), 4u);
  std::filesystem::remove(folder / "golden/dw.npy");
  EXPECT_EQ(cnnspec("compare " + quoted(folder / "other") + " " + golden).status, 1) << "wrong comes before missing";
  EXPECT_EQ(cnnspec("compare " + golden + " " + golden).status, 2) << "what is expected is not there";
}

/// `compare` on inputs in a folder of golden vectors.
std::string on_inputs_of(const std::string& golden, const std::string& inputs, const std::string& more) {
  std::string line = "compare --op conv2d_forward --case mb1ic2ih5oc3kh3";
  for (const char input : inputs) line += " " + quoted(golden + "/" + input + ".npy");
  return line + " " + more;
}

TEST(CliCompare, judges_a_result_on_given_inputs) {
  const Folder folder;
  const std::string golden = folder / "golden";
  for (const char* data : {"rounded", "exact-first-wide"}) {
    EXPECT_EQ(cnnspec(conv + ("--data " + std::string(data) + " --out " + quoted(golden))).status, 0);
    const std::string y = "--actual " + quoted(golden + "/y.npy");
    const Outcome right = cnnspec(on_inputs_of(golden, "xwb", y));
    EXPECT_EQ(right.status, 0) << right.err;
    EXPECT_TRUE(contains(right.out, "\npass: 1 output")) << right.out;
    const Outcome without_bias = cnnspec(on_inputs_of(golden, "xw", y + " --json -"));
    EXPECT_EQ(without_bias.status, 1) << without_bias.err;
    EXPECT_EQ(nlohmann::json::parse(without_bias.out)["failures"][0]["tensor"], "y");
    const Outcome sampled = cnnspec(on_inputs_of(golden, "xwb", y + " --sample 1"));
    EXPECT_EQ(sampled.status, 0) << sampled.err;
    EXPECT_TRUE(contains(sampled.out, "judged on a sample")) << sampled.out;
    EXPECT_EQ(cnnspec(on_inputs_of(golden, "xw", y + " --sample 1")).status, 1);
    std::filesystem::remove_all(golden);
  }
}

TEST(CliCompare, refuses_given_files_that_do_not_fit) {
  const Folder folder;
  const std::string golden = folder / "golden", y = "--actual " + quoted(golden + "/y.npy");
  EXPECT_EQ(cnnspec(conv + ("--out " + quoted(golden))).status, 0);
  expect_refused(on_inputs_of(golden, "x", y), "files for x w [b]");
  expect_refused(on_inputs_of(golden, "wx", y), "w.npy");
  expect_refused(on_inputs_of(golden, "xw", ""), "--actual");
  expect_refused(on_inputs_of(golden, "xw", y + " " + y), "1 file");
  expect_refused(on_inputs_of(golden, "xw", y + " --full --sample 3"), "--full");
  expect_refused(on_inputs_of(golden, "xw", y + " --sample 0"), "--sample");
  expect_refused(on_inputs_of(golden, "xw", y + " --dtype f64"), "<f8");
  expect_refused("compare --op conv2d_forwar --case mb1ic2ih5oc3kh3 a b " + y, "did you mean \"conv2d_forward\"?");
  expect_refused("compare --op conv2d_forward a b " + y, "--case");
  expect_refused("compare " + quoted(golden) + " " + quoted(golden) + " --full", "--op");
  expect_refused("compare " + quoted(golden), "two folders");
}

TEST(CliGolden, is_the_same_every_time) {
  const Folder folder;
  for (const char* name : {"a", "b"}) EXPECT_EQ(cnnspec(conv + ("--out " + quoted(folder / name))).status, 0);
  EXPECT_EQ(shell("diff -r " + quoted(folder / "a") + " " + quoted(folder / "b")).status, 0);
}

TEST(CliGolden, refuses_what_makes_no_sense) {
  const Folder folder;
  const std::string out = " --out " + quoted(folder / "new");
  expect_refused("golden --op conv2", "required");
  expect_refused("golden --op conv2 --case ic3" + out, "did you mean \"conv2d\"?");
  expect_refused("golden --op conv2d --case mb1ic3ih8oc4kh9" + out, "C2");
  expect_refused(conv + ("--dtype f31" + out), "f32");
  expect_refused(conv + ("--profile ie" + out), "ieee");
  expect_refused(conv + ("--profile tf32 --dtype f64" + out), "a profile of f64");
  expect_refused(conv + ("--data round" + out), "rounded");
  expect_refused(conv + ("--data ties" + out), "applies");
  expect_refused(conv + ("--data 'z[0]=1'" + out), "z[0]=1");
  expect_refused("golden --op conv2d --case mb1ic100000ih3000oc100000kh1" + out, "MiB");
  expect_refused(conv + ("--out " + quoted(folder / "missing/new")), "No such file");
  const Outcome here = shell("cd " + quoted(folder.path()) + " && " + command() + " " + conv + "--out .");
  EXPECT_EQ(here.status, 2);
  EXPECT_TRUE(contains(here.err, ".: cannot be written: Device or resource busy")) << here.err;
  EXPECT_EQ(folder.entries(), 0u);
  folder.file("taken", "");
  expect_refused(conv + ("--out " + quoted(folder / "taken")), "Not a directory");
  expect_refused(conv + ("--out " + quoted(folder.path())), "not empty");
  expect_refused("compare " + quoted(folder / "none") + " " + quoted(folder.path()), "a folder");
}

TEST(CliGolden, that_cannot_write_everything_leaves_nothing) {
  const Folder folder;
  const Outcome o = shell("ulimit -f 8; trap '' XFSZ; " + command() + " golden --op relu --case 100x100 --out " +
                          quoted(folder / "new"));
  EXPECT_EQ(o.status, 2);
  EXPECT_TRUE(contains(o.err, "new/x.npy: cannot be written: File too large")) << o.err;
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(CliGolden, helps) {
  for (const char* name : {"golden", "compare"}) {
    EXPECT_TRUE(contains(cnnspec("--help").out, name));
    const Outcome o = cnnspec(std::string(name) + " --help");
    EXPECT_EQ(o.status, 0);
    EXPECT_TRUE(contains(o.out, "Examples:\n  cnnspec " + std::string(name))) << o.out;
  }
}

}  // namespace
}  // namespace cnnspec::tests
