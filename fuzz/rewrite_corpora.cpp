// Writes corpora anew: `rewrite_corpora FROM TO` reads FROM/layer, FROM/kernel, ..., decodes each input to its case, and
// writes the bytes of the case to TO/layer, TO/kernel, ... These bytes have the own numbers of operations, layers and
// storage types, which never change. An input may have other numbers, whose meaning changes when a layer is added.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "checks/cases/inputs_case.hpp"
#include "checks/cases/kernel_case.hpp"
#include "checks/cases/layer_case.hpp"
#include "checks/cases/network_case.hpp"

namespace cnnspec::fuzz {
namespace {

namespace fs = std::filesystem;
using namespace checks;

Bytes bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const fs::path& file, const Bytes& bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

template <class Case>
void rewrite(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  int count = 0, changed = 0;
  for (const auto& entry : fs::directory_iterator(from)) {
    const Bytes before = bytes_of(entry.path()), after = encode_case(decode_case<Case>(before));
    write(to / entry.path().filename(), after);
    ++count, changed += before != after;
  }
  std::printf("%-8s %d inputs, %d of them changed\n", to.filename().c_str(), count, changed);
}

}  // namespace
}  // namespace cnnspec::fuzz

int main(int count, char** words) {
  using namespace cnnspec;
  if (count != 3) return std::fprintf(stderr, "usage: %s FROM TO\n", words[0]), 2;
  const std::filesystem::path from(words[1]), to(words[2]);
  try {
    fuzz::rewrite<checks::LayerCase>(from / "layer", to / "layer");
    fuzz::rewrite<checks::NetworkCase>(from / "network", to / "network");
    fuzz::rewrite<checks::KernelCase>(from / "kernel", to / "kernel");
    fuzz::rewrite<checks::InputsCase>(from / "inputs", to / "inputs");
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "%s: %s\n", words[0], e.what()), 2;
  }
  return 0;
}
