// Every law of conv2d, for the specification's conv2d, over generated configurations.
#include "checks/layers/conv2d/draw.hpp"
#include "checks/layers/conv2d/laws.hpp"
#include "tests/law_test.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

// Terms are texts that grow with every addition: small problems.
const auto small_problems = drawn([](Choices& choices) {
  return draw_conv2d(choices, {.max_extent = 8, .max_channels = 4, .max_kernel = 3, .max_taps = 2'000});
});

[[maybe_unused]] const bool added_conv2d_laws[] = {
    add_law_tests("Conv2dLaws", conv2d_laws<Int128>(), spec_conv2d<Int128>()),
    add_law_tests("Conv2dLawsInDouble", conv2d_laws<double>(), spec_conv2d<double>()),
    add_law_tests("Conv2dLawsOrder", conv2d_order_laws(), spec_conv2d<Term>(), small_problems),
};

}  // namespace
}  // namespace cnnspec::tests
