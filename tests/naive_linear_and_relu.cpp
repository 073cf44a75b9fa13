// The naive linear layer and relu.
#include <cmath>

#include "tests/naive_kernel_parts.hpp"

namespace cnnspec::tests {
namespace {

using Idx = std::int64_t;

/// Rounds down to a multiple of four, as an unrolled loop without its tail does.
Idx rounded_down(Idx features) { return features < 4 ? features : features / 4 * 4; }

/// `visit(index in x, index in w, index in y)` for each product.
template <class Visit>
void visit_products(Mistake mistake, const cnnspec_linear& p, Visit visit) {
  Idx features = p.in_features;
  if (mistake == Mistake::last_channel_dropped) features -= 1;
  if (mistake == Mistake::features_rounded_down) features = rounded_down(features);
  for (Idx n = 0; n < p.batch; ++n)
    for (Idx o = 0; o < p.out_features; ++o)
      for (Idx c = 0; c < features; ++c)
        visit(n * p.in_features + c,
              mistake == Mistake::weights_transposed ? c * p.out_features + o : o * p.in_features + c,
              n * p.out_features + o);
}

}  // namespace

int Naive::linear_forward(const cnnspec_linear& p, const float* x, const float* w, const float* b, float* y) const {
  std::vector<Terms> terms(static_cast<std::size_t>(p.batch * p.out_features));
  visit_products(mistake, p, [&](Idx i, Idx k, Idx o) { terms[o].push_back(term(x[i], w[k])); });
  for (std::size_t n = 0; b != nullptr && n < terms.size(); ++n) {
    const float bias = b[static_cast<Idx>(n) % p.out_features];
    if (makes(Mistake::bias_dropped)) continue;
    terms[n].emplace_back(bias, 1.0f);
    if (makes(Mistake::bias_twice)) terms[n].emplace_back(bias, 1.0f);
  }
  return finish(sums(terms), x, p.batch * p.in_features, y);
}

int Naive::linear_backward_input(const cnnspec_linear& p, const float* w, const float* dy, float* dx) const {
  std::vector<Terms> terms(static_cast<std::size_t>(p.batch * p.in_features));
  visit_products(mistake, p, [&](Idx i, Idx k, Idx o) { terms[i].push_back(term(w[k], dy[o])); });
  return finish(sums(terms), w, p.out_features * p.in_features, dx);
}

int Naive::linear_backward_weight(const cnnspec_linear& p, const float* x, const float* dy, float* dw) const {
  std::vector<Terms> terms(static_cast<std::size_t>(p.out_features * p.in_features));
  const Idx last_image = (p.batch - 1) * p.out_features;
  const float scale = makes(Mistake::mean_over_outputs) ? 1.0f / static_cast<float>(p.batch) : 1.0f;
  visit_products(mistake, p, [&](Idx i, Idx k, Idx o) {
    if (makes(Mistake::last_image_only) && o < last_image) return;
    terms[k].push_back(term(x[i], dy[o] * scale));
  });
  return finish(sums(terms), x, p.batch * p.in_features, dw);
}

int Naive::linear_backward_bias(const cnnspec_linear& p, const float* dy, float* db) const {
  std::vector<Terms> terms(static_cast<std::size_t>(p.out_features));
  const Idx first = makes(Mistake::last_image_only) ? p.batch - 1 : 0;
  const Idx last = makes(Mistake::first_image_only) ? 1 : p.batch;
  for (Idx n = first * p.out_features; n < last * p.out_features; ++n)
    terms[n % p.out_features].emplace_back(dy[n], 1.0f);
  return finish(sums(terms), dy, p.batch * p.out_features, db);
}

int Naive::relu_forward(const cnnspec_elementwise& p, const float* x, float* y) const {
  std::vector<float> results;
  for (Idx n = 0; n < p.count; ++n) {
    float v = x[n] <= 0 ? 0.0f : x[n];
    if (makes(Mistake::negative_leaks) && x[n] < 0) v = x[n] * 0.01f;
    if (makes(Mistake::clipped_at_6) && v > 6) v = 6;
    if (makes(Mistake::nan_to_zero) && std::isnan(v)) v = 0;
    results.push_back(v);
  }
  return finish(results, x, p.count, y);
}

int Naive::relu_backward(const cnnspec_elementwise& p, const float* x, const float* dy, float* dx) const {
  std::vector<float> results;
  for (Idx n = 0; n < p.count; ++n) {
    bool off = x[n] <= 0;
    if (makes(Mistake::derivative_1_at_0)) off = x[n] < 0;
    if (makes(Mistake::mask_of_dy)) off = dy[n] <= 0;
    if (makes(Mistake::nan_to_zero)) off = !(x[n] > 0);
    float v = off ? 0.0f : dy[n];
    if (makes(Mistake::negative_leaks) && off) v = dy[n] * 0.01f;
    if (makes(Mistake::clipped_at_6) && x[n] >= 6) v = 0;
    results.push_back(v);
  }
  return finish(results, x, p.count, dx);
}

}  // namespace cnnspec::tests
