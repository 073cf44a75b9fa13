// max_pool2d: the moves in an unusual order. Channels do not distinguish cases.
#include "checks/generate/plainness.hpp"

namespace cnnspec::checks {
namespace {

std::vector<Move> plainer_problems(const Problem& problem) {
  Moves moves(problem);
  moves.keep_one("channels"), moves.keep_one("batch"), moves.keep_window();
  moves.reduce_pairs(), moves.reduce_each();
  moves.reduce_window();
  return moves.take();
}

void leave_out_channels(std::vector<CoverageAxis>& axes) {
  std::erase_if(axes, [](const CoverageAxis& axis) { return axis.name == "channels"; });
}

}  // namespace

extern const Plainness max_pool2d_plainness{.moves = plainer_problems, .change_coverage = leave_out_channels};

}  // namespace cnnspec::checks
