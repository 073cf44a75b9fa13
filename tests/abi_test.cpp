// Kernels of ABI 1 stay right: one that was compiled with the header of version 0.3.0 is judged like one that was
// compiled with the header of today.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/command.hpp"

namespace cnnspec::tests {
namespace {

/// The rows of the result, without their times.
nlohmann::json judged(const std::string& library) {
  const Outcome o = cnnspec("judge " + quoted(library) + " --cases 60 --json -");
  EXPECT_EQ(o.status, 0) << o.err;
  nlohmann::json result = nlohmann::json::parse(o.out, nullptr, false);
  EXPECT_TRUE(result.is_object()) << o.out.substr(0, 200);
  for (auto& row : result["operations"]) row.erase("seconds");
  return result["operations"];
}

TEST(Abi, of_the_first_header_is_judged_like_that_of_today) {
  const nlohmann::json old = judged(CNNSPEC_TEST_KERNEL_C_OF_ABI_1);
  EXPECT_FALSE(old.empty());
  EXPECT_EQ(old, judged(CNNSPEC_TEST_KERNEL_C));
}

}  // namespace
}  // namespace cnnspec::tests
