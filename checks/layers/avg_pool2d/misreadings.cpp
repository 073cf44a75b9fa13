// avg_pool2d: which cells are added, and what divides the sum.
#include "checks/layers/avg_pool2d/config.hpp"
#include "checks/layers/avg_pool2d/room.hpp"
#include "checks/misreadings/misreadings_of_layer.hpp"

namespace cnnspec::checks {
namespace {

using P = AvgPool2dProblem;

bool is_mean(Op op) { return layer_of(op).name == std::string_view("avg_pool2d"); }

/// Misreads the settings of the problem.
template <class Change>
Compute with_settings(Change change) {
  return with_inputs([change](Call& call) { change(call.operation.problem.as<P>()); });
}

/// Adds the cells that this walk visits, and divides as the specification does.
std::vector<Real> mean_walked(const Call& call, const Walk& walk) {
  const P& p = call.operation.problem.as<P>();
  Line height = height_of(p), width = width_of(p);
  walk.misread(height, width);
  const bool forward = is_forward(call.operation.op);
  std::vector<Real> out(static_cast<std::size_t>(call.operation.output_count()));
  // Windows are taken from an x. Backward has none, so it uses zeros to learn where the cells are.
  Call seen = call;
  if (!forward) seen.inputs[0].assign(out.size(), Real(0));
  const Idx windows = height.out * width.out;
  for_each_window_seen(seen, walk, height, width, [&](const SeenWindow& window) {
    const Idx n = static_cast<Idx>(window.output) % windows;
    const Real divisor(avg_pool2d_divisor(x_shape(p), n / width.out, n % width.out, config_of(p)));
    for (std::size_t cell = 0; cell < window.cells.size(); ++cell) {
      if (forward) out[window.output] += window.cells[cell];
      const Idx place = window.places[cell] == no_place ? -1 : window.before + window.places[cell];
      const bool is_in_dx = !forward && 0 <= place && place < static_cast<Idx>(out.size());
      if (is_in_dx) out[static_cast<std::size_t>(place)] += call.inputs[0][window.output] / divisor;
    }
    if (forward) out[window.output] = out[window.output] / divisor;
  });
  return out;
}

std::vector<Misreading> table() {
  std::vector<Misreading> table{
      {"padding counted", "The kernel counts the padding of a window; without count_include_pad it should not.",
       is_mean, with_settings([](P& p) { p.count_include_pad = 1; })},
      {"padding not counted",
       "The kernel divides by the number of cells in the image; with count_include_pad the padding counts.", is_mean,
       with_settings([](P& p) { p.count_include_pad = 0; })},
      {"divisor_override ignored", "The kernel divides by the number of cells; it should divide by divisor_override.",
       is_mean, with_settings([](P& p) { p.divisor_override = 0; })},
      {"divided by all cells of the window",
       "The kernel divides by kernel_height * kernel_width; cells beyond the padding should not count, nor should "
       "those in it without count_include_pad.",
       is_mean, with_settings([](P& p) { p.divisor_override = p.kernel_height * p.kernel_width; })},
      {"sum not divided", "The kernel returns the sum of a window; it should divide it.", is_mean,
       with_settings([](P& p) { p.divisor_override = 1; })},
  };
  for (Misreading& m : table) m.exact_on_integers = false;
  for (Misreading& m : cells_left_out(is_mean)) table.push_back(std::move(m));
  return table;
}

std::vector<Misreading> in_blocks() { return cells_in_blocks("mean", is_mean); }

}  // namespace

extern const Misreadings avg_pool2d_misreadings{.table = table, .in_blocks = in_blocks, .walked = mean_walked};

}  // namespace cnnspec::checks
