// Forward mode against reverse mode: <dy, J d> = <J^T dy, d>. The left side runs the specification's forward loops on
// dual numbers, the right side runs its backward loops. There is no step and no second point, and the derivative is
// derived in another way.
#pragma once

#include "checks/gradient/network_subject.hpp"
#include "checks/scalars/dual.hpp"
#include "checks/scalars/text.hpp"

namespace cnnspec::checks {

namespace detail {

template <class T>
AnyTensor<Dual<T>> dual_input(const std::vector<T>& values, const std::vector<T>& direction,
                              const std::vector<Idx>& extents) {
  return with_shape(extents, [&](const auto& shape) -> AnyTensor<Dual<T>> {
    auto x = zeros<Dual<T>>(shape);
    for (Idx n = 0; n < x.size(); ++n)
      x[n] = {values[static_cast<std::size_t>(n)], direction[static_cast<std::size_t>(n)]};
    return x;
  });
}

/// J d at `point`, where the direction d moves all tensors at once.
template <class T>
std::vector<T> forward_derivative(const NetworkDefinition& definition, const Point<T>& point,
                                  const Point<T>& direction) {
  Network<Dual<T>> net(definition);
  std::size_t t = 1;
  for (auto& layer : net.layers)
    for_each_parameter(layer, [&](auto& w, std::size_t, const std::string&) {
      for (Idx n = 0; n < w.size(); ++n)
        w[n] = {point[t][static_cast<std::size_t>(n)], direction[t][static_cast<std::size_t>(n)]};
      ++t;
    });
  const auto y = net.forward(dual_input(point[0], direction[0], definition.input));
  return std::visit(
      [](const auto& out) {
        std::vector<T> derivative;
        for (const Dual<T>& v : out.elements()) derivative.push_back(v.derivative);
        return derivative;
      },
      y);
}

}  // namespace detail

/// Uses one random direction in each tensor, one tensor at a time. T: an exact scalar.
template <class T>
GradientReport check_forward_mode(const NetworkDefinition& definition, const std::string& target, std::uint64_t seed) {
  static_assert(is_exact<T>, "the comparison is ==");
  NetworkSubject<T> subject(definition, DataRange{}, std::vector<double>(tensors_of(definition).size(), 1));
  RandomChoices choices(seed);
  const Point<T> point = subject.draw(choices);
  GradientReport result{target, name_of_scalar<T>(), Mode::directional, seed, {}};
  for (std::size_t moved = 0; moved < point.size(); ++moved) {
    Point<T> direction;
    for (std::size_t t = 0; t < point.size(); ++t) {
      direction.emplace_back(point[t].size(), T(0));
      if (t == moved)
        for (T& d : direction[t]) d = T(static_cast<int>(choices.pick(-3, 3)));
    }
    const std::vector<T> derivative = detail::forward_derivative(definition, point, direction);
    std::vector<T> dy;
    for (std::size_t k = 0; k < derivative.size(); ++k)
      dy.push_back(T(static_cast<int>(choices.pick(1, largest_cotangent))));
    const std::vector<T> gradient = subject.backward(dy)[moved];
    T forward(0), reverse(0);
    for (std::size_t k = 0; k < dy.size(); ++k) forward += dy[k] * derivative[k];
    for (std::size_t e = 0; e < gradient.size(); ++e) reverse += gradient[e] * direction[moved][e];
    const SubjectTensor& info = subject.tensors()[moved];
    TensorReport report{.name = info.name, .extents = info.extents, .entries = 1, .exact = true};
    if (!(forward == reverse)) {
      report.wrong = 1;
      report.first = Mismatch{info.name, {}, -1, text_of(reverse), text_of(forward)};
    }
    result.tensors.push_back(std::move(report));
  }
  return result;
}

}  // namespace cnnspec::checks
