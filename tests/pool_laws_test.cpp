// Every law of max_pool2d, for the specification's max_pool2d, over generated configurations.
#include "checks/layers/max_pool2d/laws.hpp"
#include "tests/law_test.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

[[maybe_unused]] const bool added_pool_laws[] = {
    add_law_tests("MaxPool2dLaws", max_pool2d_laws<Int128>(), spec_max_pool2d<Int128>()),
    add_law_tests("MaxPool2dLawsInDouble", max_pool2d_laws<double>(), spec_max_pool2d<double>()),
    add_law_tests("MaxPool2dLawsOrder", max_pool2d_order_laws(), spec_max_pool2d<Term>()),
};

TEST(WeakOrders, P5_are_counted_by_the_Fubini_numbers) {
  EXPECT_EQ(weak_orders(1).size(), 1u);
  EXPECT_EQ(weak_orders(2).size(), 3u);  // less, greater, tied
  EXPECT_EQ(weak_orders(4).size(), 75u);
  EXPECT_EQ(weak_orders(6).size(), 4683u);
}

}  // namespace
}  // namespace cnnspec::tests
