// A stand-in for GoogleTest, with only the parts that the hand-worked examples and the clauses use. So these files
// judge mutants without changes. GoogleTest itself, which prints values of every type, takes twice as long to compile.
#pragma once

#include <sstream>
#include <string>

#include "checks/mutants/suite/runner.hpp"

namespace testing {

/// The first failed expectation in this process.
inline std::string first_failure;

struct Expectation {
  const char* file;
  int line;
  const char* text;
  std::ostringstream more{};

  ~Expectation() {
    if (first_failure.empty()) first_failure = file + (":" + std::to_string(line)) + ": " + text + " " + more.str();
  }
  template <class Value>
  Expectation& operator<<(const Value& value) {
    more << value;
    return *this;
  }
};

inline bool add(const char* suite, const char* name, void (*body)()) {
  return cnnspec::mutants::add_check(std::string(suite) + "." + name, [body] {
    body();
    return first_failure;
  });
}

}  // namespace testing

#define CNNSPEC_EXPECTATION(holds, text) \
  switch (0)                             \
  default:                               \
    if (holds) {                         \
    } else                               \
      testing::Expectation { __FILE__, __LINE__, text }

#define EXPECT_TRUE(condition) CNNSPEC_EXPECTATION(static_cast<bool>(condition), #condition)
#define EXPECT_FALSE(condition) CNNSPEC_EXPECTATION(!(condition), "not " #condition)
#define EXPECT_EQ(a, b) CNNSPEC_EXPECTATION((a) == (b), #a " == " #b)
#define EXPECT_NE(a, b) CNNSPEC_EXPECTATION((a) != (b), #a " != " #b)
#define ADD_FAILURE() CNNSPEC_EXPECTATION(false, "failure")
#define TEST(suite, name)                                                                                  \
  static void suite##_##name();                                                                            \
  [[maybe_unused]] static const bool suite##_##name##_added = testing::add(#suite, #name, suite##_##name); \
  static void suite##_##name()
