// The generated files that are committed: they equal the files that would be generated now, for layers of every kind.
#include "checks/contract/generated.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "checks/contract/headers.hpp"
#include "checks/contract/lists.hpp"
#include "checks/host/call_memory.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::checks {
namespace {

/// The first line that differs.
std::string first_difference(const std::string& there, const std::string& wanted) {
  const auto [a, b] = std::ranges::mismatch(there, wanted);
  if (a == there.end() && b == wanted.end()) return "";
  const auto line = [&](const std::string& text, std::string::const_iterator at) {
    const auto n = static_cast<std::size_t>(at - text.begin());
    const std::size_t begin = n == 0 ? std::string::npos : text.rfind('\n', n - 1);
    const std::size_t first = begin == std::string::npos ? 0 : begin + 1;
    return text.substr(first, text.find('\n', first) - first);
  };
  return "line " + std::to_string(1 + std::count(there.begin(), a, '\n')) + " is\n  " + line(there, a) +
         "\nand should be\n  " + line(wanted, b);
}

TEST(Generated, files_are_as_the_registry_has_them) {
  for (const GeneratedFile& file : generated_files(CNNSPEC_TEST_REPOSITORY))
    EXPECT_EQ(first_difference(text_of(std::filesystem::path(CNNSPEC_TEST_REPOSITORY) / file.path), file.text), "")
        << file.path << " is not what the registry generates. To write it again:\n"
        << "  cmake --build " << CNNSPEC_TEST_BUILD << " --target cnnspec_generated";
}

TEST(Generated, numbers_and_names_are_given_once) {
  std::set<std::string> names;
  for (const Op op : all_ops()) {
    EXPECT_TRUE(names.insert(name_of(op)).second) << name_of(op);
    EXPECT_LE(pass_of(op).inputs.size(), most_inputs) << name_of(op);
    EXPECT_LE(pass_of(op).outputs.size(), most_outputs) << name_of(op);
  }
  EXPECT_EQ(std::ranges::adjacent_find(all_ops()), all_ops().end());
  std::set<LayerId> ids;
  for (const Layer* layer : layers()) EXPECT_TRUE(ids.insert(layer->id).second) << layer->name;
}

TEST(Generated, every_function_is_declared) {
  const std::string header = contract_header();
  for (const Op op : all_ops())
    EXPECT_NE(header.find(std::string("cnnspec_") + name_of(op) + "_##suffix(const "), std::string::npos)
        << name_of(op);
  for (const DTypeRow& row : dtype_rows)
    EXPECT_NE(header.find(std::string("CNNSPEC_DECLARE_KERNELS(") + row.name + ", "), std::string::npos) << row.name;
}

TEST(Generated, only_lists_of_nothing_but_known_names_are_written) {
  const std::string types = R"("a": {"enum": ["f32"]}, "b": {"enum": ["f32", "f32-acc"]}, "c": {"required": ["name"]})";
  const std::string written = with_enumerations(types, {});
  EXPECT_EQ(written.find(R"("a": {"enum": ["f32", "f64", )"), 0U);
  EXPECT_NE(written.find(R"("b": {"enum": ["f32", "f32-acc"]}, "c": {"required": ["name"]})"), std::string::npos);
  EXPECT_EQ(with_enumerations(R"({"enum": ["one"]})", {"one", "two"}), R"({"enum": ["one", "two"]})");
  EXPECT_EQ(with_enumerations("{}", {}), "{}");
}

TEST(Generated, lists_lie_between_their_marks) {
  EXPECT_EQ(with_lists("before, after"), "before, after");
  const std::string page = with_lists("a <!-- written: storage types -->old<!-- end --> b");
  EXPECT_EQ(page.find("a <!-- written: storage types -->f32, f64"), 0U);
  EXPECT_TRUE(page.ends_with("<!-- end --> b"));
  EXPECT_EQ(with_lists(page), page);
  EXPECT_THROW(with_lists("<!-- written: no such list --><!-- end -->"), std::runtime_error);
  EXPECT_THROW(with_lists("<!-- written: layers -->"), std::runtime_error);
}

}  // namespace
}  // namespace cnnspec::checks
