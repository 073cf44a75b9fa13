// Placing: where a tensor begins in the room that it has, and what allocated memory is full of; in every host alike.
#pragma once

#include <cstddef>

#include "checks/host/host.hpp"

namespace cnnspec::checks {

/// Of a tensor: a power of two, and no less than an element has.
std::size_t alignment_of(const Isolation& isolation, std::size_t element_bytes);
/// What more a room needs than the tensor has, for every placement.
std::size_t spare_room(std::size_t alignment);
/// Where a tensor begins in a room of so many bytes that begins with a page. `alignment`: as alignment_of gives it.
std::size_t place_in_room(std::size_t room, std::size_t size, Placement placement, std::size_t alignment);

/// What memory is filled with that is allocated: a huge negative number in each storage type, or one of moderate size.
/// (Not NaN's 0xff: the C library takes that for a wish to leave memory as it is.)
int dirt_of(Garbage garbage);

}  // namespace cnnspec::checks
