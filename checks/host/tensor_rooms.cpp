#include "checks/host/tensor_rooms.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "checks/host/placing.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::size_t red_zone = 1024;

}  // namespace

void TensorRooms::make_room_for(std::span<const Trial> trials, const Isolation& isolation) {
  for (const Trial& t : trials) {
    const Operation& o = *t.operation;
    assert(t.inputs.size() <= most_inputs && o.outputs.size() <= most_outputs);
    const auto alignment = [&](const TensorInfo& tensor) {
      return alignment_of(isolation, element_bytes(tensor.element, t.dtype));
    };
    for (std::size_t i = 0; i < t.inputs.size(); ++i) make_room(i, t.inputs[i].size(), alignment(o.inputs[i]));
    for (std::size_t i = 0; i < o.outputs.size(); ++i)
      make_room(most_inputs + i, o.outputs[i].bytes(t.dtype), alignment(o.outputs[i]));
  }
}

Piece TensorRooms::place(std::size_t tensor, std::size_t size, Placement placement, std::size_t alignment) const {
  return {begin_of(tensor) + place_in_room(capacity_[tensor], size, placement, alignment), size};
}

void TensorRooms::make_room(std::size_t tensor, std::size_t size, std::size_t alignment) {
  if (size == 0) return;  // a missing bias
  capacity_[tensor] = std::max(capacity_[tensor], rounded_up(size + spare_room(alignment), page_bytes()));
}
std::size_t TensorRooms::begin_of(std::size_t tensor) const {
  std::size_t begin = page_bytes();
  for (std::size_t n = 0; n < tensor; ++n) begin += capacity_[n] == 0 ? 0 : capacity_[n] + page_bytes();
  return begin;
}

void surround(std::byte* memory, const Piece& p, Garbage garbage) {
  std::memset(memory + p.offset - red_zone, static_cast<int>(garbage), red_zone);
  std::memset(memory + p.offset + p.size, static_cast<int>(garbage), red_zone);
}
bool is_surrounded(const std::byte* memory, const Piece& p, Garbage garbage) {
  const auto holds = [&](const std::byte* zone) {
    return *zone == static_cast<std::byte>(garbage) && std::memcmp(zone, zone + 1, red_zone - 1) == 0;
  };
  return holds(memory + p.offset - red_zone) && holds(memory + p.offset + p.size);
}

}  // namespace cnnspec::checks
