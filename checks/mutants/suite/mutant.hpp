// Conversions between the specification and a mutant of it. The mutant is in a separate namespace. So the laws, which
// are compiled with the specification, can judge it like any other layer. `there` converts a value of the specification
// to the mutant's type, `back` converts in the other direction.
#pragma once

#include "checks/laws/functions.hpp"
#include "mutant/tensor.hpp"

namespace cnnspec::mutants {

template <class T, class MutantShape, class MutantTensor, Idx... E>
MutantTensor there_as(const Tensor<T, E...>& t) {
  return MutantTensor(MutantShape(t.shape().extents()), t.elements());
}
template <class T>
auto there(const Vector<T>& t) {
  return there_as<T, mutant::Shape<mutant::dyn>, mutant::Vector<T>>(t);
}
template <class T>
auto there(const Matrix<T>& t) {
  return there_as<T, mutant::Shape<mutant::dyn, mutant::dyn>, mutant::Matrix<T>>(t);
}
template <class T>
auto there(const Image<T>& t) {
  return there_as<T, mutant::Shape<mutant::dyn, mutant::dyn, mutant::dyn>, mutant::Image<T>>(t);
}
template <class T>
auto there(const Kernel<T>& t) {
  return there_as<T, mutant::Shape<mutant::dyn, mutant::dyn, mutant::dyn, mutant::dyn>, mutant::Kernel<T>>(t);
}
inline auto there(const checks::ImageShape& s) {
  return mutant::Shape<mutant::dyn, mutant::dyn, mutant::dyn>(s.extents());
}
inline auto there(const checks::KernelShape& s) {
  return mutant::Shape<mutant::dyn, mutant::dyn, mutant::dyn, mutant::dyn>(s.extents());
}
inline mutant::Axis there(const Axis& a) {
  mutant::Axis m;
  m.stride = a.stride, m.before = a.before, m.after = a.after, m.dilation = a.dilation;
  return m;
}

/// Extents, fixed or not, are converted to extents that are known at run time.
template <class T, mutant::Idx... E>
auto back(const mutant::Tensor<T, E...>& t) {
  std::array<Idx, sizeof...(E)> extents{};
  for (int axis = 0; axis < static_cast<int>(sizeof...(E)); ++axis)
    extents[static_cast<std::size_t>(axis)] = t.extent(axis);
  return Tensor<T, (static_cast<void>(E), dyn)...>(Shape<(static_cast<void>(E), dyn)...>(extents), t.elements());
}

}  // namespace cnnspec::mutants
