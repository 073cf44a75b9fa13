// The separate files of cnnspec: where they are searched, and the message if they are missing.
#include "checks/places.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/command.hpp"
#include "tests/folder.hpp"

namespace cnnspec::tests {
namespace {

namespace fs = std::filesystem;

const fs::path built = fs::path(CNNSPEC_COMMAND).parent_path();

/// A copy of the command alone, which runs without help from the environment.
fs::path lonely_command(const Folder& folder, const std::string& under = "bin") {
  fs::create_directories(folder / under);
  fs::copy_file(CNNSPEC_COMMAND, folder / under + "/cnnspec", fs::copy_options::overwrite_existing);
  return folder / under + "/cnnspec";
}

void put(const fs::path& folder, const std::string& part) {
  fs::create_directories(folder);
  fs::copy_file(built / part, folder / part, fs::copy_options::overwrite_existing);
}
void put_all(const fs::path& folder) { put(folder, "cnnspec-host"), put(folder, "cnnspec-kernel-im2col.so"); }

Outcome judge_with(const fs::path& command, const std::string& environment = "") {
  return shell("unset CNNSPEC_LIBEXEC; " + environment + " " + quoted(command) +
               " judge im2col --op relu_forward --cases 2");
}

TEST(Places, that_have_nothing_are_all_named) {
  const Folder folder;
  const fs::path command = lonely_command(folder);
  const Outcome o = judge_with(command, "CNNSPEC_LIBEXEC=/no/such/folder");
  expect_refused(o, "cnnspec-kernel-im2col.so: expected a file in /no/such/folder, or in ");
  EXPECT_TRUE(contains(o.err, folder / "bin")) << o.err;
  EXPECT_TRUE(contains(o.err, folder / "libexec/cnnspec")) << o.err;
  EXPECT_TRUE(contains(o.err, "CNNSPEC_LIBEXEC names another folder), got none")) << o.err;
}

TEST(Places, are_the_folder_of_the_command_and_libexec_beside_it) {
  const Folder folder;
  const fs::path command = lonely_command(folder);
  put_all(folder / "libexec/cnnspec");
  EXPECT_EQ(judge_with(command).status, 0);
  fs::remove_all(folder / "libexec");
  put_all(folder / "bin");
  EXPECT_EQ(judge_with(command).status, 0);
}

TEST(Places, named_by_the_environment_come_first_and_need_not_have_all) {
  const Folder folder;
  const fs::path command = lonely_command(folder);
  put_all(folder / "bin");
  fs::create_directories(folder / "mine");
  EXPECT_EQ(judge_with(command, "CNNSPEC_LIBEXEC=" + quoted(folder / "mine")).status, 0);
  std::ofstream(folder / "mine/cnnspec-kernel-im2col.so") << "This is no kernel.\n";
  expect_refused(judge_with(command, "CNNSPEC_LIBEXEC=" + quoted(folder / "mine")), "a file that does not load");
}

/// The result of the command with this program in place of the host.
Outcome judge_with_host(const std::string& script) {
  const Folder folder;
  const fs::path command = lonely_command(folder);
  put_all(folder / "bin");
  fs::create_directories(folder / "mine");
  std::ofstream(folder / "mine/cnnspec-host") << script;
  fs::permissions(folder / "mine/cnnspec-host", fs::perms::owner_all);
  return judge_with(command, "CNNSPEC_LIBEXEC=" + quoted(folder / "mine"));
}

TEST(Places, of_a_host_that_is_none_are_said_to_have_none) {
  expect_refused(judge_with_host("#!/bin/sh\nexit 3\n"), "a file that ends the process that loads it");
  expect_refused(judge_with_host("no program at all\n"), "cnnspec-host: expected a program, got Exec format error");
  expect_refused(judge_with_host("#!/usr/bin/env python3\n"
                                 "import socket\n"
                                 "s = socket.socket(fileno=3)\n"
                                 "s.send(b'9.9.9' + bytes(100000))\n"),
                 "expected version ");
}

}  // namespace
}  // namespace cnnspec::tests
