// The machine's peak: the largest rate of multiply-adds on one core.
#pragma once

namespace cnnspec::checks {

/// In each round, enough independent multiply-adds to fill the processor, all in registers. Returns the sum, so that
/// the compiler omits none.
template <class T>
T multiply_and_add(long rounds, T factor, T term);

/// The number of multiply-adds in a round.
template <class T>
long multiply_adds_in_a_round();

}  // namespace cnnspec::checks
