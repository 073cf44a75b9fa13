// The problems of all layers, for tests, benchmarks and seeds. An engine asks a Problem for its numbers instead.
#pragma once

#include <cstdlib>

#include "checks/layers/avg_pool2d/problem.hpp"
#include "checks/layers/conv2d/problem.hpp"
#include "checks/layers/linear/problem.hpp"
#include "checks/layers/max_pool2d/problem.hpp"
#include "checks/layers/relu/problem.hpp"

namespace cnnspec::checks {

template <class Visit, class AnyProblem>
decltype(auto) visit_problem(Visit visit, AnyProblem& problem) {
  switch (problem.layer()) {
    case LayerId::conv2d:
      return visit(problem.template as<cnnspec_conv2d>());
    case LayerId::max_pool2d:
      return visit(problem.template as<cnnspec_pool2d>());
    case LayerId::relu:
      return visit(problem.template as<cnnspec_elementwise>());
    case LayerId::avg_pool2d:
      return visit(problem.template as<AvgPool2dProblem>());
    case LayerId::linear:
      return visit(problem.template as<cnnspec_linear>());
    default:
      std::abort();  // a layer that has no problem, or is not in this list
  }
}

}  // namespace cnnspec::checks
