// A run-time network as the subject of finite differences. For each point, the part before a moved tensor is computed
// only once.
//
// Integers use the step 1 on scaled data. Every layer is positively homogeneous: in (input, bias) if it has a bias, in
// its input if it has no parameters. So multiply one tensor by S, and also every bias from its layer on (for a bias:
// its layer's input too). This multiplies the output by S and does not change the derivative with respect to that
// tensor. A step of 1 then moves the unscaled tensor by 1/S. Unscaled pre-activations are integers, hence zero or at
// least 1 in size. So with S > 2 * (the movement of the input of any ReLU or pooling window for a step of 1), only
// exact kinks and ties can change a branch.
#pragma once

#include <algorithm>
#include <cmath>

#include "checks/gradient/moved_network.hpp"
#include "checks/scalars/int128.hpp"
#include "checks/scalars/lanes.hpp"
#include "checks/scalars/traits.hpp"
#include "checks/scalars/whole.hpp"

namespace cnnspec::checks {

template <class T>
class NetworkSubject : public Subject<T> {
 public:
  /// scales[t]: S for each tensor; all are 1 for scalars with small steps.
  NetworkSubject(const NetworkDefinition& definition, const DataRange& range, std::vector<double> scales)
      : definition_(definition),
        range_(range),
        network_tensors_(tensors_of(definition)),
        scales_(std::move(scales)),
        network_(definition),
        moved_(definition),
        many_(definition) {
    for (const NetworkTensor& t : network_tensors_) tensors_.push_back({t.name, t.extents});
  }

  const std::vector<SubjectTensor>& tensors() const override { return tensors_; }
  T scale(std::size_t t) const override { return power_of_two(scales_[t]); }
  T step(std::size_t) const override {
    if constexpr (is_exact<T>)
      return is_integer<T> ? T(1) : T(1) / power_of_two(small_step_);
    else
      return T(1) / T(2);  // there is no truncation, so the longest step without a branch change is best
  }
  /// For Rational: the step is 1/S.
  void set_small_step(double s) { small_step_ = s; }

  ErrorBound error_bound(std::size_t t, Mode mode) const override {
    if constexpr (is_exact<T>) return {};
    const double u = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
    const auto size = [&](std::size_t tensor, Idx n) {
      return std::fabs(static_cast<double>(point_[tensor][static_cast<std::size_t>(n)])) + 1;  // + the step
    };
    const NetworkBounds bounds = bound_network(definition_, size, largest_cotangent, true);
    double n = bounds.roundings + 2, outputs = 1, entries = 1;
    if (mode == Mode::directional) {  // sums over all outputs, and over all entries
      outputs = largest_cotangent * static_cast<double>(count_of(network_.describe().back().output));
      entries = static_cast<double>(count_of(tensors_[t].extents));
      n += outputs + entries;
    }
    const double gamma = n * u / (1 - n * u);
    return {gamma * bounds.activation * outputs, gamma * bounds.gradient * entries};
  }
  /// Data have 10 bits before the point and `fraction_bits` after it; t + h and t - h must be exact. An exact scalar
  /// does not halve: its step is so small that only a kink at the point itself can interfere, and a smaller step would
  /// not help. Half of the integer 1 is 0.
  int halvings() const override { return is_exact<T> ? 0 : std::numeric_limits<T>::digits - 12; }

  const Point<T>& draw(RandomChoices& choices) override {
    // Floating-point data have fractions, so that rounding shows; integers and rationals are whole numbers.
    constexpr int fraction_bits = is_exact<T> ? 0 : std::min(14, std::numeric_limits<T>::digits / 2 - 10);
    const T unit = fraction_bits == 0 ? T(1) : T(1) / T(1 << fraction_bits);
    point_.clear();
    for (std::size_t t = 0; t < network_tensors_.size(); ++t) {
      const Idx range = range_.of(network_tensors_[t]) << fraction_bits;
      std::vector<T> values;
      for (Idx n = 0; n < count_of(tensors_[t].extents); ++n) {
        const T size = T(static_cast<int>(choices.pick(1, range))) * unit;
        values.push_back(choices.chance(50) ? size : T(0) - size);
      }
      point_.push_back(std::move(values));
    }
    set_base();
    return point_;
  }

  Evaluation<T> evaluate(std::size_t t, const std::vector<T>& values) override {
    prepare(moved_, moved_for_, t);
    return moved_.evaluate(values);
  }

  bool has_affine_pieces() const override { return is_exact<T>; }
  Idx entries_at_once() const override { return has_affine_pieces() ? lanes : lanes / 2; }
  std::unique_ptr<Subject<T>> copy() const override { return std::make_unique<NetworkSubject>(*this); }
  std::optional<EvaluationsOnOnePiece<T>> evaluate_entries(std::size_t t, const std::vector<T>& values, Idx first,
                                                           Idx count, const T& h) override {
    if constexpr (!has_lanes) {
      return Subject<T>::evaluate_entries(t, values, first, count, h);
    } else {
      prepare(many_, many_for_, t);
      std::vector<Many> moved;
      for (const T& v : values) moved.emplace_back(v);
      const Idx sides = has_affine_pieces() ? 1 : 2;
      for (Idx n = 0; n < count; ++n) {
        T* const lane = moved[static_cast<std::size_t>(first + n)].lane.data() + sides * n;
        lane[0] += h;
        if (sides == 2) lane[1] -= h;
      }
      lanes_diverged = false;
      Evaluation<Many> all = many_.evaluate(moved);
      if (lanes_diverged) return std::nullopt;
      EvaluationsOnOnePiece<T> result{{}, std::move(all.branches)};
      for (Idx n = 0; n < sides * count; ++n) {
        std::vector<T> y;
        for (const Many& v : all.y) y.push_back(v.lane[static_cast<std::size_t>(n)]);
        result.y.push_back(std::move(y));
      }
      return result;
    }
  }

  Point<T> backward(const std::vector<T>& dy) override {
    const auto& rows = network_.describe();
    auto [dx, d_parameters] = network_.backward(inputs_[0], as_tensor(dy, rows.back().output));
    Point<T> gradients{std::visit([](auto&& d) { return d.elements(); }, dx)};
    for (auto& layer : d_parameters)
      for (auto& d : layer) gradients.push_back(std::move(d));
    return gradients;
  }

 private:
  /// Scalars of fixed width are evaluated several at a time: as many as is fastest.
  static constexpr bool has_lanes = std::is_arithmetic_v<T> || std::is_same_v<T, Int128> || is_whole<T>;
  static constexpr Idx lanes = !has_lanes ? 2 : sizeof(T) > 8 ? 4 : 8;
  using Many = std::conditional_t<has_lanes, Lanes<T, lanes>, T>;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  static T power_of_two(double s) {
    T result(1);
    for (; s > 1; s /= 2) result = result + result;
    return result;
  }
  template <class S>
  void prepare(MovedNetwork<S>& moved, std::size_t& moved_for, std::size_t t) {
    if (moved_for == t) return;
    moved.prepare(network_, inputs_[network_tensors_[t].layer], network_tensors_[t], scale(t));
    moved_for = t;
  }
  void set_base() {
    std::size_t t = 1;
    for (auto& layer : network_.layers)
      for_each_parameter(layer, [&](auto& w, std::size_t, const std::string&) {
        for (Idx n = 0; n < w.size(); ++n) w[n] = point_[t][static_cast<std::size_t>(n)];
        ++t;
      });
    inputs_ = {as_tensor(point_[0], tensors_[0].extents)};
    for (std::size_t n = 0; n + 1 < network_.layers.size(); ++n)
      inputs_.push_back(network_.forward_layer(n, inputs_[n]));
    moved_for_ = many_for_ = none;
  }

  NetworkDefinition definition_;
  DataRange range_;
  std::vector<NetworkTensor> network_tensors_;
  std::vector<SubjectTensor> tensors_;
  std::vector<double> scales_;
  double small_step_ = 1;
  Point<T> point_;
  Network<T> network_;
  std::vector<AnyTensor<T>> inputs_;  // of each layer, at the base point
  MovedNetwork<T> moved_;
  MovedNetwork<Many> many_;
  std::size_t moved_for_ = none, many_for_ = none;  // the tensor for which moved_ and many_ are prepared
};

}  // namespace cnnspec::checks
