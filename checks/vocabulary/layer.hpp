// Layer: all that there is to know about one, as tables and functions that the engines walk. A layer's room in
// checks/layers fills it in; one line in the registry makes it known; no engine names a layer, an operation or a
// tensor.
//
// What an engine needs beyond this page it asks for in a struct of its own, which a layer points to. These are declared
// here, and defined where they are used, so that this page includes nothing above it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/vocabulary/dtype.hpp"
#include "checks/vocabulary/problem.hpp"

namespace cnnspec::checks {

struct Line;          // window.hpp
struct Formulations;  // expect/formulation.hpp: right ways to compute an operation that round differently
struct Slices;        // expect/slices.hpp: which part of each tensor a plane of an output needs
struct Bodies;        // expect/reference.hpp: the specification's loops, compiled for the scalars that engines use
struct Drawing;       // generate/drawing.hpp: how its problems are drawn, valid and not
struct Plainness;     // generate/plainness.hpp: how its problems are made plainer, varied and told apart
struct DataOfLayer;   // data/data_of_layer.hpp: data of its own, and how much of it shows
struct Misreadings;   // misreadings/misreadings_of_layer.hpp: ways to get it wrong
struct Rules;         // conventions/convention.hpp
struct LayerRules;    // conventions/layer_rules.hpp: what is right under conventions
struct LayerChecks;   // laws/layer_checks.hpp: its laws, its twin and its gradient, on any problem
struct NetworkLayer;  // networks/network_layer.hpp: as a part of a network
struct CensusSpaces;  // census/census_of_layer.hpp: small problems, all of them

/// One number of a problem. The fields of a layer are in the order of its struct's members.
struct Field {
  enum class Kind {
    extent,   // a size: an integer of at least `least`
    number,   // an integer of at least `least` that is no size (C8)
    flag,     // 0 or 1
    choice,   // one of `choices`, by its place
    real,     // a double
    derived,  // an output extent, which a descriptor need not say
  };
  const char* name;  // in the struct, in JSON
  const char* key;   // in a descriptor; empty: a product of extents that begins it, as in 8x16x7x7
  Kind kind = Kind::extent;
  double least = 1;
  std::optional<double> usual{};  // what a descriptor means that does not name it; none: it must
  std::span<const char* const> choices{};
};

/// A key of a descriptor that is no field: it multiplies one.
struct Factor {
  const char* key;
  const char* otherwise;  // the key whose value it has where it is left out; empty: it is 1 then
  const char* field;      // the key of the field that it multiplies
};

/// What a tensor is to the layer. The gradient of a tensor has that tensor's role.
enum class Role { x, w, b, y, target, mask, state };

/// What the elements of a tensor are.
enum class Element {
  storage,  // numbers of the storage type
  int64,    // whole numbers of 8 bytes, such as target classes
  boolean,  // 0 or 1, a byte each, such as a mask
};

/// Bytes of one.
constexpr std::size_t element_bytes(Element element, DType dtype) {
  if (element == Element::int64) return sizeof(std::int64_t);
  return element == Element::boolean ? 1 : element_bytes(dtype);
}
/// Its code in a .npy file.
constexpr const char* npy_of(Element element, DType dtype) {
  if (element == Element::int64) return "<i8";
  return element == Element::boolean ? "|b1" : row_of(dtype).npy;
}

/// A tensor of a pass, over the whole batch, dense and row-major.
struct Port {
  const char* name;  // "x", "dy"
  Role role;
  std::vector<Idx> (*extents)(const Problem&);
  bool is_compared = false;  // its numbers decide, and are not computed with; always so where they are no storage type's
  bool is_optional = false;
  Element element = Element::storage;
  Idx (*below)(const Problem&) = nullptr;  // of int64: its numbers are from 0 to one less than this
};

/// Where an operation rounds.
enum class Arithmetics {
  selects,   // nowhere: each output is an element of an input, or zero
  sums,      // it adds up elements
  products,  // it adds up products of an element of inputs[0] and one of inputs[1]
};

/// One operation of a layer.
struct Pass {
  Op op;
  const char* name;                       // of the operation: "conv2d_forward"
  std::span<const Port> inputs, outputs;  // in the order of cnnspec/kernel.h; optional inputs last
  Arithmetics arithmetics;
  /// No output element is a sum of more terms than this, a bias among them.
  Idx (*most_terms)(const Problem&);
  const Bodies* bodies;
  /// Of plane (n, c) of an output [batch, channels, ...]; null: its outputs are judged in full, however many.
  Slices (*slices)(const Problem&, Idx n, Idx c) = nullptr;
  const Formulations* formulations = nullptr;  // null: there is one way, but for the order of sums
};

struct Layer {
  LayerId id;
  const char* name;
  const char* problem;  // the struct in cnnspec/kernel.h; empty: it has no operations of its own
  const char* example;  // a descriptor
  std::span<const Field> fields;
  std::span<const Pass> passes;  // the forward pass first
  const char* contract = "";     // what cnnspec/kernel.h says of it: layouts, and what its name leaves open
  const char* keys = "";         // in the order in which a descriptor has them; empty: in that of the fields
  std::span<const Factor> factors{};

  /// The first clause that a problem violates: C1 (every extent, the batch too), C2, C3 (the batch's elements too), C4,
  /// C5, and C6 (an output extent that is not what the formula gives).
  Violation (*check)(const Problem&) = nullptr;
  /// Multiply-adds (cells looked at, for pooling) of one run over the batch; the largest Idx where it is more than
  /// that.
  Idx (*taps)(const Problem&) = nullptr;
  /// How many windows there are on an axis that satisfies C1 to C3; null: as many as of a convolution.
  Idx (*outputs)(const Problem&, const Line&) = nullptr;
  /// Whether a descriptor with these keys, of which nothing else is known, means this layer; null: never. Where none
  /// says so, the first of the registry is meant.
  bool (*is_meant_by)(const std::vector<std::string>& keys) = nullptr;

  const Drawing* drawing = nullptr;
  const Plainness* plainness = nullptr;
  const DataOfLayer* data = nullptr;
  const Misreadings* misreadings = nullptr;
  const LayerRules* rules = nullptr;
  const LayerChecks* checks = nullptr;
  const NetworkLayer* network = nullptr;
  const CensusSpaces* census = nullptr;
};

/// The registry (checks/layers/registry.cpp), in the order of their ids.
std::span<const Layer* const> layers();

const Layer& layer_of(LayerId id);
const Layer& layer_of(Op op);
const Layer& layer_of(const Problem& problem);
inline LayerId layer_id(Op op) { return layer_of(op).id; }
inline LayerId layer_id(const Problem& problem) { return problem.layer(); }
const Pass& pass_of(Op op);
/// Null if there is none of that name.
const Layer* find_layer(std::string_view name);
const Pass* find_pass(std::string_view operation);

/// All operations, in the order of their numbers.
const std::vector<Op>& all_ops();
const char* name_of(Op op);
inline const char* name_of(LayerId id) { return layer_of(id).name; }
std::vector<std::string> names_of_operations();
/// Of the layers that have operations.
std::vector<std::string> names_of_layers();

/// For Layer::is_meant_by.
bool has_any(const std::vector<std::string>& keys, std::initializer_list<std::string_view> some);

/// Whether a real field can have that value: finite, and not below its least.
bool is_real_of(const Field& field, double value);
/// C1: a flag that is neither 0 nor 1, a choice that there is not. C8: a number below its least, a real that is no number.
Violation check_settings(const Problem& problem);

/// As the layer has it.
Violation check(const Problem& problem);
Idx taps(const Problem& problem);

}  // namespace cnnspec::checks
