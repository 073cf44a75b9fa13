// Wrong layers: the specification's functions, each with one mistake, to test the laws. A mistake is written once, for
// any scalar.
#pragma once

#include <string>

#include "checks/laws/functions.hpp"
#include "checks/laws/term.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::tests {

/// One layer over each scalar that its laws need: for exact laws, for NaN and infinity, and for the order of
/// evaluation.
template <template <class> class Functions>
struct Layer {
  Functions<checks::Int128> exact;
  Functions<double> floating;
  Functions<checks::Term> terms;
};

template <template <class> class Functions>
struct Wrong {
  std::string mistake;
  Layer<Functions> layer;
  std::string rejected_by;  // the ids of exactly the laws that must reject it, and "gradient" for the gradient check
};

/// Applies `mistake` to the functions over each scalar.
template <template <class> class Functions, class Mistake>
Wrong<Functions> wrong(const std::string& text, const Layer<Functions>& right, const std::string& rejected_by,
                       Mistake mistake) {
  Wrong<Functions> w{text, right, rejected_by};
  mistake(w.layer.exact), mistake(w.layer.floating), mistake(w.layer.terms);
  return w;
}

}  // namespace cnnspec::tests
