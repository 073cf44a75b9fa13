// Placing: where a tensor begins in its room, and the content of allocated memory. The same in every host.
#pragma once

#include <cstddef>

#include "checks/host/host.hpp"

namespace cnnspec::checks {

/// The alignment of a tensor: a power of two, and at least that of an element.
std::size_t alignment_of(const Isolation& isolation, std::size_t element_bytes);
/// The bytes that a room needs beyond the tensor's size, so that every placement fits.
std::size_t spare_room(std::size_t alignment);
/// Where a tensor begins in a room of `room` bytes that begins at a page. `alignment`: as alignment_of returns it.
std::size_t place_in_room(std::size_t room, std::size_t size, Placement placement, std::size_t alignment);

/// The byte that fills allocated memory: it makes a huge negative number in each storage type, or one of moderate size.
/// (Not the 0xff of NaN: the C library takes this value as a request to leave memory unchanged.)
int dirt_of(Garbage garbage);

}  // namespace cnnspec::checks
