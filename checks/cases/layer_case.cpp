#include "checks/cases/layer_case.hpp"

#include <fmt/format.h>

#include <array>

#include "checks/cases/problem_fields.hpp"
#include "checks/cases/problem_numbers.hpp"
#include "checks/cases/sizes.hpp"
#include "checks/laws/work.hpp"
#include "checks/vocabulary/extents.hpp"

namespace cnnspec::checks {
namespace {

bool is_small(const Problem& problem) {
  const Port& x = layer_of(problem).passes.front().inputs.front();
  return taps(problem) <= most_layer_taps && work_of(problem) <= most_layer_work &&
         count_of(extents_of_image(x, problem)) <= most_layer_taps;
}

// ---- The first byte ----------------------------------------------------------------------------------------------

constexpr std::size_t all_bytes = 256;
using LayerByByte = std::array<LayerId, all_bytes>;

/// The default first bytes of a layer: as many for each layer, so that layers are drawn about equally often.
constexpr std::array first_bytes_of_others{64, 128, 192};

std::vector<std::size_t> first_bytes_of(const Layer& layer) {
  const auto told = checks_of(layer).first_bytes;
  if (!told.empty()) return {told.begin(), told.end()};
  std::vector<std::size_t> bytes;
  for (const int first : first_bytes_of_others)
    bytes.push_back((static_cast<std::size_t>(first) + static_cast<std::size_t>(layer.id)) % all_bytes);
  return bytes;
}

/// A byte that belongs to no layer means the layer of its lowest bits.
LayerByByte make_table() {
  constexpr std::size_t low = 8;
  std::array<const Layer*, all_bytes> table{};
  for (const Layer* layer : layers())
    if (layer->checks != nullptr)
      for (const std::size_t byte : first_bytes_of(*layer)) table[byte] = layer;
  LayerByByte ids{};
  for (std::size_t n = 0; n < all_bytes; ++n) {
    const Layer* const layer = table[n] != nullptr ? table[n] : table[n % low];
    ids[n] = layer == nullptr ? layers().front()->id : layer->id;
  }
  return ids;
}

void list_layer(Fields& fields, LayerId& layer) {
  static const LayerByByte table = make_table();
  auto byte = static_cast<Idx>(first_bytes_of(layer_of(layer)).front());
  fields.number(byte, 0, all_bytes - 1);
  layer = table[static_cast<std::size_t>(byte)];
}

}  // namespace

void LayerCase::list_fields(Fields& fields) {
  list_layer(fields, layer);
  fields.number(data_seed, 0, 0xffff);
  const auto list = checks_of(layer_of(layer)).list;
  list == nullptr ? list_problem(fields, layer, problem) : list(fields, problem);
}

CaseOutcome check_case(const LayerCase& c, const LayerFunctions& functions) {
  const Outcome sizes = check_sizes(c.problem);
  CaseOutcome outcome{sizes.compared()};
  if (!sizes.holds()) {
    const Finding& f = *sizes.finding();
    outcome.failure = fmt::format("{}: expected {}, got {}\n  configuration: {}", f.tensor, f.expected, f.actual,
                                  spelled_out(c.problem));
  }
  if (!outcome.holds() || !check(c.problem).ok() || !is_small(c.problem)) return outcome;
  checks_of(layer_of(c.layer)).check(c.layer, c.problem, static_cast<std::uint64_t>(c.data_seed), functions, outcome);
  return outcome;
}

}  // namespace cnnspec::checks
