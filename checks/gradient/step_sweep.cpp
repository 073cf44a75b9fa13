#include "checks/gradient/step_sweep.hpp"

#include <cmath>

#include "checks/generate/choices.hpp"
#include "checks/gradient/moved_network.hpp"
#include "checks/gradient/network_bounds.hpp"
#include "checks/gradient/network_subject.hpp"
#include "checks/networks/parameters.hpp"
#include "checks/scalars/exact.hpp"
#include "checks/scalars/high_precision.hpp"

namespace cnnspec::checks {
namespace {

/// The point has small multiples of 2^-10, which every scalar here represents exactly. No binary scalar represents the
/// direction exactly, and so the points along it.
using Numbers = std::vector<std::vector<double>>;  // [tensor][element]
constexpr int fraction_bits = 10;
constexpr int direction_unit = 1021;  // its entries are multiples of 1/1021

using SweepProgress = std::function<void(const std::string& curve, Idx done)>;

std::vector<Idx> output_of(const NetworkDefinition& net) {
  const std::vector<LayerDescription> layers = describe(net);
  return layers.empty() ? net.input : layers.back().output;
}

struct Setting {
  const NetworkDefinition& net;
  std::vector<NetworkTensor> tensors;
  Numbers point, direction;
  std::vector<double> dy;
};

/// Nonzero whole numbers of at most that size.
Numbers draw(const std::vector<NetworkTensor>& tensors, RandomChoices& choices, Idx largest) {
  Numbers all;
  for (const NetworkTensor& t : tensors) {
    std::vector<double>& values = all.emplace_back();
    for (Idx n = 0; n < count_of(t.extents); ++n) {
      const auto size = static_cast<double>(choices.pick(1, largest));
      values.push_back(choices.chance(50) ? size : -size);
    }
  }
  return all;
}

Setting draw_setting(const NetworkDefinition& net, std::uint64_t seed) {
  Setting s{net, tensors_of(net), {}, {}, {}};
  RandomChoices choices(seed);
  s.point = draw(s.tensors, choices, Idx{1} << fraction_bits);
  for (std::vector<double>& values : s.point)
    for (double& v : values) v = std::ldexp(v, -fraction_bits);
  s.direction = draw(s.tensors, choices, direction_unit);
  for (Idx n = 0; n < count_of(output_of(net)); ++n) s.dy.push_back(static_cast<double>(choices.pick(1, 3)));
  return s;
}

/// <dy, network> with the tensors at point + h * direction / 1021.
template <class T>
class Function {
 public:
  explicit Function(const Setting& s) : s_(s), network_(s.net) {}

  T operator()(const T& h) {
    std::size_t t = 1;
    for (auto& layer : network_.layers)
      for_each_parameter(layer, [&](auto& w, std::size_t, const std::string&) {
        const std::vector<T> values = moved(t, h);
        for (Idx n = 0; n < w.size(); ++n) w[n] = values[static_cast<std::size_t>(n)];
        ++t;
      });
    const AnyTensor<T> y = network_.forward(as_tensor(moved(0, h), s_.tensors[0].extents));
    T sum(0);
    std::visit(
        [&](const auto& outputs) {
          for (std::size_t n = 0; n < s_.dy.size(); ++n) sum += number(s_.dy[n]) * outputs[static_cast<Idx>(n)];
        },
        y);
    return sum;
  }

  /// <direction, backward(dy)> at the point.
  T slope() {
    (*this)(T(0));
    std::vector<T> dy;
    for (const double d : s_.dy) dy.push_back(number(d));
    auto [dx, d_parameters] =
        network_.backward(as_tensor(moved(0, T(0)), s_.tensors[0].extents), as_tensor(dy, output_of(s_.net)));
    std::vector<std::vector<T>> gradients{std::visit([](auto&& d) { return d.elements(); }, dx)};
    for (auto& layer : d_parameters)
      for (auto& d : layer) gradients.push_back(std::move(d));
    T sum(0);
    for (std::size_t t = 0; t < gradients.size(); ++t)
      for (std::size_t n = 0; n < gradients[t].size(); ++n) sum += direction(t, n) * gradients[t][n];
    return sum;
  }

  T difference(const T& h) { return ((*this)(h) - (*this)(T(T(0) - h))) / (T(2) * h); }

 private:
  static T number(double v) { return static_cast<T>(v); }

  T direction(std::size_t t, std::size_t n) const { return number(s_.direction[t][n]) / number(direction_unit); }

  std::vector<T> moved(std::size_t t, const T& h) const {
    std::vector<T> values;
    for (std::size_t n = 0; n < s_.point[t].size(); ++n)
      values.push_back(T(number(s_.point[t][n]) + h * direction(t, n)));
    return values;
  }

  const Setting& s_;
  Network<T> network_;
};

template <class T>
T power_of_two(int exponent) {
  T result(1);
  for (; exponent < 0; ++exponent) result /= 2;
  return result;
}

double relative_error(const Float100& difference, const Float100& slope) {
  const Float100 error = abs(Float100(difference - slope));
  return static_cast<double>(slope == 0 ? error : Float100(error / abs(slope)));
}

/// Steps 1, 2^-stride, ... until rounding has consumed all digits. A few more points are shown, where the error is
/// about 1.
template <class T>
SweepCurve curve(const std::string& scalar, const Setting& s, const Float100& slope, int stride,
                 const SweepProgress& progress) {
  constexpr int digits = std::numeric_limits<T>::digits;
  SweepCurve c{scalar, std::ldexp(1.0, -digits), {}};
  Function<T> f(s);
  for (int k = 0; k <= digits; k += stride) {
    c.points.push_back({std::ldexp(1.0, -k), relative_error(Float100(f.difference(power_of_two<T>(-k))), slope)});
    if (progress) progress(scalar, std::ssize(c.points));
  }
  return c;
}

/// The slopes of <ones, network> when each tensor moves in turn: from finite differences, and from backward.
struct ExactSlopes {
  BigInt twice_difference = 0, twice_backward = 0;
};

/// In integers, with the step 2^-k: the data is scaled by 2^k, so that the step is 1 (network_subject.hpp).
ExactSlopes exact_slopes(const NetworkDefinition& net, std::uint64_t seed, int k) {
  NetworkSubject<BigInt> f(net, DataRange{}, std::vector<double>(tensors_of(net).size(), std::ldexp(1.0, k)));
  RandomChoices choices(seed);
  const Point<BigInt> point = f.draw(choices);
  const auto outputs = static_cast<std::size_t>(count_of(output_of(net)));
  const Point<BigInt> gradients = f.backward(std::vector<BigInt>(outputs, BigInt(1)));
  ExactSlopes s;
  for (std::size_t t = 0; t < point.size(); ++t) {
    std::vector<BigInt> up, down;
    for (std::size_t n = 0; n < point[t].size(); ++n) {
      const BigInt direction(choices.chance(50) ? 1 : -1), base(point[t][n] * f.scale(t));
      up.push_back(base + direction);
      down.push_back(base - direction);
      s.twice_backward += 2 * direction * gradients[t][n];
    }
    for (const BigInt& y : f.evaluate(t, up).y) s.twice_difference += y;
    for (const BigInt& y : f.evaluate(t, down).y) s.twice_difference -= y;
  }
  return s;
}

constexpr int shortest_exact_step = 320, exact_stride = 8;

/// A point at a kink has no derivative. If backward is right, another point is soon found. If it is wrong, none is
/// found, and the last one is shown.
constexpr int most_points = 20;

SweepCurve exact_curve(const NetworkDefinition& net, std::uint64_t seed, const SweepProgress& progress) {
  for (int tried = 1; tried < most_points; ++tried, ++seed) {
    const ExactSlopes s = exact_slopes(net, seed, shortest_exact_step);
    if (s.twice_difference == s.twice_backward) break;
  }
  SweepCurve c{"exact", 0, {}};
  for (int k = 0; k <= shortest_exact_step; k += exact_stride) {
    const ExactSlopes s = exact_slopes(net, seed, k);
    c.points.push_back(
        {std::ldexp(1.0, -k), s.twice_difference == s.twice_backward
                                  ? 0
                                  : relative_error(Float100(s.twice_difference), Float100(s.twice_backward))});
    if (progress) progress(c.scalar, std::ssize(c.points));
  }
  return c;
}

}  // namespace

StepSweep sweep_steps(const NetworkDefinition& net, std::uint64_t seed, const SweepProgress& progress) {
  const Setting s = draw_setting(net, seed);
  const Float100 slope = Function<Float100>(s).slope();
  return {"one direction through all tensors at once; exact: each tensor in turn, in integers",
          {curve<float>("float", s, slope, 1, progress), curve<double>("double", s, slope, 2, progress),
           curve<Float50>("float50", s, slope, 6, progress), curve<Float100>("float100", s, slope, 12, progress),
           exact_curve(net, seed, progress)}};
}

}  // namespace cnnspec::checks
