// The readers of text from outside, on the fuzzer's seeds, on near-seeds, and on noise; and the check of readers, on
// wrong readers.
#include "checks/cases/inputs_case.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <new>
#include <set>

#include "checks/layers/problems.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "fuzz/inputs_seeds.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;
using Reader = InputsCase::Reader;

void expect_pass(const Bytes& bytes, const std::string& name) {
  const CaseOutcome outcome = check_case(decode_case<InputsCase>(bytes));
  EXPECT_TRUE(outcome.holds()) << name << ": " << outcome.failure;
}

TEST(Inputs, every_seed_passes_and_is_what_it_was_made_from) {
  const auto seeds = fuzz::inputs_seeds();
  std::set<std::string> names;
  std::set<Reader> that_read, that_refused;
  for (const auto& [name, bytes] : seeds) {
    EXPECT_TRUE(names.insert(name).second) << name << " comes twice";
    const InputsCase c = decode_case<InputsCase>(bytes);
    (check_case(c).compared > 0 ? that_read : that_refused).insert(c.reader);
    EXPECT_EQ(encode_case(c), bytes) << name;
    expect_pass(bytes, name);
  }
  EXPECT_EQ(that_read.size(), 15u) << "every reader has a seed that it reads";
  EXPECT_EQ(that_refused.size(), 14u) << "every reader, but that of an answer, has one that it refuses";
}

TEST(Inputs, every_seed_passes_wherever_it_ends) {
  for (const auto& [name, bytes] : fuzz::inputs_seeds()) {
    const std::size_t step = bytes.size() < 300 ? 1 : bytes.size() / 100;
    for (std::size_t length = 0; length < bytes.size(); length += step)
      expect_pass({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)}, name);
  }
}

TEST(Inputs, every_seed_passes_with_a_byte_changed) {
  RandomChoices choices(1);
  for (const auto& [name, bytes] : fuzz::inputs_seeds())
    for (int trial = 0; trial < 50; ++trial) {
      Bytes changed = bytes;
      const auto at = static_cast<std::size_t>(choices.pick(0, static_cast<Idx>(bytes.size()) - 1));
      changed[at] = static_cast<std::uint8_t>(choices.pick(0, 255));
      expect_pass(changed, name);
    }
}

TEST(Inputs, noise_passes) {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    RandomChoices choices(seed);
    const CaseOutcome outcome = check_case(draw_case_of<InputsCase>(choices));
    EXPECT_TRUE(outcome.holds()) << "seed " << seed << ": " << outcome.failure;
  }
}

// ---- Wrong readers, and texts that expose them ---------------------------------------------------------------------

InputsCase seed(const std::string& wanted) {
  for (const auto& [name, bytes] : fuzz::inputs_seeds())
    if (name == wanted) return decode_case<InputsCase>(bytes);
  throw std::invalid_argument("no seed " + wanted);
}

void expect_found(const InputsFunctions& wrong, const std::string& seed_name, const std::string& words) {
  const CaseOutcome right = check_case(seed(seed_name)), outcome = check_case(seed(seed_name), wrong);
  EXPECT_TRUE(right.holds()) << right.failure;
  EXPECT_NE(outcome.failure.find(words), std::string::npos) << seed_name << ": \"" << outcome.failure << '"';
}

TEST(Inputs, a_reader_with_an_error_that_is_not_ours_is_found) {
  InputsFunctions wrong;
  wrong.parse_network = [](std::string_view, const std::string&) -> NamedNetwork { throw std::out_of_range("at"); };
  expect_found(wrong, "network-cnn2", "expected: an error of ours, got: ");
  wrong.parse_npy = [](auto, const auto&, const auto&, const auto&) -> NpyArray { throw std::bad_alloc(); };
  expect_found(wrong, "npy-f32", "expected: an error of ours");
}

TEST(Inputs, an_error_that_cannot_be_shown_is_found) {
  struct Raw : UsageError {
    using UsageError::UsageError;
    const char* what() const noexcept override { return "expected: a number, got \x1b[2J"; }
  };
  InputsFunctions wrong;
  wrong.count = [](const std::string&, const std::string&, Idx, Idx) -> Idx { throw Raw("", "", "", ""); };
  expect_found(wrong, "option-count-of-text", "one line that can be shown");
  wrong.count = [](const std::string& option, const std::string&, Idx, Idx) -> Idx {
    throw UsageError(option, "", "a number", std::string(2000, 'x'));
  };
  expect_found(wrong, "option-count-of-text", "in a few words");
  wrong.count = [](const std::string&, const std::string&, Idx, Idx) -> Idx { throw UsageError("", "", "", ""); };
  expect_found(wrong, "option-count-of-text", "says in a few words");
}

TEST(Inputs, a_problem_that_is_not_valid_is_found) {
  InputsFunctions wrong;
  wrong.parse_descriptor = [](LayerId family, std::string_view text, std::optional<Idx> batch) {
    Problem p = parse_descriptor(family, text, batch);
    if (p.is<cnnspec_conv2d>()) ++p.as<cnnspec_conv2d>().out_height;
    return p;
  };
  expect_found(wrong, "descriptor-resnet", "violates no clause");
  wrong.parse_descriptor = [](LayerId family, std::string_view text, std::optional<Idx>) {
    return parse_descriptor(family, text);
  };
  expect_found(wrong, "descriptor-batch", "the batch that was asked for");
  expect_found({.guess_layer = [](std::string_view) { return LayerId::conv2d; }}, "descriptor-pool", "can be guessed");
}

TEST(Inputs, what_is_lost_between_writing_and_reading_is_found) {
  InputsFunctions wrong;
  wrong.to_descriptor = [](const Problem& p) {
    Problem changed = p;
    changed.as<cnnspec_conv2d>().in_channels *= 2;
    return to_descriptor(changed);
  };
  expect_found(wrong, "descriptor-resnet", "a problem is read back as it was written");
  expect_found(wrong, "shapes-conv2d", "a problem is read back as it was written");
  wrong.format_network = [](const Summary& network) {
    Summary changed = network;
    for (LayerDescription& layer : changed.layers) layer.name = layer.name + "x";
    return format_network(changed);
  };
  expect_found(wrong, "network-lenet", "layers' names");
  wrong.format_network = [](const Summary& network) {
    std::string text = format_network(network);
    const std::size_t at = text.find("\"dilation\":[1,2],");
    return at == std::string::npos ? text : "{}";
  };
  expect_found(wrong, "network-window", "but then: ");
  wrong.format_config = [](const Cnn2Run& run) {
    Cnn2Run changed = run;
    ++changed.config.c1;
    return format_config(changed);
  };
  expect_found(wrong, "config-short", "a configuration is read back");
  wrong.load_target = [](const std::string& name, const std::string& config) {
    GradientTarget target = load_target(name, config);
    target.config += ",in_h=99";
    return target;
  };
  expect_found(wrong, "target-relu", "but then: ");
  wrong.format_golden_case = [](const Golden& golden) {
    Golden changed = golden;
    changed.made_of.seed = 7;
    return to_json(changed);
  };
  expect_found(wrong, "golden-conv2d", "a golden case is read back");
  wrong.to_literal = [](const Operation& operation, const Operands<double>& inputs, std::size_t) {
    return to_literal(operation, {inputs[0], inputs[1], {}}, 100);
  };
  expect_found(wrong, "literal-conv2d", "tensors are read back");
}

TEST(Inputs, an_entry_that_a_list_reads_otherwise_is_found) {
  InputsFunctions wrong;
  wrong.read_shapes = [](std::optional<LayerId> family, std::istream& in, const std::string& file,
                         std::optional<Idx> batch) {
    ShapeList list = read_shapes(family, in, file, batch);
    for (ShapeLine& shape : list.shapes) shape.name = "one name for all";
    if (!list.shapes.empty()) list.shapes.front().name += std::to_string(list.shapes.front().line);
    return list;
  };
  expect_found(wrong, "shapes-conv2d", "names are read back");
}

TEST(Inputs, an_array_that_is_not_what_was_asked_for_is_found) {
  InputsFunctions wrong;
  wrong.parse_npy = [](std::string_view bytes, const std::string& where, const auto& types, const auto& shape) {
    const std::string padded = std::string(bytes) + (bytes.size() % 8 == 0 ? "" : "x");  // a byte may be missing
    return parse_npy(padded, where, types, shape);
  };
  expect_found(wrong, "npy-f32", "whose last byte is missing");
  wrong.parse_npy = [](std::string_view bytes, const std::string& where, const auto& types, const auto& shape) {
    return parse_npy(bytes.back() == 'x' ? bytes.substr(0, bytes.size() - 1) : bytes, where, types, shape);
  };
  expect_found(wrong, "npy-f32", "a byte too many");
  wrong.parse_npy = [](std::string_view bytes, const std::string& where, const auto& types, const auto&) {
    return parse_npy(bytes, where, types, {2, 3});
  };
  expect_found(wrong, "npy-f32", "another shape");
  wrong.parse_npy = [](std::string_view bytes, const std::string& where, const auto&, const auto& shape) {
    return parse_npy(bytes, where, {"<f4", "<f8"}, shape);
  };
  expect_found(wrong, "npy-f64", "another type");
  wrong.parse_npy = [](std::string_view bytes, const std::string& where, const auto& types, const auto& shape) {
    NpyArray array = parse_npy(bytes, where, types, shape);
    array.elements.resize(array.elements.size() - 4);
    return array;
  };
  expect_found(wrong, "npy-f32", "as many elements");
}

// ---- Wrong readers of whole folders, and of censuses ---------------------------------------------------------------

TEST(Inputs, a_file_that_is_missing_is_found) {
  InputsFunctions wrong;
  wrong.read_golden_input = [](const GoldenArrays& arrays, DType dtype, const TensorInfo& tensor) {
    if (!arrays.is_there(tensor_file(tensor.name))) return std::vector<double>(tensor.count());
    return read_input(arrays, dtype, tensor);
  };
  expect_found(wrong, "folder-without-image", "a folder without one of its files is refused");
  expect_found(wrong, "folder-without-bias", "a bias that is not there is empty");
  wrong.read_golden_input = [](const GoldenArrays& arrays, DType dtype, const TensorInfo& tensor) {
    return decode(dtype, arrays.read(tensor_file(tensor.name), {npy_type(dtype)}, tensor.extents).elements);
  };
  expect_found(wrong, "folder-without-bias", "a folder that is whole, but for a bias, is read");
}

TEST(Inputs, an_error_that_does_not_name_the_file_is_found) {
  InputsFunctions wrong;
  wrong.read_golden_input = [](const GoldenArrays& arrays, DType dtype, const TensorInfo& tensor) {
    if (arrays.is_there("x.npy")) return read_input(arrays, dtype, tensor);
    throw UsageError("some file", "", "a file", "nothing");
  };
  expect_found(wrong, "folder-without-image", "an error names the file");
}

/// Reads without testing the bounds.
GoldenOutput read_any_bounds(const GoldenArrays& arrays, Op op, const TensorInfo& tensor) {
  const auto numbers = [&](const std::string& file) {
    return decode(DType::f64, arrays.read(file, {"<f8"}, tensor.extents).elements);
  };
  return {op, tensor, numbers(tensor_file(tensor.name)), numbers(bound_file(tensor.name))};
}

TEST(Inputs, a_bound_that_is_none_is_found) {
  InputsFunctions wrong;
  wrong.read_golden_output = read_any_bounds;
  expect_found(wrong, "folder-negative-bound", "a bound is 0 or more and finite, or NaN");
  expect_found(wrong, "folder-infinite-bound", "a bound is 0 or more and finite, or NaN");
  EXPECT_TRUE(check_case(seed("folder-bound-of-nan"), wrong).holds());
}

TEST(Inputs, a_folder_that_is_read_otherwise_is_found) {
  InputsFunctions wrong;
  wrong.read_golden_output = [](const GoldenArrays& arrays, Op op, const TensorInfo& tensor) {
    GoldenOutput output = read_output(arrays, op, tensor);
    std::swap(output.expected, output.bounds);
    for (double& bound : output.bounds) bound = std::abs(bound);
    return output;
  };
  expect_found(wrong, "folder-conv2d", "a folder is read as it was made");
  expect_found(wrong, "folder-with-another-file", "a folder is read as it was made");
  expect_found(wrong, "folder-of-the-layer-of-linear_forward", "a folder is read as it was made");
  expect_found(wrong, "folder-larger-bound", "a folder is read back as it was written");
  wrong.read_golden_output = [](const GoldenArrays& arrays, Op op, const TensorInfo& tensor) {
    GoldenOutput output = read_output(arrays, op, tensor);
    output.bounds.pop_back();
    return output;
  };
  expect_found(wrong, "folder-larger-bound", "every element is judged by its bound");
}

// ---- Wrong readers of a worker's messages --------------------------------------------------------------------------

TEST(Inputs, a_worker_that_is_understood_otherwise_is_found) {
  InputsFunctions wrong;
  wrong.parse_hello = [](std::string_view line, const std::string& where, const std::string&) {
    FunctionSet functions = parse_worker_hello(line, where);
    functions.set(Op::relu_backward, DType::f64);
    return functions;
  };
  expect_found(wrong, "hello-one", "a worker has what it says that it has");
  wrong.parse_hello = [](std::string_view line, const std::string& where, const std::string&) {
    FunctionSet functions = parse_worker_hello(line.substr(0, line.rfind(' ')), where);
    return functions;
  };
  expect_found(wrong, "hello-of-all-types", "a worker's functions are read back as they were written");
  EXPECT_TRUE(check_case(seed("hello-two-spaces")).holds());
  InputsFunctions lenient;
  lenient.parse_answer = [](std::string_view line, std::uint64_t id) {
    return parse_worker_answer(line.substr(0, line.find_last_not_of(' ') + 1), id);
  };
  expect_found(lenient, "answer-done-and-more", "a call is done if the worker says so, and only then");
  lenient.parse_answer = [](std::string_view line, std::uint64_t id) {
    return line.rfind("error", 0) == 0 ? WorkerAnswer{WorkerAnswer::Kind::error, std::string(line)}
                                       : parse_worker_answer(line, id);
  };
  expect_found(lenient, "answer-error-of-another", "and an error likewise");
  expect_found(lenient, "answer-error-control-characters", "the text of an error can be shown");
}

TEST(Inputs, a_whole_case_that_is_read_otherwise_is_found) {
  InputsFunctions wrong;
  wrong.case_to_text = [](const Case& c) { return to_text(c).substr(0, to_text(c).rfind(' ')); };
  expect_found(wrong, "case-with-seed-and-data", "a case is read back as it was written");
  InputsFunctions other;
  other.parse_case = [](const std::string& text, const Case& usual) {
    Case c = parse_case(text.substr(0, text.find(" now")), usual);
    ++c.seed;
    return c;
  };
  expect_found(other, "case-short", "a case is read back as it was written");
}

TEST(Inputs, a_census_that_is_read_otherwise_is_found) {
  InputsFunctions wrong;
  wrong.format_census_file = [](const CensusFile& file) {
    CensusFile changed = file;
    ++changed.plan.seed;
    return to_json(changed);
  };
  expect_found(wrong, "census-begun", "a census is read back as it was written");
  wrong.format_census_file = [](const CensusFile& file) {
    CensusFile changed = file;
    for (Disproof& d : changed.progress.first) ++d.number;
    return to_json(changed);
  };
  expect_found(wrong, "census-finished", "what is read back is written the same");
  const auto reads = [&wrong](auto change) {
    wrong.parse_census_file = change;
    wrong.format_census_file = [](const CensusFile& file) { return to_json(file); };
  };
  reads([](const std::string& text, const std::string& where) {
    CensusFile file = parse_census_file(text, where);
    file.plan.bounds.kernel = 9;
    return file;
  });
  expect_found(wrong, "census-begun", "the bounds of a census are in their ranges");
  reads([](const std::string& text, const std::string& where) {
    CensusFile file = parse_census_file(text, where);
    file.shard.number = file.shard.count + 1;
    return file;
  });
  expect_found(wrong, "census-begun", "a shard is one of those there are");
  reads([](const std::string& text, const std::string& where) {
    CensusFile file = parse_census_file(text, where);
    file.progress.done = file.size + 1;
    return file;
  });
  expect_found(wrong, "census-begun", "no more is done than there is to do");
}

/// Reads like a JSON reader without validation.
CensusFile read_census_with_seed_1(const std::string& text, const std::string& where) {
  std::string other = text;
  const std::size_t at = other.find("\"seed\": "), end = other.find(',', at);
  other.replace(at, end - at, "\"seed\": 1");
  return parse_census_file(other, where);
}

TEST(Inputs, a_census_of_another_seed_is_found) {
  InputsFunctions wrong;
  wrong.parse_census_file = read_census_with_seed_1;
  expect_found(wrong, "census-finished", "a seed is read as it is");
  expect_found(wrong, "census-seed-below-0", "a seed is read as it is");
}

TEST(Inputs, bounds_and_shards_that_are_read_otherwise_are_found) {
  InputsFunctions wrong;
  wrong.parse_census_bounds = [](const std::string& text, const std::string& where) {
    CensusBounds bounds = parse_census_bounds(text, where);
    ++bounds.kernel;
    return bounds;
  };
  expect_found(wrong, "option-bounds", "bounds are read back as they were written");
  wrong.parse_census_bounds = [](const std::string&, const std::string&) { return CensusBounds{.extent = 13}; };
  expect_found(wrong, "option-bounds", "the bounds of a census are in their ranges");
  wrong.parse_shard = [](const std::string& text) {
    const CensusShard shard = shard_of(text);
    return CensusShard{shard.number % shard.count + 1, shard.count};
  };
  expect_found(wrong, "option-shard", "a shard is read back as it was written");
  wrong.parse_shard = [](const std::string&) { return CensusShard{4, 3}; };
  expect_found(wrong, "option-shard-of-fewer", "a shard is one of those there are");
}

TEST(Inputs, a_number_outside_its_range_is_found) {
  InputsFunctions wrong;
  wrong.count = [](const std::string&, const std::string& text, Idx, Idx) -> Idx { return -std::stoll(text); };
  expect_found(wrong, "option-count", "in its range");
}

}  // namespace
}  // namespace cnnspec::tests
