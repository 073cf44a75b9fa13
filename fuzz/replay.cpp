// Runs a target on the inputs of a corpus, with any compiler and without a fuzzer: `replay_layer FILE-OR-FOLDER...`.
//
// Status: 0, every input passed; 2, there was none, or one could not be read. A target ends the process at an input
// that fails; its name is printed last.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::string current;

/// Nothing else may be done in a signal handler than to write.
void tell_which(int signal) {
  std::fprintf(stderr, "  input: %s\n", current.c_str());
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::vector<fs::path> inputs_in(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> inputs;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file()) inputs.push_back(entry.path());
  return inputs;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGABRT, tell_which);
  std::size_t replayed = 0;
  for (int n = 1; n < argc; ++n)
    for (const fs::path& path : inputs_in(argv[n])) {
      current = path.string();
      std::ifstream in(path, std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
      if (!in.good() && !in.eof()) {
        std::fprintf(stderr, "%s cannot be read\n", current.c_str());
        return 2;
      }
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++replayed;
    }
  if (replayed == 0) {
    std::fprintf(stderr, "%s: no input to replay\n", argv[0]);
    return 2;
  }
  std::printf("%s: %zu inputs, all pass\n", argv[0], replayed);
}
