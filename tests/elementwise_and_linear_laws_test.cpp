// Every law of relu, flatten and linear, for the specification's, over generated configurations.
#include "checks/layers/flatten/laws.hpp"
#include "checks/layers/linear/laws.hpp"
#include "checks/layers/relu/laws.hpp"
#include "tests/law_test.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

[[maybe_unused]] const bool added_elementwise_and_linear_laws[] = {
    add_law_tests("ReluLaws", relu_laws<Int128>(), spec_relu<Int128>()),
    add_law_tests("ReluLawsInDouble", relu_laws<double>(), spec_relu<double>()),
    add_law_tests("FlattenLaws", flatten_laws<Int128>(), spec_flatten<Int128>()),
    add_law_tests("FlattenLawsInDouble", flatten_laws<double>(), spec_flatten<double>()),
    add_law_tests("LinearLaws", linear_laws<Int128>(), spec_linear<Int128>()),
    add_law_tests("LinearLawsInDouble", linear_laws<double>(), spec_linear<double>()),
    add_law_tests("LinearLawsOrder", linear_order_laws(), spec_linear<Term>()),
};

}  // namespace
}  // namespace cnnspec::tests
