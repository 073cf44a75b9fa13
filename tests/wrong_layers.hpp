// Wrong layers: the specification's functions with one mistake each, to test the laws with. A mistake is written once,
// for any scalar.
#pragma once

#include <string>

#include "checks/laws/functions.hpp"
#include "checks/laws/term.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::tests {

/// One layer, over each scalar that its laws need: exact ones, NaN and infinity, and the order of evaluation.
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
  std::string rejected_by;  // the ids of all laws, and "gradient" for the gradient check, that must find it
};

/// `mistake` is applied to the functions over each scalar.
template <template <class> class Functions, class Mistake>
Wrong<Functions> wrong(const std::string& text, const Layer<Functions>& right, const std::string& rejected_by,
                       Mistake mistake) {
  Wrong<Functions> w{text, right, rejected_by};
  mistake(w.layer.exact), mistake(w.layer.floating), mistake(w.layer.terms);
  return w;
}

}  // namespace cnnspec::tests
