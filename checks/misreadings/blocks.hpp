// Misreadings of kernels that work in blocks: the sequences that may be divided into blocks.
#pragma once

#include <array>

#include "checks/misreadings/parts.hpp"

namespace cnnspec::checks {

inline constexpr std::array<Idx, 8> block_sizes{2, 4, 8, 16, 32, 64, 128, 256};

/// A sequence: the index along one or more axes of a tensor.
struct Sequence {
  std::string name;    // of its members, in the plural
  std::string vector;  // the name of a block of members
  std::function<bool(Op)> applies;
  Role (*role)(Op);  // of the tensor
  std::function<Idx(const Index&, const TensorInfo&, const Operation&)> number;
  std::function<Idx(const TensorInfo&, const Operation&)> count;
  bool (*is_summed)(Op);  // whether each output is a sum over the sequence, if the operation adds
  Idx most = block_sizes.back();
  /// The distance in memory between neighbouring members.
  std::function<Idx(const TensorInfo&)> step = [](const TensorInfo&) { return Idx{1}; };
  std::string follows = "";  // the name of the sequence before it in the list, if a layer adds it
};

template <Role role>
Role of(Op) {
  return role;
}
inline bool none(Op) { return false; }

/// Several axes of a tensor as one sequence.
Sequence flat(const std::string& name, const std::function<bool(Op)>& applies, Role (*role)(Op),
              const std::vector<std::size_t>& axes, bool (*is_summed)(Op), Idx most = block_sizes.back());
/// All elements of the output, in the order of memory.
Sequence elements();

/// The remainder of the sequence after whole blocks.
Region after_blocks(const Sequence& s, Idx block);
/// Whether the sequence has at least `most` members.
std::function<bool(const Operation&)> at_least(const Sequence& s, Idx most);

/// For a pooling that processes the cells of a window in blocks, and so may process some cells alone. `result`: the
/// name of its result.
std::vector<Misreading> cells_in_blocks(const std::string& result, bool (*applies)(Op));

}  // namespace cnnspec::checks
