// class_pick, a layer only for tests. It has features that no layer of the registry has yet: two outputs, an input of
// whole numbers, a mask, a state that is both input and output, a real attribute, one of words, and an axis for the
// batch.
//
//   y[n,l]   = m[n,l] * (sign * scale * x[n, t[n,l], l] + b[t[n,l]])       t picks a class; b may be absent
//   s_out[c] = s[c] + sum over n and l of x[n,c,l]                         over the whole batch
//
//   dx[n,c,l] = ds[c] + sign * scale * m[n,l] * dy[n,l] where c = t[n,l], ds[c] elsewhere
//   db[c]     = sum over n and l where c = t[n,l] of m[n,l] * dy[n,l]
#pragma once

#include "checks/expect/reference.hpp"
#include "checks/vocabulary/layer.hpp"

namespace cnnspec::tests {

struct ClassPickProblem {
  Idx batch, classes, length;
  double scale;
  Idx sign;  // 0: plus, 1: minus
};

inline constexpr checks::Op class_pick_forward{250}, class_pick_backward{251};

/// Adds the layer to the registry. To be called once in a program, before anything uses the registry.
void register_class_pick();

/// The definition, over any scalar. Tensors are dense; an absent b is empty.
template <class S>
struct ClassPickOutputs {
  std::vector<S> y, s_out;
};
template <class S>
ClassPickOutputs<S> class_pick(const ClassPickProblem& p, const std::vector<S>& x, const std::vector<S>& s,
                               const std::vector<S>& t, const std::vector<S>& m, const std::vector<S>& b) {
  ClassPickOutputs<S> out{{}, s};
  const S factor = checks::attribute<S>(p.sign == 0 ? p.scale : -p.scale);
  for (Idx n = 0; n < p.batch; ++n) {
    const auto at = [&](Idx c, Idx l) { return static_cast<std::size_t>((n * p.classes + c) * p.length + l); };
    for (Idx l = 0; l < p.length; ++l) {
      const auto pixel = static_cast<std::size_t>(n * p.length + l);
      const Idx picked = checks::whole(t[pixel]);
      S y(0);
      if (checks::whole(m[pixel]) != 0) {
        y += factor * x[at(picked, l)];
        if (!b.empty()) y += b[static_cast<std::size_t>(picked)];
      }
      out.y.push_back(y);
      for (Idx c = 0; c < p.classes; ++c) out.s_out[static_cast<std::size_t>(c)] += x[at(c, l)];
    }
  }
  return out;
}

template <class S>
struct ClassPickGradients {
  std::vector<S> dx, db;
};
template <class S>
ClassPickGradients<S> class_pick_gradients(const ClassPickProblem& p, const std::vector<S>& t,
                                           const std::vector<S>& m, const std::vector<S>& dy,
                                           const std::vector<S>& ds) {
  ClassPickGradients<S> out{{}, std::vector<S>(static_cast<std::size_t>(p.classes), S(0))};
  const S factor = checks::attribute<S>(p.sign == 0 ? p.scale : -p.scale);
  for (Idx n = 0; n < p.batch; ++n)
    for (Idx c = 0; c < p.classes; ++c)
      for (Idx l = 0; l < p.length; ++l) {
        const auto pixel = static_cast<std::size_t>(n * p.length + l);
        S dx(0);
        dx += ds[static_cast<std::size_t>(c)];
        if (checks::whole(t[pixel]) == c && checks::whole(m[pixel]) != 0) {
          dx += factor * dy[pixel];
          out.db[static_cast<std::size_t>(c)] += dy[pixel];
        }
        out.dx.push_back(dx);
      }
  return out;
}

}  // namespace cnnspec::tests

namespace cnnspec::checks {

template <>
struct ProblemOf<tests::ClassPickProblem> {
  static constexpr LayerId layer{60};
};

}  // namespace cnnspec::checks
