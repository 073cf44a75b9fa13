#include "checks/laws/finding.hpp"

#include <fmt/ranges.h>

namespace cnnspec::checks {

std::string text_of(const Finding& f) {
  const std::string entry = f.index.empty() ? "" : fmt::format("[{}]", fmt::join(f.index, ","));
  return fmt::format("{} breaks {}: {}\n  {}{}: expected {}, got {}\n  configuration: {}\n  data seed: {}", f.layer,
                     f.law, f.sentence, f.tensor, entry, f.expected, f.actual, f.configuration, f.data_seed);
}

Outcome& Outcome::differ(const std::string& tensor, const std::vector<Idx>& index, const std::string& expected,
                         const std::string& actual) {
  if (finding_) return *this;
  finding_ = Finding{};
  finding_->tensor = tensor, finding_->index = index, finding_->expected = expected, finding_->actual = actual;
  return *this;
}

Outcome& Outcome::found_in(const std::string& law, const std::string& sentence, const std::string& layer,
                           const std::string& configuration, std::uint64_t data_seed) {
  if (!finding_) return *this;
  finding_->law = law, finding_->sentence = sentence, finding_->layer = layer;
  finding_->configuration = configuration, finding_->data_seed = data_seed;
  return *this;
}

}  // namespace cnnspec::checks
