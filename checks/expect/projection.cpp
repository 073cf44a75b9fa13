#include "checks/expect/projection.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "checks/expect/expectation.hpp"

namespace cnnspec::checks {
namespace {

/// Elements of a tensor that are handled at once.
constexpr Idx in_one_go = 1 << 13;

/// Numbers in units of a power of two.
class Units {
 public:
  Units(int exponent, double most)
      : most_(most),
        up_{std::ldexp(1.0, exponent / 2), std::ldexp(1.0, exponent - exponent / 2)},
        down_{1 / up_[0], 1 / up_[1]} {}

  /// Whether all are integers of at most `most` units. Writes these.
  bool convert(std::span<const double> values, std::int64_t* to) const {
    bool all = true;
    for (const double v : values) {
      const double units = v * down_[0] * down_[1];
      const bool fits = std::fabs(units) <= most_;  // false for NaN
      *to = fits ? static_cast<std::int64_t>(units) : 0;
      all = all && fits && static_cast<double>(*to++) * up_[0] * up_[1] == v;
    }
    return all;
  }

  /// The most products of a number modulo p and of one of these that can be added in 127 bits.
  Idx most_terms() const {
    const int bits = 127 - Modulo::bits - (std::ilogb(most_) + 1);
    return Idx{1} << std::clamp(bits, 1, 40);
  }

 private:
  double most_;
  std::array<double, 2> up_, down_;  // two factors each: one alone may be out of range
};

/// Sums of products, for several elements side by side.
class Sums {
 public:
  Sums(Idx count, Idx most_terms) : sums_(static_cast<std::size_t>(count)), most_terms_(most_terms) {}

  /// Adds a product to each sum.
  void add(Modulo weight, const std::int64_t* integers) {
    if (terms_ == most_terms_) reduce();
    ++terms_;
    for (Int128& sum : sums_) sum += product(weight, *integers++);
  }
  /// Adds all products to the first sum.
  void add(const Modulo* weights, const std::int64_t* integers, Idx count) {
    while (count > 0) {
      if (terms_ == most_terms_) reduce();
      const Idx some = std::min(count, most_terms_ - terms_);
      Int128 sum = 0;
      for (Idx n = 0; n < some; ++n) sum += product(*weights++, *integers++);
      sums_[0] += sum;
      terms_ += some, count -= some;
    }
  }
  Modulo sum(std::size_t n) const { return Modulo(sums_[n]); }

 private:
  static Int128 product(Modulo weight, std::int64_t integer) {
    return static_cast<Int128>(static_cast<std::int64_t>(weight.value)) * integer;
  }
  void reduce() {
    for (Int128& sum : sums_) sum = static_cast<Int128>(Modulo(sum).value);
    terms_ = 1;
  }

  std::vector<Int128> sums_;
  Idx most_terms_, terms_ = 0;
};

/// Folds a tensor. `read(first, count)`: the values of these elements. None: they are not all such integers.
template <class Read>
std::optional<std::vector<Modulo>> folded(const Fold& f, const Units& units, Read read) {
  const auto blocks = static_cast<Idx>(f.column_weights.size()) / f.columns;
  std::vector<Modulo> result(static_cast<std::size_t>(f.kept * f.inner));
  const Idx width = std::min(f.inner, in_one_go);                                             // elements side by side
  const Idx height = width < f.inner ? 1 : std::clamp(in_one_go / width, Idx{1}, f.columns);  // columns at once
  std::vector<std::int64_t> integers(static_cast<std::size_t>(width * height));
  for (Idx k = 0; k < f.kept; ++k)
    for (Idx first = 0; first < f.inner; first += width) {
      const Idx some = std::min(width, f.inner - first);
      for (Idx r = 0; r < f.rows; ++r) {
        const Idx pair = r * f.kept + k;
        const Modulo* const weights = f.column_weights.data() + pair / f.pairs_per_block % blocks * f.columns;
        Sums sums(some, units.most_terms());
        for (Idx c = 0; c < f.columns; c += height) {
          const Idx columns = std::min(height, f.columns - c);
          const Idx at = (pair * f.columns + c) * f.inner + first;
          if (!units.convert(read(at, columns * some), integers.data())) return {};
          if (some == 1)
            sums.add(weights + c, integers.data(), columns);
          else
            for (Idx n = 0; n < columns; ++n) sums.add(weights[c + n], integers.data() + n * some);
        }
        const Modulo row_weight = f.row_weights.empty() ? Modulo(1) : f.row_weights[static_cast<std::size_t>(r)];
        for (Idx n = 0; n < some; ++n)
          result[static_cast<std::size_t>(k * f.inner + first + n)] +=
              row_weight * sums.sum(static_cast<std::size_t>(n));
      }
    }
  return result;
}

/// The exponents of the units in which the inputs and their products are counted. The bias counts as a product.
struct Exponents {
  std::vector<int> inputs;
  int products;
};
Exponents exponents_of(const Operation& operation, const Operands<double>& inputs, int products) {
  const std::optional<int> second = least_exponent_of(inputs[1]);
  Exponents e{{products - second.value_or(0), second.value_or(0)}, products};
  if (operation.takes_bias()) e.inputs.push_back(products);
  return e;
}

}  // namespace

Weights Weights::unpredictable() {
  std::uint64_t seed = 0;
  if (getentropy(&seed, sizeof seed) != 0) throw std::runtime_error("the operating system has no random numbers");
  return Weights(seed);
}

std::vector<Modulo> Weights::draw(Idx count) {
  std::vector<Modulo> weights(static_cast<std::size_t>(count));
  for (Modulo& w : weights) do
      w.value = stream_.bits() >> (64 - Modulo::bits);
    while (w.value == Modulo::prime);
  return weights;
}

Modulo Weights::total(const std::vector<Modulo>& weights) {
  Modulo sum;
  for (const Modulo w : weights) sum += w;
  return sum;
}

bool is_projection_right(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                         std::span<const std::byte> outputs, Weights weights) {
  return is_projection_right(operation, arithmetic, inputs, outputs,
                             operation.pass().projection->project(operation.problem, weights));
}

bool is_projection_right(const Operation& operation, const Arithmetic& arithmetic, const Operands<double>& inputs,
                         std::span<const std::byte> outputs, const Projected& projected) {
  assert(operation.multiplies() && operation.outputs.size() == 1);
  const std::optional<int> terms = least_exponent_of_terms(operation, inputs);
  const Exponents exponents = exponents_of(operation, inputs, terms.value_or(0));
  const double most = std::ldexp(1.0, arithmetic.accumulator.digits);
  Operands<Modulo> folded_inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].empty()) {
      folded_inputs.emplace_back();
      continue;
    }
    assert(projected.inputs[i].count() == static_cast<Idx>(inputs[i].size()));
    auto some = folded(projected.inputs[i], Units(exponents.inputs[i], most), [&](Idx first, Idx count) {
      return std::span(inputs[i]).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    });
    if (!some) return false;
    folded_inputs.push_back(std::move(*some));
  }
  const TensorInfo& output = operation.outputs.front();
  const std::size_t bytes = element_bytes(output.element, arithmetic.dtype);
  std::vector<double> decoded;
  const auto actual = folded(projected.output, Units(exponents.products, most), [&](Idx first, Idx count) {
    decoded = decode(output, arithmetic.dtype,
                     outputs.subspan(static_cast<std::size_t>(first) * bytes, static_cast<std::size_t>(count) * bytes));
    return std::span<const double>(decoded);
  });
  return actual && *actual == run_spec(operation_of(operation.op, projected.problem), folded_inputs);
}

double largest_sum_alone(const Operation& operation, const Operands<double>& inputs, std::size_t whole) {
  const Operation alone = operation_of(operation.op, operation.pass().projection->alone(operation.problem, whole));
  Operands<double> magnitudes;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::vector<double> of_input;
    double largest = 0;
    for (const double v : inputs[i]) {
      if (i == whole) of_input.push_back(std::fabs(v));
      largest = std::max(largest, std::fabs(v));
    }
    if (i != whole && !inputs[i].empty()) of_input.assign(static_cast<std::size_t>(alone.inputs[i].count()), largest);
    magnitudes.push_back(std::move(of_input));
  }
  const std::vector<double> sums = run_spec(alone, magnitudes);
  return *std::ranges::max_element(sums);
}

}  // namespace cnnspec::checks
