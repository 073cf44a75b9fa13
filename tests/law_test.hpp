// Laws as tests: each law of a table becomes one test, which RapidCheck runs over generated problems and shrinks.
//
// A failure ends with a line that runs only the shrunk case, by the variable CNNSPEC_CASE: "DATA-SEED CONFIGURATION".
#pragma once

#include <errno.h>  // program_invocation_name
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cctype>
#include <cstdlib>
#include <sstream>

#include "checks/generate/rapidcheck.hpp"
#include "checks/laws/configuration.hpp"
#include "checks/laws/law.hpp"

namespace cnnspec::tests {

/// "L4", "padding = the padded image" -> "L4_padding_is_the_padded_image"
inline std::string test_name(const std::string& id, const std::string& sentence) {
  std::string name;
  for (const char c : id + " " + sentence) {
    if (c == '=')
      name += "is";
    else if (std::isalnum(static_cast<unsigned char>(c)))
      name += c;
    else if (c != '\'' && name.back() != '_')
      name += '_';
  }
  return name;
}

/// Parses the output of configuration_text.
template <class P>
struct ProblemText {
  static P read(const std::string& text) {
    return checks::parse_descriptor(checks::ProblemOf<P>::layer, text).template as<P>();
  }
};

template <class F, class P>
class LawTest : public testing::Test {
 public:
  LawTest(const checks::Law<F, P>& law, const F& functions, const rc::Gen<P>& problems)
      : law_(law), functions_(functions), problems_(problems) {}

  void TestBody() override {
    if (const char* text = std::getenv("CNNSPEC_CASE")) return run_alone(text);
    rc::detail::checkGTest([this](const checks::Seed& seed) { run(*problems_.as("configuration"), seed.value); });
  }

 private:
  void run(const P& problem, std::uint64_t seed) const {
    const checks::Outcome outcome = checks::judge(law_, functions_, problem, seed);
    if (!outcome.holds()) RC_FAIL(text_of(*outcome.finding()) + "\n  reproduce: " + repeating(*outcome.finding()));
    RC_ASSERT(outcome.compared() > 0);
  }
  void run_alone(const std::string& text) const {
    std::istringstream in(text);
    std::uint64_t seed = 0;
    std::string configuration;
    std::getline(in >> seed >> std::ws, configuration);
    const checks::Outcome outcome = checks::judge(law_, functions_, ProblemText<P>::read(configuration), seed);
    EXPECT_TRUE(outcome.holds()) << text_of(*outcome.finding());
  }
  static std::string repeating(const checks::Finding& f) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return "CNNSPEC_CASE='" + std::to_string(f.data_seed) + " " + f.configuration + "' " + program_invocation_name +
           " --gtest_filter='" + test->test_suite_name() + "." + test->name() + "'";
  }

  checks::Law<F, P> law_;
  F functions_;
  rc::Gen<P> problems_;
};

/// Registers one test for each law. To be called at the start of a test program.
template <class F, class P>
bool add_law_tests(const char* suite, const std::vector<checks::Law<F, P>>& laws, const F& functions,
                   const rc::Gen<P>& problems = rc::gen::arbitrary<P>()) {
  for (const checks::Law<F, P>& law : laws)
    testing::RegisterTest(suite, test_name(law.id, law.sentence).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [=]() -> testing::Test* { return new LawTest<F, P>(law, functions, problems); });
  return true;
}

}  // namespace cnnspec::tests
