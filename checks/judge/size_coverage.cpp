#include "checks/judge/size_coverage.hpp"

#include <algorithm>

namespace cnnspec::checks {
namespace {

constexpr std::size_t boundaries = size_boundaries.size();

/// The index of a size in size_levels().
std::size_t level_of(Idx size) {
  const auto at = std::lower_bound(size_boundaries.begin(), size_boundaries.end(), size);
  if (at != size_boundaries.end() && *at == size) return 1 + static_cast<std::size_t>(at - size_boundaries.begin());
  if (at == size_boundaries.begin()) return 0;
  return at == size_boundaries.end() ? boundaries + 2 : boundaries + 1;
}

}  // namespace

const std::vector<std::string>& size_levels() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> levels{"below " + std::to_string(size_boundaries.front())};
    for (const Idx b : size_boundaries) levels.push_back(std::to_string(b));
    levels.push_back("between");
    levels.push_back("beyond " + std::to_string(size_boundaries.back()));
    return levels;
  }();
  return all;
}

SizeCoverage::SizeCoverage(Op op)
    : axes_(&sized_axes(op)), counts_(axes_->size(), std::vector<Idx>(size_levels().size())) {}

void SizeCoverage::add(const Problem& problem) {
  for (std::size_t n = 0; n < axes_->size(); ++n) ++counts_[n][level_of((*axes_)[n].of(problem))];
}

std::vector<SizeCoverage::Missed> SizeCoverage::missed() const {
  std::vector<Missed> all;
  for (std::size_t n = 0; n < axes_->size(); ++n) {
    Missed missed{&(*axes_)[n], {}};
    for (std::size_t b = 0; b < boundaries; ++b)
      if (counts_[n][b + 1] == 0) missed.values.push_back(size_boundaries[b]);
    if (!missed.values.empty()) all.push_back(std::move(missed));
  }
  return all;
}

}  // namespace cnnspec::checks
