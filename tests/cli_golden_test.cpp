// `cnnspec golden` and `cnnspec compare` on the command line.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
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

TEST(CliCompare, judges_large_exact_results_in_full) {
  const Folder folder;
  const std::string golden = folder / "golden", line = " --op linear_forward --case mb40ic300oc200 ";
  EXPECT_EQ(cnnspec("golden" + line + "--data exact-first-wide --out " + quoted(golden)).status, 0);
  const std::string inputs = quoted(golden + "/x.npy") + " " + quoted(golden + "/w.npy") +
                             (std::filesystem::exists(golden + "/b.npy") ? " " + quoted(golden + "/b.npy") : "");
  const std::string judged = "compare" + line + inputs + " --actual " + quoted(golden + "/y.npy");
  const Outcome right = cnnspec(judged);
  EXPECT_EQ(right.status, 0) << right.err;
  EXPECT_TRUE(contains(right.out, "y was judged in full by random projection")) << right.out;
  EXPECT_TRUE(contains(right.out, "8,000")) << right.out;

  std::string y = content_of(golden + "/y.npy");
  double last = 0;
  std::memcpy(&last, y.data() + y.size() - sizeof(last), sizeof(last));
  last += 1;
  std::memcpy(y.data() + y.size() - sizeof(last), &last, sizeof(last));
  folder.file("golden/y.npy", y);
  const Outcome wrong = cnnspec(judged + " --json -");
  EXPECT_EQ(wrong.status, 1) << wrong.err;
  const auto failure = nlohmann::json::parse(wrong.out)["failures"][0];
  EXPECT_EQ(failure["elements_wrong"], 1);
  EXPECT_EQ(failure["first_index"], nlohmann::json({39, 199}));
}

TEST(CliCompare, refuses_given_files_that_do_not_fit) {
  const Folder folder;
  const std::string golden = folder / "golden", y = "--actual " + quoted(golden + "/y.npy");
  EXPECT_EQ(cnnspec(conv + ("--out " + quoted(golden))).status, 0);
  expect_refused(on_inputs_of(golden, "x", y), "tensors for x w [b]");
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

// ---- Given inputs for golden ----

TEST(CliGolden, expects_of_given_inputs_what_it_expects_of_the_same_drawn_ones) {
  const Folder folder;
  const std::string drawn = folder / "drawn", given = folder / "given", listed = folder / "listed";
  EXPECT_EQ(cnnspec(conv + ("--out " + quoted(drawn))).status, 0);
  const Outcome written = cnnspec(conv + ("--inputs " + quoted(drawn) + " --out " + quoted(given)));
  EXPECT_EQ(written.status, 0) << written.err;
  EXPECT_TRUE(contains(written.out, "x w b dy -> y dx dw db, f32 mb1ic2oc3_ih5oh3kh3, the given data")) << written.out;
  for (const char* const file : {"x.npy", "b.npy", "y.npy", "y_bound.npy", "dw.npy", "dw_bound.npy"})
    EXPECT_EQ(content_of(given + "/" + file), content_of(drawn + "/" + file)) << file;
  const auto json = nlohmann::json::parse(content_of(given + "/case.json"));
  EXPECT_EQ(json["data"], "given");
  EXPECT_EQ(json["schema"], 2);
  EXPECT_EQ(cnnspec("compare " + quoted(given) + " " + quoted(drawn)).status, 0);

  const std::string one = "golden --op conv2d_forward --case mb1ic2ih5oc3kh3 --inputs " + quoted(drawn + "/x.npy") +
                          " " + quoted(drawn + "/w.npy") + " " + quoted(drawn + "/b.npy") + " --out " + quoted(listed);
  EXPECT_EQ(cnnspec(one).status, 0);
  for (const char* const file : {"y.npy", "y_bound.npy", "y_terms.npy"})
    EXPECT_EQ(content_of(listed + "/" + file), content_of(given + "/" + file)) << file;
}

TEST(CliGolden, counts_the_nonzero_terms_of_given_inputs) {
  const Folder folder;
  const std::string drawn = folder / "drawn", given = folder / "given";
  const std::string linear = "golden --op linear_forward --case mb1ic3oc1 ";
  EXPECT_EQ(cnnspec(linear + "--data 'x[0]=1 x[2]=3 w[0]=2 w[1]=5 w[2]=0.5' --out " + quoted(drawn)).status, 0);
  EXPECT_EQ(cnnspec(linear + "--inputs " + quoted(drawn) + " --out " + quoted(given)).status, 0);
  const std::string terms = content_of(given + "/y_terms.npy");
  std::int64_t count = 0;
  std::memcpy(&count, terms.data() + terms.size() - sizeof(count), sizeof(count));
  EXPECT_TRUE(contains(terms, "<i8"));
  EXPECT_EQ(count, 2);
}

TEST(CliGolden, writes_the_results_of_given_inputs_with_all_digits) {
  const Folder folder;
  const std::string drawn = folder / "drawn", all = folder / "all";
  const std::string linear = "golden --op linear --case mb2ic2oc1 ";
  const std::string data = "--data 'x[0]=1 x[1]=3 x[2]=0.25 w[0]=2 w[1]=-0.5 b[0]=1 dy[0]=1 dy[1]=8' --dtype f64 ";
  EXPECT_EQ(cnnspec(linear + data + "--out " + quoted(drawn)).status, 0);
  const std::string given = linear + "--dtype f64 --inputs " + quoted(drawn) + " --out " + quoted(all);
  EXPECT_EQ(cnnspec(given + " --scalar exact").status, 0);
  EXPECT_EQ(content_of(all + "/y_exact.txt"), "3/2\n3/2\n");
  EXPECT_EQ(content_of(all + "/dx_exact.txt"), "2\n-1/2\n16\n-4\n");
  EXPECT_EQ(content_of(all + "/dw_exact.txt"), "3\n3\n");
  EXPECT_EQ(content_of(all + "/db_exact.txt"), "9\n");
  const auto json = nlohmann::json::parse(content_of(all + "/case.json"));
  EXPECT_TRUE(std::ranges::any_of(json["tensors"], [](const auto& t) { return t["file"] == "db_exact.txt"; }));
  EXPECT_EQ(cnnspec("compare " + quoted(all) + " " + quoted(drawn)).status, 0);

  std::filesystem::remove_all(all);
  EXPECT_EQ(cnnspec(given + " --scalar float50").status, 0);
  EXPECT_EQ(content_of(all + "/y_float50.txt"), "1.5\n1.5\n");
  expect_refused(linear + data + "--scalar exact --out " + quoted(folder / "out"), "--inputs too");
  expect_refused(given + " --scalar float5", "did you mean \"float50\"?");
}

TEST(CliGolden, refuses_given_inputs_that_do_not_fit) {
  const Folder folder;
  const std::string drawn = folder / "drawn", out = " --out " + quoted(folder / "out");
  EXPECT_EQ(cnnspec(conv + ("--out " + quoted(drawn))).status, 0);
  const std::string given = conv + ("--inputs " + quoted(drawn));
  expect_refused(given + " --data ones" + out, "--data");
  expect_refused(given + " --data rounded" + out, "--data");
  expect_refused(given + " --seed 1" + out, "--seed");
  expect_refused(given + " --dtype f64" + out, "<f8");
  expect_refused(conv + ("--inputs " + quoted(drawn + "/x.npy") + out), "a folder");
  expect_refused(conv + ("--inputs " + quoted(folder / "none") + out), "a folder");
  expect_refused("golden --op conv2d --case mb1ic2ih5oc4kh3 --inputs " + quoted(drawn) + out, "w.npy");
  std::filesystem::remove(drawn + "/dy.npy");
  expect_refused(given + out, "dy.npy");
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

// ---- Tensors in shared memory ----

/// A shared memory object with these bytes.
class SharedMemory {
 public:
  explicit SharedMemory(const std::vector<float>& values)
      : name_("cnnspec-test-" + std::to_string(getpid()) + "-" + std::to_string(count_++)),
        fd_(shm_open(("/" + name_).c_str(), O_CREAT | O_EXCL | O_RDWR, 0600)) {
    EXPECT_EQ(write(fd_, values.data(), values.size() * sizeof(float)),
              static_cast<ssize_t>(values.size() * sizeof(float)));
    fcntl(fd_, F_SETFD, 0);  // a child inherits it
  }
  SharedMemory(const SharedMemory&) = delete;
  ~SharedMemory() {
    close(fd_);
    shm_unlink(("/" + name_).c_str());
  }
  std::string object() const { return "shm:" + name_; }
  std::string descriptor() const { return "fd:" + std::to_string(fd_); }

 private:
  static inline int count_ = 0;
  std::string name_;
  int fd_;
};

TEST(SharedTensors, are_read_as_files_are) {
  const SharedMemory x({1, 2, 3}), w({4, 5, 6}), right({32}), wrong({33}), all({7, 1, 2, 3, 4, 5, 6, 32});
  const std::string line = "compare --op linear_forward --case mb1ic3oc1 ";
  const auto status = [&](const std::string& in, const std::string& other, const std::string& y) {
    return cnnspec(line + in + " " + other + " --actual " + y).status;
  };
  EXPECT_EQ(status(x.object(), w.object(), right.object()), 0);
  EXPECT_EQ(status(x.object(), w.object(), wrong.object()), 1);
  EXPECT_EQ(status(x.descriptor(), w.descriptor(), right.descriptor()), 0);
  const std::string at = all.descriptor() + "+";
  EXPECT_EQ(status(at + "4", at + "16", at + "28"), 0);
  EXPECT_EQ(status(at + "4", at + "16", at + "24"), 1);
  EXPECT_EQ(status(x.object(), w.descriptor(), at + "28"), 0);

  const Folder folder;
  const Outcome written = cnnspec("golden --op linear_forward --case mb1ic3oc1 --inputs " + x.object() + " " +
                                  w.object() + " --out " + quoted(folder / "golden"));
  EXPECT_EQ(written.status, 0) << written.err;
  EXPECT_TRUE(contains(content_of(folder / "golden/y.npy"), std::string("\0\0\0\0\0\0\x40\x40", 8))) << "32.0";
}

TEST(SharedTensors, that_are_not_there_or_too_short_are_refused) {
  const SharedMemory x({1, 2, 3}), w({4, 5});
  const std::string line = "compare --op linear_forward --case mb1ic3oc1 " + x.object() + " ";
  const std::string y = " --actual " + x.object();
  expect_refused(line + "shm:cnnspec-none" + y, "No such file");
  expect_refused(line + "shm:" + y, "shm:");
  expect_refused(line + w.object() + y, "expected 12 bytes of elements, got 8 bytes");
  expect_refused(line + x.descriptor() + "+4" + y, "byte 4: expected 12 bytes");
  expect_refused(line + x.descriptor() + "+99999999999999" + y, "got 0 bytes");
  for (const char* const wrong : {"fd:", "fd:x", "fd:-1", "fd:3+", "fd:3+-4", "fd:3+4x", "fd:99999999999", "fd:3+4+5"})
    expect_refused(line + wrong + y, "fd:N or fd:N+OFFSET");
  expect_refused(line + "fd:999" + y, "Bad file descriptor");
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
