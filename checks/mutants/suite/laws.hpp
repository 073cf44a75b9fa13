// The laws as checks of a mutant: each law of a layer's table and its gradient check, on the same problems in every
// run. Compiled once, with the unchanged specification.
#pragma once

#include "checks/laws/term.hpp"
#include "checks/layers/avg_pool2d/functions.hpp"
#include "checks/layers/conv2d/functions.hpp"
#include "checks/layers/flatten/functions.hpp"
#include "checks/layers/linear/functions.hpp"
#include "checks/layers/max_pool2d/functions.hpp"
#include "checks/layers/relu/functions.hpp"
#include "checks/models/functions.hpp"
#include "checks/mutants/suite/uneven.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::mutants {

using checks::Int128, checks::Term;

bool add_conv2d(const checks::Conv2dFunctions<Int128>& exact, const checks::Conv2dFunctions<double>& floating,
                const checks::Conv2dFunctions<Term>& terms);
bool add_max_pool2d(const checks::MaxPool2dFunctions<Int128>& exact, const checks::MaxPool2dFunctions<double>& floating,
                    const checks::MaxPool2dFunctions<Term>& terms);
bool add_avg_pool2d(const checks::AvgPool2dFunctions<Int128>& exact,
                    const checks::AvgPool2dFunctions<double>& floating);
bool add_relu(const checks::ReluFunctions<Int128>& exact, const checks::ReluFunctions<double>& floating);
bool add_flatten(const checks::FlattenFunctions<Int128>& exact);
bool add_linear(const checks::LinearFunctions<Int128>& exact, const checks::LinearFunctions<Term>& terms);
/// The models over generated configurations; `form` selects one of them: "network", "chain".
bool add_model(const std::string& form, const checks::ModelFunctions<Int128>& functions);

/// The explicit model, on the configuration `uneven`.
bool add_uneven_model(const checks::ModelFunctions<Int128>& functions);

}  // namespace cnnspec::mutants
