// Shapes: converts a typed problem to the specification's shapes and configuration, for one image. Each layer's room
// defines them, in ProblemOf.
#pragma once

#include <vector>

#include "checks/vocabulary/problem.hpp"

namespace cnnspec::checks {

template <ProblemStruct P>
auto config_of(const P& p) {
  return ProblemOf<P>::config(p);
}
template <ProblemStruct P>
auto x_shape(const P& p) {
  return ProblemOf<P>::x(p);
}
template <ProblemStruct P>
requires requires(const P& p) { ProblemOf<P>::w(p); }
auto w_shape(const P& p) { return ProblemOf<P>::w(p); }
template <ProblemStruct P>
auto y_shape(const P& p) {
  return ProblemOf<P>::y(p);
}

/// The number of images: an elementwise problem has no batch.
template <ProblemStruct P>
Idx batch_of(const P& p) {
  if constexpr (requires { p.batch; }) return p.batch;
  return 1;
}

/// Elements of x and of y over the whole batch.
template <ProblemStruct P>
Idx x_count(const P& p) {
  return batch_of(p) * x_shape(p).count();
}
template <ProblemStruct P>
Idx y_count(const P& p) {
  return batch_of(p) * y_shape(p).count();
}

// For the ports of a pass: the extents of a tensor over the whole batch.
std::vector<Idx> extents_in(const auto& shape) { return {shape.extents().begin(), shape.extents().end()}; }
template <ProblemStruct P>
std::vector<Idx> over_batch(const P& p, const auto& shape) {
  std::vector<Idx> extents = extents_in(shape);
  if constexpr (requires { p.batch; }) extents.insert(extents.begin(), p.batch);
  return extents;
}
template <ProblemStruct P>
std::vector<Idx> x_extents(const Problem& p) {
  return over_batch(p.as<P>(), x_shape(p.as<P>()));
}
template <ProblemStruct P>
std::vector<Idx> y_extents(const Problem& p) {
  return over_batch(p.as<P>(), y_shape(p.as<P>()));
}
template <ProblemStruct P>
std::vector<Idx> w_extents(const Problem& p) {
  return extents_in(w_shape(p.as<P>()));
}
template <ProblemStruct P>
std::vector<Idx> b_extents(const Problem& p) {
  return {y_shape(p.as<P>()).extent(0)};
}

}  // namespace cnnspec::checks
