// Finite differences of a Subject against its backward.
//
// Along one coordinate, and along a direction that moves one tensor only, a network of the specification's layers is
// piecewise affine. So (f(t+h) - f(t)) / h equals the derivative, without truncation, if f(t) and f(t+h) take the same
// branches; and an exact scalar compares with ==. Scalars that round, and functions that do not tell their branches,
// use (f(t+h) - f(t-h)) / 2h. If the branches differ, the point is given up and counted, and another one is drawn. If
// no suitable point is found, the report says that nothing was proved.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "checks/gradient/in_parallel.hpp"
#include "checks/gradient/report.hpp"
#include "checks/gradient/subject.hpp"
#include "checks/scalars/text.hpp"
#include "checks/scalars/traits.hpp"

namespace cnnspec::checks {

/// Called during a long check with the tensor and the number of finished entries. Perhaps from another thread, but
/// never concurrently.
using GradientProgress = std::function<void(const std::string& tensor, Idx done, Idx total)>;

struct GradientOptions {
  Mode mode = Mode::full;
  std::uint64_t seed = 1;
  int max_points = 100;  // points to try for each tensor before the report says that nothing was proved
  int jobs = 1;          // threads
  GradientProgress progress = {};
};

/// The results of backward at one point, computed once for each cotangent and used by every tensor.
template <class T>
class Cotangents {
 public:
  Cotangents(Subject<T>& f, std::size_t outputs, Mode mode, RandomChoices& choices) {
    for (std::size_t k = 0; k < (mode == Mode::full ? outputs : 1); ++k) {
      std::vector<T> dy(outputs, T(0));
      if (mode == Mode::full)
        dy[k] = T(1);
      else
        for (T& d : dy) d = T(static_cast<int>(choices.pick(1, largest_cotangent)));
      gradients_.push_back(f.backward(dy));
      dy_.push_back(std::move(dy));
    }
  }
  const std::vector<T>& dy(std::size_t k) const { return dy_[k]; }
  /// The gradient of <dy(k), f> with respect to tensor t.
  const std::vector<T>& gradient(std::size_t k, std::size_t t) const { return gradients_[k][t]; }

 private:
  std::vector<std::vector<T>> dy_;
  std::vector<Point<T>> gradients_;
};

/// The check of one tensor of one subject at one point.
template <class T>
class TensorCheck {
 public:
  TensorCheck(Subject<T>& f, std::size_t t, const Point<T>& point, Mode mode, TensorReport& report)
      : f_(&f), t_(t), report_(&report), bound_(f.error_bound(t, mode)) {
    const T scale = f.scale(t);
    for (const T& v : point[t]) values_.push_back(v * scale);
    base_ = f.evaluate(t, values_);
  }

  std::size_t outputs() const { return base_.y.size(); }

  /// Compares every (entry, output) pair. False: a branch changed within the step. The report does not depend on
  /// `jobs`.
  bool full(const Cotangents<T>& cotangents, int jobs, const GradientProgress& progress) {
    const auto entries = static_cast<Idx>(values_.size());
    const Idx most_pieces = 1024, at_once = f_->entries_at_once();
    const Idx blocks = (entries + at_once - 1) / at_once, blocks_in_piece = 1 + blocks / most_pieces;
    const Idx piece_size = blocks_in_piece * at_once, pieces = (entries + piece_size - 1) / piece_size;
    std::vector<TensorReport> parts(static_cast<std::size_t>(pieces), *report_);
    std::vector<Worker> workers = make_workers(std::min<Idx>(jobs, blocks / blocks_worth_a_thread));
    std::mutex mutex;
    Idx done = 0;
    const auto tell = [&](Idx count) {
      if (!progress) return;
      const std::lock_guard lock(mutex);
      progress(report_->name, done += count, entries);
    };
    const Idx stopped = in_parallel_until_false(pieces, workers.size(), [&](std::size_t worker, Idx piece) {
      TensorCheck& check = workers[worker].check;
      check.report_ = &parts[static_cast<std::size_t>(piece)];
      return check.range(cotangents, piece * piece_size, std::min((piece + 1) * piece_size, entries), tell);
    });
    for (Idx piece = 0; piece <= std::min(stopped, pieces - 1); ++piece)
      report_->add(parts[static_cast<std::size_t>(piece)]);
    return stopped == pieces;
  }

  /// <dy, f(t + h d) - f(t)> = h <d, backward(dy)> for a random direction d, or the same from t - h d. False: a branch
  /// changed.
  bool directional(const Cotangents<T>& cotangents, RandomChoices& choices) {
    std::vector<T> direction;
    for (std::size_t e = 0; e < values_.size(); ++e) direction.push_back(choices.chance(50) ? T(1) : T(-1));
    T h = f_->step(t_);
    const auto difference = moved(h, [&](std::vector<T>& values, const T& d) {
      for (std::size_t e = 0; e < values.size(); ++e) values[e] += direction[e] * d;
    });
    if (!difference) return false;
    compare(inner_product(cotangents.dy(0), *difference), h, inner_product(direction, cotangents.gradient(0, t_)), -1,
            -1);
    return true;
  }

 private:
  static T inner_product(const std::vector<T>& a, const std::vector<T>& b) {
    T sum(0);
    for (std::size_t n = 0; n < a.size(); ++n) sum += a[n] * b[n];
    return sum;
  }

  /// A copy of the check for one thread. Each copy except the first has its own subject.
  struct Worker {
    std::unique_ptr<Subject<T>> subject;
    TensorCheck check;
  };
  std::vector<Worker> make_workers(Idx most) const {
    std::vector<Worker> workers;
    workers.push_back({nullptr, *this});
    while (static_cast<Idx>(workers.size()) < most) {
      std::unique_ptr<Subject<T>> copy = f_->copy();
      if (copy == nullptr) break;
      workers.push_back({std::move(copy), *this});
      workers.back().check.f_ = workers.back().subject.get();
    }
    return workers;
  }
  /// Starting a thread takes as long as this many blocks of the smallest network.
  static constexpr Idx blocks_worth_a_thread = 16;

  /// Checks the entries in [first, end); calls `tell` with the number of finished entries.
  bool range(const Cotangents<T>& cotangents, Idx first, Idx end, const auto& tell) {
    for (; first < end; first += f_->entries_at_once()) {
      const Idx count = std::min(f_->entries_at_once(), end - first);
      if (!several(cotangents, first, count))
        for (Idx e = first; e < first + count; ++e)
          if (!one(cotangents, e)) return false;
      tell(count);
    }
    return true;
  }

  /// Checks several entries at once with the first step. False: they are not on the same piece, and nothing was
  /// compared.
  bool several(const Cotangents<T>& cotangents, Idx first, Idx count) {
    const T h = f_->step(t_);
    const auto found = f_->evaluate_entries(t_, values_, first, count, h);
    if (!found || found->branches != base_.branches) return false;
    const std::size_t sides = f_->has_affine_pieces() ? 1 : 2;
    const auto from = [&](std::size_t up) -> const std::vector<T>& { return sides == 1 ? base_.y : found->y[up + 1]; };
    for (std::size_t up = 0; up < found->y.size(); up += sides)
      if (!straight(found->y[up], from(up), h)) return false;
    for (Idx n = 0; n < count; ++n) {
      const std::size_t up = sides * static_cast<std::size_t>(n), e = static_cast<std::size_t>(first + n);
      for (std::size_t k = 0; k < outputs(); ++k)
        compare(T(found->y[up][k] - from(up)[k]), h, cotangents.gradient(k, t_)[e], first + n, static_cast<Idx>(k));
    }
    return true;
  }

  bool one(const Cotangents<T>& cotangents, Idx entry) {
    const auto e = static_cast<std::size_t>(entry);
    T h = f_->step(t_);
    const auto difference = moved(h, [e](std::vector<T>& values, const T& d) { values[e] += d; });
    if (!difference) return false;
    for (std::size_t k = 0; k < outputs(); ++k)
      compare((*difference)[k], h, cotangents.gradient(k, t_)[e], entry, static_cast<Idx>(k));
    return true;
  }

  /// f(t+h) - f(t), or f(t+h) - f(t-h), where `move` displaces the values. None if a branch changes in between. If the
  /// scalar has smaller steps, h is first halved until no branch changes.
  template <class Move>
  std::optional<std::vector<T>> moved(T& h, Move move) {
    const auto moved_by = [&](const T& step) {
      std::vector<T> values = values_;
      move(values, step);
      return f_->evaluate(t_, values);
    };
    for (int halvings = 0;; ++halvings) {
      Evaluation<T> up = moved_by(h);
      const Evaluation<T> down = f_->has_affine_pieces() ? base_ : moved_by(T(T(0) - h));
      if (same_piece(up, down, h)) {
        for (std::size_t k = 0; k < up.y.size(); ++k) up.y[k] = up.y[k] - down.y[k];
        return std::move(up.y);
      }
      if (halvings >= f_->halvings()) return std::nullopt;
      h = h / T(2);
      if (h == T(0)) return std::nullopt;  // a step of 0 would prove nothing
    }
  }

  /// The certificate that the three evaluations lie on one piece.
  bool same_piece(const Evaluation<T>& up, const Evaluation<T>& down, const T& h) const {
    return up.branches == base_.branches && down.branches == base_.branches && straight(up.y, down.y, h);
  }
  /// If a function does not tell its branches, it must be straight from step to step: exactly so for an exact scalar.
  /// For another scalar, the second difference must stay below h^(3/2) (1 + |f|). It is h^2 |f''| where f is smooth,
  /// and h times the jump of f' at a kink.
  bool straight(const std::vector<T>& up, const std::vector<T>& down, const T& h) const {
    if (f_->has_affine_pieces() || !base_.branches.empty()) return true;
    const double allowed = std::pow(static_cast<double>(h), 1.5);
    for (std::size_t k = 0; k < base_.y.size(); ++k) {
      const T bend = absolute(T((up[k] - base_.y[k]) - (base_.y[k] - down[k])));
      if (is_exact<T> && !(bend == T(0))) return false;
      if (!is_exact<T> && static_cast<double>(bend) > allowed * (1 + static_cast<double>(absolute(base_.y[k]))))
        return false;
    }
    return true;
  }

  /// Compares difference / h, or difference / 2h, with `backward`.
  void compare(const T& difference, const T& h, const T& backward, Idx entry, Idx output) {
    const T distance = f_->has_affine_pieces() ? h : T(h + h);
    const double bound = bound_.at(static_cast<double>(h));
    const T error = absolute(T(difference - distance * backward));
    const double size = static_cast<double>(error) / static_cast<double>(distance);
    report_->add(static_cast<double>(absolute(backward)), size, bound);
    if (is_exact<T> ? error == T(0) : size <= bound) return;
    if (report_->wrong++ > 0) return;
    report_->first = Mismatch{report_->name, entry < 0 ? std::vector<Idx>{} : index_of(entry, report_->extents), output,
                              text_of(backward), quotient(difference, distance)};
  }
  static std::string quotient(const T& difference, const T& distance) {
    if constexpr (is_integer<T>)
      if (!(difference % distance == T(0))) return text_of(difference) + "/" + text_of(distance);
    return text_of(T(difference / distance));
  }

  Subject<T>* f_;
  std::size_t t_;
  TensorReport* report_;
  ErrorBound bound_;
  std::vector<T> values_;
  Evaluation<T> base_;
};

/// Checks all tensors at a random point. If a branch changes for a tensor, this tensor and the later ones use another
/// point.
template <class T>
GradientReport check_subject(Subject<T>& f, const std::string& target, const std::string& scalar,
                             const GradientOptions& options) {
  GradientReport result{target, scalar, options.mode, options.seed, {}};
  RandomChoices choices(options.seed);
  Point<T> point = f.draw(choices);
  std::optional<Cotangents<T>> cotangents;  // of `point`
  for (std::size_t t = 0; t < f.tensors().size(); ++t) {
    const auto start = std::chrono::steady_clock::now();
    TensorReport report;
    for (int tried = 0; tried < options.max_points; ++tried) {
      report = {
          .name = f.tensors()[t].name, .extents = f.tensors()[t].extents, .resampled = tried, .exact = is_exact<T>};
      TensorCheck<T> check(f, t, point, options.mode, report);
      if (!cotangents) cotangents.emplace(f, check.outputs(), options.mode, choices);
      report.certified = options.mode == Mode::full ? check.full(*cotangents, options.jobs, options.progress)
                                                    : check.directional(*cotangents, choices);
      if (report.certified) break;
      point = f.draw(choices);
      cotangents.reset();
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.tensors.push_back(std::move(report));
  }
  return result;
}

}  // namespace cnnspec::checks
