// The lines that the judge and a worker exchange: docs/worker.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "checks/host/call_memory.hpp"
#include "checks/host/function_set.hpp"

namespace cnnspec::checks {

inline constexpr const char* protocol_hello = "hello 1";
/// The longest line of a worker, without the end of line.
inline constexpr std::size_t longest_answer = std::size_t{1} << 16;

/// The functions of a worker, from its first line. Throws UsageError if the line is not "hello 1 FUNCTION..."; `where`:
/// the worker; `besides`: an addition to the message.
FunctionSet parse_worker_hello(std::string_view line, const std::string& where, const std::string& besides = "");
/// The first line of a worker that has these functions.
std::string worker_hello(const FunctionSet& functions);

/// The places of a call's tensors, by number.
using TensorPlaces = std::array<Piece, most_tensors>;

/// The line that requests a call, with its end of line.
std::string worker_request(const Trial& t, std::uint64_t id, const TensorPlaces& places);

struct WorkerAnswer {
  enum class Kind { done, unsupported, error, none };
  Kind kind = Kind::none;  // none: not an answer to this call
  std::string text{};      // of an error: its first line
  std::vector<std::string> more_lines{};
};
WorkerAnswer parse_worker_answer(std::string_view line, std::uint64_t id);

}  // namespace cnnspec::checks
