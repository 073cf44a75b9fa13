#include "fuzz/inputs_seeds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/cases/inputs_case.hpp"
#include "checks/describe/networks.hpp"
#include "checks/layers/problems.hpp"
#include "checks/vocabulary/storage.hpp"

namespace cnnspec::fuzz {
namespace {

using namespace checks;
using Reader = InputsCase::Reader;
using Option = InputsCase::Option;

class Seeds {
 public:
  void add(const std::string& name, const InputsCase& c) { all_.emplace_back(name, encode_case(c)); }
  void text(const std::string& name, Reader reader, const std::string& text) {
    InputsCase c;
    c.reader = reader, c.text = text;
    add(name, c);
  }
  std::vector<std::pair<std::string, Bytes>> take() { return std::move(all_); }

 private:
  std::vector<std::pair<std::string, Bytes>> all_;
};

void add_descriptors(Seeds& to) {
  const auto add = [&](const std::string& name, LayerId family, const std::string& text, Idx batch = 0) {
    InputsCase c;
    c.reader = Reader::descriptor, c.family = family, c.batch = batch, c.text = text;
    to.add("descriptor-" + name, c);
    c.reader = Reader::guessed;
    to.add("guessed-" + name, c);
  };
  add("resnet", LayerId::conv2d, "mb1_ic3_ih224_oc64_kh7_sh2_ph3n\"conv1\"");
  add("every-key", LayerId::conv2d, "g1mb2ic16ih7iw7oc16oh7ow7kh5kw5sh1sw1ph2pw2dh0dw0n\"first\"");
  add("four-paddings", LayerId::conv2d, "g2mb1ic4oc6_ih9kh3sh2dh1ph1pb2_iw8kw2sw3dw0pw0pr1");
  add("one-row", LayerId::conv2d, "ic3oc17_iw8ow4kw3pw1sw2_n\"1d\"");
  add("batch", LayerId::conv2d, "mb50ic16ih7oc16oh7kh5ph2", 3);
  add("pool", LayerId::max_pool2d, "mb16ic64_ih32oh16_kh3sh2ph1");
  add("linear", LayerId::linear, "mb1ic512ih7iw7oc4096");
  add("elementwise", LayerId::relu, "8x16x7x7_n\"relu\"");
  add("wrong-groups", LayerId::conv2d, "g2mb1ic3oc4ih5kh3");
  add("wrong-output", LayerId::conv2d, "ic3oc4_ih32oh6kh6sh4ph0");
  add("padding-of-C4", LayerId::max_pool2d, "ic1ih5kh3ph2");
  add("depth", LayerId::conv2d, "ic3oc16_id5od5kd3pd1");
  add("too-large", LayerId::conv2d, "mb9223372036854775807ic9ih9oc9kh9");
  add("larger-than-a-number", LayerId::linear, "mb1ic99999999999999999999oc1");
  add("unknown-key", LayerId::conv2d, "mb1ic1oc1ih3kh1zz9");
  add("twice", LayerId::linear, "mb1ic1oc1ic2");
  add("open-name", LayerId::linear, "mb1ic1oc1n\"open");
  add("control-characters", LayerId::relu, "8x\x1b[2J\n\x7f\x80");
}

void add_shapes(Seeds& to) {
  const std::string list =
      "# A list.\n\n--dir=FWD_B --batch=other\nmb1_ic3_ih224_oc64_kh7_sh2_ph3n\"conv1\"\n"
      "  mb1ic8oc8_ih10kh3_ph1   mb1ic8oc8_ih10kh3_ph0n\"a # in a name\"  # two on a line\n"
      "ic3oc16_id5od5kd3pd1_n\"3d\" g8ic8oc8_ih5oh5kh3ph1\r\nic3oc4_ih32oh6kh6sh4ph0\n";
  const auto add = [&](const std::string& name, const std::string& text, bool family_is_given, LayerId family) {
    InputsCase c;
    c.reader = Reader::shapes, c.family_is_given = family_is_given, c.family = family, c.text = text;
    to.add("shapes-" + name, c);
  };
  add("conv2d", list, true, LayerId::conv2d);
  add("guessed", list + "mb1ic256oc1000n\"fc\"\n8x16x7x7\nmb16ic64_ih32oh16_kh3sh2ph1", false, {});
  add("nothing", "# nothing\n--option", false, {});
  add("wrong-line", "8x9\n8x\n", true, LayerId::relu);
}

void add_networks(Seeds& to) {
  for (const std::string& name : built_in_networks)
    to.text("network-" + name, Reader::network, format_network(summarize(built_in_network(name, {}))));
  const std::string lenet =
      R"({"name": "lenet", "input": [1, 32, 32], "layers": [
  {"kind": "conv2d", "name": "c1", "out_channels": 6, "kernel": 5}, {"kind": "relu"},
  {"kind": "max_pool2d", "kernel": 2}, {"kind": "conv2d", "out_channels": 16, "kernel": [5, 5]}, {"kind": "relu"},
  {"kind": "max_pool2d", "kernel": 2, "stride": 2}, {"kind": "flatten"}, {"kind": "linear", "out_features": 120},
  {"kind": "relu"}, {"kind": "linear", "out_features": 10}]})";
  to.text("network-lenet-short", Reader::network, lenet);
  to.text("network-lenet", Reader::network, format_network(summarize(parse_network(lenet, "lenet"))));
  const auto layer = [&](const std::string& name, const std::string& text) {
    to.text("network-" + name, Reader::network, "{\"input\": [2, 9, 11], \"layers\": [" + text + "]}");
  };
  layer("window", R"({"kind": "conv2d", "out_channels": 4, "kernel": [3, 2], "stride": [2, 1], "padding": [0, 1, 2, 0],
 "dilation": [1, 2], "groups": 2})");
  layer("escaped-name", R"({"kind": "relu", "name": "\u00e9 \"x\"\\"})");
  layer("right-claims", R"({"kind": "relu", "input_shape": [2, 9, 11], "output_shape": [2, 9, 11], "parameters": 0})");
  layer("wrong-claim", R"({"kind": "relu", "output_shape": [2, 9, 12]})");
  layer("wrong-key", R"({"kind": "conv2d", "out_channels": 1, "kernal": 1})");
  layer("same-names", R"({"kind": "relu", "name": "a"}, {"kind": "relu", "name": "a"})");
  layer("key-twice", R"({"kind": "relu", "kind": "relu"})");
  layer("control-name", R"({"kind": "relu", "name": "\u001b[2J"})");
  layer("does-not-fit", R"({"kind": "conv2d", "out_channels": 1, "kernel": 12})");
  layer("large", R"({"kind": "conv2d", "out_channels": 9223372036854775807, "kernel": 1})");
  layer("float", R"({"kind": "linear", "out_features": 1e400})");
  layer("deep", "[[[[[[[[[[");
  to.text("network-no-utf8", Reader::network, "{\"name\": \"\xff\"}");
  to.text("network-key-of-control-characters", Reader::network, R"({"\u0007": 1, "\u0007": 2})");
  to.text("network-array", Reader::network, "[]");
}

void add_configs(Seeds& to) {
  to.text("config-default", Reader::config, format_config({}));
  to.text("config-short", Reader::config, " in_h = 8 ,in_w=8,c1=2");
  to.text("config-twice", Reader::config, "c1=2,c1=3");
  to.text("config-unknown", Reader::config, "c3=2");
  to.text("config-no-number", Reader::config, "c1=,=2");
  to.text("config-large", Reader::config, "c1=9223372036854775807,c2=-9223372036854775808");
  for (const LayerTarget& target : layer_targets()) {
    InputsCase c;
    const auto is_the_target = [&](const Layer* layer) { return layer->name == std::string_view(target.name); };
    const auto layer = std::ranges::find_if(layers(), is_the_target);
    if (layer == layers().end() || (*layer)->fields.empty()) continue;  // it has no problem
    c.reader = Reader::target, c.family = (*layer)->id, c.text = target.default_config;
    to.add(std::string("target-") + target.name, c);
    c.text += ",kernal=1";
    to.add(std::string("target-unknown-") + target.name, c);
  }
}

void add_arrays(Seeds& to) {
  InputsCase c;
  c.reader = Reader::npy, c.types = 31, c.rank = 2, c.extents = {2, 3};
  const auto add = [&](const std::string& name, const std::string& file) {
    c.text = file;
    to.add("npy-" + name, c);
  };
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16})
    add(name_of(dtype), to_npy(npy_type(dtype), {2, 3}, encode(dtype, {1, -2.5, 0, 4, 1e-3, -0.0})));
  const auto with_header = [](const std::string& header, std::size_t elements) {
    return std::string("\x93NUMPY\x01\x00", 8) + std::string{static_cast<char>(header.size()), '\0'} + header +
           std::string(elements, '\1');
  };
  const std::string columns = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
  add("columns", with_header(columns, 24));
  add("truncated", with_header(columns, 23));
  add("bytes", with_header("{'shape': (2, 3), 'fortran_order': False, 'descr': '|u1'}\n", 6));
  add("version-2", std::string("\x93NUMPY\x02\x00\x3a\x00\x00\x00", 12) + columns + std::string(24, '\1'));
  add("large-header", std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12) + columns);
  add("large-shape", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }", 4));
  add("objects", with_header("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }", 48));
  add("big-endian", with_header("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", 24));
  add("control-characters", with_header("{'\x1b[2J\x80': 1}", 0));
  c.extents = {0, 3};
  add("empty", to_npy("<f4", {0, 3}, {}));
  c.extents = {Idx{1} << 40, Idx{1} << 40};
  add("more-than-can-be-counted",
      with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1099511627776), }", 4));
  c.rank = 0;
  add("number", to_npy("<f8", {}, encode(DType::f64, {0.5})));
}

void add_golden_cases(Seeds& to) {
  const auto add = [&](const std::string& name, const GoldenCase& c) {
    to.text("golden-" + name, Reader::golden_case, to_json({c, {}, {}}));
  };
  GoldenCase c;
  c.ops = {Op::conv2d_forward}, c.problem = parse_descriptor(LayerId::conv2d, "mb2ic3ih7oc4kh3sh2ph1");
  to.text("golden-written", Reader::golden_case, to_json(make_golden(c)));
  c.ops = ops_named("conv2d"), c.seed = ~std::uint64_t{0};
  add("conv2d", c);
  c = {ops_named("max_pool2d"), DType::bf16, profile_named("f32-acc"),
       parse_descriptor(LayerId::max_pool2d, "ic1ih3kh2")};
  add("max_pool2d", c);
  c = {{Op::relu_forward}, DType::f64, &profiles().front(), cnnspec_elementwise{5}, 1, "x[0]=nan \x1b[2J\u00e9"};
  add("relu", c);
  c = {ops_named("linear"), DType::f16, profile_named("f16-acc"), cnnspec_linear{1, 2, 3}};
  add("linear", c);
  c.ops = {Op::linear_forward, Op::linear_backward_input};
  add("not-all-operations", c);
  c.ops = {Op::linear_forward}, c.dtype = DType::f64;
  add("profile-of-another-type", c);
}

void add_literals(Seeds& to) {
  const auto add = [&](const std::string& name, Op op, DType dtype, const std::string& text) {
    InputsCase c;
    c.reader = Reader::literal, c.op = op, c.dtype = dtype, c.text = text;
    to.add("literal-" + name, c);
  };
  add("conv2d", Op::conv2d_forward, DType::f32, "x[3]=1 w[0]=-2.5 b[1]=inf");
  add("linear", Op::linear_forward, DType::f16, "x=0 w[1]=-0 b=0");
  add("pool", Op::max_pool2d_backward, DType::bf16, "x[3]=nan dy[0]=-inf");
  add("relu", Op::relu_backward, DType::f64, "x[0]=1e-310 dy[4]=0.1");
  add("nothing", Op::relu_forward, DType::f32, "");
  add("outside", Op::relu_forward, DType::f32, "x[5]=1");
  add("rounded", Op::relu_forward, DType::f32, "x[0]=0.1");
  add("no-bracket", Op::relu_forward, DType::f32, "x[=1");
  add("unknown", Op::relu_forward, DType::f32, "\x1b[2J\x80=1");
  add("index-too-large", Op::relu_forward, DType::f32, "x[9223372036854775808]=1");
}

void add_options(Seeds& to) {
  const auto add = [&](const std::string& name, Option option, const std::string& text) {
    InputsCase c;
    c.reader = Reader::option, c.option = option, c.text = text;
    to.add("option-" + name, c);
  };
  add("op", Option::op, "conv2d_forward");
  add("op-slip", Option::op, "conv2d_foward");
  add("ops", Option::ops, "max_pool2d");
  add("dtype", Option::dtype, "bf16");
  add("profile", Option::profile, "tf32");
  add("no-profile", Option::profile, "");
  add("count", Option::count, "1000000000");
  add("count-negative", Option::count, "-1");
  add("count-of-text", Option::count, "12\x1b[2J\x80");
  add("seed", Option::seed, "18446744073709551615");
  add("seconds", Option::seconds, "2.5e1");
  add("seconds-nan", Option::seconds, "nan");
  add("color", Option::color, "never");
  add("proof", Option::proof, "random");
  add("proof-slip", Option::proof, "randon");
  add("bounds", Option::bounds, "extent=7,padding=3");
  add("bounds-too-large", Option::bounds, "extent=13");
  add("bounds-unknown", Option::bounds, "extend=7");
  add("shard", Option::shard, "3/64");
  add("shard-none", Option::shard, "");
  add("shard-of-fewer", Option::shard, "4/3");
  add("shard-of-one-number", Option::shard, "4");
}

void add_golden_folders(Seeds& to) {
  using Edit = InputsCase::Edit;
  const auto add = [&](const std::string& name, InputsCase c, Edit edit, Idx file = 0, Idx position = 0,
                       const std::string& text = {}) {
    c.reader = Reader::golden, c.edit = edit, c.file = file, c.position = position, c.text = text;
    to.add("folder-" + name, c);
  };
  InputsCase conv;  // b.npy, case.json, w.npy, x.npy, y.npy, y_bound.npy
  constexpr Idx bias = 0, about = 1, image = 3, bounds = 5, first_element = 128;
  const auto bytes_of = [](double number) {
    const std::vector<std::byte> bytes = encode(DType::f64, {number});
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  add("conv2d", conv, Edit::none);
  add("with-another-file", conv, Edit::add_another, 0, 0, "anything");
  add("without-bias", conv, Edit::remove, bias);
  add("without-case", conv, Edit::remove, about);
  add("without-image", conv, Edit::remove, image);
  add("without-bounds", conv, Edit::remove, bounds);
  add("negative-bound", conv, Edit::overwrite, bounds, first_element, bytes_of(-1));
  add("infinite-bound", conv, Edit::overwrite, bounds, first_element,
      bytes_of(std::numeric_limits<double>::infinity()));
  add("bound-of-nan", conv, Edit::overwrite, bounds, first_element, bytes_of(std::nan("")));
  add("larger-bound", conv, Edit::overwrite, bounds, first_element, bytes_of(1e300));
  add("other-number", conv, Edit::overwrite, image, first_element, "\1");
  add("other-header", conv, Edit::overwrite, image, 20, "f");
  add("empty-file", conv, Edit::replace, image);
  add("empty-case", conv, Edit::replace, about, 0, "{}");
  GoldenCase other;
  other.ops = {Op::conv2d_forward}, other.dtype = DType::f64,
  other.problem = parse_descriptor(LayerId::conv2d, "ic1ih3oc1kh2");
  add("case-of-another", conv, Edit::replace, about, 0, to_json({other, {}, {}}));
  for (const Op op : {Op::conv2d_backward_kernel, Op::max_pool2d_backward, Op::relu_forward, Op::linear_forward}) {
    InputsCase c;
    c.op = op, c.dtype = static_cast<DType>(static_cast<std::size_t>(op) % 4);
    add(std::string("of-") + name_of(op), c, Edit::none);
    c.is_whole_layer = true;
    add(std::string("of-the-layer-of-") + name_of(op), c, Edit::none);
  }
}

void add_censuses(Seeds& to) {
  CensusFile file;
  file.version = "0.1.0", file.source = "0123456789abcdef", file.size = 100;
  to.text("census-begun", Reader::census, to_json(file));
  file.shard = {3, 64};
  file.plan.bounds.extent = 7, file.plan.seed = ~std::uint64_t{0}, file.plan.proof = CensusProof::random;
  file.progress.done = 100, file.progress.seconds = 0.5, file.progress.tallies[0].configurations = 100;
  file.progress.tallies[0].random = 99, file.progress.tallies[0].disproved = 1, file.progress.tallies[0].doubt = 12;
  file.progress.first = {{7, parse_descriptor(LayerId::linear, "mb1ic2oc3"), {"y", {0, 1}, "a + b", "a", "x"}}};
  const std::string finished = to_json(file);
  to.text("census-finished", Reader::census, finished);
  const auto changed = [&](const std::string& name, const std::string& from, const std::string& into) {
    std::string text = finished;
    to.text("census-" + name, Reader::census, text.replace(text.find(from), from.size(), into));
  };
  changed("more-done-than-there-is", "\"done\": 100", "\"done\": 101");
  changed("shard-0", "\"shard\": 3", "\"shard\": 0");
  changed("no-index", "\"index\": [", "\"index\": [1e400, ");
  changed("index-of-no-integers", "\"index\": [", "\"index\": [1.5, ");
  changed("seed-below-0", "\"seed\": 18446744073709551615", "\"seed\": -1");
  changed("more-than-can-be-counted", "\"configurations\": 100", "\"configurations\": 9223372036854775807");
  changed("negative-count", "\"random\": 99", "\"random\": -99");
}

void add_workers(Seeds& to) {
  const auto hello = [&](const std::string& name, const std::string& text) {
    to.text("hello-" + name, Reader::hello, text);
  };
  hello("one", "hello 1 relu_forward_f32");
  hello("of-all-types", "hello 1 conv2d_forward_f32 conv2d_forward_f64 conv2d_forward_f16 linear_backward_bias_bf16");
  hello("twice", "hello 1 relu_forward_f32 relu_forward_f32");
  hello("none", "hello 1");
  hello("other-version", "hello 2 relu_forward_f32");
  hello("two-spaces", "hello 1  relu_forward_f32");
  hello("carriage-return", "hello 1 relu_forward_f32\r");
  hello("unknown", "hello 1 relu_forward_f8");
  hello("with-prefix", "hello 1 cnnspec_relu_forward_f32");
  hello("control-characters", "hello 1 \x1b[31mrelu\x80");
  const auto answer = [&](const std::string& name, Idx call, const std::string& text) {
    InputsCase c;
    c.reader = Reader::answer, c.call = call, c.text = text;
    to.add("answer-" + name, c);
  };
  answer("done", 7, "done 7");
  answer("done-otherwise", 7, "done 8");
  answer("done-and-more", 7, "done 7 ");
  answer("done-longer", 7, "done 77");
  answer("unsupported", 65535, "unsupported 65535");
  answer("error", 1, "error 1 out of memory");
  answer("error-without-text", 1, "error 1");
  answer("error-of-another", 1, "error 12 text");
  answer("error-control-characters", 0, "error 0 \x1b[2J\x07\xff");
  answer("nothing", 0, "");
}

void add_whole_cases(Seeds& to) {
  const auto add = [&](const std::string& name, const std::string& text) {
    to.text("case-" + name, Reader::whole_case, text);
  };
  add("short", "relu_forward f32 512");
  add("with-seed-and-data", "linear_forward bf16 mb2ic3oc4 seed 18446744073709551615 data x[0]=1 w[0]=-2.5");
  add("with-spaces", "  conv2d_forward  f64   mb1ic2ih5oc3kh3  data  ones");
  add("of-an-invalid-problem", "conv2d_forward f32 mb1ic2ih5oc3kh7");
  add("of-another-layer", "relu_forward f32 mb1ic2oc3");
  add("without-a-descriptor", "relu_forward f32");
  add("of-an-unknown-type", "relu_forward f33 512");
  add("with-a-seed-too-large", "relu_forward f32 512 seed 18446744073709551616");
  add("with-half-a-seed", "relu_forward f32 512 seed 7x");
  add("without-data", "relu_forward f32 512 data ");
  add("with-more", "relu_forward f32 512 now");
  add("control-characters", "relu_forward f32 512 \x1b[2J\xff");
}

}  // namespace

std::vector<std::pair<std::string, Bytes>> inputs_seeds() {
  Seeds seeds;
  for (const auto add : {add_descriptors, add_shapes, add_networks, add_configs, add_arrays, add_golden_cases,
                         add_literals, add_options, add_golden_folders, add_censuses, add_workers, add_whole_cases})
    add(seeds);
  return seeds.take();
}

}  // namespace cnnspec::fuzz
