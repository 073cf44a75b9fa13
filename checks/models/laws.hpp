// The laws of the models: forward and backward equal the compositions of the layers, also of the independent twins;
// permuting hidden channels changes nothing; and the laws of every backward.
#pragma once

#include "checks/laws/law.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/models/functions.hpp"
#include "checks/scalars/int128.hpp"

namespace cnnspec::checks {

template <class T>
using ModelLaw = Law<ModelFunctions<T>, ModelProblem>;

/// For every scalar that computes exactly with whole numbers up to 2^53.
template <class T>
std::vector<ModelLaw<T>> model_laws();

extern template std::vector<ModelLaw<Int128>> model_laws();
extern template std::vector<ModelLaw<double>> model_laws();

std::string configuration_text(const ModelProblem& p);

/// A configuration with an input that fits, so small that a law takes almost no time.
Cnn2Run draw_cnn2(Choices& choices);

}  // namespace cnnspec::checks
