// Text from outside, for each reader. A reader either refuses the text with one of our errors that is safe to show, or
// its result keeps all promises: it is valid, and our own writer's text of it reads back the same.
#pragma once

#include <array>
#include <istream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/census/census_file.hpp"
#include "checks/cli/names.hpp"
#include "checks/cli/number.hpp"
#include "checks/cli/shard.hpp"
#include "checks/data/literal_data.hpp"
#include "checks/describe/config.hpp"
#include "checks/describe/network_json.hpp"
#include "checks/describe/targets.hpp"
#include "checks/generate/case_fields.hpp"
#include "checks/golden/golden_folder.hpp"
#include "checks/golden/npy.hpp"
#include "checks/host/worker_protocol.hpp"
#include "checks/judge/case_text.hpp"
#include "checks/laws/case_outcome.hpp"
#include "checks/output/terminal.hpp"
#include "checks/vocabulary/descriptor.hpp"

namespace cnnspec::checks {

struct InputsCase {
  /// The kind of text.
  enum class Reader {
    descriptor,   // of a given family
    guessed,      // a descriptor without a given family
    shapes,       // a list of descriptors
    network,      // a network as JSON
    config,       // the configuration of a built-in model
    target,       // the configuration of a single layer, for gradcheck
    npy,          // an array of a type and shape that the caller knows
    golden_case,  // case.json
    literal,      // the data of an operation
    option,       // a value on the command line
    golden,       // a folder of golden vectors, after an edit
    census,       // the file of a census
    hello,        // the first line of a worker
    answer,       // another line of a worker
    whole_case    // an operation, a type, a descriptor, a seed, data
  };
  enum class Option { op, ops, dtype, profile, count, seed, seconds, color, bounds, shard, proof };
  /// The edit of one file of the folder; `replace` and `overwrite` use the text.
  enum class Edit { none, overwrite, replace, remove, add_another };
  static constexpr Idx most_rank = 4;
  static constexpr std::array<const char*, 5> npy_types{"<f4", "<f8", "<f2", "<u2", "|u1"};

  Reader reader{};
  LayerId family{};             // of a descriptor or a target
  bool family_is_given = true;  // of a list of shapes
  Idx batch = 0;                // of descriptors; less than 1: not given
  Idx types = 1;                // the types that an array may have: bit n stands for npy_types[n]
  Idx rank = 0;                 // of an array
  std::array<Idx, most_rank> extents{};
  Op op{};        // of literal data and golden vectors
  DType dtype{};  // of literal data and golden vectors
  Option option{};
  bool is_whole_layer = false;  // golden vectors of all operations of the layer
  Edit edit{};
  Idx call = 0;                // the number of the call that the worker was asked for
  Idx file = 0, position = 0;  // of the edit: files are ordered by name; `overwrite` begins at `position`
  std::string text;

  /// Lists the reader, its parameters, the text.
  void list_fields(Fields& fields);
};

/// The functions under test: our readers and writers, or other ones.
struct InputsFunctions {
  LayerId (*guess_layer)(std::string_view) = checks::guess_layer;
  Problem (*parse_descriptor)(LayerId, std::string_view, std::optional<Idx>) = checks::parse_descriptor;
  std::string (*to_descriptor)(const Problem&) = checks::to_descriptor;
  ShapeList (*read_shapes)(std::optional<LayerId>, std::istream&, const std::string&,
                           std::optional<Idx>) = checks::read_shapes;
  NamedNetwork (*parse_network)(std::string_view, const std::string&) = checks::parse_network;
  std::string (*format_network)(const Summary&) = checks::format_network;
  Cnn2Run (*parse_config)(std::string_view, const std::string&) = checks::parse_config;
  std::string (*format_config)(const Cnn2Run&) = checks::format_config;
  GradientTarget (*load_target)(const std::string&, const std::string&) = checks::load_target;
  NpyArray (*parse_npy)(std::string_view, const std::string&, const std::vector<std::string>&,
                        const std::vector<Idx>&) = checks::parse_npy;
  std::string (*to_npy)(const std::string&, const std::vector<Idx>&, std::span<const std::byte>) = checks::to_npy;
  std::vector<double> (*read_golden_input)(const GoldenArrays&, DType, const TensorInfo&) = checks::read_input;
  GoldenOutput (*read_golden_output)(const GoldenArrays&, Op, const TensorInfo&) = checks::read_output;
  GoldenCase (*parse_golden_case)(std::string_view, const std::string&) = checks::parse_golden_case;
  std::string (*format_golden_case)(const Golden&) = checks::to_json;
  Operands<double> (*parse_literal)(const Operation&, DType, const std::string&) = checks::parse_literal;
  std::string (*to_literal)(const Operation&, const Operands<double>&, std::size_t) = checks::to_literal;
  Idx (*count)(const std::string&, const std::string&, Idx, Idx) = checks::number_of<Idx>;
  CensusBounds (*parse_census_bounds)(const std::string&, const std::string&) = checks::parse_census_bounds;
  CensusShard (*parse_shard)(const std::string&) = checks::shard_of;
  CensusFile (*parse_census_file)(const std::string&, const std::string&) = checks::parse_census_file;
  std::string (*format_census_file)(const CensusFile&) = checks::to_json;
  FunctionSet (*parse_hello)(std::string_view, const std::string&, const std::string&) = checks::parse_worker_hello;
  std::string (*format_hello)(const FunctionSet&) = checks::worker_hello;
  Case (*parse_case)(const std::string&, const Case&) = checks::parse_case;
  std::string (*case_to_text)(const Case&) = checks::to_text;
  WorkerAnswer (*parse_answer)(std::string_view, std::uint64_t) = checks::parse_worker_answer;
};

/// The longest error message in bytes.
inline constexpr std::size_t most_error_bytes = 1000;

/// A refused text compares nothing: an error that is safe to show does not prove that a reader is right.
CaseOutcome check_case(const InputsCase& c, const InputsFunctions& functions = {});

}  // namespace cnnspec::checks
