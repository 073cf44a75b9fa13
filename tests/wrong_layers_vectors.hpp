// relu, linear and flatten with mistakes.
#pragma once

#include "checks/laws/tensors.hpp"
#include "checks/layers/flatten/functions.hpp"
#include "checks/layers/linear/functions.hpp"
#include "checks/layers/relu/functions.hpp"
#include "tests/wrong_layers.hpp"

namespace cnnspec::tests {

using checks::FlattenFunctions;
using checks::LinearFunctions;
using checks::ReluFunctions;

inline Layer<ReluFunctions> right_relu() {
  return {checks::spec_relu<checks::Int128>(), checks::spec_relu<double>(), checks::spec_relu<checks::Term>()};
}
inline Layer<LinearFunctions> right_linear() {
  return {checks::spec_linear<checks::Int128>(), checks::spec_linear<double>(), checks::spec_linear<checks::Term>()};
}
inline Layer<FlattenFunctions> right_flatten() {
  return {checks::spec_flatten<checks::Int128>(), checks::spec_flatten<double>(), checks::spec_flatten<checks::Term>()};
}

/// y and dx with another rule for each cell.
template <class T, class Y>
void relu_forward_by(ReluFunctions<T>& f, Y y) {
  f.forward = [y](const auto& x) { return checks::mapped(x, y); };
}
template <class T, class DX>
void relu_backward_by(ReluFunctions<T>& f, DX dx) {
  f.backward = [dx](const auto& x, const auto& dy) {
    return checks::tensor_of<T>(x.shape(), [&](Idx n) { return dx(x[n], dy[n]); });
  };
}

inline std::vector<Wrong<ReluFunctions>> wrong_relus() {
  std::vector<Wrong<ReluFunctions>> all;
  const auto add = [&](const char* text, const char* rejected_by, auto mistake) {
    all.push_back(wrong(text, right_relu(), rejected_by, mistake));
  };
  add("negative cells leak", "N6 idempotent sign split twin", []<class T>(ReluFunctions<T>& f) {
    relu_forward_by(f, [](const T& x) { return x <= T(0) ? T(2) * x : x; });
    relu_backward_by(f, [](const T& x, const T& dy) { return x <= T(0) ? T(2) * dy : dy; });
  });
  add("cells above 6 are clipped", "adjoint scale split twin", []<class T>(ReluFunctions<T>& f) {
    relu_forward_by(f, [](const T& x) { return x <= T(0) ? T(0) : T(6) < x ? T(6) : x; });
    relu_backward_by(f, [](const T& x, const T& dy) { return x <= T(0) || T(6) < x ? T(0) : dy; });
  });
  add("NaN becomes 0", "N6", []<class T>(ReluFunctions<T>& f) {
    relu_forward_by(f, [](const T& x) { return T(0) < x ? x : T(0); });
    relu_backward_by(f, [](const T& x, const T& dy) { return T(0) < x ? dy : T(0); });
  });
  add("minus zero stays", "N6",
      []<class T>(ReluFunctions<T>& f) { relu_forward_by(f, [](const T& x) { return x < T(0) ? T(0) : x; }); });
  add("the derivative at 0 is 1", "N6 twin", []<class T>(ReluFunctions<T>& f) {
    relu_backward_by(f, [](const T& x, const T& dy) { return x < T(0) ? T(0) : dy; });
  });
  add("the mask is taken from dy", "N6 adjoint gradient linear-dy twin", []<class T>(ReluFunctions<T>& f) {
    relu_backward_by(f, [](const T&, const T& dy) { return dy <= T(0) ? T(0) : dy; });
  });
  add("there is no mask", "N6 adjoint gradient twin",
      []<class T>(ReluFunctions<T>& f) { relu_backward_by(f, [](const T&, const T& dy) { return dy; }); });
  return all;
}

/// The elements of w[Out,In], read as if they were stored as [In,Out].
template <class T>
Matrix<T> read_as_transposed(const Matrix<T>& w) {
  const Idx out = w.extent(0), in = w.extent(1);
  return checks::tensor_of<T>(w.shape(), [&](Idx n) { return w[n % in * out + n / in]; });
}
template <class T>
Matrix<T> written_as_transposed(const Matrix<T>& w) {
  const Idx out = w.extent(0), in = w.extent(1);
  return checks::tensor_of<T>(w.shape(), [&](Idx n) { return w[n % out * in + n / out]; });
}

/// Calls `add(text, rejected_by, mistake)` for each mistake; `mistake` applies to the functions over any scalar.
template <class Add>
void for_each_wrong_linear(Add add) {
  add("w is stored as [in, out]", "L3 N1 twin", []<class T>(LinearFunctions<T>& f) {
    f.forward = [](const auto& x, const auto& w) { return linear(x, read_as_transposed(w)); };
    f.forward_with_bias = [](const auto& x, const auto& w, const auto& b) {
      return linear(x, read_as_transposed(w), b);
    };
    f.backward_input = [](const auto& w, const auto& dy) { return linear_backward_input(read_as_transposed(w), dy); };
    f.backward_weight = [](const auto& x, const auto& dy) {
      return written_as_transposed<T>(linear_backward_weight(x, dy));
    };
  });
  add("the bias is added twice", "L1 L2 N1 gradient twin", []<class T>(LinearFunctions<T>& f) {
    f.forward_with_bias = [](const auto& x, const auto& w, const auto& b) {
      return linear(x, w, checks::combination(1, b, 1, b));
    };
  });
  add("dx uses w and not its transpose", "L2 N1 gradient twin", []<class T>(LinearFunctions<T>& f) {
    f.backward_input = [](const auto& w, const auto& dy) { return linear_backward_input(read_as_transposed(w), dy); };
  });
  add("dw is x dy^T", "L2 N1 gradient twin", []<class T>(LinearFunctions<T>& f) {
    f.backward_weight = [](const auto& x, const auto& dy) {
      return written_as_transposed<T>(linear_backward_weight(x, dy));
    };
  });
  add("db is missing", "L2 N1 gradient twin",
      []<class T>(LinearFunctions<T>& f) { f.backward_bias = [](const auto& dy) { return zeros<T>(dy.shape()); }; });
  add("the last feature is left out", "L3 N1 twin", []<class T>(LinearFunctions<T>& f) {
    f.forward = [](auto x, const auto& w) {
      x[x.size() - 1] = T(0);
      return linear(x, w);
    };
    f.forward_with_bias = [](auto x, const auto& w, const auto& b) {
      x[x.size() - 1] = T(0);
      return linear(x, w, b);
    };
    f.backward_input = [](const auto& w, const auto& dy) {
      Vector<T> dx = linear_backward_input(w, dy);
      dx[dx.size() - 1] = T(0);
      return dx;
    };
    f.backward_weight = [](auto x, const auto& dy) {
      x[x.size() - 1] = T(0);
      return linear_backward_weight(x, dy);
    };
  });
}

inline std::vector<Wrong<LinearFunctions>> wrong_linears() {
  std::vector<Wrong<LinearFunctions>> all;
  for_each_wrong_linear([&](const char* text, const char* rejected_by, auto mistake) {
    all.push_back(wrong(text, right_linear(), rejected_by, mistake));
  });
  return all;
}

inline std::vector<Wrong<FlattenFunctions>> wrong_flattens() {
  std::vector<Wrong<FlattenFunctions>> all;
  const auto add = [&](const char* text, const char* rejected_by, auto mistake) {
    all.push_back(wrong(text, right_flatten(), rejected_by, mistake));
  };
  const auto columns_first_backward = []<class T>(FlattenFunctions<T>& f) {
    f.backward = [](const auto& x, const auto& dy) {
      return checks::transposed(flatten_backward(dyn_shape(x.extent(0), x.extent(2), x.extent(1)), dy));
    };
  };
  add("columns come first", "twin", [=]<class T>(FlattenFunctions<T>& f) {
    f.forward = [](const auto& x) { return flatten(checks::transposed(x)); };
    columns_first_backward(f);
  });
  add("columns come first in backward", "adjoint gradient round-trip twin", columns_first_backward);
  return all;
}

}  // namespace cnnspec::tests
