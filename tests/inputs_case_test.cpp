// The readers of text from outside, on the fuzzer's seeds, on what is nearly a seed, and on noise; and the check of
// readers, on wrong ones.
#include "checks/cases/inputs_case.hpp"

#include <gtest/gtest.h>

#include <new>
#include <set>

#include "checks/usage_error.hpp"
#include "fuzz/inputs_seeds.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;
using Reader = InputsCase::Reader;

void expect_pass(const Bytes& bytes, const std::string& name) {
  const CaseOutcome outcome = check_case(decode_case<InputsCase>(bytes));
  EXPECT_TRUE(outcome.holds()) << name << ": " << outcome.failure;
  EXPECT_GT(outcome.compared, 0) << name;
}

TEST(Inputs, every_seed_passes_and_is_what_it_was_made_from) {
  const auto seeds = fuzz::inputs_seeds();
  std::set<std::string> names;
  std::set<Reader> readers;
  for (const auto& [name, bytes] : seeds) {
    EXPECT_TRUE(names.insert(name).second) << name << " comes twice";
    const InputsCase c = decode_case<InputsCase>(bytes);
    readers.insert(c.reader);
    EXPECT_EQ(encode_case(c), bytes) << name;
    expect_pass(bytes, name);
  }
  EXPECT_EQ(readers.size(), 10u) << "every reader has a seed";
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

// ---- Wrong readers, and texts with which they are found -----------------------------------------------------------

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
  wrong.parse_descriptor = [](Family family, std::string_view text, std::optional<Idx> batch) {
    Problem p = parse_descriptor(family, text, batch);
    if (auto* const conv = std::get_if<cnnspec_conv2d>(&p)) ++conv->out_height;
    return p;
  };
  expect_found(wrong, "descriptor-resnet", "violates no clause");
  wrong.parse_descriptor = [](Family family, std::string_view text, std::optional<Idx>) {
    return parse_descriptor(family, text);
  };
  expect_found(wrong, "descriptor-batch", "the batch that was asked for");
  expect_found({.guess_family = [](std::string_view) { return Family::conv2d; }}, "descriptor-pool", "can be guessed");
}

TEST(Inputs, what_is_lost_between_writing_and_reading_is_found) {
  InputsFunctions wrong;
  wrong.to_descriptor = [](const Problem& p) {
    Problem changed = p;
    std::get<cnnspec_conv2d>(changed).in_channels *= 2;
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
  wrong.read_shapes = [](std::optional<Family> family, std::istream& in, const std::string& file,
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

TEST(Inputs, a_number_outside_its_range_is_found) {
  InputsFunctions wrong;
  wrong.count = [](const std::string&, const std::string& text, Idx, Idx) -> Idx { return -std::stoll(text); };
  expect_found(wrong, "option-count", "in its range");
}

}  // namespace
}  // namespace cnnspec::tests
