// Finding: where a law does not hold. Outcome: the result of one law on one case, a finding or the number of elements
// that agreed. A law that compared nothing has shown nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks/scalars/text.hpp"
#include "checks/vocabulary/extents.hpp"
#include "cnnspec/tensor.hpp"

namespace cnnspec::checks {

struct Finding {
  std::string law, sentence, layer;  // "L4", its sentence, "conv2d"
  std::string tensor;                // "dx": the first of the law's comparisons that failed
  std::vector<Idx> index;            // of the first element that differs; empty for a scalar
  std::string expected, actual;
  std::string configuration;    // as text that can be read back
  std::uint64_t data_seed = 0;  // of the RandomChoices that the law drew its tensors from
};

/// Several lines: layer, law, tensor, entry, both values, configuration.
std::string text_of(const Finding& finding);

class Outcome {
 public:
  bool holds() const { return !finding_; }
  const std::optional<Finding>& finding() const { return finding_; }
  Idx compared() const { return compared_; }

  /// Compares the extents, then every element with ==. After a difference, nothing more is compared.
  template <class T, Idx... E, Idx... D>
  Outcome& equal(const std::string& tensor, const Tensor<T, E...>& expected, const Tensor<T, D...>& actual) {
    if (finding_) return *this;
    if (expected.shape().extents() != actual.shape().extents())
      return differ(tensor, {}, text_of_extents(expected.shape()), text_of_extents(actual.shape()));
    for (Idx n = 0; n < expected.size(); ++n) {
      if (!(expected[n] == actual[n]))
        return differ(tensor, index_of(n, expected.shape().extents()), text_of(expected[n]), text_of(actual[n]));
      ++compared_;
    }
    return *this;
  }
  template <class T>
  Outcome& equal_number(const std::string& quantity, const T& expected, const T& actual) {
    if (finding_) return *this;
    if (!(expected == actual)) return differ(quantity, {}, text_of(expected), text_of(actual));
    ++compared_;
    return *this;
  }
  /// For conditions other than equality: whether `actual` satisfies the condition that `expected` describes in words.
  template <class T>
  Outcome& require(bool satisfied, const std::string& tensor, const std::vector<Idx>& index,
                   const std::string& expected, const T& actual) {
    if (finding_) return *this;
    if (!satisfied) return differ(tensor, index, expected, text_of(actual));
    ++compared_;
    return *this;
  }

  /// Counts one more comparison that held, if its text would cost more than the comparison.
  Outcome& held() {
    if (!finding_) ++compared_;
    return *this;
  }
  Outcome& differ(const std::string& tensor, const std::vector<Idx>& index, const std::string& expected,
                  const std::string& actual);
  /// Adds the law and the case to the finding, if there is one.
  Outcome& found_in(const std::string& law, const std::string& sentence, const std::string& layer,
                    const std::string& configuration, std::uint64_t data_seed);

 private:
  template <class S>
  static std::string text_of_extents(const S& shape) {
    std::string text = "extents";
    for (const Idx e : shape.extents()) text += " " + std::to_string(e);
    return text;
  }

  std::optional<Finding> finding_;
  Idx compared_ = 0;
};

}  // namespace cnnspec::checks
