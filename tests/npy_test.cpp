// .npy files: written in NumPy's form, and read with a clear message for everything that can be wrong.
#include "checks/golden/npy.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "tests/folder.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

const std::vector<Idx> shape{2, 3};
const std::vector<double> values{1, -2.5, 0, 4, 1e-30, -0.0};

std::string small_file() { return to_npy("<f4", shape, encode(DType::f32, values)); }

std::vector<double> read(const std::string& bytes, const std::vector<Idx>& extents = shape) {
  return decode(DType::f32, parse_npy(bytes, "x.npy", {"<f4"}, extents).elements);
}

/// The message of the refusal; "" if the file is accepted.
std::string refusal(const std::string& bytes, const std::vector<std::string>& types = {"<f4"},
                    const std::vector<Idx>& extents = shape) {
  try {
    parse_npy(bytes, "x.npy", types, extents);
    return "";
  } catch (const UsageError& e) {
    return e.what();
  }
}

/// A file of version 1.0 with that header and those elements.
std::string with_header(const std::string& header, std::size_t element_bytes = 24) {
  std::string file = "\x93NUMPY";
  file += {'\1', '\0', static_cast<char>(header.size()), '\0'};
  return file + header + std::string(element_bytes, '\0');
}

void expect_refused(const std::string& bytes, const std::string& words) {
  const std::string text = refusal(bytes);
  EXPECT_NE(text.find("x.npy"), std::string::npos) << text;
  EXPECT_NE(text.find(words), std::string::npos) << text;
}

TEST(Npy, what_is_written_is_read_again) {
  const std::vector<double> back = read(small_file());
  ASSERT_EQ(back.size(), values.size());
  for (std::size_t n = 0; n < back.size(); ++n) EXPECT_EQ(back[n], rounded_to(DType::f32, values[n]));
  EXPECT_TRUE(std::signbit(back.back()));
}

TEST(Npy, elements_begin_at_a_multiple_of_64_and_the_header_is_that_of_numpy) {
  const std::string file = small_file();
  EXPECT_EQ((file.size() - 24) % 64, 0);
  EXPECT_NE(file.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"), std::string::npos);
  EXPECT_NE(to_npy("<f8", {5}, encode(DType::f64, std::vector<double>(5))).find("(5,)"), std::string::npos);
}

TEST(Npy, column_major_elements_are_put_in_row_major_order) {
  const std::string header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
  std::string file = with_header(header, 0);
  const auto bytes = encode(DType::f32, {1, 4, 2, 5, 3, 6});
  file.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_EQ(read(file), (std::vector<double>{1, 2, 3, 4, 5, 6}));
}

TEST(Npy, every_version_and_spelling_that_the_format_allows_is_read) {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
  EXPECT_EQ(refusal(with_header(header)), "");
  EXPECT_EQ(refusal(with_header(header + std::string(200 - header.size(), ' '))), "") << "a length above 127";
  EXPECT_EQ(refusal(with_header("{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<f4\"}")), "");
  for (const char version : {'\2', '\3'}) {
    std::string file = "\x93NUMPY";
    file += {version, '\0', static_cast<char>(header.size()), '\0', '\0', '\0'};
    EXPECT_EQ(refusal(file + header + std::string(24, '\0')), "");
  }
  expect_refused(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12), "byte 8: expected a header of at most 65535 bytes");
}

TEST(Npy, a_file_cut_off_anywhere_is_refused_at_its_end) {
  const std::string file = small_file();
  for (std::size_t length = 0; length < file.size(); ++length) EXPECT_NE(refusal(file.substr(0, length)), "") << length;
  expect_refused(file.substr(0, file.size() - 1), "byte " + std::to_string(file.size() - 1));
  expect_refused(file + "x", "the end of the file after 24 bytes");
}

TEST(Npy, no_flipped_bit_of_the_header_goes_unnoticed_or_does_harm) {
  const std::string file = small_file();
  for (std::size_t at = 0; at + 24 < file.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = file;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const std::string text = refusal(flipped);
      const bool is_space = file[at] == ' ' || file[at] == '\n';  // a tab means the same
      EXPECT_TRUE(!text.empty() || is_space) << at << " " << bit;
    }
}

TEST(Npy, foreign_files_are_refused_at_their_first_byte) {
  for (const char* foreign : {"", "PK\3\4", "{\"a\": 1}", "\x93NUMPX\1\0", "1.0 2.0 3.0\n"})
    expect_refused(foreign, "byte 0: expected a .npy file");
  expect_refused("\x93NUMPY\x09\x01", "byte 6: expected version");
}

TEST(Npy, other_types_are_refused_by_name) {
  const auto header = [](const char* type) {
    return std::string("{'descr': '") + type + "', 'fortran_order': False, 'shape': (2, 3), }";
  };
  expect_refused(with_header(header(">f4")), "big-endian");
  expect_refused(with_header(header("|O")), "Python objects");
  expect_refused(with_header(header("<f8")), "type <f4");
  expect_refused(with_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }"),
                 "a type of single");
}

TEST(Npy, other_shapes_are_refused_before_any_memory_is_taken) {
  for (const char* other : {"(3, 2)", "(6,)", "()", "(2, 3, 1)", "(9223372036854775807, 9223372036854775807)"})
    expect_refused(with_header(std::string("{'descr': '<f4', 'fortran_order': False, 'shape': ") + other + ", }"),
                   "shape (2, 3)");
  for (const char* bad : {"(-2, 3)", "(2 3)", "(99999999999999999999,)", "2", "(2, 3"})
    EXPECT_NE(refusal(with_header(std::string("{'descr': '<f4', 'fortran_order': False, 'shape': ") + bad + ", }")),
              "");
}

TEST(Npy, sizes_that_overflow_are_not_taken_for_small_ones) {
  const std::vector<std::vector<Idx>> shapes{{Idx{1} << 62}, {Idx{1} << 32, Idx{1} << 30}, {Idx{1} << 62, 4, 0}};
  for (const std::vector<Idx>& huge : shapes) {
    std::string extents;
    for (const Idx e : huge) extents += std::to_string(e) + ", ";
    const std::string file = with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (" + extents + "), }", 0);
    EXPECT_EQ(refusal(file, {"<f4"}, huge) == "", huge.back() == 0) << extents;
  }
}

TEST(Npy, headers_that_say_too_little_or_too_much_are_refused) {
  expect_refused(with_header("{'descr': '<f4', 'shape': (2, 3), }"), "each once");
  expect_refused(with_header("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}"), "each once");
  expect_refused(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}"), "each once");
  expect_refused(with_header("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3)}"), "True or False");
  expect_refused(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x"), "the end of the header");
}

TEST(Npy, the_byte_that_is_told_is_the_one_that_is_wrong) {
  const auto at = [](const std::string& type, const std::string& order, const std::string& extents) {
    return with_header("{'descr': " + type + ", 'fortran_order': " + order + ", 'shape': " + extents + ", }");
  };
  EXPECT_EQ(refusal(at("'>f4'", "False", "(2, 3)")), "x.npy: at byte 20: expected type <f4, got \">f4\", big-endian");
  EXPECT_EQ(refusal(at("'<f4'", "None", "(2, 3)")), "x.npy: at byte 44: expected True or False, got \"None, 'shape\"");
  EXPECT_EQ(refusal(at("'<f4'", "False", "(6,)")), "x.npy: at byte 60: expected shape (2, 3), got \"(6,)\"");
}

TEST(Npy, no_more_of_a_file_is_read_than_the_array_may_take) {
  const Folder folder;
  const std::string path = folder.file("x.npy", small_file());
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40);  // sparse
  std::filesystem::create_symlink("/dev/zero", folder / "zero.npy");
  EXPECT_THROW(read_npy(path, {"<f4"}, shape), UsageError);
  EXPECT_THROW(read_npy(folder / "zero.npy", {"<f4"}, shape), UsageError);
}

TEST(Npy, a_file_that_is_not_there_or_no_file_is_refused_by_name) {
  const Folder folder;
  for (const std::string& path : {folder / "none.npy", folder.path()}) {
    try {
      read_npy(path, {"<f4"}, shape);
      ADD_FAILURE() << path;
    } catch (const UsageError& e) {
      EXPECT_NE(std::string(e.what()).find(path), std::string::npos) << e.what();
    }
  }
  EXPECT_EQ(read_npy(folder.file("x.npy", small_file()), {"<f4"}, shape).elements.size(), 24);
}

}  // namespace
}  // namespace cnnspec::tests
