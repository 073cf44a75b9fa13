// Subject: a differentiable function of several tensors, as seen by the finite-difference checks. It may be a network
// (network_subject.hpp) or a user's pair of callables (check_gradient.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/generate/choices.hpp"
#include "checks/gradient/report.hpp"
#include "checks/vocabulary/extents.hpp"
#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// The branch that every ReLU and every pooling window took. Two evaluations with the same signature lie on the same
/// affine piece if they differ along one coordinate, or in one tensor only. Proof: the first branching layer's inputs,
/// and the differences between cells of a window, are affine in the step. So a relation that holds at both ends also
/// holds in between. Then the next layer's inputs are affine too, and so on.
using BranchSignature = std::vector<Idx>;

template <class T>
struct Evaluation {
  std::vector<T> y;
  BranchSignature branches;
};

/// Several evaluations on one affine piece.
template <class T>
struct EvaluationsOnOnePiece {
  std::vector<std::vector<T>> y;
  BranchSignature branches;
};

struct SubjectTensor {
  std::string name;  // "x", "conv1.kernel"
  std::vector<Idx> extents;
};

/// The largest effect of rounding and truncation on |difference quotient - backward| at the base point, for a step h.
struct ErrorBound {
  double per_step = 0, constant = 0;
  double at(double h) const { return per_step / h + constant; }
};

/// A directional check contracts the output with integers of at most this size.
inline constexpr int largest_cotangent = 3;

/// The values of all tensors of a Subject: [tensor][element].
template <class T>
using Point = std::vector<std::vector<T>>;

template <class T>
class Subject {
 public:
  virtual ~Subject() = default;

  virtual const std::vector<SubjectTensor>& tensors() const = 0;
  /// A new random point, which becomes the base of `evaluate` and `backward`.
  virtual const Point<T>& draw(RandomChoices&) = 0;
  /// The function with tensor t replaced by `values`, in units of 1/scale(t) of the base point.
  virtual Evaluation<T> evaluate(std::size_t t, const std::vector<T>& values) = 0;
  /// Whether the function is exactly affine on each piece along one coordinate, and in one tensor. Then one step is
  /// enough: f(t+h) - f(t) is h times the derivative. Otherwise steps are taken to both sides.
  virtual bool has_affine_pieces() const { return false; }
  /// Evaluates with entry e of `values` moved by +h (and then by -h, if the pieces are not affine), for e = first, ...,
  /// first + count - 1. None if the results do not all lie on one piece. entries_at_once() is the number of entries
  /// that the subject evaluates together.
  virtual std::optional<EvaluationsOnOnePiece<T>> evaluate_entries(std::size_t t, const std::vector<T>& values,
                                                                   Idx first, Idx count, const T& h) {
    EvaluationsOnOnePiece<T> result;
    std::vector<T> steps{h};
    if (!has_affine_pieces()) steps.push_back(T(T(0) - h));
    for (Idx e = first; e < first + count; ++e)
      for (const T& step : steps) {
        std::vector<T> moved = values;
        moved[static_cast<std::size_t>(e)] += step;
        Evaluation<T> one = evaluate(t, moved);
        if (result.y.empty())
          result.branches = std::move(one.branches);
        else if (result.branches != one.branches)
          return std::nullopt;
        result.y.push_back(std::move(one.y));
      }
    return result;
  }
  virtual Idx entries_at_once() const { return 1; }
  /// The same function at the same point, for evaluation in another thread; null if the subject supports only one
  /// thread.
  virtual std::unique_ptr<Subject> copy() const { return nullptr; }
  /// The cotangent of every tensor at the base point.
  virtual Point<T> backward(const std::vector<T>& dy) = 0;

  /// Integers have no small step. Some subjects can multiply a tensor, and with it the output, by a whole number
  /// without changing a derivative. They return this number here; the step 1 then moves the tensor by 1/scale.
  virtual T scale(std::size_t) const { return T(1); }
  /// The step, for scalars that have small ones.
  virtual T step(std::size_t) const { return T(1); }
  /// The number of times that the step may be halved.
  virtual int halvings() const { return 0; }
  /// For scalars that round, at the base point.
  virtual ErrorBound error_bound(std::size_t, Mode) const { return {}; }
};

}  // namespace cnnspec::checks
