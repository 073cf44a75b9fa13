// The laws of the models: forward and backward are the compositions of the layers', the independent twins' among them;
// permuting hidden channels changes nothing; and what holds for every backward.
#pragma once

#include "checks/laws/law.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/models/functions.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

template <class T>
using ModelLaw = Law<ModelFunctions<T>, ModelProblem>;

/// For every scalar that computes with whole numbers up to 2^53 exactly.
template <class T>
std::vector<ModelLaw<T>> model_laws();

extern template std::vector<ModelLaw<Int128>> model_laws();
extern template std::vector<ModelLaw<double>> model_laws();

std::string configuration_text(const ModelProblem& p);

/// A configuration and an input that it fits, so small that a law takes no time.
Cnn2Run draw_cnn2(Choices& choices);

}  // namespace cnnspec::checks
