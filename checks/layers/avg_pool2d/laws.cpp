#include "checks/layers/avg_pool2d/laws.hpp"

namespace cnnspec::checks {

template std::vector<AvgPool2dLaw<Int128>> avg_pool2d_laws();
template std::vector<AvgPool2dLaw<double>> avg_pool2d_laws();

AvgPool2dProblem with_small_divisors(AvgPool2dProblem p) {
  constexpr Idx largest_kernel = 6, largest_divisor = 97;
  const auto fit = [&](Line line) {
    Axis& a = line.axis;
    line.kernel = std::min(line.kernel, largest_kernel);
    a.before = std::min(a.before, line.kernel / 2), a.after = std::min(a.after, line.kernel / 2);
    line.in = std::max(line.in, a.dilation * (line.kernel - 1) + 1 - a.before - a.after);
    if (!check_pool_axis("", "", line.in, line.kernel, a).ok()) a.after = 0, ++line.in;  // no window of padding only
    line.out = pool_out(line.in, line.kernel, a, p.ceil_mode != 0);
    return line;
  };
  p.batch = 1, p.divisor_override = std::min(p.divisor_override, largest_divisor);
  set_height(p, fit(height_of(p))), set_width(p, fit(width_of(p)));
  return p;
}

Idx multiple_of_divisors(const AvgPool2dProblem& p) {
  Idx multiple = std::max(p.divisor_override, Idx{1});
  for (const Idx kernel : {p.kernel_height, p.kernel_width}) {
    Idx of_axis = 1;  // least common multiple of all cell counts along an axis
    for (Idx n = 2; n <= kernel; ++n) of_axis = std::lcm(of_axis, n);
    multiple *= p.divisor_override > 0 ? 1 : of_axis;
  }
  return multiple;
}

}  // namespace cnnspec::checks
