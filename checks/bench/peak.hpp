// The machine's peak: as many multiply-adds as one core can do.
#pragma once

namespace cnnspec::checks {

/// In each round, as many independent multiply-adds as fill the processor, all in registers; the sum, so that none is
/// left out.
template <class T>
T multiply_and_add(long rounds, T factor, T term);

/// How many those are.
template <class T>
long multiply_adds_in_a_round();

}  // namespace cnnspec::checks
