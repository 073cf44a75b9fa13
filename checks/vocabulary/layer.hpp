// Layer: everything known about one layer, as tables and functions that the engines walk. A layer's room in
// checks/layers fills it in, and one line in the registry makes it known. No engine names a layer, an operation or a
// tensor.
//
// If an engine needs more than this page, it defines its own struct, and a layer points to it. These structs are
// declared here, and defined where they are used, so that this page includes nothing above it.
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
struct Projection;    // expect/projection.hpp: how to tell whether an output is right without computing it
struct Range;         // expect/slices.hpp
struct Slices;        // expect/slices.hpp: which part of each tensor a part of an output needs
struct Bodies;        // expect/reference.hpp: the specification's loops, compiled for the scalars that engines use
struct Drawing;       // generate/drawing.hpp: how its problems are drawn, valid and not
struct Plainness;     // generate/plainness.hpp: how its problems are made plainer, varied and told apart
struct DataOfLayer;   // data/data_of_layer.hpp: its own data, and how much of the layer shows
struct Misreadings;   // misreadings/misreadings_of_layer.hpp: ways to misread it
struct Rules;         // conventions/convention.hpp
struct LayerRules;    // conventions/layer_rules.hpp: what is right under conventions
struct LayerChecks;   // laws/layer_checks.hpp: its laws, its twin and its gradient, on any problem
struct NetworkLayer;  // networks/network_layer.hpp: as a part of a network
struct CensusSpaces;  // census/census_of_layer.hpp: the complete set of small problems

/// One number of a problem. The fields of a layer are in the order of its struct's members.
struct Field {
  enum class Kind {
    extent,   // a size: an integer of at least `least`
    number,   // an integer of at least `least` that is not a size (C8)
    flag,     // 0 or 1
    choice,   // one of `choices`, by index
    real,     // a double
    derived,  // an output extent, which a descriptor may leave out
  };
  const char* name;  // in the struct, in JSON
  const char* key;   // in a descriptor; empty: the product of extents that begins the descriptor, as in 8x16x7x7
  Kind kind = Kind::extent;
  double least = 1;
  std::optional<double> usual{};  // the value if a descriptor does not name it; none: it must be named
  std::span<const char* const> choices{};
};

/// A key of a descriptor that is not a field but multiplies one.
struct Factor {
  const char* key;
  const char* otherwise;  // if the key is left out, it has the value of this key; empty: it is 1
  const char* field;      // the key of the field that it multiplies
};

/// The meaning of a tensor for the layer. A gradient has the role of the tensor that it belongs to.
enum class Role { x, w, b, y, target, mask, state };

/// The type of a tensor's elements.
enum class Element {
  storage,  // numbers of the storage type
  int64,    // whole numbers of 8 bytes, such as target classes
  boolean,  // 0 or 1, a byte each, such as a mask
};

/// The bytes of one element.
constexpr std::size_t element_bytes(Element element, DType dtype) {
  if (element == Element::int64) return sizeof(std::int64_t);
  return element == Element::boolean ? 1 : element_bytes(dtype);
}
/// The code of the element type in a .npy file.
constexpr const char* npy_of(Element element, DType dtype) {
  if (element == Element::int64) return "<i8";
  return element == Element::boolean ? "|b1" : row_of(dtype).npy;
}

/// A tensor of a pass, over the whole batch, dense and row-major.
struct Port {
  const char* name;  // "x", "dy"
  Role role;
  std::vector<Idx> (*extents)(const Problem&);
  bool is_compared = false;  // only compared, not computed with; always so for whole numbers
  bool is_optional = false;
  Element element = Element::storage;
  Idx (*below)(const Problem&) = nullptr;  // of int64: the numbers are in [0, below)
};

/// How an operation computes, and so where it rounds.
enum class Arithmetics {
  selects,   // never rounds: each output is an element of an input, or zero
  sums,      // adds elements
  products,  // adds products of an element of inputs[0] and one of inputs[1]
};

/// One operation of a layer.
struct Pass {
  Op op;
  const char* name;                       // of the operation: "conv2d_forward"
  std::span<const Port> inputs, outputs;  // in the order of cnnspec/kernel.h; optional inputs last
  Arithmetics arithmetics;
  /// The largest number of terms of an output element, a bias included.
  Idx (*most_terms)(const Problem&);
  const Bodies* bodies;
  /// The slices for a part of an output [batch, channels, ...]: a plane, which has one image and one channel. Null: the
  /// outputs are always judged in full.
  Slices (*slices)(const Problem&, const std::vector<Range>& output) = nullptr;
  const Formulations* formulations = nullptr;  // null: there is one way, except for the order of sums
  const Projection* projection = nullptr;      // null: exact results are always computed
  bool slices_pixels = false;                  // `slices` also takes a single element of a plane
};

struct Layer {
  LayerId id;
  const char* name;
  const char* problem;  // the struct in cnnspec/kernel.h; empty: the layer has no operations
  const char* example;  // a descriptor
  std::span<const Field> fields;
  std::span<const Pass> passes;  // the forward pass first
  const char* contract = "";     // its text in cnnspec/kernel.h: layouts, and what the name leaves open
  const char* keys = "";         // in descriptor order; empty: in the order of the fields
  std::span<const Factor> factors{};

  /// The first violated clause of a problem: C1 (every extent, the batch too), C2, C3 (the elements of the whole
  /// batch), C4, C5, and C6 (an output extent that differs from the formula).
  Violation (*check)(const Problem&) = nullptr;
  /// Multiply-adds of one run over the batch (for pooling: cells that windows read); the largest Idx if there are more.
  Idx (*taps)(const Problem&) = nullptr;
  /// The number of windows on an axis that satisfies C1 to C3. Null: the formula of convolution.
  Idx (*outputs)(const Problem&, const Line&) = nullptr;
  /// Whether a descriptor with these keys means this layer; null: never. If no layer claims a descriptor, it means the
  /// first layer of the registry.
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

/// The registry (checks/layers/registry.cpp), in the order of the ids.
std::span<const Layer* const> layers();

const Layer& layer_of(LayerId id);
const Layer& layer_of(Op op);
const Layer& layer_of(const Problem& problem);
inline LayerId layer_id(Op op) { return layer_of(op).id; }
inline LayerId layer_id(const Problem& problem) { return problem.layer(); }
const Pass& pass_of(Op op);
/// Null if there is no layer of that name.
const Layer* find_layer(std::string_view name);
const Pass* find_pass(std::string_view operation);

/// All operations, in the order of their numbers.
const std::vector<Op>& all_ops();
const char* name_of(Op op);
inline const char* name_of(LayerId id) { return layer_of(id).name; }
std::vector<std::string> names_of_operations();
/// The names of the layers that have operations.
std::vector<std::string> names_of_layers();

/// For Layer::is_meant_by.
bool has_any(const std::vector<std::string>& keys, std::initializer_list<std::string_view> some);

/// Whether a real field may have that value: finite, and at least its least.
bool is_real_of(const Field& field, double value);
/// C1: a flag other than 0 and 1, or a choice that does not exist. C8: a number below its least, or a real that is not
/// finite.
Violation check_settings(const Problem& problem);

/// Calls the layer's own check.
Violation check(const Problem& problem);
Idx taps(const Problem& problem);

}  // namespace cnnspec::checks
