// A fuzz target that follows the environment variable TOY on the input "!". It tests what `cnnspec fuzz` does with
// inputs that fail in different ways. The begin of an input decides which code it reaches.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace {

volatile int reached = 0;
char* volatile kept = nullptr;

void misbehave(std::string_view how) {
  using namespace std::chrono_literals;
  if (how == "crash") std::abort();
  if (how == "slow") std::this_thread::sleep_for(1200ms);
  if (how == "hang") std::this_thread::sleep_for(60s);
  if (how == "leak" || how == "allocate") kept = new char[how == "leak" ? 100 : std::size_t{65} << 20];
  if (how == "allocate") delete[] kept;
  kept = nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const char* const how = std::getenv("TOY");
  if (size > 0 && data[0] == '!' && how != nullptr && how == std::string_view("crash-at-any-length")) std::abort();
  if (size == 1 && data[0] == '!' && how != nullptr) misbehave(how);
  if (size > 0 && data[0] == 'a') reached = 1;
  if (size > 0 && data[0] == 'b') reached = 2;
  if (size > 1 && data[0] == 'a' && data[1] == 'b') reached = 3;
  return 0;
}
