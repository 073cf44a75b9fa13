// Misreadings of what a kernel takes in blocks: what there is many of.
#pragma once

#include <array>

#include "checks/misreadings/parts.hpp"

namespace cnnspec::checks {

inline constexpr std::array<Idx, 8> block_sizes{2, 4, 8, 16, 32, 64, 128, 256};

/// Something that there are many of: the index of one or more axes of a tensor.
struct Sequence {
  std::string name;    // in the plural
  std::string vector;  // what so many of them together are called
  std::function<bool(Op)> applies;
  Role (*role)(Op);  // of the tensor
  std::function<Idx(const Index&, const TensorInfo&, const Operation&)> number;
  std::function<Idx(const TensorInfo&, const Operation&)> count;
  bool (*is_summed)(Op);  // each output is a sum over it, where the operation adds up
  Idx most = block_sizes.back();
  /// How far apart in memory one of the sequence is from the next.
  std::function<Idx(const TensorInfo&)> step = [](const TensorInfo&) { return Idx{1}; };
  std::string follows = "";  // where a layer adds it to the list: the name of the one before
};

template <Role role>
Role of(Op) {
  return role;
}
inline bool none(Op) { return false; }

/// Several axes of a tensor taken for one.
Sequence flat(const std::string& name, const std::function<bool(Op)>& applies, Role (*role)(Op),
              const std::vector<std::size_t>& axes, bool (*is_summed)(Op), Idx most = block_sizes.back());
/// All elements of the output, in the order of memory.
Sequence elements();

/// What remains of the sequence after whole blocks.
Region after_blocks(const Sequence& s, Idx block);
/// Whether there are as many of the sequence, or more.
std::function<bool(const Operation&)> at_least(const Sequence& s, Idx most);

/// Of a pooling that looks at the cells of a window in blocks, and so at some alone. `result`: what it makes of them.
std::vector<Misreading> cells_in_blocks(const std::string& result, bool (*applies)(Op));

}  // namespace cnnspec::checks
