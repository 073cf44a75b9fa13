// A run-time network as the subject of finite differences. What lies before a moved tensor is computed once for each
// point.
//
// Integers take the step 1 on scaled data. Every layer is positively homogeneous: conv2d and linear in (input, bias),
// max_pool2d, relu and flatten in their input. So multiplying one tensor by S, and by S every bias from its layer on
// (for a bias: its layer's input too), multiplies the output by S and leaves the derivative with respect to that tensor
// as it is. A step of 1 then moves the unscaled tensor by 1/S. Unscaled pre-activations are integers, hence zero or at
// least 1 in size, so with S > 2 * (how far anything moves for a step of 1) only exact kinks and ties can change a
// branch.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "checks/gradient/network_bounds.hpp"
#include "checks/gradient/parameters.hpp"
#include "checks/gradient/subject.hpp"
#include "checks/scalars/traits.hpp"

namespace cnnspec::checks {

template <class T>
class NetworkSubject : public Subject<T> {
 public:
  /// scales[t]: S for each tensor; all 1 for scalars that have small steps.
  NetworkSubject(const NetworkDefinition& definition, const DataRange& range, std::vector<double> scales)
      : definition_(definition),
        range_(range),
        network_tensors_(tensors_of(definition)),
        scales_(std::move(scales)),
        network_(definition),
        moved_(definition) {
    for (const NetworkTensor& t : network_tensors_) tensors_.push_back({t.name, t.extents});
  }

  const std::vector<TensorInfo>& tensors() const override { return tensors_; }
  T scale(std::size_t t) const override { return power_of_two(scales_[t]); }
  T step(std::size_t) const override {
    if constexpr (is_exact<T>)
      return is_integer<T> ? T(1) : T(1) / power_of_two(small_step_);
    else
      return T(1) / T(2);  // no truncation: the longest step without a branch change is the best
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
  /// Data have 10 bits before the point and `fraction_bits` after it; t + h and t - h must be exact.
  int halvings() const override { return std::numeric_limits<T>::digits - 12; }

  const Point<T>& draw(RandomChoices& choices) override {
    // Floating-point data have a fraction, so that their rounding shows; integers and rationals are whole numbers.
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
    const NetworkTensor& tensor = network_tensors_[t];
    const T s = scale(t);
    if (moved_for_ != t) prepare(t, s);
    if (tensor.is_input) return forward_from(0, as_tensor(values, tensor.extents));
    for_each_parameter(moved_.layers[tensor.layer], [&](auto& w, std::size_t parameter, const std::string&) {
      if (parameter == tensor.parameter) assign(w, values);
    });
    return forward_from(tensor.layer, *start_);
  }

  Point<T> backward(const std::vector<T>& dy) override {
    const auto& rows = network_.describe();
    auto [dx, d_parameters] = network_.backward(inputs_[0], as_tensor(dy, rows.back().output));
    Point<T> gradients{std::visit([](auto&& d) { return d.elements(); }, dx)};
    for (auto& layer : d_parameters)
      for (auto& d : layer) gradients.push_back(std::move(d));
    return gradients;
  }

 protected:
  const Network<T>& network() const { return network_; }

 private:
  static T power_of_two(double s) {
    T result(1);
    for (; s > 1; s /= 2) result = result + result;
    return result;
  }
  static AnyTensor<T> as_tensor(const std::vector<T>& values, const std::vector<Idx>& extents) {
    return with_shape(extents, [&](const auto& shape) -> AnyTensor<T> { return Tensor(shape, values); });
  }
  template <class W>
  static void assign(W& w, const std::vector<T>& values) {
    for (Idx n = 0; n < w.size(); ++n) w[n] = values[static_cast<std::size_t>(n)];
  }

  void set_base() {
    std::size_t t = 1;
    for (auto& layer : network_.layers)
      for_each_parameter(layer, [&](auto& w, std::size_t, const std::string&) { assign(w, point_[t++]); });
    inputs_ = {as_tensor(point_[0], tensors_[0].extents)};
    for (std::size_t n = 0; n + 1 < network_.layers.size(); ++n)
      inputs_.push_back(network_.forward_layer(n, inputs_[n]));
    moved_for_ = none;
  }

  /// The network with tensor t's biases scaled, and the input of its layer.
  void prepare(std::size_t t, const T& s) {
    const NetworkTensor& tensor = network_tensors_[t];
    moved_.layers = network_.layers;
    for (std::size_t u = 1; u < network_tensors_.size(); ++u) {
      const NetworkTensor& other = network_tensors_[u];
      if (!other.is_bias || other.layer < tensor.layer) continue;
      for_each_parameter(moved_.layers[other.layer], [&](auto& w, std::size_t parameter, const std::string&) {
        if (parameter == other.parameter)
          for (Idx n = 0; n < w.size(); ++n) w[n] = w[n] * s;
      });
    }
    start_ = inputs_[tensor.layer];
    if (tensor.is_bias)
      std::visit(
          [&](auto& x) {
            for (Idx n = 0; n < x.size(); ++n) x[n] = x[n] * s;
          },
          *start_);
    moved_for_ = t;
  }

  Evaluation<T> forward_from(std::size_t layer, AnyTensor<T> x) const {
    Evaluation<T> result;
    for (std::size_t n = layer; n < moved_.layers.size(); ++n) {
      if (std::holds_alternative<ReluLayer>(moved_.layers[n])) record_mask(x, result.branches);
      if (const auto* pool = std::get_if<MaxPool2dLayer<MaxPool2dConfig>>(&moved_.layers[n])) {
        auto pooled = max_pool2d_with_winners(std::get<Image<T>>(x), pool->config);
        result.branches.insert(result.branches.end(), pooled.winners.elements().begin(),
                               pooled.winners.elements().end());
        x = std::move(pooled.y);
      } else {
        x = moved_.forward_layer(n, x);
      }
    }
    result.y = std::visit([](const auto& y) { return y.elements(); }, x);
    return result;
  }
  static void record_mask(const AnyTensor<T>& x, BranchSignature& branches) {
    std::visit(
        [&](const auto& tensor) {
          for (const T& v : tensor.elements()) branches.push_back(v <= T(0) ? 0 : 1);
        },
        x);
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  NetworkDefinition definition_;
  DataRange range_;
  std::vector<NetworkTensor> network_tensors_;
  std::vector<TensorInfo> tensors_;
  std::vector<double> scales_;
  double small_step_ = 1;
  Point<T> point_;
  Network<T> network_, moved_;
  std::vector<AnyTensor<T>> inputs_;   // of each layer, at the base point
  std::optional<AnyTensor<T>> start_;  // the moved tensor's layer's input
  std::size_t moved_for_ = none;
};

}  // namespace cnnspec::checks
