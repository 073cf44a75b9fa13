#include "checks/golden/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied as they are");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t most_header_bytes = (std::size_t{1} << 16) - 1;  // the most that version 1 can express
constexpr std::size_t most_preamble_bytes = magic.size() + 2 + 4;      // magic, version, length of the header

/// For example, "<f4" has 4 bytes.
std::size_t element_bytes(const std::string& type) { return static_cast<std::size_t>(type.at(2) - '0'); }

std::string shape_in_words(const std::vector<Idx>& shape) {
  return "(" + joined(shape, ", ") + (shape.size() == 1 ? ",)" : ")");
}

std::string type_in_words(const std::string& type) {
  const std::string quoted = in_quotes(type);
  if (type.find('O') != std::string::npos) return quoted + ", Python objects";
  return quoted + (type.starts_with('>') ? ", big-endian" : "");
}

struct Header {
  std::string type;
  bool is_column_major = false;
  std::vector<Idx> shape;
  std::size_t type_at = 0, shape_at = 0;  // their positions in the file
};

/// Parses the dictionary: keys in any order, each once, with the white space and trailing commas that Python allows.
class HeaderParser {
 public:
  /// The header is the part of `file` from `begin` to the end.
  HeaderParser(std::string_view file, std::size_t begin, const std::string& where)
      : text_(file), at_(begin), where_(where) {}

  Header parse() {
    Header h;
    bool has_type = false, has_order = false, has_shape = false;
    take('{');
    while (!is_next('}')) {
      const std::size_t key_at = at_;
      const std::string key = string("a key");
      bool& is_known = key == "descr" ? has_type : key == "fortran_order" ? has_order : has_shape;
      if ((key != "descr" && key != "fortran_order" && key != "shape") || is_known)
        refuse(key_at, "'descr', 'fortran_order' and 'shape', each once", in_quotes(key));
      is_known = true;
      take(':');
      skip_space();
      if (key == "descr")
        h.type_at = at_, h.type = string("a type of single numbers, such as '<f4'");
      else if (key == "fortran_order")
        h.is_column_major = boolean();
      else
        h.shape_at = at_, h.shape = tuple();
      if (!is_next('}')) take(',');
    }
    take('}');
    skip_space();
    if (at_ != text_.size()) refuse(at_, "the end of the header", found());
    if (!has_type || !has_order || !has_shape)
      refuse(at_, "'descr', 'fortran_order' and 'shape', each once", "the end of the header");
    return h;
  }

 private:
  [[noreturn]] void refuse(std::size_t at, const std::string& expected, const std::string& given) const {
    throw UsageError(where_, fmt::format("byte {}", at), expected, given);
  }
  std::string found() const { return at_ < text_.size() ? in_quotes(text_.substr(at_, 12)) : "the end of the header"; }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool is_next(char c) {
    skip_space();
    return at_ < text_.size() && text_[at_] == c;
  }
  void take(char c) {
    if (!is_next(c)) refuse(at_, fmt::format("{} in the header", c), found());
    ++at_;
  }
  std::string string(const char* what) {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) refuse(at_, what, found());
    const std::string_view content = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return std::string(content);
  }
  bool boolean() {
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    refuse(at_, "True or False", found());
  }
  std::vector<Idx> tuple() {
    std::vector<Idx> extents;
    take('(');
    while (!is_next(')')) {
      Idx extent = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
      if (error != std::errc{} || extent < 0) refuse(at_, "an extent that can be counted", found());
      at_ = static_cast<std::size_t>(end - text_.data());
      extents.push_back(extent);
      if (!is_next(')')) take(',');
    }
    take(')');
    return extents;
  }

  std::string_view text_;
  std::size_t at_;
  const std::string& where_;
};

/// Converts column-major to row-major: walks the elements in row-major order and tracks their source positions.
std::vector<std::byte> in_row_major_order(std::span<const std::byte> elements, const std::vector<Idx>& shape,
                                          std::size_t size) {
  std::vector<Idx> strides(shape.size(), 1), index(shape.size(), 0);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) strides[axis] = strides[axis - 1] * shape[axis - 1];
  std::vector<std::byte> result(elements.size());
  Idx from = 0;
  for (std::size_t to = 0; to < result.size(); to += size) {
    std::memcpy(result.data() + to, elements.data() + static_cast<std::size_t>(from) * size, size);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/// The bytes of an array. If they cannot be counted, a number that exceeds the size of any file.
std::size_t bytes_of(const std::vector<Idx>& shape, std::size_t element_size) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / 2;
  std::size_t bytes = element_size;
  for (const Idx extent : shape) {
    if (extent == 0) return 0;
    bytes = bytes > most / static_cast<std::size_t>(extent) ? most : bytes * static_cast<std::size_t>(extent);
  }
  return bytes;
}

}  // namespace

std::size_t npy_bytes(const std::string& type, const std::vector<Idx>& shape) {
  return bytes_of(shape, element_bytes(type));
}

std::string to_npy(const std::string& type, const std::vector<Idx>& shape, std::span<const std::byte> elements) {
  assert(elements.size() == bytes_of(shape, element_bytes(type)));
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape_in_words(shape));
  // Pads with spaces and a newline, so that the elements begin at a multiple of 64.
  const std::size_t before = magic.size() + 2 + 2;
  header.append(63 - (before + header.size()) % 64, ' ').push_back('\n');
  assert(header.size() <= most_header_bytes);
  std::string file(magic);
  file += {'\1', '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  file += header;
  file.append(reinterpret_cast<const char*>(elements.data()), elements.size());
  return file;
}

NpyArray parse_npy(std::string_view bytes, const std::string& where, const std::vector<std::string>& types,
                   const std::vector<Idx>& shape) {
  const auto refuse = [&](std::size_t at, const std::string& expected, const std::string& given) {
    throw UsageError(where, fmt::format("byte {}", at), expected, given);
  };
  const auto require_bytes = [&](std::size_t from, std::size_t n, const std::string& what) {
    if (bytes.size() - from < n) refuse(bytes.size(), what, "the end of the file");
  };
  if (!bytes.starts_with(magic)) refuse(0, "a .npy file, which begins with \\x93NUMPY", in_quotes(bytes.substr(0, 6)));
  require_bytes(magic.size(), 2, "the version of the format");
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  const std::size_t major = byte(6), minor = byte(7);
  if (major < 1 || major > 3 || minor != 0)
    refuse(6, "version 1.0, 2.0 or 3.0 of the format", fmt::format("{}.{}", major, minor));

  const std::size_t length_bytes = major == 1 ? 2 : 4, begin = 8 + length_bytes;
  require_bytes(8, length_bytes, "the length of the header");
  std::size_t length = 0;
  for (std::size_t n = length_bytes; n-- > 0;) length = length << 8 | byte(8 + n);
  if (length > most_header_bytes)
    refuse(8, fmt::format("a header of at most {} bytes", most_header_bytes), std::to_string(length));
  require_bytes(begin, length, fmt::format("a header of {} bytes", length));

  const Header header = HeaderParser(bytes.substr(0, begin + length), begin, where).parse();
  if (std::find(types.begin(), types.end(), header.type) == types.end())
    refuse(header.type_at, (types.size() == 1 ? "type " : "one of the types ") + joined(types, ", "),
           type_in_words(header.type));
  if (header.shape != shape)
    refuse(header.shape_at, "shape " + shape_in_words(shape), in_quotes(shape_in_words(header.shape)));

  const std::size_t size = element_bytes(header.type), from = begin + length, needed = bytes_of(shape, size);
  const auto expected_bytes = fmt::format("{} bytes of elements", needed);
  require_bytes(from, needed, expected_bytes + " before the end of the file");
  if (bytes.size() - from > needed) refuse(from + needed, "the end of the file after " + expected_bytes, "more");
  const auto elements = std::as_bytes(std::span(bytes.substr(from)));
  if (header.is_column_major && needed > 0) return {header.type, in_row_major_order(elements, shape, size)};
  return {header.type, {elements.begin(), elements.end()}};
}

NpyArray read_npy(const std::string& path, const std::vector<std::string>& types, const std::vector<Idx>& shape) {
  std::size_t most_element_bytes = 0;
  for (const std::string& type : types) most_element_bytes = std::max(most_element_bytes, element_bytes(type));
  const std::size_t most = most_preamble_bytes + most_header_bytes + bytes_of(shape, most_element_bytes);

  std::error_code error;
  const bool is_file = std::filesystem::is_regular_file(path, error);
  if (!error && !is_file) throw UsageError(path, "", "a file", "something else");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError(path, "", "a file that can be read", std::strerror(errno));
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path, error));
  std::string bytes(error ? 0 : std::min(size, most + 1), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return parse_npy(bytes, path, types, shape);
}

}  // namespace cnnspec::checks
