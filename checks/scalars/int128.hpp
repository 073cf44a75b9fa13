// The compiler's 128-bit integer, under a name that -Wpedantic accepts.
#pragma once

namespace cnnspec::checks {

__extension__ typedef __int128 Int128;

}  // namespace cnnspec::checks
