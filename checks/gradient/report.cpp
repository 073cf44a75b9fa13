#include "checks/gradient/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace cnnspec::checks {
namespace {

/// A NaN is kept, whatever comes before or after it.
void keep_larger(double& most, double value) {
  if (!std::isnan(most) && !(value <= most)) most = value;
}

}  // namespace

void TensorReport::add(double size, double distance, double allowed) {
  ++entries;
  largest = std::max(largest, size);
  keep_larger(worst, distance);
  keep_larger(bound, allowed);
}

void TensorReport::add(const TensorReport& part) {
  entries += part.entries;
  wrong += part.wrong;
  largest = std::max(largest, part.largest);
  keep_larger(worst, part.worst);
  keep_larger(bound, part.bound);
  if (!first) first = part.first;
}

bool GradientReport::passed() const {
  for (const TensorReport& t : tensors)
    if (t.entries == 0 || t.wrong > 0 || !t.certified) return false;
  return !tensors.empty();
}

bool GradientReport::vacuous() const {
  return passed() && std::any_of(tensors.begin(), tensors.end(), [](const TensorReport& t) { return t.vacuous(); });
}

Idx GradientReport::entries() const {
  Idx n = 0;
  for (const TensorReport& t : tensors) n += t.entries;
  return n;
}

std::string GradientReport::failure() const {
  for (const TensorReport& t : tensors) {
    if (t.first) {
      const Mismatch& m = *t.first;
      const std::string entry = m.index.empty() ? "along a direction" : fmt::format("[{}]", fmt::join(m.index, ","));
      const std::string output = m.output < 0 ? "the output" : fmt::format("output {}", m.output);
      return fmt::format(
          "{}: {} {}: the derivative of {} is {} by finite difference but {} by backward ({} of {} wrong)", target,
          m.tensor, entry, output, m.difference, m.backward, t.wrong, t.entries);
    }
    if (!t.certified)
      return fmt::format("{}: {}: no point without a branch change in {} tries: nothing was proved", target, t.name,
                         t.resampled);
    if (t.entries == 0) return fmt::format("{}: {}: nothing was compared", target, t.name);
  }
  return "";
}

}  // namespace cnnspec::checks
