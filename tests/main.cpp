// The main of every test program: sets the seed and the number of cases, also for RapidCheck, and prints the seed.
#include <gtest/gtest.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

#include "tests/seed.hpp"

namespace {

constexpr std::uint64_t default_seed = 20240229, default_cases = 100;

/// The number in an environment variable, or `otherwise` if it is not set. Ends the program if it is not a number
/// between `least` and `most`.
std::uint64_t number_in(const char* variable, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return otherwise;
  const std::string_view digits = text;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  if (error == std::errc{} && end == digits.end() && least <= number && number <= most) return number;
  std::fprintf(stderr, "%s: expected a whole number from %llu to %llu, got \"%s\"\n", variable,
               static_cast<unsigned long long>(least), static_cast<unsigned long long>(most), text);
  std::exit(2);
}

std::uint64_t cases() { return number_in("CNNSPEC_CASES", default_cases, 1, 1'000'000'000); }

/// RapidCheck reads RC_PARAMS when its first property runs. The user's own parameters come later, and so take
/// precedence.
void tell_rapidcheck(std::uint64_t seed, std::uint64_t max_success) {
  const char* given = std::getenv("RC_PARAMS");
  const std::string parameters = "seed=" + std::to_string(seed) + " max_success=" + std::to_string(max_success) + " " +
                                 (given == nullptr ? "" : given);
  setenv("RC_PARAMS", parameters.c_str(), 1);
}

/// Prints the seed when tests run, but not when they are only listed.
struct PrintSeed : testing::Environment {
  void SetUp() override {
    std::printf("seed %llu (set CNNSPEC_SEED to change it)\n",
                static_cast<unsigned long long>(cnnspec::tests::test_seed()));
  }
};

}  // namespace

std::uint64_t cnnspec::tests::test_seed() {
  return number_in("CNNSPEC_SEED", default_seed, 0, std::numeric_limits<std::uint64_t>::max());
}

int cnnspec::tests::scaled(int cases_by_default) {
  const std::uint64_t count = static_cast<std::uint64_t>(cases_by_default) * cases() / default_cases;
  constexpr std::uint64_t most = std::numeric_limits<int>::max();
  return static_cast<int>(count < 1 ? 1 : count > most ? most : count);
}

int main(int argc, char** argv) {
  tell_rapidcheck(cnnspec::tests::test_seed(), cases());
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new PrintSeed);
  return RUN_ALL_TESTS();
}
