#include "checks/judge/execution.hpp"

#include <algorithm>
#include <cstring>

namespace cnnspec::checks {
namespace {

/// `size` bytes that begin at a cache line, with a fence of known bytes on either side.
class FencedBuffer {
 public:
  FencedBuffer(std::size_t size, Garbage fill)
      : size_(size), fill_(static_cast<std::byte>(fill)), lines_((size + line - 1) / line + 2 * fence_lines) {
    std::memset(lines_.data(), static_cast<int>(fill), lines_.size() * line);
  }
  std::byte* data() { return bytes() + fence_lines * line; }
  bool fences_hold() {
    const auto untouched = [&](std::byte b) { return b == fill_; };
    return std::all_of(bytes(), data(), untouched) &&
           std::all_of(data() + size_, bytes() + lines_.size() * line, untouched);
  }

 private:
  static constexpr std::size_t line = 64, fence_lines = 4;
  struct alignas(line) Line {
    std::byte bytes[line];
  };
  std::byte* bytes() { return lines_.data()->bytes; }

  std::size_t size_;
  std::byte fill_;
  std::vector<Line> lines_;
};

}  // namespace

Execution execute(const Kernel& kernel, const Operation& operation, DType dtype,
                  std::span<const std::span<const std::byte>> inputs, std::span<std::byte> output, Garbage garbage) {
  std::vector<FencedBuffer> copies;
  std::vector<const void*> pointers;
  copies.reserve(inputs.size());
  for (const auto& input : inputs) {
    FencedBuffer& copy = copies.emplace_back(input.size(), garbage);
    if (!input.empty()) std::memcpy(copy.data(), input.data(), input.size());
    pointers.push_back(input.empty() ? nullptr : copy.data());
  }
  FencedBuffer result(output.size(), garbage);

  Execution execution;
  execution.status = call(kernel, operation.op, dtype, operation.problem, pointers.data(), result.data());

  std::memcpy(output.data(), result.data(), output.size());
  if (!result.fences_hold()) execution.overrun = operation.output.name;
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    if (!copies[n].fences_hold()) execution.overrun = operation.inputs[n].name;
    if (!inputs[n].empty() && std::memcmp(copies[n].data(), inputs[n].data(), inputs[n].size()) != 0)
      execution.modified_input = operation.inputs[n].name;
  }
  return execution;
}

}  // namespace cnnspec::checks
