// LayerChecks: the checks of a layer on any problem, and facts about its problems that its fields, its ports and its
// window do not tell. Members that a layer does not need are null or empty.
//
// A room describes its laws in a struct. From it the room gets the checks that every layer has (they also use
// check_gradient_of, which the room defines for its functions):
//
//   struct Relu {
//     template <class T> static ReluFunctions<T> functions() { return spec_relu<T>(); }
//     template <class T> static std::vector<ReluLaw<T>> laws() { return relu_laws<T>(); }
//     static std::vector<ReluLaw<Term>> order_laws();                                    // where there are some
//     static void give_wrong_tensors(const ReluFunctions<Int128>&, const P&, WrongTensors&);
//   };
//   extern const LayerChecks relu_checks{.laws = list_laws<Relu>, .check = check_layer<Relu>};
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/gradient/finite_difference.hpp"
#include "checks/laws/case_outcome.hpp"
#include "checks/laws/functions.hpp"
#include "checks/laws/law.hpp"
#include "checks/laws/layer_functions.hpp"
#include "checks/laws/tensors.hpp"
#include "checks/scalars/int128.hpp"
#include "checks/vocabulary/layer.hpp"
#include "checks/vocabulary/shapes.hpp"

namespace cnnspec {
struct NetworkDefinition;
}

namespace cnnspec::checks {

class Fields;  // generate/case_fields.hpp

using Clauses = std::set<Clause>;

struct LawName {
  std::string id, sentence;
};

/// Field names: `number` divides each field of `divided` (C5). In tidy problems, these are small multiples of it.
struct Groups {
  const char* number = nullptr;
  std::span<const char* const> divided{};
};

struct LayerChecks {
  /// The names of all laws, for all scalars.
  std::vector<LawName> (*laws)() = nullptr;
  /// Checks a valid problem that is small by work_of: the laws over exact integers, those about special values over
  /// double, tensors that do not fit, and finite differences.
  void (*check)(LayerId layer, const Problem& problem, std::uint64_t data_seed, const LayerFunctions& functions,
                CaseOutcome& outcome) = nullptr;

  // For the clauses of problems and for listing their fields (cases/clauses.hpp, cases/problem_fields.hpp).
  /// C4 holds for its windows.
  bool pads_like_pooling = false;
  /// Whether the output extents of such a problem are rounded up; null: never.
  bool (*rounds_up)(const Problem&) = nullptr;
  Groups groups{};
  /// The extents of the parameters, also for an invalid problem.
  std::vector<Idx> (*parameters)(const Problem&) = nullptr;
  /// Adds violated clauses that the fields do not show.
  void (*more_clauses)(const Problem&, Clauses& found) = nullptr;
  /// The first bytes of fuzz_layer's corpora that mean this layer; none: derived from its number.
  std::span<const std::uint8_t> first_bytes{};
  /// The descriptor of a problem whose data fits on a line.
  const char* small_problem = nullptr;
  /// Replaces list_problem for a layer that uses another layer's problem.
  void (*list)(Fields&, Problem&) = nullptr;

  // The specification's sizes.
  /// The extents of y, of one image. Throws ShapeError.
  std::vector<Idx> (*shape)(const Problem&) = nullptr;
  /// A network with this layer alone.
  NetworkDefinition (*network)(const Problem&) = nullptr;

  /// An upper bound on the multiply-adds of one law or twin, on one image of a valid problem; null: see laws/work.hpp.
  double (*work)(const Problem&) = nullptr;
};

/// The checks of any layer; a layer without its own has the defaults.
const LayerChecks& checks_of(const Layer& layer);
inline const LayerChecks& checks_of(const Problem& problem) { return checks_of(layer_of(problem)); }

/// The laws share about this many multiply-adds; a small problem is judged by all laws.
inline constexpr double most_law_work = 12000;
/// If all finite differences need at most this many multiply-adds, all are taken.
inline constexpr Idx most_difference_taps = 2000;

// ---- Laws --------------------------------------------------------------------------------------------------------

/// The laws that are judged on every computed problem: the independent twin, and the adjoint identities.
bool is_always_judged(std::string_view id);
/// The number of other laws that fit into the time: the more work a law needs, the fewer.
std::size_t laws_in_time(const Problem& problem);
/// Adds the outcome of a law.
void add_outcome(const Outcome& found, const char* id, const char* sentence, const Problem& problem,
                 CaseOutcome& outcome);

/// Judges the laws on one problem: all of them if it is small, else some, starting with one that the data seed selects.
/// P5 is left out: it uses all orders of its own window, whatever the problem is.
template <class L>
void obey(const std::vector<L>& laws, const typename L::Functions& functions, const typename L::Problem& problem,
          std::uint64_t data_seed, CaseOutcome& outcome) {
  std::size_t others = laws_in_time(problem);
  for (std::size_t n = 0; n < laws.size() && outcome.holds(); ++n) {
    const L& law = laws[(data_seed + n) % laws.size()];
    const std::string_view id = law.id;
    if (id == "P5" || (!is_always_judged(id) && others == 0)) continue;
    add_outcome(judge(law, functions, problem, data_seed), law.id, law.sentence, problem, outcome);
    others -= !is_always_judged(id);
  }
}

/// Of the laws for double, those that need its infinities and NaNs.
template <class L>
std::vector<L> about_special_values(std::vector<L> laws) {
  std::erase_if(laws, [](const L& law) { return law.id[0] != 'N'; });
  return laws;
}

// ---- Tensors that do not agree -----------------------------------------------------------------------------------

/// Another shape with as many axes. It differs on one axis, or on any number of them.
template <Idx... E>
Shape<E...> another(const Shape<E...>& shape, Choices& data) {
  constexpr int all = sizeof...(E);
  auto extents = shape.extents();
  while (extents == shape.extents()) {
    const auto axis = static_cast<int>(data.pick(0, all));
    for (int a = 0; a < all; ++a)
      if (axis == a || axis == all) extents[static_cast<std::size_t>(a)] = data.pick(1, shape.extent(a) + 2);
  }
  return Shape<E...>(extents);
}

/// Gives a layer tensors that do not fit. Each must be refused with C6.
class WrongTensors {
 public:
  WrongTensors(const Problem& problem, std::uint64_t data_seed, CaseOutcome& outcome)
      : problem_(problem), data_(data_seed), outcome_(outcome) {}

  /// Gives `call` a zero tensor of a wrong shape. The refusal must name both extents of the first axis that differs.
  template <Idx... E, class Call>
  void give(const char* what, const Shape<E...>& right, Call call) {
    if (!outcome_.holds()) return;
    const Shape<E...> wrong = another(right, data_);
    int axis = 0;
    while (wrong.extent(axis) == right.extent(axis)) ++axis;
    expect_refusal(what, right.extent(axis), wrong.extent(axis), [&] { call(zeros<Int128>(wrong)); });
  }
  void expect_refusal(const char* what, Idx right, Idx wrong, const std::function<void()>& call);
  /// An extent that differs from `right`.
  Idx other_than(Idx right) { return another(dyn_shape(right), data_).extent(0); }

 private:
  Problem problem_;
  RandomChoices data_;
  CaseOutcome& outcome_;
};

// ---- Finite differences ------------------------------------------------------------------------------------------

template <class P>
Idx parameter_count(const P& p) {
  if constexpr (requires { w_shape(p); }) return w_shape(p).count() + y_shape(p).extent(0);
  return 0;
}

void add_report(const GradientReport& report, const Problem& problem, std::uint64_t seed, CaseOutcome& outcome);

/// Checks every entry of the Jacobian. The cost: two evaluations for each entry, and a backward for each output.
template <class F, class P>
void take_differences(const F& functions, const P& p, std::uint64_t seed, CaseOutcome& outcome) {
  const Idx inputs = x_shape(p).count() + parameter_count(p), outputs = y_shape(p).count();
  if (!outcome.holds() || taps(p) * (2 * inputs + 3 * outputs) > most_difference_taps) return;
  add_report(check_gradient_of(checked(functions), p, {.seed = seed}), p, seed, outcome);
}

// ---- All checks ----

template <class Room>
std::vector<LawName> list_laws() {
  std::vector<LawName> names;
  const auto add = [&](const auto& laws) {
    for (const auto& law : laws) names.push_back({law.id, law.sentence});
  };
  add(Room::template laws<double>());
  if constexpr (requires { Room::order_laws(); }) add(Room::order_laws());
  return names;
}

/// For LayerChecks::check. The tables are made once, because a fuzzer calls this some thousand times a second.
template <class Room>
void check_layer(LayerId layer, const Problem& problem, std::uint64_t data_seed, const LayerFunctions& given,
                 CaseOutcome& outcome) {
  static const auto laws = Room::template laws<Int128>();
  static const auto special = about_special_values(Room::template laws<double>());
  using P = typename std::decay_t<decltype(laws)>::value_type::Problem;
  const auto& exact = given.of<Room::template functions<Int128>>(layer);
  P p = problem.as<P>();
  if constexpr (requires { p.batch; }) p.batch = 1;  // the layer's own image is one image
  obey(laws, exact, p, data_seed, outcome);
  if (outcome.holds()) {
    WrongTensors tensors(p, data_seed, outcome);
    Room::give_wrong_tensors(exact, p, tensors);
  }
  take_differences(exact, p, data_seed, outcome);
  obey(special, LayerFunctions().of<Room::template functions<double>>(layer), problem.as<P>(), data_seed, outcome);
}

}  // namespace cnnspec::checks
