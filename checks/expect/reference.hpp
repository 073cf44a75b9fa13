// The reference: an operation computed by the specification, with any scalar, over a batch.
#pragma once

#include <cassert>
#include <cmath>
#include <tuple>
#include <vector>

#include "checks/scalars/grid.hpp"
#include "checks/scalars/lanes.hpp"
#include "checks/scalars/measured.hpp"
#include "checks/scalars/modulo.hpp"
#include "checks/scalars/perturbed.hpp"
#include "checks/scalars/term_range.hpp"
#include "checks/vocabulary/operation.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

/// The elements of each input, in the order of Operation::inputs. An empty vector is an optional input that is absent.
template <class S>
using Operands = std::vector<std::vector<S>>;

/// Several sets of data in one run, for operations that add and multiply but do not compare.
template <std::size_t lanes>
using ExactLanes = Lanes<double, lanes>;

/// The specification's loop over a batch, with one scalar: the elements of all outputs, one output after the other. The
/// specification handles one image. Here the images of y and dx are concatenated, and the gradients of the parameters
/// are summed over the images.
template <class S>
using Body = std::vector<S> (*)(const Problem& problem, const Operands<S>& inputs);

/// The same loop, compiled for every scalar that an engine uses.
struct Bodies {
  std::tuple<Body<double>, Body<TermRange>, Body<ExactLanes<2>>, Body<ExactLanes<4>>, Body<Measured<double>>,
             Body<Measured<long double>>, Body<Perturbed<double>>, Body<Perturbed<long double>>, Body<Modulo>>
      bodies;  // that for Modulo is null unless the operation has a Projection
};

template <auto run, class S>
constexpr Body<S> body_of() {
  return [](const Problem& problem, const Operands<S>& inputs) { return run(problem, inputs); };
}

/// `run(problem, inputs)`, a generic lambda that captures nothing. Numbers modulo a prime have no order, so a loop that
/// compares is not compiled for them.
template <auto run>
constexpr Bodies bodies_of() {
  return {{body_of<run, double>(), body_of<run, TermRange>(), body_of<run, ExactLanes<2>>(),
           body_of<run, ExactLanes<4>>(), body_of<run, Measured<double>>(), body_of<run, Measured<long double>>(),
           body_of<run, Perturbed<double>>(), body_of<run, Perturbed<long double>>(), Body<Modulo>(nullptr)}};
}
/// The same for an operation that has a Projection.
template <auto run>
constexpr Bodies projected_bodies_of() {
  Bodies all = bodies_of<run>();
  std::get<Body<Modulo>>(all.bodies) = body_of<run, Modulo>();
  return all;
}

template <class S>
std::vector<S> run_spec(const Operation& operation, const Operands<S>& inputs) {
  assert(inputs.size() == operation.inputs.size());
  return std::get<Body<S>>(operation.pass().bodies->bodies)(operation.problem, inputs);
}

// ---- Building blocks of the layers' bodies ----

/// An element of an input that holds whole numbers: a class, an index, 0 or 1.
template <class S>
Idx whole(const S& element) {
  if constexpr (requires { element.lane; })
    return static_cast<Idx>(element.lane[0]);  // such an operation runs one set of data at a time
  else if constexpr (requires { element.number; })
    return element.number;
  else if constexpr (requires { element.value; })
    return static_cast<Idx>(element.value);
  else
    return static_cast<Idx>(element);
}

/// A real attribute, as a factor. A kernel may round it once, to its type of computation. No type
/// of computation has fewer digits than bfloat16, so an attribute of as few digits is exact.
template <class S>
S attribute(double value) {
  constexpr int digits_of_every_type = format_of(DType::bf16).digits;
  const bool is_in_every_type = value == 0 || std::ilogb(value) - exponent_of(value) < digits_of_every_type;
  if constexpr (std::is_same_v<S, Grid>) {
    return S::multiple_of(exponent_of(value));
  } else if constexpr (std::is_same_v<S, TermRange>) {
    S factor(value);
    if (value != 0) factor.grid = std::ldexp(1.0, exponent_of(value));
    return factor;
  } else if constexpr (requires(S s) { s.slack; }) {
    return S(static_cast<decltype(S::value)>(value), 0);
  } else if constexpr (requires(S s) { s.magnitude; }) {
    const S factor(static_cast<decltype(S::value)>(value));
    return is_in_every_type ? factor : factor * S(1);  // a product rounds once
  } else {
    return S(value);
  }
}

/// Image `n` of a batch; with n = 0 also a whole parameter.
template <class S, Idx... E>
Tensor<S, E...> image_of(const Shape<E...>& shape, const std::vector<S>& elements, Idx n = 0) {
  const auto first = elements.begin() + n * shape.count();
  return Tensor<S, E...>(shape, std::vector<S>(first, first + shape.count()));
}

/// y or dx: the results of `run(n)` for each image, concatenated.
template <class Run>
auto each_image(Idx batch, Run run) {
  auto all = run(0).elements();
  for (Idx n = 1; n < batch; ++n) {
    const auto image = run(n);
    all.insert(all.end(), image.elements().begin(), image.elements().end());
  }
  return all;
}

/// The gradient of a parameter: the sum of `run(n)` over the images, starting from zero.
template <class Run>
auto sum_of_images(Idx batch, Run run) {
  using S = std::decay_t<decltype(run(0)[0])>;
  std::vector<S> sum;
  for (Idx n = 0; n < batch; ++n) {
    const auto gradient = run(n);
    sum.resize(gradient.elements().size(), S(0));
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += gradient.elements()[i];
  }
  return sum;
}

}  // namespace cnnspec::checks
