// .npy, NumPy's file format for one array (numpy.org/doc/stable/reference/generated/numpy.lib.format.html): magic and
// version, the length of a header, the header as the text of a Python dictionary, the elements.
//
// Why not xtensor's xnpy.hpp, the library for it: what is read here is what somebody's program left behind, and xtensor
// 0.24 reads half a file without complaint (the rest is whatever memory held), allocates what a header asks for before
// it looks at the file, refuses NumPy's own files where the low byte of the header's length is above 127, and has no
// 16-bit floats. To guard it takes all that is here but the copying of the elements.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// An array as it is stored, in row-major order.
struct NpyArray {
  std::string type;  // as NumPy writes it: "<f4"
  std::vector<std::byte> elements;
};

/// The whole content of a file.
std::string to_npy(const std::string& type, const std::vector<Idx>& shape, std::span<const std::byte> elements);

/// `bytes`: the whole content of a file, `where` its name. The array must have one of these types, each of which is
/// little-endian or of single bytes, and that shape; column-major ("Fortran") order is turned into row-major. Throws
/// UsageError, which tells the offset of what is wrong. Takes no more memory than the file is long.
NpyArray parse_npy(std::string_view bytes, const std::string& where, const std::vector<std::string>& types,
                   const std::vector<Idx>& shape);

/// The same, from a file, of which no more is read than an array of that shape may take.
NpyArray read_npy(const std::string& path, const std::vector<std::string>& types, const std::vector<Idx>& shape);

}  // namespace cnnspec::checks
