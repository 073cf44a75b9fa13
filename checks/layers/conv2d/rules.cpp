// conv2d under conventions: taps in the padding.
#include <cmath>
#include <limits>

#include "checks/conventions/layer_rules.hpp"
#include "checks/layers/conv2d/problem.hpp"

namespace cnnspec::checks {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// x surrounded by zeros.
std::vector<double> padded(const cnnspec_conv2d& p, const std::vector<double>& x) {
  const Idx height = p.in_height + p.pad_top + p.pad_bottom, width = p.in_width + p.pad_left + p.pad_right;
  std::vector<double> all(static_cast<std::size_t>(p.batch * p.in_channels * height * width));
  for (Idx plane = 0; plane < p.batch * p.in_channels; ++plane)
    for (Idx h = 0; h < p.in_height; ++h)
      for (Idx w = 0; w < p.in_width; ++w)
        all[static_cast<std::size_t>((plane * height + h + p.pad_top) * width + w + p.pad_left)] =
            x[static_cast<std::size_t>((plane * p.in_height + h) * p.in_width + w)];
  return all;
}

/// The output of an operation that reads x, computed without padding on x surrounded by zeros.
std::vector<double> with_zeros(const Operation& operation, const cnnspec_conv2d& p, Operands<double> inputs) {
  cnnspec_conv2d all = p;
  all.in_height += p.pad_top + p.pad_bottom, all.in_width += p.pad_left + p.pad_right;
  all.pad_top = all.pad_left = all.pad_bottom = all.pad_right = 0;
  inputs[0] = padded(p, inputs[0]);
  return run_spec(operation_of(operation.op, all), inputs);
}

/// Whether the gradient of x at (h, w) has a term for the tap (row, column).
bool has_output(const cnnspec_conv2d& p, Idx h, Idx w, Idx row, Idx column) {
  const Idx i = h + p.pad_top - row * p.dilation_height, j = w + p.pad_left - column * p.dilation_width;
  return i >= 0 && i % p.stride_height == 0 && i / p.stride_height < p.out_height &&  //
         j >= 0 && j % p.stride_width == 0 && j / p.stride_width < p.out_width;
}

/// Sets elements of dx to NaN: those where a kernel would multiply a weight that is not finite by the zero of an output
/// that does not exist.
void multiply_missing_outputs(const cnnspec_conv2d& p, const std::vector<double>& weights, Expectation& dx) {
  const Idx in = p.in_channels / p.groups, out = p.out_channels / p.groups;
  std::size_t element = 0;
  for (Idx n = 0; n < p.batch; ++n)
    for (Idx c = 0; c < p.in_channels; ++c)
      for (Idx h = 0; h < p.in_height; ++h)
        for (Idx w = 0; w < p.in_width; ++w, ++element)
          for (Idx o = 0; o < out; ++o)
            for (Idx row = 0; row < p.kernel_height; ++row)
              for (Idx column = 0; column < p.kernel_width; ++column) {
                const Idx first = ((c / in * out + o) * in + c % in) * p.kernel_height;
                const double weight = weights[static_cast<std::size_t>((first + row) * p.kernel_width + column)];
                if (!std::isfinite(weight) && !has_output(p, h, w, row, column)) {
                  dx.values[element] = not_a_number;
                  if (!std::isnan(dx.bounds[element])) dx.bounds[element] = 0;
                }
              }
}

std::vector<Expectation> multiplied(const Rules& rules, const Operation& operation, const Operands<double>& inputs,
                                    Expectation e) {
  if (!rules.multiplies_padding || !operation.multiplies() || !has_special(inputs)) return {std::move(e)};
  const cnnspec_conv2d& p = operation.problem.as<cnnspec_conv2d>();
  if (operation.op == Op::conv2d_backward_input) {
    std::vector<Expectation> either{e, std::move(e)};
    multiply_missing_outputs(p, inputs[0], either.back());
    return either;
  }
  const std::vector<double> plain = with_zeros(operation, p, inputs);
  for (std::size_t n = 0; n < plain.size(); ++n)
    if (std::isnan(plain[n])) {
      e.values[n] = not_a_number;
      if (!std::isnan(e.bounds[n])) e.bounds[n] = 0;
    }
  return {std::move(e)};
}

bool multiplies(const Pass& pass, DType) { return pass.arithmetics == Arithmetics::products; }
bool has_special_and_padding(const Operation& operation, const Arithmetic&, const Operands<double>& inputs) {
  const auto& p = operation.problem.as<cnnspec_conv2d>();
  const bool is_padded = p.pad_top > 0 || p.pad_left > 0 || p.pad_bottom > 0 || p.pad_right > 0;
  // In the gradient of x, such taps are those without an output.
  return (is_padded || operation.op == Op::conv2d_backward_input) && has_special(inputs);
}

constexpr ConventionRow padding_conventions[]{
    {"padded-taps-multiplied", "padding",
     "A tap in the padding is multiplied, as a zero; it is not left out. Zero times an infinite or NaN factor is NaN.",
     "0 * inf is NaN, and so is every sum with such a term. On finite numbers nothing changes. For the gradient of x, "
     "these taps are the ones that belong to no output. A kernel multiplies either all of them or none.",
     "PyTorch, OpenCV, XNNPACK, cnnspec's own im2col; ONNX Runtime in some shapes", multiplies,
     [](Rules& r) { r.multiplies_padding = true; }, has_special_and_padding},
};

}  // namespace

extern const LayerRules conv2d_rules{.conventions = padding_conventions, .change = multiplied};

}  // namespace cnnspec::checks
