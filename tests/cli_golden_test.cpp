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
