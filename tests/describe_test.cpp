// Networks and configurations as text: reading, refusals, and writing.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "checks/describe/config.hpp"
#include "checks/describe/network_json.hpp"
#include "checks/describe/networks.hpp"
#include "checks/describe/show.hpp"
#include "checks/vocabulary/key_values.hpp"
#include "checks/vocabulary/strict_json.hpp"
#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/seed.hpp"

namespace cnnspec::checks {
namespace {

/// The message of the Error that `work` throws, or "" if it throws nothing.
template <class Error>
std::string message_of(auto work) {
  try {
    work();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

std::string config_error(const std::string& text) {
  return message_of<UsageError>([&] { parse_config(text, "--config"); });
}

// ---- k=v,k=v

TEST(Config, gives_every_field_its_default) {
  const Cnn2Run run = parse_config("", "--config");
  EXPECT_EQ(run, Cnn2Run{});
  EXPECT_EQ(run.config.c1, 4);
  EXPECT_EQ(run.config.c2, 8);
  EXPECT_EQ(run.config.out_dim, 10);
  EXPECT_EQ(run.in_c, 3);
  EXPECT_EQ(run.in_h, 16);
  EXPECT_EQ(run.config.pool_stride2, cnn2_default_config.pool_stride2);
}

TEST(Config, reads_every_field_that_it_prints) {
  const std::string text =
      "in_c=1,in_h=30,in_w=31,c1=5,c2=6,out_dim=7,kernel_h=2,kernel_w=4,stride1=2,padding1=3,stride2=1,padding2=2,"
      "pool_kernel_h=3,pool_kernel_w=2,pool_stride1=1,pool_stride2=2";
  const Cnn2Run run = parse_config(text, "--config");
  EXPECT_EQ(format_config(run), text);
  EXPECT_EQ(run.config.pool_stride1, 1);
  EXPECT_EQ(run.config.kernel_w, 4);
  EXPECT_EQ(parse_config(format_config({}), "--config"), Cnn2Run{});
}

TEST(Config, ignores_spaces_and_order) {
  const Cnn2Run run = parse_config("  c2 = 3 , in_w=20,c1=2 ", "--config");
  EXPECT_EQ(run.config.c2, 3);
  EXPECT_EQ(run.in_w, 20);
  EXPECT_EQ(run.config.c1, 2);
}

TEST(Config, refuses_text_with_its_place_and_what_was_expected) {
  EXPECT_EQ(config_error("c1"), "--config: at character 1: expected name=integer, got \"c1\"");
  EXPECT_EQ(config_error("c1=2,"), "--config: at character 6: expected name=integer, got nothing");
  EXPECT_EQ(config_error("c1=2,,c2=3"), "--config: at character 6: expected name=integer, got nothing");
  EXPECT_EQ(config_error("=3"), "--config: at character 1: expected name=integer, got \"=3\"");
  EXPECT_EQ(config_error("c1=2,c1=3"),
            "--config: at character 6: expected each name once, got \"c1\" again (first at character 1)");
  for (const std::string value : {"", "abc", "1.5", "3x", "0x10", "+3", "1e3", "- 1", "3=4", "--1"})
    EXPECT_EQ(config_error("in_h=" + value), "--config: at character 6: expected an integer, got \"" + value + "\"");
}

TEST(Config, C3_refuses_integers_that_no_extent_can_be) {
  constexpr const char* range = "expected an integer from -9223372036854775807 to 9223372036854775807";
  for (const std::string value : {"9223372036854775808", "-9223372036854775808", "-9223372036854775809",
                                  "340282366920938463463374607431768211456"})
    EXPECT_EQ(config_error("in_h=" + value),
              "--config: at character 6: " + std::string(range) + ", got \"" + value + "\"");
}

TEST(Config, suggests_the_name_that_was_meant) {
  EXPECT_NE(config_error("kernelh=3").find("(did you mean \"kernel_h\"?), got \"kernelh\""), std::string::npos);
  EXPECT_NE(config_error("c1=2,pool_stide1=3").find("at character 6: expected one of in_c, in_h"), std::string::npos);
  EXPECT_EQ(config_error("zebra=3").find("did you mean"), std::string::npos);
}

TEST(Config, shortens_what_is_too_long_to_repeat) {
  EXPECT_LT(config_error(std::string(100'000, 'x')).size(), 200u);
  EXPECT_LT(config_error(std::string(100'000, 'x') + "=1").size(), 400u);
}

TEST(Config, C1_C2_C4_refuses_what_well_formed_finds) {
  const auto shape_error = [](const char* text) {
    return message_of<ShapeError>([&] { parse_config(text, "--config"); }).substr(0, 3);
  };
  EXPECT_EQ(shape_error("c1=0"), "C1:");
  EXPECT_EQ(shape_error("padding1=-1"), "C1:");
  EXPECT_EQ(shape_error("in_c=0"), "C1:");
  EXPECT_EQ(shape_error("in_h=2"), "C2:");
  EXPECT_EQ(shape_error("kernel_h=19"), "C2:");
  EXPECT_EQ(shape_error("padding1=9223372036854775807"), "C3:");
}

TEST(KeyValues, are_not_endless) {
  std::string names;
  for (int n = 0; n < 101; ++n) names += (n == 0 ? "n" : ",n") + std::to_string(n) + "=1";
  EXPECT_NE(config_error(names).find(": expected at most 100 names, got more"), std::string::npos);
}

TEST(KeyValues, serve_any_reader) {
  KeyValues given("height=7", "case");
  EXPECT_EQ(given.take("height", 5), 7);
  EXPECT_EQ(given.take("width", 5), 5);
  EXPECT_NO_THROW(given.finish());

  const KeyValues untaken("height=7", "case");
  EXPECT_THROW(untaken.finish(), UsageError);
}

// ---- JSON to a network

const std::string tiny_text = R"({"name": "tiny", "input": [2, 9, 11], "layers": [
  {"kind": "conv2d", "name": "conv", "out_channels": 4, "kernel": [3, 2], "stride": [2, 1], "padding": [0, 1, 1, 0],
   "dilation": [1, 2], "groups": 2},
  {"kind": "relu"},
  {"kind": "max_pool2d", "kernel": 2},
  {"kind": "flatten"},
  {"kind": "linear", "out_features": 3}]})";

NamedNetwork parse(const std::string& text) { return parse_network(text, "net.json"); }
std::string usage_error(const std::string& text) {
  return message_of<UsageError>([&] { parse(text); });
}
std::string shape_error(const std::string& text) {
  return message_of<ShapeError>([&] { parse(text); });
}

/// A network on [2,9,11] of one layer.
std::string one_layer(const std::string& layer) { return R"({"input": [2, 9, 11], "layers": [)" + layer + "]}"; }
std::string layer_error(const std::string& layer) { return usage_error(one_layer(layer)); }

TEST(NetworkJson, is_read_field_by_field) {
  const NamedNetwork network = parse(tiny_text);
  EXPECT_EQ(network.name, "tiny");
  EXPECT_EQ(network.definition.input, (std::vector<Idx>{2, 9, 11}));
  ASSERT_EQ(network.definition.layers.size(), 5u);
  const auto& conv = std::get<Conv2dDefinition>(network.definition.layers[0].what);
  EXPECT_EQ(conv.out_channels, 4);
  EXPECT_EQ(conv.kernel_height, 3);
  EXPECT_EQ(conv.kernel_width, 2);
  EXPECT_EQ(conv.config, (Conv2dConfig{{.stride = 2, .before = 0, .after = 1, .dilation = 1},
                                       {.stride = 1, .before = 1, .after = 0, .dilation = 2},
                                       2}));
  const auto& pool = std::get<MaxPool2dConfig>(network.definition.layers[2].what);
  EXPECT_EQ(pool, (MaxPool2dConfig{2, 2, {.stride = 2}, {.stride = 2}})) << "the stride of a pool is its kernel";
  EXPECT_EQ(std::get<LinearDefinition>(network.definition.layers[4].what).out_features, 3);
}

TEST(NetworkJson, n_stands_for_both_axes_and_all_sides) {
  const auto conv_of = [](const std::string& window) {
    const std::string layer = R"({"kind": "conv2d", "out_channels": 1, )" + window + "}";
    return std::get<Conv2dDefinition>(parse(one_layer(layer)).definition.layers[0].what);
  };
  const Conv2dDefinition n = conv_of(R"("kernel": 3, "stride": 2, "padding": 1, "dilation": 2)");
  EXPECT_EQ(n.kernel_width, 3);
  EXPECT_EQ(n.config, (Conv2dConfig{{2, 1, 1, 2}, {2, 1, 1, 2}, 1}));
  EXPECT_EQ(conv_of(R"("kernel": [3, 2], "padding": [1, 2])").config, (Conv2dConfig{{1, 1, 1}, {1, 2, 2}, 1}));
  EXPECT_EQ(conv_of(R"("kernel": 1)").config, Conv2dConfig{});
}

TEST(NetworkJson, comes_back_the_same_from_what_is_written) {
  for (const std::string& text :
       {tiny_text, format_network(summarize(built_in_network("cnn", {}))),
        format_network(summarize(built_in_network("cnn2", {}))),
        std::string(R"({"input": [5], "layers": [{"kind": "relu", "name": "\u00e9 \"x\"\\"}]})")}) {
    const std::string written = format_network(summarize(parse(text)));
    EXPECT_EQ(format_network(summarize(parse(written))), written);
    EXPECT_EQ(nlohmann::json::parse(written)["schema"], 1);
  }
}

TEST(NetworkJson, writes_shapes_and_counts) {
  const auto json = nlohmann::json::parse(format_network(summarize(parse(tiny_text))));
  const auto& conv = json["layers"][0];
  EXPECT_EQ(conv["output_shape"], (std::vector<Idx>{4, 4, 10}));  // (9+1-3)/2+1, 11+1-3+1
  EXPECT_EQ(conv["parameters"], 4 * 1 * 3 * 2 + 4);
  EXPECT_EQ(conv["mult_adds"], (4 * 1 * 3 * 2 + 4) * 4 * 10);
  EXPECT_EQ(conv["padding"], (std::vector<Idx>{0, 1, 1, 0}));
  EXPECT_EQ(json["output_shape"], (std::vector<Idx>{3}));
  EXPECT_EQ(json["parameters"], 28 + 3 * 4 * 2 * 5 + 3);
  EXPECT_EQ(json["activations"], 160 + 160 + 40 + 40 + 3);
}

TEST(NetworkJson, refuses_syntax_errors_with_line_and_column) {
  EXPECT_EQ(usage_error("{\n  \"input\": [1,]}"),
            "net.json: at line 2, column 15: expected '[', '{', or a literal, got unexpected ']'");
  EXPECT_EQ(usage_error(""),
            "net.json: at line 1, column 1: expected '[', '{', or a literal, got unexpected end of input");
  EXPECT_NE(usage_error("{\"a\" 1}").find("line 1, column 6: expected ':', got"), std::string::npos);
  EXPECT_NE(usage_error("{\n\n  'a': 1}").find("line 3, column 3"), std::string::npos);
  EXPECT_NE(usage_error("{} {}").find("line 1, column 4"), std::string::npos);
  EXPECT_NE(usage_error("{\"name\": \"\xff\"}").find("net.json: at line 1"), std::string::npos);
  EXPECT_NE(usage_error("// comment\n{}").find("line 1, column "), std::string::npos);
  for (const std::string text : {"NaN", "{\"input\": 1e999}", "{\"input\": [01]}", "\"\x1b[31m", "{"})
    EXPECT_EQ(usage_error(text).find("net.json: "), 0u) << text;
  EXPECT_LT(usage_error("{\"input\": " + std::string(100'000, 'x')).size(), 300u);
}

TEST(NetworkJson, is_read_in_a_time_that_grows_with_its_length) {
  std::string text = "[{}";
  while (text.size() < JsonLimits{}.bytes - 10) text += ",{}";
  EXPECT_EQ(usage_error(text + "]"), "net.json: expected an object, got something longer") << "within the test's time";
}

TEST(NetworkJson, refuses_duplicate_keys) {
  EXPECT_EQ(usage_error(R"({"input": [1], "input": [2]})"),
            "net.json: at /input: expected each key once, got \"input\" again");
  EXPECT_EQ(layer_error(R"({"kind": "relu"}, {"kind": "relu", "x/y": 1, "kind": "relu"})"),
            "net.json: at /layers/1/kind: expected each key once, got \"kind\" again");
  EXPECT_EQ(usage_error(R"({"a/~": {"b": 1, "b": 1}})"),
            "net.json: at /a~1~0/b: expected each key once, got \"b\" again");
  EXPECT_EQ(usage_error(R"({"\u001b": 1, "\u001b": 1})"), "net.json: at /?: expected each key once, got \"?\" again");
  const std::string key = '"' + std::string(5000, 'k') + "\": 1";
  EXPECT_LT(usage_error("{" + key + ", " + key + "}").size(), 300u);
}

TEST(NetworkJson, refuses_unknown_keys_and_kinds_with_a_suggestion) {
  EXPECT_EQ(layer_error(R"({"kind": "conv2", "out_channels": 1, "kernel": 1})"),
            "net.json: at /layers/0/kind: expected one of conv2d, max_pool2d, relu, flatten, linear, avg_pool2d (did "
            "you mean "
            "\"conv2d\"?), got \"conv2\"");
  EXPECT_NE(layer_error(R"({"kind": "conv2d", "out_channels": 1, "kernal": 1})")
                .find("(did you mean \"kernel\"?), got key \"kernal\""),
            std::string::npos);
  EXPECT_NE(layer_error(R"({"kind": "relu", "kernel": 1})").find("net.json: at /layers/0: expected one of kind, name"),
            std::string::npos);
  EXPECT_NE(layer_error(R"({"kind": "linear", "out_features": 1, "bias": false})").find("key \"bias\""),
            std::string::npos);
  EXPECT_NE(usage_error(R"({"inputs": [1], "layers": []})").find("(did you mean \"input\"?), got key \"inputs\""),
            std::string::npos);
}

TEST(NetworkJson, refuses_missing_keys) {
  EXPECT_EQ(usage_error("{}"), "net.json: expected a key \"input\", got none");
  EXPECT_EQ(usage_error(R"({"input": [1]})"), "net.json: expected a key \"layers\", got none");
  EXPECT_EQ(layer_error("{}"), "net.json: at /layers/0: expected a key \"kind\", got none");
  EXPECT_EQ(layer_error(R"({"kind": "conv2d", "kernel": 1})"),
            "net.json: at /layers/0: expected a key \"out_channels\", got none");
  EXPECT_EQ(layer_error(R"({"kind": "max_pool2d"})"), "net.json: at /layers/0: expected a key \"kernel\", got none");
  EXPECT_EQ(layer_error(R"({"kind": "linear"})"), "net.json: at /layers/0: expected a key \"out_features\", got none");
}

TEST(NetworkJson, refuses_wrong_types) {
  EXPECT_EQ(usage_error("[]"), "net.json: expected an object, got []");
  EXPECT_EQ(usage_error("null"), "net.json: expected an object, got null");
  EXPECT_EQ(usage_error(R"({"input": "3,16,16", "layers": []})"),
            "net.json: at /input: expected an array, got \"3,16,16\"");
  EXPECT_EQ(usage_error(R"({"input": [1], "layers": {}})"), "net.json: at /layers: expected an array, got an object");
  EXPECT_EQ(layer_error("\"relu\""), "net.json: at /layers/0: expected an object, got \"relu\"");
  EXPECT_EQ(layer_error(R"({"kind": 3})"), "net.json: at /layers/0/kind: expected a string, got 3");
  EXPECT_EQ(layer_error(R"({"kind": "conv2d", "out_channels": 1, "kernel": [3, 3, 3]})"),
            "net.json: at /layers/0/kernel: expected an integer or [height, width], got [3,3,3]");
  EXPECT_EQ(layer_error(R"({"kind": "max_pool2d", "kernel": 2, "padding": [1, 1, 1]})"),
            "net.json: at /layers/0/padding: expected an integer, [height, width] or [top, left, bottom, right], got "
            "[1,1,1]");
  EXPECT_EQ(usage_error(R"({"input": [3, 16], "layers": [{"kind": "relu"}]})"),
            "net.json: at /input: expected [channels, height, width] or [features], got [3,16]");
}

TEST(NetworkJson, takes_integers_only_and_in_range) {
  const auto out_features = [](const std::string& value) {
    return usage_error(R"({"input": [5], "layers": [{"kind": "linear", "out_features": )" + value + "}]}");
  };
  for (const std::string value :
       {"3.0", "1e3", "true", "null", "\"3\"", "0", "-1", "[3]", "9223372036854775808", "-9223372036854775808"}) {
    const std::string message = out_features(value);
    EXPECT_EQ(
        message.find("net.json: at /layers/0/out_features: expected an integer from 1 to 9223372036854775807, got "),
        0u)
        << message;
  }
  EXPECT_NE(out_features("1.5").find("got 1.5"), std::string::npos);
  EXPECT_EQ(layer_error(R"({"kind": "max_pool2d", "kernel": 2, "padding": [0, -1]})"),
            "net.json: at /layers/0/padding/1: expected an integer from 0 to 9223372036854775807, got -1");
  EXPECT_EQ(layer_error(R"({"kind": "max_pool2d", "kernel": 2, "stride": 0})"),
            "net.json: at /layers/0/stride: expected an integer from 1 to 9223372036854775807, got 0");
}

TEST(NetworkJson, refuses_names_that_could_steer_a_terminal) {
  for (const std::string name : {"", "\\u001b[31m", "a\\nb", "\\u009b0m", "\\u0000", "\\u007f"})
    EXPECT_NE(layer_error(R"({"kind": "relu", "name": ")" + name + "\"}")
                  .find("at /layers/0/name: expected a name of 1 to 100 bytes"),
              std::string::npos)
        << name;
  EXPECT_NE(layer_error(R"({"kind": "relu", "name": ")" + std::string(101, 'a') + "\"}"), "");
  EXPECT_EQ(layer_error(R"({"kind": "relu", "name": ")" + std::string(100, 'a') + "\"}"), "");
  EXPECT_EQ(layer_error(R"({"kind": "relu", "name": "größe 1"})"), "");
}

TEST(NetworkJson, refuses_two_layers_of_one_name) {
  EXPECT_EQ(layer_error(R"({"kind": "relu", "name": "a"}, {"kind": "flatten", "name": "a"})"),
            "net.json: at /layers/1: expected a name of its own, got \"a\", the name of /layers/0");
  EXPECT_EQ(layer_error(R"({"kind": "relu"}, {"kind": "flatten", "name": "relu1"})"),
            "net.json: at /layers/1: expected a name of its own, got \"relu1\", the name of /layers/0");
}

TEST(NetworkJson, refuses_size_and_nesting_bombs) {
  EXPECT_EQ(usage_error(std::string(JsonLimits{}.bytes + 1, ' ')),
            "net.json: expected at most 1048576 bytes of JSON, got more");
  EXPECT_EQ(usage_error(std::string(500'000, '[')),
            "net.json: at /0/0/0/0/0/0/0/0: expected at most 8 levels of nesting, got more");
  std::string many = R"({"kind": "relu"})";
  for (std::size_t n = 0; n < most_network_layers; ++n) many += R"(,{"kind": "relu"})";
  EXPECT_EQ(layer_error(many), "net.json: at /layers: expected 1 to 10000 layers, got 10001");
  EXPECT_EQ(layer_error(""), "net.json: at /layers: expected 1 to 10000 layers, got 0");
}

TEST(NetworkJson, names_the_layer_that_does_not_fit) {
  EXPECT_EQ(shape_error(one_layer(R"({"kind": "relu"}, {"kind": "max_pool2d", "name": "pool", "kernel": 10})"))
                .find("C2: layer 2 (pool): max_pool2d: height: "),
            0u);
  EXPECT_EQ(shape_error(one_layer(R"({"kind": "max_pool2d", "kernel": 2, "padding": 2})")).substr(0, 3), "C4:");
  EXPECT_EQ(shape_error(one_layer(R"({"kind": "conv2d", "out_channels": 3, "kernel": 1, "groups": 2})")).substr(0, 3),
            "C5:");
  EXPECT_EQ(shape_error(one_layer(R"({"kind": "linear", "out_features": 1})")).substr(0, 12), "C6: layer 1:");
  EXPECT_EQ(shape_error(one_layer(R"({"kind": "flatten"}, {"kind": "max_pool2d", "kernel": 1})")).substr(0, 12),
            "C6: layer 2:");
}

TEST(NetworkJson, may_state_what_is_derived_but_only_truly) {
  const auto with = [](const std::string& network, const std::string& layer) {
    return usage_error(R"({"input": [5], )" + network + R"( "layers": [{"kind": "linear", "out_features": 3)" + layer +
                       "}]}");
  };
  EXPECT_EQ(with(R"("schema": 1, "parameters": 18, "output_shape": [3],)", R"(, "input_shape": [5], "mult_adds": 18)"),
            "");
  EXPECT_EQ(with(R"("schema": 2,)", ""), "net.json: at /schema: expected 1, got 2");
  EXPECT_EQ(with(R"("parameters": 18.0,)", ""), "net.json: at /parameters: expected 18, got 18.0");
  EXPECT_EQ(with("", R"(, "parameters": 15)"), "net.json: at /layers/0/parameters: expected 18, got 15");
  EXPECT_EQ(with("", R"(, "output_shape": [1, 3])"), "net.json: at /layers/0/output_shape: expected [3], got [1,3]");
}

TEST(NetworkJson, examples_have_the_published_numbers_of_parameters) {
  const auto parameters = [](const std::string& name) {
    return summarize(load_network(CNNSPEC_TEST_EXAMPLES "/networks/" + name + ".json", "")).parameters;
  };
  EXPECT_EQ(parameters("alexnet"), 61'100'840);
  EXPECT_EQ(parameters("vgg16"), 138'357'544);
}

TEST(NetworkJson, damaged_text_is_read_or_refused_and_nothing_else) {
  std::mt19937_64 random(tests::test_seed());
  int refused = 0;
  for (int n = 0; n < tests::scaled(2000); ++n) {
    std::string text = tiny_text;
    for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      constexpr std::string_view likely = "0123456789-.,:[]{}\"e \\nul";
      if (random() % 3 == 0)
        text.erase(at, 1 + random() % 8);
      else if (random() % 4 == 0)
        text[at] = static_cast<char>(random() % 256);
      else
        text.insert(at, 1, likely[random() % likely.size()]);
    }
    try {
      const Summary summary = summarize(parse(text));
      EXPECT_EQ(format_network(summarize(parse(format_network(summary)))), format_network(summary));
    } catch (const UsageError&) {
      ++refused;
    } catch (const ShapeError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

// ---- Summaries

TEST(Summary, counts_what_torchinfo_counts) {
  const Summary s = summarize(built_in_network("cnn2", {}));
  EXPECT_EQ(s.parameters, (3 * 4 * 9 + 4) + (4 * 8 * 9 + 8) + (128 * 10 + 10));
  EXPECT_EQ(s.mult_adds.front(), (3 * 4 * 9 + 4) * 16 * 16);
  EXPECT_EQ(s.total_mult_adds, 112 * 256 + 296 * 64 + 1290);
  EXPECT_EQ(s.inputs, 768);
  EXPECT_EQ(s.activations, 2 * 1024 + 256 + 2 * 512 + 128 + 128 + 10);
}

TEST(Summary, serves_a_compile_time_chain_as_well) {
  const auto chain = make_chain<float>(Shape<1, 6, 5>{}, Conv2dLayer<float, 2, 1, 3, 3>{}, ReluLayer{}, FlattenLayer{},
                                       LinearLayer<float, 4, 24>{});
  const Summary s = summarize("chain", {1, 6, 5}, chain.describe());
  EXPECT_EQ(s.parameters, 20 + 100);
  EXPECT_NE(show_table(s).find("conv2d1 (conv2d)"), std::string::npos);
  EXPECT_NE(show_pytorch(s).find("nn.Conv2d(1, 2, kernel_size=3)"), std::string::npos);
}

TEST(Summary, C3_refuses_totals_that_do_not_fit) {
  const auto error = [](const std::string& text) { return shape_error(text).substr(0, 3); };
  // Each layer's count fits; their sum does not.
  EXPECT_EQ(error(R"({"input": [3000000000], "layers": [{"kind": "linear", "out_features": 2000000000},
                    {"kind": "linear", "out_features": 2000000000}]})"),
            "C3:");
  EXPECT_EQ(error(R"({"input": [3000000000], "layers": [{"kind": "linear", "out_features": 4000000000}]})"), "C3:");
  EXPECT_EQ(error(R"({"input": [3, 2000000000, 2000000000], "layers": [{"kind": "relu"}]})"), "C3:");
  EXPECT_EQ(error(R"({"input": [1, 3000000000, 3000000000], "layers": [{"kind": "relu"}, {"kind": "relu"}]})"), "C3:");
  EXPECT_EQ(
      error(
          R"({"input": [1, 1000000000, 1000000000], "layers": [{"kind": "conv2d", "out_channels": 1, "kernel": 4}]})"),
      "C3:");
  EXPECT_EQ(
      error(
          R"({"input": [1, 9223372036854775807, 1], "layers": [{"kind": "conv2d", "out_channels": 1, "kernel": 1, "padding": 1}]})"),
      "C3:");
}

TEST(Summary, C3_refuses_one_parameter_too_many) {
  EXPECT_NE(shape_error(R"({"input": [9223372036854775807], "layers": [{"kind": "linear", "out_features": 1}]})"), "");
  EXPECT_NE(shape_error(R"({"input": [1, 1, 9223372036854775807], "layers": [{"kind": "conv2d", "out_channels": 1,
                           "kernel": [1, 9223372036854775807]}]})"),
            "");
}

TEST(Summary, describes_networks_far_too_large_for_memory) {
  const Summary s =
      summarize(parse(R"({"input": [1000000000000], "layers": [{"kind": "linear", "out_features": 1000}]})"));
  EXPECT_EQ(s.parameters, 1'000'000'000'001'000);
  EXPECT_NE(show_table(s).find("1,000,000,000,001,000"), std::string::npos);
}

// ---- Tables, diagrams and programs

TEST(ShowTable, has_a_row_for_each_layer_and_totals) {
  EXPECT_EQ(show_table(summarize(parse(tiny_text))), R"(tiny
==================================================================================================================
Layer (kind)              Input shape  Output shape  Kernel  Stride  Padding  Dilation  Groups  Param #  Mult-adds
==================================================================================================================
conv (conv2d)             [2, 9, 11]   [4, 4, 10]    3x2     2x1     0,1,1,0  1x2       2            28      1,120
relu1 (relu)              [4, 4, 10]   [4, 4, 10]    --      --      --       --        --           --         --
max_pool2d1 (max_pool2d)  [4, 4, 10]   [4, 2, 5]     2x2     2       0        1         --           --         --
flatten1 (flatten)        [4, 2, 5]    [40]          --      --      --       --        --           --         --
linear1 (linear)          [40]         [3]           --      --      --       --        --          123        123
==================================================================================================================
Total params:                  151  (604 bytes as float32)
Total mult-adds:             1,243
Input elements:                198  (792 bytes as float32)
Activations:                   403  (1.6 KiB as float32, all layers' outputs)
)");
}

TEST(ShowTable, leaves_out_columns_that_say_nothing) {
  const std::string table = show_table(summarize(parse(R"({"input": [5], "layers": [{"kind": "relu"}]})")));
  EXPECT_EQ(table.find("Kernel"), std::string::npos);
  EXPECT_EQ(table.find("Groups"), std::string::npos);
  EXPECT_NE(table.find("Param #"), std::string::npos);
}

TEST(ShowTable, keeps_its_columns_straight_under_names_in_utf8) {
  const std::string table = show_table(summarize(
      parse(R"({"input": [5], "layers": [{"kind": "relu", "name": "größe"}, {"kind": "relu", "name": "plain"}]})")));
  EXPECT_NE(table.find("größe (relu)  [5]"), std::string::npos) << table;
  EXPECT_NE(table.find("plain (relu)  [5]"), std::string::npos) << table;
}

TEST(ShowTable, prints_names_from_programs_without_control_characters) {
  const Summary s = summarize({"a\nb", {{5}, {{"\x1b[31m", ReluLayer{}}}}});
  for (const ShowFormat& format : show_formats) {
    const std::string text = format.show(s);
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << format.name;
    EXPECT_EQ(text.find("a\nb"), std::string::npos) << format.name;
  }
}

TEST(ShowDot, escapes_names_and_labels_edges_with_shapes) {
  const std::string dot = show_dot(summarize(parse(
      R"({"name": "\"}; x", "input": [2, 4, 4], "layers": [{"kind": "relu", "name": "a\\N\"b"}, {"kind": "flatten"}]})")));
  EXPECT_EQ(dot.find("digraph \"\\\"}; x\" {"), 0u) << dot;
  EXPECT_NE(dot.find("layer1 [label=\"a\\\\N\\\"b\\nrelu\"];"), std::string::npos) << dot;
  EXPECT_NE(dot.find("input -> layer1 [label=\"2x4x4\"];"), std::string::npos) << dot;
  EXPECT_NE(dot.find("layer2 -> output [label=\"32\"];"), std::string::npos) << dot;
}

TEST(ShowPytorch, makes_asymmetric_padding_a_layer) {
  const std::string python = show_pytorch(summarize(parse(one_layer(
      R"({"kind": "conv2d", "name": "c", "out_channels": 4, "kernel": [3, 2], "padding": [0, 1, 2, 3], "groups": 2},
         {"kind": "max_pool2d", "name": "p", "kernel": 3, "stride": [2, 1], "padding": [1, 0, 0, 0]},
         {"kind": "max_pool2d", "name": "q", "kernel": 2, "padding": [1, 0]})"))));
  EXPECT_NE(python.find(R"(    ("c_pad", nn.ZeroPad2d((1, 3, 0, 2))),
    ("c", nn.Conv2d(2, 4, kernel_size=(3, 2), groups=2)),
    ("p_pad", nn.ConstantPad2d((0, 0, 1, 0), float("-inf"))),
    ("p", nn.MaxPool2d(kernel_size=3, stride=(2, 1))),
    ("q", nn.MaxPool2d(kernel_size=2, padding=(1, 0))),
)"),
            std::string::npos)
      << python;
}

TEST(ShowPytorch, gives_every_layer_a_name_that_python_accepts) {
  const std::string python = show_pytorch(summarize(parse(R"({"input": [5], "layers": [
      {"kind": "relu", "name": "a.b"}, {"kind": "relu", "name": "a-b"}, {"kind": "relu", "name": "a_b_2"},
      {"kind": "relu", "name": "1st"}, {"kind": "relu", "name": "__init__"}, {"kind": "relu", "name": "forward"},
      {"kind": "relu", "name": "for"}, {"kind": "relu", "name": "\"); import os #"}]})")));
  for (const char* name :
       {"a_b", "a_b_2", "a_b_2_2", "layer1st", "layer__init__", "forward_", "for_", "layer____import_os__"})
    EXPECT_NE(python.find("    (\"" + std::string(name) + "\", nn.ReLU()),\n"), std::string::npos) << name << "\n"
                                                                                                   << python;
}

// ---- Where networks come from

TEST(Networks, built_in_ones_differ_in_relu_only) {
  EXPECT_EQ(built_in_network("cnn", {}).definition.layers.size(), 6u);
  EXPECT_EQ(built_in_network("cnn-relu", {}).definition.layers.size(), 8u);
  EXPECT_EQ(built_in_network("cnn2", {}).definition.layers.size(), 8u);
  EXPECT_THROW(built_in_network("cnn3", {}), UsageError);
}

TEST(Networks, are_loaded_with_a_configuration_only_if_they_take_one) {
  EXPECT_EQ(load_network("cnn", "in_h=20").definition.input, (std::vector<Idx>{3, 20, 16}));
  EXPECT_EQ(message_of<UsageError>([] { load_network("net.json", "in_h=20"); }),
            "--config: expected a network that takes one: cnn, cnn-relu, cnn2, got \"net.json\"");
}

TEST(Networks, that_cannot_be_read_are_refused) {
  EXPECT_EQ(message_of<UsageError>([] { load_network("cn2", ""); }),
            "network: expected one of cnn, cnn-relu, cnn2, a JSON file (did you mean \"cnn\"?), got \"cn2\"");
  EXPECT_EQ(message_of<UsageError>([] { load_network("./missing.json", ""); }),
            "./missing.json: expected a file that can be read, got No such file or directory");
  EXPECT_EQ(message_of<UsageError>([] { load_network("/", ""); }),
            "/: expected a file that can be read, got Is a directory");
  EXPECT_EQ(message_of<UsageError>([] { read_file("/dev/zero", 1000); }),
            "/dev/zero: expected at most 1000 bytes, got more");
}

// ---- Pieces of text

TEST(Text, thousands_are_separated) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1000), "1,000");
  EXPECT_EQ(thousands(-1234567), "-1,234,567");
  EXPECT_EQ(thousands(-123), "-123");
  EXPECT_EQ(thousands(std::numeric_limits<Idx>::max()), "9,223,372,036,854,775,807");
}

TEST(Text, control_characters_become_question_marks) {
  EXPECT_EQ(printable("a\x1b[0m\n\x7f"), "a?[0m??");
  EXPECT_EQ(printable("\xc2\x9b!"), "?!");                       // U+009B
  EXPECT_EQ(printable("\xc3\xa9\xc2\xa0"), "\xc3\xa9\xc2\xa0");  // U+00E9, U+00A0
  EXPECT_EQ(printable("\xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf"), "\xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf");
  EXPECT_EQ(printable("\xc2"), "?") << "bytes that are no UTF-8";
  EXPECT_EQ(printable("\x93NUMPY\x80"), "?NUMPY?");
  EXPECT_EQ(printable("\xc0\xaf \xe0\x80\x80 \xf0\x80\x80\x80"), "?? ??? ????") << "longer than need be";
  EXPECT_EQ(printable("\xed\xa0\x80 \xf4\x90\x80\x80"), "??? ????") << "no characters";
}

TEST(Text, long_quotations_are_cut_between_characters) {
  std::string text = "x";
  for (int n = 0; n < 60; ++n) text += "\xc3\xa9";
  EXPECT_EQ(in_quotes(text), '"' + text.substr(0, 59) + "...\"");
  EXPECT_EQ(shortened(text), text.substr(0, 59) + "...");
  EXPECT_EQ(columns(text), 61);
}

TEST(Text, a_suggestion_is_made_only_for_a_likely_slip) {
  EXPECT_EQ(one_of({"table", "json"}, "tabel"), "one of table, json (did you mean \"table\"?)");
  EXPECT_EQ(one_of({"table", "json"}, "xml"), "one of table, json");
  EXPECT_EQ(one_of({"show"}, "x"), "show");
}

}  // namespace
}  // namespace cnnspec::checks
