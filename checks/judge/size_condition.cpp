#include "checks/judge/size_condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

constexpr int most_probes = 24;    // of one axis
constexpr Idx most_varied = 4096;  // larger sizes are not searched for periods
/// The sizes to try on an axis whose plainest value fails.
constexpr Idx usual_sizes[]{2, 3, 4, 8, 9, 16, 17, 32, 33};

/// A rule about one axis.
struct Rule {
  Idx from;
  std::optional<Idx> to;
  Idx factor = 1;
  bool off = false;

  bool holds(Idx size) const {
    return from <= size && (!to || size <= *to) && (factor == 1 || (size % factor == 0) != off);
  }
};

class AxisSearch {
 public:
  AxisSearch(const SizeAxis& axis, const Problem& problem, const Fails& fails)
      : axis_(axis), problem_(problem), fails_(fails), at_(axis.value(problem)) {
    seen_[at_] = true;
  }

  /// The remaining rule, if there is one and it restricts the size.
  std::optional<SizeCondition> run(Dependence& found) {
    look_around(found);
    for (int n = 0; n < most_probes; ++n) {
      const std::vector<Rule> rules = consistent();
      const std::optional<Idx> next = telling(rules);
      if (!next) break;
      if (!probe(*next, found)) break;
    }
    const std::vector<Rule> rules = consistent();
    if (rules.empty()) return {};
    const auto supported = std::ranges::find_if(rules, [&](const Rule& rule) { return is_supported(rule); });
    const Rule& r = supported == rules.end() ? rules.front() : *supported;
    const bool always = r.from <= axis_.least && !r.to && r.factor == 1;
    if (always) return {};
    return SizeCondition{axis_, r.from, r.to, r.factor, r.off, seen_.rbegin()->first};
  }

 private:
  /// Returns false if no further probe is allowed.
  bool probe(Idx size, Dependence& found) {
    if (size < axis_.least || seen_.contains(size) || impossible_.contains(size)) return true;
    const std::optional<Problem> p = axis_.with(problem_, size);
    if (!p) {
      impossible_.insert(size);
      return true;
    }
    const std::optional<bool> result = fails_(*p);
    if (!result) {
      impossible_.insert(size);
      return false;
    }
    seen_[size] = *result;
    (*result ? found.failing : found.passing).push_back(*p);
    return true;
  }

  void look_around(Dependence& found) {
    if (at_ == axis_.least) {
      for (const Idx size : usual_sizes) probe(size, found);
      return;
    }
    for (const Idx size : {at_ - 1, at_ + 1, 2 * at_ - 1, 2 * at_, 2 * at_ + 1}) probe(size, found);
  }

  Idx least_failing() const { return std::ranges::find(seen_, true, &std::pair<const Idx, bool>::second)->first; }

  /// All rules, of the kinds that kernels follow, that agree with the probes; the simplest first.
  std::vector<Rule> consistent() const {
    const Idx first = least_failing();
    // The upper end may be the last failing size before the first size that passes again, or any size between the two.
    std::set<Idx> ends;
    Idx last_failing = first;
    for (const auto& [size, failed] : seen_) {
      if (failed) last_failing = size;
      if (failed || size < first) continue;
      ends.insert({last_failing, size - 1});
      break;
    }
    std::set<Idx> factors{2, 3, 4, 8, 16, 32, 64, 128, 256};
    for (const Idx factor : {first - 1, first})
      if (factor > 1) factors.insert(factor);
    const auto passing = std::ranges::find_if(seen_, [](const auto& s) { return s.first > 1 && !s.second; });
    if (passing != seen_.end()) factors.insert(passing->first);
    factors.erase(factors.upper_bound(seen_.rbegin()->first), factors.end());  // no probe supports these
    std::vector<Rule> rules;
    const auto add = [&](const Rule& r) {
      if (std::ranges::all_of(seen_, [&](const auto& s) { return r.holds(s.first) == s.second; })) rules.push_back(r);
    };
    for (const Idx from : {axis_.least, first}) add({from, {}});
    for (const bool off : {false, true})
      for (const Idx factor : factors) add({axis_.least, {}, factor, off});
    for (const Idx to : ends)
      for (const Idx from : {axis_.least, first}) add({from, to});
    for (const bool off : {false, true})
      for (const Idx factor : factors) add({first, {}, factor, off});
    return rules;
  }

  /// A single multiple, or no multiple except 0, does not support a rule about multiples.
  bool is_supported(const Rule& r) const {
    return r.factor == 1 || std::ranges::count_if(seen_, [&](const auto& s) {
                              const auto& [size, failed] = s;
                              return size > 0 && size % r.factor == 0 && failed != r.off;
                            }) > 1;
  }

  /// A size that separates the simplest rule from another one, or supports the simplest rule. None if there is none
  /// within reach.
  std::optional<Idx> telling(const std::vector<Rule>& rules) const {
    if (rules.empty()) return {};
    const Idx least = least_failing();
    const Idx top = least > most_varied ? least + 2 : std::max(3 * least + 2, seen_.rbegin()->first);
    for (auto other = rules.begin() + 1; other < rules.end(); ++other) {
      std::vector<Idx> sizes;
      for (Idx size = axis_.least; size <= top; ++size)
        if (rules.front().holds(size) != other->holds(size) && !seen_.contains(size) && !impossible_.contains(size))
          sizes.push_back(size);
      if (!sizes.empty()) return sizes[sizes.size() / 2];
    }
    if (is_supported(rules.front())) return {};
    for (const Idx factor = rules.front().factor; const Idx times : {1, 2, 3})
      if (!seen_.contains(times * factor) && !impossible_.contains(times * factor)) return times * factor;
    return {};
  }

  const SizeAxis& axis_;
  const Problem& problem_;
  const Fails& fails_;
  const Idx at_;
  std::map<Idx, bool> seen_;
  std::set<Idx> impossible_;
};

const SizeAxis* find_axis(const std::vector<SizeAxis>& axes, const std::string& name) {
  const auto found = std::ranges::find(axes, name, &SizeAxis::name);
  return found == axes.end() ? nullptr : &*found;
}

/// For a condition with a lower end: does the product with another axis, which is 1 here, matter instead?
void look_for_products(const Problem& problem, const std::vector<SizeAxis>& axes, const Fails& fails,
                       Dependence& found) {
  const std::vector<ProductAxis> products = product_axes(layer_id(problem));
  for (SizeCondition& c : found.conditions)
    for (const ProductAxis& product : products) {
      if (c.to || c.factor != 1 || (c.axis.name != product.first && c.axis.name != product.second)) continue;
      const SizeAxis *first = find_axis(axes, product.first), *second = find_axis(axes, product.second);
      if (first == nullptr || second == nullptr || c.from < 4) continue;
      const SizeAxis& other = c.axis.name == first->name ? *second : *first;
      if (other.value(problem) != 1) continue;
      // For example in two rows: each number alone is too small to fail.
      const std::optional<Problem> halved = c.axis.with(problem, (c.from + 1) / 2);
      const std::optional<Problem> shape = halved ? other.with(*halved, 2) : std::nullopt;
      if (!shape || !fails(*shape).value_or(false)) continue;
      found.failing.push_back(*shape);
      c.axis = {
          product.name, true, 1, [a = first->value, b = second->value](const Problem& p) { return a(p) * b(p); }, {}};
      break;
    }
}

/// "input channel" of "input channels", "row of the image": makes the first plural word singular.
std::string singular(std::string name) {
  for (std::size_t n = 0; n < name.size(); ++n)
    if (name[n] == 's' && (n + 1 == name.size() || name[n + 1] == ' ')) return name.erase(n, 1);
  return name;
}

}  // namespace

std::string SizeCondition::in_words() const {
  const auto some = [&](Idx n) {
    if (!axis.counted) return axis.name + " = " + thousands(n);
    return thousands(n) + " " + (n == 1 ? singular(axis.name) : axis.name);
  };
  const std::string multiples = factor == 1 ? ""
                                            : fmt::format("{} {} multiple of {}", axis.counted ? "their number" : "it",
                                                          off ? "no" : "a", thousands(factor));
  std::string text;
  if (to && *to == from)
    text = "only at " + some(from);
  else if (to && from <= axis.least)
    text = "up to " + some(*to);
  else if (to)
    text = axis.counted ? fmt::format("from {} to {}", thousands(from), some(*to))
                        : fmt::format("from {} to {}", some(from), thousands(*to));
  else if (from > axis.least)
    text = fmt::format("from {} on", some(from));
  if (factor != 1) text = (text.empty() ? axis.name : text) + ", " + multiples;
  return text;
}

bool all_hold(const std::vector<SizeCondition>& conditions, const Problem& problem) {
  return std::ranges::all_of(conditions, [&](const SizeCondition& c) { return c.holds(problem); });
}

Dependence dependence_on_sizes(const Problem& problem, const Fails& fails) {
  Dependence found;
  const std::vector<SizeAxis> axes = size_axes(layer_id(problem));
  for (const SizeAxis& axis : axes)
    if (const auto condition = AxisSearch(axis, problem, fails).run(found)) found.conditions.push_back(*condition);
  look_for_products(problem, axes, fails, found);
  for (SizeCondition& c : found.conditions)
    if (c.axis.name_at) c.axis.name = c.axis.name_at(problem);
  return found;
}

}  // namespace cnnspec::checks
