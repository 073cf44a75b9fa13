// check_gradient: the gradient check for your own layer. Pass a forward and a backward callable, written for any scalar
// or for the scalar of the check, and the names and shapes of the tensors:
//
//   const GradientReport report = check_gradient<Rational>(
//       "scale", {"x", "s"},
//       [](const auto& x, const auto& s) { ... return y; },
//       [](const auto& x, const auto& s, const auto& dy) { ... return std::tuple{dx, ds}; },
//       GradientOptions{}, dyn_shape(3, 5, 4), dyn_shape(3));
//   if (!report.passed()) std::cerr << report.failure();
//
// Rational or BigInt: for a layer that is piecewise affine in each single coordinate. This includes products of
// tensors, sums, max and ReLU. The comparison is ==. Float50 or Float100: for any layer that is smooth almost
// everywhere.
#pragma once

#include <algorithm>
#include <cmath>
#include <tuple>

#include "checks/gradient/finite_difference.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

/// A pair of callables as a Subject. Tensors: the types of the arguments, all with scalar T.
template <class T, class Forward, class Backward, class... Tensors>
class CallableSubject final : public Subject<T> {
 public:
  CallableSubject(const std::vector<std::string>& names, Forward forward, Backward backward, Tensors... tensors)
      : forward_(std::move(forward)), backward_(std::move(backward)), base_(tensors...), moved_(std::move(tensors)...) {
    require(check_agree("check_gradient", "names of the tensors", sizeof...(Tensors), static_cast<Idx>(names.size())));
    std::size_t t = 0;
    std::apply(
        [&](const auto&... x) {
          (infos_.push_back({names[t++], {x.shape().extents().begin(), x.shape().extents().end()}}), ...);
        },
        base_);
  }

  const std::vector<SubjectTensor>& tensors() const override { return infos_; }

  /// The step: integers use 1 between multiples of 2^16; rationals use 2^-16 between whole numbers; scalars that round
  /// use the largest power of two below the cube root of epsilon, where truncation and rounding balance.
  T step(std::size_t) const override {
    if constexpr (is_integer<T>) return T(1);
    T h(1);
    for (int n = 0; n < (is_exact<T> ? 16 : std::numeric_limits<T>::digits / 3); ++n) h = h / T(2);
    return h;
  }
  /// With that step, the error of a central difference is about epsilon^(2/3) * |f|, times the condition of f. The
  /// error of a wrong derivative is about |f|. epsilon^(1/2) * (1 + |f|) lies between them and leaves a factor
  /// epsilon^(-1/6) for the condition.
  ErrorBound error_bound(std::size_t, Mode mode) const override {
    if constexpr (is_exact<T>) return {};
    const double terms = mode == Mode::full ? 1 : static_cast<double>(largest_cotangent * outputs_);
    return {0, std::sqrt(static_cast<double>(std::numeric_limits<T>::epsilon())) * (1 + largest_output_) * terms};
  }

  const Point<T>& draw(RandomChoices& choices) override {
    point_.clear();
    std::apply([&](auto&... x) { (point_.push_back(fill(x, choices)), ...); }, base_);
    moved_ = base_;
    const Evaluation<T> here = evaluate(0, point_[0]);
    outputs_ = static_cast<Idx>(here.y.size());
    largest_output_ = 0;
    for (const T& y : here.y) largest_output_ = std::max(largest_output_, static_cast<double>(absolute(y)));
    return point_;
  }

  Evaluation<T> evaluate(std::size_t t, const std::vector<T>& values) override {
    set(t, values);
    Evaluation<T> result{std::apply(forward_, moved_).elements(), {}};
    set(t, point_[t]);
    return result;
  }

  Point<T> backward(const std::vector<T>& dy) override {
    auto cotangent = std::apply(forward_, base_);
    for (Idx n = 0; n < cotangent.size(); ++n) cotangent[n] = dy[static_cast<std::size_t>(n)];
    Point<T> gradients;
    std::apply([&](const auto&... dx) { (gradients.push_back(dx.elements()), ...); },
               as_tuple(std::apply([&](const auto&... x) { return backward_(x..., cotangent); }, base_)));
    for (std::size_t t = 0; t < infos_.size(); ++t)
      require(check_agree("check_gradient", "elements of a cotangent that backward returned",
                          static_cast<Idx>(point_[t].size()), static_cast<Idx>(gradients[t].size())));
    return gradients;
  }

 private:
  template <class X>
  static std::vector<T> fill(X& x, RandomChoices& choices) {
    constexpr int spread = is_integer<T> ? 1 << 16 : 1;
    for (Idx n = 0; n < x.size(); ++n) {
      const auto size = static_cast<int>(choices.pick(1, 1023));
      x[n] = T(choices.chance(50) ? size : -size) * T(spread);
      if constexpr (!is_exact<T>) x[n] = x[n] / T(64);  // exact in every binary format, and of moderate size
    }
    return x.elements();
  }
  void set(std::size_t t, const std::vector<T>& values) {
    std::size_t n = 0;
    const auto assign = [&](auto& x) {
      if (n++ == t)
        for (Idx e = 0; e < x.size(); ++e) x[e] = values[static_cast<std::size_t>(e)];
    };
    std::apply([&](auto&... x) { (assign(x), ...); }, moved_);
  }
  template <class... D>
  static std::tuple<D...> as_tuple(std::tuple<D...> gradients) {
    static_assert(sizeof...(D) == sizeof...(Tensors), "backward must return one cotangent for each tensor");
    return gradients;
  }
  template <Idx... E>
  static std::tuple<Tensor<T, E...>> as_tuple(Tensor<T, E...> gradient) {
    return {std::move(gradient)};
  }

  Forward forward_;
  Backward backward_;
  std::tuple<Tensors...> base_, moved_;
  std::vector<SubjectTensor> infos_;
  Point<T> point_;
  Idx outputs_ = 0;
  double largest_output_ = 0;
};

/// forward(x...) returns a Tensor. backward(x..., dy) returns a tuple of cotangents, or a single cotangent if there is
/// one tensor. Throws ShapeError C6 if the number of names, or the size of a cotangent, is wrong.
template <class T, class Forward, class Backward, class... Shapes>
GradientReport check_gradient(const std::string& layer, const std::vector<std::string>& names, Forward forward,
                              Backward backward, const GradientOptions& options, const Shapes&... shapes) {
  CallableSubject<T, Forward, Backward, decltype(zeros<T>(shapes))...> subject(
      names, std::move(forward), std::move(backward), zeros<T>(shapes)...);
  return check_subject<T>(subject, layer, name_of_scalar<T>(), options);
}

}  // namespace cnnspec::checks
