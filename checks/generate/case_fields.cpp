#include "checks/generate/case_fields.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace cnnspec::checks {
namespace {

/// The number of bytes for distances up to `largest`.
int bytes_for(std::uint64_t largest) {
  return largest <= 0xff ? 1 : largest <= 0xffff ? 2 : largest <= 0xffffffff ? 4 : 8;
}

std::uint64_t distance(Idx from, Idx to) { return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from); }

constexpr Idx least_idx = std::numeric_limits<Idx>::min(), most_idx = std::numeric_limits<Idx>::max();

// The kinds of Fields::any: a small number, a famous one, or an arbitrary one in full.
constexpr Idx least_small = -2, smalls = 226;
constexpr std::array famous{Idx{227},        Idx{255},           Idx{256},       Idx{257},       Idx{512},
                            Idx{1000},       Idx{1024},          Idx{2048},      Idx{4096},      (Idx{1} << 16),
                            (Idx{1} << 20),  (Idx{1} << 31) - 1, (Idx{1} << 31), (Idx{1} << 32), (Idx{1} << 32) - 1,
                            Idx{3037000499}, Idx{3037000500},    (Idx{1} << 40), (Idx{1} << 53), (Idx{1} << 62),
                            most_idx - 1,    most_idx / 2,       most_idx,       least_idx,      least_idx + 1,
                            -(Idx{1} << 31), Idx{-1000},         Idx{-3},        (Idx{1} << 60)};
constexpr Idx written_out = smalls + static_cast<Idx>(famous.size());
static_assert(written_out == 255, "the kinds fill a byte");

Idx kind_of(Idx value) {
  if (value >= least_small && value < least_small + smalls) return value - least_small;
  return smalls + (std::find(famous.begin(), famous.end(), value) - famous.begin());
}

}  // namespace

void Fields::any(Idx& value) {
  Idx kind = kind_of(value);
  number(kind, 0, written_out);
  if (kind == written_out)
    number(value, least_idx, most_idx);
  else
    value = kind < smalls ? least_small + kind : famous[static_cast<std::size_t>(kind - smalls)];
}

void Fields::mostly(Idx& value, Idx least, Idx most) {
  constexpr Idx anything = 31;
  Idx kind = least <= value && value <= most ? 0 : anything;
  number(kind, 0, anything);
  if (kind == anything)
    any(value);
  else
    number(value, least, most);
}

void FieldsFromBytes::do_number(Idx& value, Idx least, Idx most) {
  const std::uint64_t largest = distance(least, most);
  const int width = bytes_for(largest);
  std::uint64_t stored = 0;
  for (int n = 0; n < width && !rest_.empty(); ++n, rest_ = rest_.subspan(1))
    stored |= static_cast<std::uint64_t>(rest_.front()) << (8 * n);
  if (largest != std::numeric_limits<std::uint64_t>::max()) stored %= largest + 1;
  value = static_cast<Idx>(static_cast<std::uint64_t>(least) + stored);
}

void FieldsFromBytes::text(std::string& value) {
  value.assign(rest_.begin(), rest_.end());
  rest_ = {};
}

void FieldsToBytes::do_number(Idx& value, Idx least, Idx most) {
  assert(least <= value && value <= most);
  const std::uint64_t stored = distance(least, value);
  for (int n = 0, width = bytes_for(distance(least, most)); n < width; ++n)
    bytes_.push_back(static_cast<std::uint8_t>(stored >> (8 * n)));
}

void FieldsToBytes::text(std::string& value) { bytes_.insert(bytes_.end(), value.begin(), value.end()); }

/// The distance of a decision from its least value must fit into Idx.
void FieldsFromChoices::do_number(Idx& value, Idx least, Idx most) {
  const bool wide = distance(least, most) > static_cast<std::uint64_t>(most_idx);
  value = wide ? choices_.pick(0, most) : choices_.pick(least, most);
}

void FieldsFromChoices::text(std::string& value) {
  constexpr Idx longest = 60;
  Idx length = 0;
  number(length, 0, longest);
  value.clear();
  for (Idx n = 0; n < length; ++n) value.push_back(static_cast<char>(choices_.pick(0, 255)));
}

}  // namespace cnnspec::checks
