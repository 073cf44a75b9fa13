#include "checks/host/placing.hpp"

#include <algorithm>

#include "checks/host/call_memory.hpp"

namespace cnnspec::checks {

namespace {

constexpr std::size_t cache_line = 64;

}  // namespace

std::size_t alignment_of(const Isolation& isolation, std::size_t element_bytes) {
  return std::max(isolation.alignment, element_bytes);
}

std::size_t spare_room(std::size_t alignment) { return cache_line + alignment; }

std::size_t place_in_room(std::size_t room, std::size_t size, Placement placement, std::size_t alignment) {
  switch (placement) {
    case Placement::at_begin:
      return 0;
    case Placement::at_end:
      return (room - size) / alignment * alignment;
    case Placement::unaligned:  // off by one element, or by the requested alignment
      return (alignment < cache_line ? cache_line : 0) + alignment;
    case Placement::aligned:
      return rounded_up(cache_line, alignment);
  }
  return 0;
}

int dirt_of(Garbage garbage) {
  constexpr int huge = 0xfe;
  return garbage == Garbage::nan ? huge : static_cast<int>(garbage);
}

}  // namespace cnnspec::checks
