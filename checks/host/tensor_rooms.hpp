// Where the tensors of a worker's calls lie in the memory that it shares with the judge.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "checks/host/call_memory.hpp"

namespace cnnspec::checks {

/// Rooms of whole pages in the file, one for each tensor of a number, with a page between two. They only
/// ever become larger, so that what is placed alike lies at the same place in call after call.
class TensorRooms {
 public:
  void make_room_for(std::span<const Trial> trials, const Isolation& isolation);
  /// Of the file that has all of them.
  std::size_t bytes() const { return begin_of(most_tensors); }
  Piece place(std::size_t tensor, std::size_t size, Placement placement, std::size_t alignment) const;

 private:
  void make_room(std::size_t tensor, std::size_t size, std::size_t alignment);
  std::size_t begin_of(std::size_t tensor) const;

  std::array<std::size_t, most_tensors> capacity_{};
};

/// Fills what is before and after a tensor with known bytes, no more than a page, which is there.
void surround(std::byte* memory, const Piece& p, Garbage garbage);
bool is_surrounded(const std::byte* memory, const Piece& p, Garbage garbage);

}  // namespace cnnspec::checks
