// Where the tensors of a worker's calls lie in the memory shared with the judge.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "checks/host/call_memory.hpp"

namespace cnnspec::checks {

/// Rooms of whole pages in the file, one for each tensor number, with a page between two rooms. Rooms only grow. So
/// tensors with the same placement lie at the same place in successive calls.
class TensorRooms {
 public:
  void make_room_for(std::span<const Trial> trials, const Isolation& isolation);
  /// The size of the file that holds all rooms.
  std::size_t bytes() const { return begin_of(most_tensors); }
  Piece place(std::size_t tensor, std::size_t size, Placement placement, std::size_t alignment) const;

 private:
  void make_room(std::size_t tensor, std::size_t size, std::size_t alignment);
  std::size_t begin_of(std::size_t tensor) const;

  std::array<std::size_t, most_tensors> capacity_{};
};

/// Fills the bytes before and after a tensor with known bytes: at most one page on each side, which belongs to the
/// room.
void surround(std::byte* memory, const Piece& p, Garbage garbage);
bool is_surrounded(const std::byte* memory, const Piece& p, Garbage garbage);

}  // namespace cnnspec::checks
