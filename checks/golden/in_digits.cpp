#include "checks/golden/in_digits.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "checks/networks/network_layer.hpp"
#include "checks/networks/parameters.hpp"
#include "checks/scalars/exact.hpp"
#include "checks/scalars/high_precision.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

std::string in_text(const Rational& value) { return value.str(); }
std::string in_text(const Float50& value) { return value.str(std::numeric_limits<Float50>::digits10); }

/// The extents of the layer's input, for one image.
std::vector<Idx> image_extents(const Problem& problem) {
  const Layer& layer = layer_of(problem);
  std::vector<Idx> extents;
  for (const char* const field : layer.network->input) extents.push_back(problem.integer(known_place_of(layer, field)));
  if (extents.empty()) extents.push_back(problem.integer(0));
  return extents;
}

Idx images_of(const Problem& problem) {
  const auto place = place_of(layer_of(problem), "batch");
  return place ? problem.integer(*place) : 1;
}

/// A layer of the specification as a network of its own, run on the tensors of an operation.
template <class T>
class OneLayer {
 public:
  OneLayer(const Operation& operation, const Operands<double>& inputs)
      : operation_(operation),
        inputs_(inputs),
        input_(image_extents(operation.problem)),
        network_({input_, {{"", definition_of(operation.problem)}}}) {
    for_each_parameter(network_.layers.front(), [&](auto& parameter, std::size_t n, const std::string&) {
      const auto* const values = given(n == 0 ? Role::w : Role::b);
      for (Idx i = 0; values != nullptr && i < parameter.shape().count(); ++i)
        parameter[i] = T((*values)[static_cast<std::size_t>(i)]);
    });
  }

  std::vector<T> results() {
    std::vector<std::vector<T>> outputs(operation_.outputs.size());
    for (Idx image = 0; image < images_of(operation_.problem); ++image) add_image(image, outputs);
    std::vector<T> all;
    for (const std::vector<T>& output : outputs) all.insert(all.end(), output.begin(), output.end());
    return all;
  }

 private:
  void add_image(Idx image, std::vector<std::vector<T>>& outputs) {
    const AnyTensor<T> x = image_of(Role::x, input_, image);
    if (operation_.outputs.front().role == Role::y) {
      append(elements_of(network_.forward_layer(0, x)), outputs.front());
      return;
    }
    const auto [dx, d_parameters] =
        network_.backward_layer(0, x, image_of(Role::y, network_.describe().front().output, image));
    for (std::size_t n = 0; n < outputs.size(); ++n)
      if (const Role role = operation_.outputs[n].role; role == Role::x)
        append(elements_of(dx), outputs[n]);
      else
        add(d_parameters[role == Role::w ? 0 : 1], outputs[n]);
  }

  /// The last input of that role: if y is an input too, dy follows it.
  const std::vector<double>* given(Role role) const {
    for (std::size_t n = inputs_.size(); n-- > 0;)
      if (operation_.inputs[n].role == role && !inputs_[n].empty()) return &inputs_[n];
    return nullptr;
  }

  /// An image of a tensor; zeros if the operation does not take the tensor.
  AnyTensor<T> image_of(Role role, const std::vector<Idx>& extents, Idx image) const {
    return with_shape(extents, [&](const auto& shape) -> AnyTensor<T> {
      auto tensor = zeros<T>(shape);
      const auto* const values = given(role);
      for (Idx i = 0; values != nullptr && i < shape.count(); ++i)
        tensor[i] = T((*values)[static_cast<std::size_t>(image * shape.count() + i)]);
      return tensor;
    });
  }

  static std::vector<T> elements_of(const AnyTensor<T>& tensor) {
    return std::visit([](const auto& t) { return t.elements(); }, tensor);
  }
  static void append(const std::vector<T>& image, std::vector<T>& all) {
    all.insert(all.end(), image.begin(), image.end());
  }
  static void add(const std::vector<T>& gradient, std::vector<T>& sum) {
    sum.resize(gradient.size(), T(0));
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += gradient[i];
  }

  const Operation& operation_;
  const Operands<double>& inputs_;
  const std::vector<Idx> input_;
  Network<T> network_;
};

template <class T>
std::vector<std::string> results_with(const Operation& operation, const Operands<double>& inputs) {
  std::vector<std::string> texts;
  for (const T& result : OneLayer<T>(operation, inputs).results()) texts.push_back(in_text(result));
  return texts;
}

void require_finite(const Operation& operation, const Operands<double>& inputs) {
  for (std::size_t n = 0; n < inputs.size(); ++n)
    for (std::size_t i = 0; i < inputs[n].size(); ++i)
      if (!std::isfinite(inputs[n][i]))
        throw UsageError(operation.inputs[n].name, fmt::format("element {}", i),
                         "a finite number, as --scalar exact has no other", fmt::format("{}", inputs[n][i]));
}

}  // namespace

std::vector<std::string> names_of_scalars() { return {"f64", "exact", "float50"}; }

std::vector<std::string> results_in_digits(const Operation& operation, const Operands<double>& inputs,
                                           std::string_view scalar) {
  const Layer& layer = layer_of(operation.op);
  if (layer.network == nullptr)
    throw UsageError("--scalar", "", "f64 for " + std::string(layer.name), std::string(scalar));
  if (scalar == "float50") return results_with<Float50>(operation, inputs);
  assert(scalar == "exact");
  require_finite(operation, inputs);
  return results_with<Rational>(operation, inputs);
}

}  // namespace cnnspec::checks
