// The descriptor language, in both directions, and lists of shapes.
#include "checks/vocabulary/descriptor.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "checks/generate/configurations.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

cnnspec_conv2d conv(std::string_view text) { return parse_descriptor(LayerId::conv2d, text).as<cnnspec_conv2d>(); }
cnnspec_pool2d pool(std::string_view text) { return parse_descriptor(LayerId::max_pool2d, text).as<cnnspec_pool2d>(); }

/// All numbers of a problem in the contract's order, to compare and to show.
std::string numbers(const cnnspec_conv2d& p) {
  std::ostringstream out;
  for (const Idx n :
       {p.batch, p.groups, p.in_channels, p.in_height, p.in_width, p.out_channels, p.out_height, p.out_width})
    out << n << ' ';
  out << '|';
  for (const Idx n :
       {p.kernel_height, p.kernel_width, p.stride_height, p.stride_width, p.dilation_height, p.dilation_width})
    out << ' ' << n;
  out << " |";
  for (const Idx n : {p.pad_top, p.pad_left, p.pad_bottom, p.pad_right}) out << ' ' << n;
  return out.str();
}
std::string numbers(const cnnspec_pool2d& p) {
  cnnspec_conv2d as_conv{};
  as_conv.batch = p.batch, as_conv.groups = 1;
  as_conv.in_channels = as_conv.out_channels = p.channels;
  set_height(as_conv, height_of(p));
  set_width(as_conv, width_of(p));
  return numbers(as_conv);
}
std::string numbers(const AvgPool2dProblem& p) {
  cnnspec_pool2d as_pool{};
  as_pool.batch = p.batch, as_pool.channels = p.channels;
  set_height(as_pool, height_of(p)), set_width(as_pool, width_of(p));
  return numbers(as_pool) + " " + std::to_string(p.count_include_pad) + std::to_string(p.ceil_mode) + " " +
         std::to_string(p.divisor_override);
}
std::string numbers(const cnnspec_linear& p) {
  return std::to_string(p.batch) + " " + std::to_string(p.in_features) + " " + std::to_string(p.out_features);
}
std::string numbers(const cnnspec_elementwise& p) { return std::to_string(p.count); }
std::string numbers(const Problem& problem) {
  return visit_problem([](const auto& p) { return numbers(p); }, problem);
}

/// The message of the error; empty if there is none.
std::string error(const std::function<void()>& action) {
  try {
    action();
    return "";
  } catch (const UsageError& e) {
    return e.what();
  }
}
std::string error(LayerId family, const std::string& text) {
  return error([&] { parse_descriptor(family, text); });
}

// ---- Reading -----------------------------------------------------------------------------------------------------

// batch groups in_channels in_height in_width out_channels out_height out_width
// | kernel_height kernel_width stride_height stride_width dilation_height dilation_width | top left bottom right

TEST(Descriptor, reads_every_key) {
  EXPECT_EQ(numbers(conv("g1mb2ic16ih7iw7oc16oh7ow7kh5kw5sh1sw1ph2pw2dh0dw0n\"name\"")),
            "2 1 16 7 7 16 7 7 | 5 5 1 1 1 1 | 2 2 2 2");
  EXPECT_EQ(numbers(conv("g2mb3ic4ih9iw8oc6oh3ow4kh3kw2sh3sw2ph1pw0dh1dw0")),
            "3 2 4 9 8 6 3 4 | 3 2 3 2 2 1 | 1 0 1 0");
}

TEST(Descriptor, ignores_order_and_underscores) {
  EXPECT_EQ(numbers(conv("__kw2_sw2ow4pw0iw8dw0_n\"in the middle\"_oc6mb3ph1sh3g2dh1_ih9oh3kh3__ic4_")),
            numbers(conv("g2mb3ic4ih9iw8oc6oh3ow4kh3kw2sh3sw2ph1pw0dh1dw0")));
}

TEST(Descriptor, has_defaults) { EXPECT_EQ(numbers(conv("ic1oc1ih5kh3")), "2 1 1 5 5 1 3 3 | 3 3 1 1 1 1 | 0 0 0 0"); }

TEST(Descriptor, takes_a_missing_width_from_its_height_twin) {
  EXPECT_EQ(numbers(conv("mb1ic1oc1_ih9kh3sh2ph1dh1")), "1 1 1 9 9 1 4 4 | 3 3 2 2 2 2 | 1 1 1 1");
  EXPECT_EQ(numbers(conv("mb1ic1oc1_ih9kh3sh2ph1dh1_iw8kw2sw1pw0dw0")), "1 1 1 9 8 1 4 7 | 3 2 2 1 2 1 | 1 0 1 0");
}

TEST(Descriptor, counts_dilation_from_zero) { EXPECT_EQ(conv("mb1ic1oc1_ih9kh3dh2dw0").dilation_height, 3); }

TEST(Descriptor, derives_a_missing_output_from_the_padding_on_both_sides) {
  EXPECT_EQ(numbers(conv("mb1ic9ih32oc3kh5sh3ph1")), "1 1 9 32 32 3 10 10 | 5 5 3 3 1 1 | 1 1 1 1");
  EXPECT_EQ(numbers(conv("mb2ic2ih50iw55oc1kh3")), "2 1 2 50 55 1 48 53 | 3 3 1 1 1 1 | 0 0 0 0");
}

TEST(Descriptor, derives_missing_padding_from_the_output_with_the_odd_cell_at_the_bottom) {
  EXPECT_EQ(numbers(conv("mb1ic1oc1_ih8oh8kh3")), "1 1 1 8 8 1 8 8 | 3 3 1 1 1 1 | 1 1 1 1");
  EXPECT_EQ(numbers(conv("mb1ic1oc1_ih8oh8kh2")), "1 1 1 8 8 1 8 8 | 2 2 1 1 1 1 | 0 0 1 1");
  EXPECT_EQ(numbers(conv("ic2ih1iw9oc3oh1ow4kh1kw3sh1sw2")), "2 1 2 1 9 3 1 4 | 1 3 1 2 1 1 | 0 0 0 0");
  EXPECT_EQ(numbers(conv("mb2ic16ih33oc16oh16kh2sh2")), "2 1 16 33 33 16 16 16 | 2 2 2 2 1 1 | 0 0 0 0");
}

TEST(Descriptor, derives_the_bottom_padding_from_the_output_and_the_top_padding) {
  EXPECT_EQ(numbers(conv("mb1ic9oc3ih32oh10kh5sh3ph1")), "1 1 9 32 32 3 10 10 | 5 5 3 3 1 1 | 1 1 0 0");
  EXPECT_EQ(numbers(conv("mb1ic1oc1_ih16oh15kh3ph1_iw16ow16kw3pw0")), "1 1 1 16 16 1 15 16 | 3 3 1 1 1 1 | 1 0 0 2");
  EXPECT_EQ(numbers(conv("mb1ic1oc1_ih1oh1kh7ph4")), "1 1 1 1 1 1 1 1 | 7 7 1 1 1 1 | 4 4 2 2");
}

TEST(Descriptor, reads_bottom_and_right_padding_of_their_own) {
  EXPECT_EQ(numbers(conv("mb1ic1oc1_ih5kh1sh2ph0pb1")), "1 1 1 5 5 1 3 3 | 1 1 2 2 1 1 | 0 0 1 1");
  EXPECT_EQ(numbers(conv("mb1ic1oc1_ih5oh3kh1sh2pb1_pr0")), "1 1 1 5 5 1 3 3 | 1 1 2 2 1 1 | 0 0 1 0");
}

TEST(Descriptor, without_any_height_is_an_image_of_one_row) {
  EXPECT_EQ(numbers(conv("ic3oc17_iw8ow4kw3pw1sw2")), "2 1 3 1 8 17 1 4 | 1 3 1 2 1 1 | 0 1 0 0");
}

TEST(Descriptor, of_pooling_has_channels_only) {
  EXPECT_EQ(numbers(pool("mb16ic64_ih32oh16_kh3sh2ph1")), "16 1 64 32 32 64 16 16 | 3 3 2 2 1 1 | 1 1 0 0");
}

TEST(Descriptor, of_linear_multiplies_its_input_features) {
  EXPECT_EQ(numbers(parse_descriptor(LayerId::linear, "mb1ic256oc1000")), "1 256 1000");
  EXPECT_EQ(numbers(parse_descriptor(LayerId::linear, "ic512ih7oc4096n\"ip1\"")), "2 25088 4096");
  EXPECT_EQ(numbers(parse_descriptor(LayerId::linear, "ic128ih4iw3oc2")), "2 1536 2");
}

TEST(Descriptor, of_elementwise_counts_elements) {
  EXPECT_EQ(numbers(parse_descriptor(LayerId::relu, "8x16x7x7")), "6272");
  EXPECT_EQ(numbers(parse_descriptor(LayerId::relu, "5_n\"five\"")), "5");
}

TEST(Descriptor, can_be_given_another_batch) {
  EXPECT_EQ(numbers(parse_descriptor(LayerId::linear, "mb50ic2oc3", 1)), "1 2 3");
  EXPECT_EQ(numbers(parse_descriptor(LayerId::linear, "ic2oc3", 7)), "7 2 3");
}

TEST(Descriptor, tells_its_family_by_its_keys) {
  EXPECT_EQ(guess_layer("ic3oc4ih5kh3"), LayerId::conv2d);
  EXPECT_EQ(guess_layer("ic3oc4_iw5kw3"), LayerId::conv2d);
  EXPECT_EQ(guess_layer("ic3ih5kh3"), LayerId::max_pool2d);
  EXPECT_EQ(guess_layer("ic3oc4"), LayerId::linear);
  EXPECT_EQ(guess_layer("ic3ih4oc4"), LayerId::linear);
  EXPECT_EQ(guess_layer("8x8"), LayerId::relu);
}

// ---- Writing -----------------------------------------------------------------------------------------------------

TEST(Descriptor, is_written_short) {
  const auto written = [](LayerId family, std::string_view text) {
    return to_descriptor(parse_descriptor(family, text));
  };
  EXPECT_EQ(written(LayerId::conv2d, "g1mb2ic16ih7iw7oc16oh7ow7kh5kw5sh1sw1ph2pw2dh0dw0n\"name\""),
            "mb2ic16oc16_ih7oh7kh5ph2");
  EXPECT_EQ(written(LayerId::conv2d, "mb1ic9ih32oc3kh5sh3ph1"), "mb1ic9oc3_ih32kh5sh3ph1");
  EXPECT_EQ(written(LayerId::conv2d, "mb1ic9oc3ih32oh10kh5sh3ph1"), "mb1ic9oc3_ih32oh10kh5sh3ph1");
  EXPECT_EQ(written(LayerId::conv2d, "ic2ih1iw9oc3oh1ow4kh1kw3sh1sw2"), "mb2ic2oc3_ih1oh1kh1sh1_iw9ow4kw3sw2");
  EXPECT_EQ(written(LayerId::conv2d, "g4mb1ic4ih4oc4kh2dh1"), "g4mb1ic4oc4_ih4oh2kh2dh1");
  EXPECT_EQ(written(LayerId::conv2d, "mb1ic1oc1_ih5kh1sh2ph0pb1"), "mb1ic1oc1_ih5oh3kh1sh2ph0pb1");
  EXPECT_EQ(written(LayerId::max_pool2d, "ic64_ih32oh16_kh3sh2ph1"), "mb2ic64_ih32oh16kh3sh2ph1");
  EXPECT_EQ(written(LayerId::linear, "oc10ic3ih2"), "mb2ic12oc10");
  EXPECT_EQ(written(LayerId::relu, "8x16x7x7"), "6272");
}

TEST(Descriptor, of_any_problem_is_read_back_as_it_was) {
  RandomChoices choices(tests::test_seed());
  for (int n = 0; n < tests::scaled(3000); ++n)
    for (const LayerId family : {LayerId::conv2d, LayerId::max_pool2d, LayerId::relu, LayerId::linear}) {
      const Problem p = draw_problem(choices, family);
      const std::string text = to_descriptor(p);
      EXPECT_EQ(numbers(parse_descriptor(family, text)), numbers(p)) << text;
      EXPECT_EQ(guess_layer(text), family) << text;
    }
}

/// For a problem with asymmetric padding on both axes, each way to shorten its descriptor.
TEST(Descriptor, of_any_padding_is_read_back_as_it_was) {
  for (Idx before = 0; before <= 3; ++before)
    for (Idx after = 0; after <= 3; ++after)
      for (Idx stride = 1; stride <= 4; ++stride)
        for (Idx kernel = 1; kernel <= 3; ++kernel) {
          cnnspec_conv2d p{};
          p.batch = p.groups = p.in_channels = p.out_channels = 1;
          const Axis axis{stride, before, after, 1};
          const Line line{5, conv_out(5, kernel, axis), kernel, axis};
          set_height(p, line);
          for (const Line& width : {line, Line{}, Line{5, 3, 1, {2, 0, 1, 1}}}) {
            set_width(p, width);
            EXPECT_EQ(numbers(conv(to_descriptor(p))), numbers(p)) << to_descriptor(p);
          }
        }
}

// ---- Errors ------------------------------------------------------------------------------------------------------

struct Malformed {
  LayerId family;
  std::string text, position, expected_and_given;
};

TEST(Descriptor, that_is_malformed_is_refused_with_the_place_what_was_expected_and_what_was_given) {
  const std::string most = std::to_string(std::numeric_limits<Idx>::max());
  const LayerId C = LayerId::conv2d, P = LayerId::max_pool2d, L = LayerId::linear, E = LayerId::relu;
  const std::vector<Malformed> all{
      {C, "", "column 1", "expected ic, which is missing, got the end"},
      {C, "oc1ih5kh3", "column 10", "expected ic, which is missing, got the end"},
      {C, "ic1ih5kh3", "column 10", "expected oc, which is missing, got the end"},
      {C, "ic1oc1kh3", "column 10", "expected ih, which is missing, got the end"},
      {C, "ic1oc1ih5", "column 10", "expected kh, which is missing, got the end"},
      {C, "ic1oc1iw5", "column 10", "expected kw, which is missing, got the end"},
      {C, "ic1oc1iw5kw3sh1", "column 16", "expected ih, which is missing, got the end"},
      {P, "ih5kh3", "column 7", "expected ic, which is missing, got the end"},
      {L, "ic5", "column 4", "expected oc, which is missing, got the end"},
      {C, "ic1oc1ih5kh3xx2", "column 13",
       "expected a key of conv2d, which are g mb ic ih iw oc oh ow kh kw sh sw ph pw pb pr dh dw, got \"xx\""},
      {C, "i1oc1ih5kh3", "column 1",
       "expected a key of conv2d, which are g mb ic ih iw oc oh ow kh kw sh sw ph pw pb pr dh dw, got \"i\""},
      {P, "ic1oc1ih5kh3", "column 4",
       "expected a key of max_pool2d, which are mb ic ih iw oh ow kh kw sh sw ph pw pb pr dh dw, got \"oc\""},
      {L, "ic1oc1kh3", "column 7", "expected a key of linear, which are mb ic ih iw oc, got \"kh\""},
      {C, "ic1oc1ih5kh3ic1", "column 13", "expected ic once only, got a second one"},
      {C, "ic1oc1ih5kh3sh", "column 15", "expected a number after sh, got the end"},
      {C, "ic1oc1ih5kh3ph-1", "column 15", "expected a number after ph, got \"-1\""},
      {C, "ic_1oc1ih5kh3", "column 3", "expected a number after ic, got \"_1oc1ih5kh3\""},
      {C, "ic1.5oc1ih5kh3", "column 4", "expected a key such as ic, got \".5oc1ih5kh3\""},
      {C, "IC1oc1ih5kh3", "column 1", "expected a key such as ic, got \"IC1oc1ih5kh3\""},
      {C, "1x2x3", "column 1", "expected a key such as ic, got \"1x2x3\""},
      {C, "ic1oc1ih5kh3 ", "column 13", "expected a key such as ic, got \" \""},
      {C, "ic1oc1ih5kh3\x01\xff", "column 13",
       "expected a key such as ic, got \"?"
       "?\""},
      {C, "ic1oc1ih5kh3n\"name", "column 13", "expected a name that ends with a quote, got \"n\"name\""},
      {C, "ic1oc1ih5kh3n\"a\"n\"b\"", "column 17", "expected one name, got a second one"},
      {C, "ic1oc1ih5kh3name", "column 17", "expected a number after name, got the end"},
      {C, "ic0oc1ih5kh3", "column 1", "expected ic of at least 1 (C1), got ic0"},
      {C, "mb0ic1oc1ih5kh3", "column 1", "expected mb of at least 1 (C1), got mb0"},
      {C, "ic1oc1ih5kh3sw0", "column 13", "expected sw of at least 1 (C1), got sw0"},
      {C, "ic1oc1ih5kh3g0", "column 13", "expected g of at least 1 (C5), got g0"},
      {C, "ic9223372036854775808oc1ih5kh3", "column 3",
       "expected a number of at most " + most + ", got 9223372036854775808"},
      {C, "ic1oc1id5ih5kh3", "column 7", "expected a two-dimensional problem, got id5"},
      {P, "ic1ih5kh3_kd3", "column 11", "expected a two-dimensional problem, got kd3"},
      {L, "ic1oc1id5", "column 7", "expected a two-dimensional problem, got id5"},
      {C, "ic1oc1_ih32oh6kh3ph0", "column 12", "expected oh30 (C6), as no padding is below 0, got oh6"},
      {C, "ic1oc1_ih32iw20oh30kh3", "", ""},  // the width is padded
      {C, "ic1oc1_ih20iw40oh18kh3ph0", "column 16",
       "expected ow38 (C6), as no padding is below 0, got oh18 for the width too"},
      {C, "ic1oc1_ih5oh4kh3ph0pb0", "column 11", "expected oh3 (C6), as no padding is below 0, got oh4"},
      {E, "", "column 1", "expected an extent, as in 8x16x7x7, got the end"},
      {E, "8x", "column 3", "expected an extent, as in 8x16x7x7, got the end"},
      {E, "8x0x7", "column 3", "expected an extent of at least 1 (C1), got 0"},
      {E, "8*16", "column 2", "expected x and another extent, got \"*16\""},
      {E, "ic8", "column 1", "expected an extent, as in 8x16x7x7, got \"ic8\""},
      {E, "4294967296x4294967296", "column 12", "expected at most " + most + " elements (C3), got more"}};
  for (const Malformed& m : all) {
    const std::string message = error(m.family, m.text);
    if (m.position.empty()) {
      EXPECT_EQ(message, "") << m.text;
      continue;
    }
    EXPECT_TRUE(message.starts_with("descriptor \"")) << message;
    EXPECT_TRUE(message.ends_with(": at " + m.position + ": " + m.expected_and_given)) << message;
  }
}

TEST(Descriptor, errors_are_short_and_can_be_shown) {
  EXPECT_EQ(error(LayerId::linear, "\x1b\xff"),
            "descriptor \"??\": at column 1: expected a key such as ic, got \"??\"");
  const std::string key(5000, 'k');
  EXPECT_LT(error(LayerId::linear, key + "1" + key + "1").size(), 300u);
}

TEST(Descriptor, has_no_more_items_than_there_are_keys) {
  std::string text;
  for (char c = 'a'; c <= 'z'; ++c) text += std::string{'x', c, '1', 'y', c, '1'};
  EXPECT_NE(error(LayerId::linear, text).find("expected at most 30 keys"), std::string::npos)
      << error(LayerId::linear, text);
}

TEST(Descriptor, that_violates_a_clause_is_refused_by_its_name) {
  const std::string most = std::to_string(std::numeric_limits<Idx>::max());
  const auto clause = [](LayerId family, const std::string& text) {
    const std::string message = error(family, text), begin = "descriptor \"" + text + "\": ";
    return message.starts_with(begin) ? message.substr(begin.size()) : "unexpected: " + message;
  };
  EXPECT_EQ(clause(LayerId::conv2d, "ic1oc1ih3kh5ph0"),
            "C2: conv2d: height: expected a padded extent of at least 5, got 3");
  EXPECT_EQ(clause(LayerId::conv2d, "ic1oc1ih5kh3dh2"),
            "C2: conv2d: height: expected a padded extent of at least 7, got 5");
  EXPECT_EQ(clause(LayerId::conv2d, "g2ic3oc2ih5kh3"),
            "C5: conv2d: input channels: expected a multiple of groups = 2, got 3");
  EXPECT_EQ(clause(LayerId::conv2d, "g2ic2oc3ih5kh3"),
            "C5: conv2d: output channels: expected a multiple of groups = 2, got 3");
  EXPECT_EQ(clause(LayerId::max_pool2d, "ic1ih5kh3ph2"),
            "C4: max_pool2d: height: expected padding of at most 1, got 2");
  EXPECT_EQ(clause(LayerId::max_pool2d, "ic1ih5kh2ph1dh5"),
            "C4: max_pool2d: height: expected a dilation, for a real cell in each window, other than 6, got 6");
  for (const char* before_a_large_number : {"ic1oc1ih5kh3dh", "ic1oc1kh3ph1ih", "ic1oc1ih5kh3sh2oh", "ic2oc1ih5kh3mb",
                                            "ic1oc1ih5kh3ph", "ic1oc1ih5kh3oh3ph0pb", "ic1oc1ih5kh3ph0pb"}) {
    const std::string text = before_a_large_number + most, message = error(LayerId::conv2d, text);
    EXPECT_NE(message.find("\": C3: conv2d: "), message.npos) << text << ": " << message;
  }
  EXPECT_EQ(clause(LayerId::linear, "ic4oc1ih" + most),
            "C3: linear: in_features: expected a product of at most " + most + ", got " + most);
}

TEST(Descriptor, that_is_very_long_is_not_shown_in_full) {
  EXPECT_LT(error(LayerId::conv2d, "ic1oc1_" + std::string(100'000, 'q')).size(), 300u);
  EXPECT_LT(error(LayerId::conv2d, "ic" + std::string(100'000, '9')).size(), 300u);
}

// ---- Lists -------------------------------------------------------------------------------------------------------

ShapeList read_file(std::optional<LayerId> family, const std::string& name) {
  std::ifstream in(std::string(CNNSPEC_TEST_DATA) + "/" + name);
  EXPECT_TRUE(in) << name;
  return read_shapes(family, in, name);
}
ShapeList read_text(std::optional<LayerId> family, const std::string& text) {
  std::istringstream in(text);
  return read_shapes(family, in, "list.txt");
}

TEST(ShapeLists, hold_comments_names_and_several_shapes_on_a_line) {
  const ShapeList list = read_file(LayerId::conv2d, "shapes.txt");
  std::vector<std::string> seen;
  for (const ShapeLine& s : list.shapes)
    seen.push_back(std::to_string(s.line) + " " + s.name + " " + to_descriptor(s.problem));
  EXPECT_EQ(seen,
            (std::vector<std::string>{"4 first mb2ic16oc16_ih7oh7kh5ph2", "5  mb1ic8oc8_ih10oh10kh3ph1",
                                      "5 a # in a name, and spaces mb1ic8oc8_ih10oh8kh3", "6  g8mb2ic8oc8_ih5oh5kh3ph1",
                                      "7 1d mb2ic3oc17_ih1oh1kh1sh1ph0_iw8ow4kw3sw2pw1"}));
  EXPECT_EQ(list.shapes[1].descriptor, "mb1ic8oc8_ih10kh3_ph1");
}

TEST(ShapeLists, note_what_they_leave_out) {
  EXPECT_EQ(read_file({}, "shapes.txt").notes,
            (std::vector<std::string>{"shapes.txt:3: left out: options of another tool",
                                      "shapes.txt:6: left out: three-dimensional (2 times)",
                                      "shapes.txt:8: left out: negative padding"}));
}

TEST(ShapeLists, C4_leaves_out_what_max_pool2d_cannot_pad) {
  const ShapeList list = read_text({}, "ic16_ih8oh4kh2sh2\nic16_ih8oh13kh2ph3\nic16_ih7kh3sh2ph1");
  ASSERT_EQ(list.shapes.size(), 2u);
  EXPECT_EQ(to_descriptor(list.shapes[1].problem), "mb2ic16_ih7oh4kh3sh2ph1");
  EXPECT_EQ(list.notes, (std::vector<std::string>{"list.txt:2: left out: C4: more padding than max_pool2d can have"}));
}

TEST(ShapeLists, can_be_given_another_batch) {
  std::istringstream in("mb16ic1oc2\r\n\r\nmb32ic3oc4\r\n");
  const ShapeList list = read_shapes(LayerId::linear, in, "list.txt", 1);
  ASSERT_EQ(list.shapes.size(), 2u);
  EXPECT_EQ(to_descriptor(list.shapes[0].problem), "mb1ic1oc2");
  EXPECT_EQ(to_descriptor(list.shapes[1].problem), "mb1ic3oc4");
}

TEST(ShapeLists, guess_the_family_of_each_entry) {
  const ShapeList list = read_text({}, "ic1oc1ih5kh3\nic1ih5kh3 8x8\n\nmb1ic3oc4");
  ASSERT_EQ(list.shapes.size(), 4u);
  const std::array expected{LayerId::conv2d, LayerId::max_pool2d, LayerId::relu, LayerId::linear};
  for (std::size_t n = 0; n < 4; ++n) EXPECT_EQ(layer_id(list.shapes[n].problem), expected[n]);
}

TEST(ShapeLists, may_be_empty) {
  EXPECT_TRUE(read_text({}, "").shapes.empty());
  EXPECT_TRUE(read_text({}, "# nothing\n\n").notes.empty());
}

TEST(ShapeLists, that_are_malformed_are_refused_with_file_line_and_column) {
  const auto message = [](const std::string& text) { return error([&] { read_text(LayerId::conv2d, text); }); };
  EXPECT_EQ(message("# one\nic1oc1ih5kh3  ic1oc1ih5kh3sh0"),
            "list.txt:2: at column 27: expected sh of at least 1 (C1), got sh0");
  EXPECT_EQ(message("ic1oc1ih5"), "list.txt:1: at column 10: expected kh, which is missing, got the end");
  EXPECT_EQ(message("ic1oc1ih5kh3n\"open # here"),
            "list.txt:1: at column 13: expected a name that ends with a quote, got \"n\"open # here\"");
  EXPECT_EQ(message("g2ic3oc2ih5kh3"),
            "list.txt:1: C5: conv2d: input channels: expected a multiple of groups = 2, got 3");
  EXPECT_EQ(message(std::string("\x7f"
                                "ELF\0\0",
                                6)),
            "list.txt:1: at column 1: expected a key such as ic, got \"?ELF??\"");
}

TEST(ShapeLists, that_cannot_be_read_are_refused) {
  struct Broken : std::streambuf {
    int underflow() override { throw std::ios_base::failure("broken"); }
  } broken;
  std::istream in(&broken);
  EXPECT_EQ(error([&] { read_shapes({}, in, "list.txt"); }),
            "list.txt: expected a file that can be read, got an error while reading");
}

}  // namespace
}  // namespace cnnspec::checks
