#include "checks/layers/max_pool2d/census.hpp"

#include <fmt/format.h>

#include <limits>

#include "checks/census/census_of_layer.hpp"
#include "checks/census/variables.hpp"
#include "checks/layers/max_pool2d/twin.hpp"
#include "checks/vocabulary/extents.hpp"
#include "checks/vocabulary/text.hpp"

namespace cnnspec::checks {
namespace {

/// The twin runs on double, with the NaN of this machine.
using TwinCells = std::vector<twins::PooledCell<double>>;

/// The real cells of each window of one channel, in row-major order of the windows and of their taps.
std::vector<TwinCells> windows_of(const cnnspec_pool2d& p) {
  const twins::TwinAxis rows = twins::rows_of(p), columns = twins::columns_of(p);
  const Idx out_columns = twins::count_windows(columns);
  std::vector<TwinCells> windows(static_cast<std::size_t>(twins::count_windows(rows) * out_columns));
  for (Idx place = 0; place < p.in_height * p.in_width; ++place)
    for (const auto& v : twins::meetings(rows, place / p.in_width))
      for (const auto& h : twins::meetings(columns, place % p.in_width))
        windows[static_cast<std::size_t>(v.window * out_columns + h.window)].push_back(
            {0, v.tap * p.kernel_width + h.tap, place});
  return windows;
}

/// The output's extents, by walking over the padded image.
auto twin_shape(const cnnspec_pool2d& p) {
  return dyn_shape(p.channels, twins::count_windows(twins::rows_of(p)), twins::count_windows(twins::columns_of(p)));
}

/// The class of each cell of the image.
std::vector<std::size_t> classes_of(const cnnspec_pool2d& p, bool whole_image) {
  std::vector<std::size_t> classes;
  for (Idx n = 0; n < p.channels * p.in_height * p.in_width; ++n) {
    const Idx channel = n / p.in_width / p.in_height;
    const Idx row = n / p.in_width % p.in_height + p.pad_top, column = n % p.in_width + p.pad_left;
    const Idx i = row / p.dilation_height % p.kernel_height, j = column / p.dilation_width % p.kernel_width;
    const Idx tap = (channel * p.kernel_height + i) * p.kernel_width + j;
    classes.push_back(static_cast<std::size_t>(whole_image ? n : tap));
  }
  return classes;
}

class OrderedPooling {
 public:
  OrderedPooling(const MaxPool2dFunctions<Ordered>& f, const cnnspec_pool2d& p, bool whole_image, std::uint64_t seed)
      : f_(f),
        p_(p),
        g_(config_of(p)),
        classes_(classes_of(p, whole_image)),
        windows_(windows_of(p)),
        numbers_(classes_.size()),
        x_(x_shape(p)),
        dy_(twin_shape(p)),
        dx_(x_shape(p)) {
    Stream stream(seed);
    for (Idx n = 0; n < dy_.size(); ++n) dy_[n] = Ordered::cotangent(ModularPolynomial::variable(draw_residue(stream)));
  }

  std::optional<Difference> first_difference(const std::vector<int>& ranks) {
    for (std::size_t n = 0; n < classes_.size(); ++n) {
      const int rank = ranks[classes_[n]];
      x_[static_cast<Idx>(n)] = Ordered::cell(rank);
      numbers_[n] = rank == nan_rank ? std::numeric_limits<double>::quiet_NaN() : rank;
    }
    for (Idx n = 0; n < dx_.size(); ++n) dx_[n] = Ordered();
    const auto y = of_shape("max_pool2d", "y", dy_.shape(), f_.forward(x_, g_));
    const auto winners = of_shape("max_pool2d", "winners", dy_.shape(), f_.winners(x_, g_));
    const Idx plane = p_.in_height * p_.in_width;
    for (Idx n = 0; n < dy_.size(); ++n) {
      const Idx channel = n / static_cast<Idx>(windows_.size());
      const auto best = winner_of(windows_[static_cast<std::size_t>(n) % windows_.size()], channel * plane);
      const Ordered& cell = x_[channel * plane + best.place];
      if (!same(y[n], cell)) return difference("y", y, n, y[n].text(), cell.text());
      if (winners[n] != best.place)
        return difference("winner", winners, n, std::to_string(winners[n]), std::to_string(best.place));
      dx_[channel * plane + best.place] += dy_[n];
    }
    const auto dx = of_shape("max_pool2d", "dx", x_.shape(), f_.backward(x_, dy_, g_));
    for (Idx n = 0; n < dx_.size(); ++n)
      if (!same(dx[n], dx_[n])) return difference("dx", dx, n, dx[n].text(), dx_[n].text());
    return {};
  }

 private:
  twins::PooledCell<double> winner_of(TwinCells& window, Idx first) const {
    for (auto& cell : window) cell.value = numbers_[static_cast<std::size_t>(first + cell.place)];
    return twins::winner(window);
  }
  template <class Tensor>
  Difference difference(const char* name, const Tensor& t, Idx n, const std::string& actual,
                        const std::string& expected) const {
    std::vector<std::string> cells;
    for (const Ordered& cell : x_.elements()) cells.push_back(cell.text());
    return {name, index_of(n, t.shape().extents()), actual, expected, "x = " + joined(cells, " ")};
  }

  const MaxPool2dFunctions<Ordered>& f_;
  const cnnspec_pool2d& p_;
  MaxPool2dConfig g_;
  std::vector<std::size_t> classes_;
  std::vector<TwinCells> windows_;
  std::vector<double> numbers_;
  Image<Ordered> x_, dy_, dx_;
};

/// Ranks drawn for each cell independently; in some images most cells are equal or NaN, in others few.
std::vector<int> random_ranks(Idx cells, Stream& stream) {
  const Idx most = 1 + stream.below(cells);
  std::vector<int> ranks;
  for (Idx n = 0; n < cells; ++n) ranks.push_back(static_cast<int>(stream.below(most + 1)) + nan_rank);
  return ranks;
}

}  // namespace

PoolProof prove(const MaxPool2dFunctions<Ordered>& f, const cnnspec_pool2d& p, std::uint64_t seed) {
  PoolProof proof;
  const Idx cells = x_shape(p).count();
  proof.whole_image = cells <= std::max(stack_of(p), whole_image_cells);
  proof.difference = difference_of_extents(y_by_formula, y_shape(p), twin_shape(p));
  if (proof.difference) return proof;
  const auto run_on = [&](OrderedPooling& pooling, const std::vector<int>& ranks) {
    ++proof.images;
    proof.difference = pooling.first_difference(ranks);
    return !proof.difference;
  };
  OrderedPooling classes(f, p, proof.whole_image, seed);
  const bool all = for_each_weak_order(static_cast<int>(proof.whole_image ? cells : stack_of(p)),
                                       [&](const std::vector<int>& ranks) { return run_on(classes, ranks); });
  if (proof.whole_image || !all) return proof;
  OrderedPooling image(f, p, true, seed);
  Stream stream(seed, 1);
  for (int n = 0; n < random_images && run_on(image, random_ranks(cells, stream));) ++n;
  return proof;
}

namespace {

/// More cells would have more than 14 million weak orders.
constexpr Idx most_in_stack = 9;

std::optional<Difference> prove_for_census(const LayerFunctions& subject, const CensusPlan& plan,
                                           const Problem& problem, CensusTally& tally) {
  const auto& functions = subject.of<spec_max_pool2d<Ordered>>(problem.layer());
  const PoolProof proof = prove(functions, problem.as<cnnspec_pool2d>(), seed_of(plan.seed, problem));
  ++(proof.whole_image ? tally.whole_image : tally.windows);
  tally.images += proof.images;
  tally.doubt += proof.images;
  return proof.difference;
}

void each_for_census(const CensusBounds& bounds, const std::function<void(const Problem&)>& add) {
  cnnspec_pool2d p{};
  p.batch = 1;
  for (p.channels = 1; p.channels <= bounds.channels; ++p.channels) add(p);
}
bool has_window_for_census(const CensusBounds& bounds, const Problem& problem) {
  return stack_of(problem.as<cnnspec_pool2d>()) <= bounds.taps;
}

std::string text_for_census(const CensusBounds& bounds) {
  return fmt::format("{} (as C4 allows); channels 1..{}; channels * kernel cells at most {}", text_of_axes(bounds),
                     bounds.channels, bounds.taps);
}

std::vector<CensusLimit> limits_of(const Problem& problem) {
  return {{"taps in all channels", stack_of(problem.as<cnnspec_pool2d>()), most_in_stack}};
}

}  // namespace

extern const CensusSpaces max_pool2d_census{
    .method = CensusMethod::orders,
    .each = each_for_census,
    .check_axis = check_axis_of_pooling,
    .has_window = has_window_for_census,
    .text = text_for_census,
    .prove = prove_for_census,
    .limits = limits_of,
};

}  // namespace cnnspec::checks
