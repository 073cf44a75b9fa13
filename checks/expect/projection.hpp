// Projection: are all elements of an output right? Decides it without computing the right elements, for integers that
// the specification's loops add and multiply exactly.
//
// Such an output is linear in each operand. Take random numbers r[o] and s[n] modulo p = 2^61 - 1, drawn after the
// kernel has answered. Then the sum over n and o of s[n]*r[o]*y[n,o,...] must be, modulo p, the specification's result
// for one image, the sum of s[n]*x[n,...], and one channel of weights, the sum of r[o]*w[o,...]. So the loops run on a
// problem that is smaller by the number of channels and of images. An output of integers below p/2 with a wrong element
// passes with a probability of at most 2/p: it would have to be a root of a polynomial of degree 2 (Schwartz, Zippel).
// A right output always passes.
//
// After Freivalds, "Probabilistic machines can use less running time", IFIP 1977; and the checksums of Huang and
// Abraham, "Algorithm-based fault tolerance for matrix operations", IEEE Trans. Comput. C-33, 1984.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checks/expect/arithmetic.hpp"
#include "checks/expect/reference.hpp"
#include "checks/scalars/modulo.hpp"
#include "checks/vocabulary/stream.hpp"

namespace cnnspec::checks {

/// Random numbers modulo p.
class Weights {
 public:
  explicit Weights(std::uint64_t seed) : stream_(seed) {}
  /// From the random numbers of the operating system.
  static Weights unpredictable();
  std::vector<Modulo> draw(Idx count);
  static Modulo total(const std::vector<Modulo>& weights);

 private:
  Stream stream_;
};

/// A sum over some axes of a tensor, seen as [rows, kept, columns, inner]:
///   result[k,i] = sum over r and c of  row_weights[r] * column_weights[block,c] * tensor[r,k,c,i].
struct Fold {
  Idx rows = 1, kept = 1, columns = 1, inner = 1;
  std::vector<Modulo> row_weights{};     // empty: all are 1
  std::vector<Modulo> column_weights{};  // one or several blocks of `columns` numbers
  Idx pairs_per_block = 1;               // how many successive (r,k) share a block; after the last block, the first

  Idx count() const { return kept * rows * columns * inner; }
};

/// The smaller problem whose output is the folded output of the whole problem.
struct Projected {
  Problem problem;
  std::vector<Fold> inputs;
  Fold output;
};

/// How one operation with products is projected.
struct Projection {
  Projected (*project)(const Problem&, Weights&);
  /// A smaller problem that takes all elements of that input, but few of the other one. Let the input have its
  /// magnitudes, and the other one its largest magnitude everywhere. Then the largest output bounds every partial sum of
  /// the whole problem.
  Problem (*alone)(const Problem&, std::size_t input);
};

/// Whether `outputs`, the bytes of the only output, are right. `inputs`: numbers whose products are multiples of a
/// power of two, such that the magnitudes of the terms of each output element add up to a number that the accumulator
/// counts exactly.
bool is_projection_right(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                         std::span<const std::byte> outputs, Weights weights);
/// The same, with a projection whose weights are drawn.
bool is_projection_right(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                         std::span<const std::byte> outputs, const Projected& projected);

/// An upper bound of the magnitude of every partial sum, if input `whole` has many different magnitudes.
double largest_sum_alone(const Operation& operation, const Operands<double>& inputs, std::size_t whole);

/// How likely a wrong output passes, at most.
inline constexpr double chance_of_error = 2.0 / static_cast<double>(Modulo::prime);

}  // namespace cnnspec::checks
