// .npy, NumPy's file format for one array (numpy.org/doc/stable/reference/generated/numpy.lib.format.html): magic and
// version, the length of a header, the header as the text of a Python dictionary, the elements.
//
// Why not xtensor's library for this format, xnpy.hpp? The files here come from other people's programs. xtensor 0.24
// reads half a file without an error (the rest is uninitialised memory). It allocates the size in the header before it
// checks the file. It rejects NumPy's own files if the low byte of the header length is above 127. It has no 16-bit
// floats. To guard against all this takes as much code as this file, apart from copying the elements.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cnnspec/shape.hpp"

namespace cnnspec::checks {

/// A stored array, in row-major order.
struct NpyArray {
  std::string type;  // as NumPy writes it: "<f4"
  std::vector<std::byte> elements;
};

/// The bytes of the elements of an array. If they cannot be counted, a number that exceeds the size of any file.
std::size_t npy_bytes(const std::string& type, const std::vector<Idx>& shape);

/// The whole content of a file.
std::string to_npy(const std::string& type, const std::vector<Idx>& shape, std::span<const std::byte> elements);

/// `bytes`: the whole content of a file; `where`: its name. The array must have one of these types, each little-endian
/// or of single bytes, and that shape. Column-major ("Fortran") order is converted to row-major. Throws UsageError with
/// the offset of the mistake. Needs no more memory than the length of the file.
NpyArray parse_npy(std::string_view bytes, const std::string& where, const std::vector<std::string>& types,
                   const std::vector<Idx>& shape);

/// The same, from a file. Reads at most as many bytes as an array of that shape may need.
NpyArray read_npy(const std::string& path, const std::vector<std::string>& types, const std::vector<Idx>& shape);

}  // namespace cnnspec::checks
