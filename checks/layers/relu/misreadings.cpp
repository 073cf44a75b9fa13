// relu: the comparison, and the tensor that it reads.
#include "checks/misreadings/misreadings_of_layer.hpp"

namespace cnnspec::checks {
namespace {

constexpr auto is_y_of_relu = is<Op::relu_forward>;
constexpr auto is_dx_of_relu = is<Op::relu_backward>;

/// dx is `rule(x, dy)`; y is `rule(x)`.
template <class Rule>
Compute backward_by(Rule rule) {
  return [rule](const Call& call) {
    std::vector<Real> dx;
    for (std::size_t n = 0; n < call.inputs[0].size(); ++n) dx.push_back(rule(call.inputs[0][n], call.inputs[1][n]));
    return dx;
  };
}
template <class Rule>
Compute forward_by(Rule rule) {
  return [rule](const Call& call) {
    std::vector<Real> y;
    for (const Real& x : call.inputs[0]) y.push_back(rule(x));
    return y;
  };
}
const Real zero(0);

/// Multiplies by the default slope of LeakyReLU. Two roundings: the slope is not a binary number.
Real leaked(const Real& v) { return v * Real(0.01L) * Real(1); }

std::vector<Misreading> table_of_relu() {
  return {
      {"negative elements pass", "The kernel copies x; it should replace negative elements by 0.", is_y_of_relu,
       forward_by([](const Real& x) { return x; })},
      {"absolute value", "The kernel returns |x|; it should replace negative elements by 0.", is_y_of_relu,
       forward_by([](const Real& x) { return x < zero ? zero - x : x; })},
      {"clipped at 6", "The kernel returns at most 6, as ReLU6 does; y should have no upper bound.", is_y_of_relu,
       forward_by([](const Real& x) { return x <= zero     ? zero
                                             : Real(6) < x ? Real(6)
                                                           : x; })},
      {"NaN becomes 0", "The kernel tests for x > 0, so that NaN becomes 0; NaN should pass.", is_y_of_relu,
       forward_by([](const Real& x) { return zero < x ? x : zero; })},
      {"negative elements scaled by 0.01",
       "The kernel returns x / 100 where x is negative, as LeakyReLU does; it should return 0.", is_y_of_relu,
       forward_by([](const Real& x) { return x < zero ? leaked(x) : x; }), false},
      {"negative elements scaled by 0.01",
       "The kernel returns dy / 100 where x is not positive, as LeakyReLU does; it should return 0.", is_dx_of_relu,
       backward_by([](const Real& x, const Real& dy) { return x <= zero ? leaked(dy) : dy; }), false},
      {"clipped at 6", "The kernel drops dy where x is 6 or more, as ReLU6 does; it should pass dy there.",
       is_dx_of_relu, backward_by([](const Real& x, const Real& dy) { return x <= zero || Real(6) <= x ? zero : dy; })},
      {"relu'(0) = 1", "The kernel passes dy where x is 0; the derivative there is 0.", is_dx_of_relu,
       backward_by([](const Real& x, const Real& dy) { return x < zero ? zero : dy; })},
      {"mask taken from dy", "The kernel drops dy where dy is not positive; it should drop it where x is not positive.",
       is_dx_of_relu, backward_by([](const Real&, const Real& dy) { return dy <= zero ? zero : dy; })},
      {"no mask", "The kernel passes all of dy; it should drop it where x is not positive.", is_dx_of_relu,
       backward_by([](const Real&, const Real& dy) { return dy; })},
      {"mask inverted", "The kernel passes dy where x is not positive; it should pass it where x is positive.",
       is_dx_of_relu, backward_by([](const Real& x, const Real& dy) { return x <= zero ? dy : zero; })},
      {"the derivative alone", "The kernel returns 1 where x is positive; it should return dy there.", is_dx_of_relu,
       backward_by([](const Real& x, const Real&) { return x <= zero ? zero : Real(1); })},
      {"multiplied by x", "The kernel multiplies dy by relu(x); it should pass dy where x is positive.", is_dx_of_relu,
       backward_by([](const Real& x, const Real& dy) { return x <= zero ? zero : x * dy; })},
      {"NaN in x drops dy", "The kernel tests for x > 0, so that dx is 0 where x is NaN; dy should pass.",
       is_dx_of_relu, backward_by([](const Real& x, const Real& dy) { return zero < x ? dy : zero; })},
  };
}

/// The elements after the last vector are not compared.
std::vector<Misreading> copied_rest() {
  std::vector<Misreading> table;
  for (const Idx block : block_sizes) {
    const std::string many = std::to_string(block);
    Misreading m{
        "elements after the last vector of " + many + " copied",
        "The kernel processes the elements in vectors of " + many +
            " and copies the remaining ones without comparing them with 0.",
        is<Op::relu_forward, Op::relu_backward>,
        changed_in(after_blocks(elements(), block), [](std::vector<Real>& output, std::size_t n, const Call& call) {
          output[n] = call.inputs.back()[n];
        })};
    m.told_by = at_least(elements(), block);
    table.push_back(std::move(m));
  }
  return table;
}

}  // namespace

extern const Misreadings relu_misreadings{.table = table_of_relu, .in_blocks = copied_rest};

}  // namespace cnnspec::checks
