#include "checks/vocabulary/operation.hpp"

#include <cassert>
#include <cstring>

#include "checks/vocabulary/extents.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

std::vector<TensorInfo> tensors_of(std::span<const Port> ports, const Problem& problem) {
  std::vector<TensorInfo> tensors;
  for (const Port& p : ports) {
    const bool is_stored = p.element == Element::storage;
    const Idx below = p.element == Element::int64 ? p.below(problem) : is_stored ? 0 : 2;
    tensors.push_back(
        {p.name, p.extents(problem), p.role, p.is_compared || !is_stored, p.is_optional, p.element, below});
  }
  return tensors;
}

/// Whole numbers of type T, and back.
template <class T>
std::vector<std::byte> encode_as(const std::vector<double>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  for (std::size_t n = 0; n < values.size(); ++n) {
    const T whole = static_cast<T>(values[n]);
    std::memcpy(bytes.data() + n * sizeof(T), &whole, sizeof(T));
  }
  return bytes;
}
template <class T>
std::vector<double> decode_as(std::span<const std::byte> bytes) {
  std::vector<double> values(bytes.size() / sizeof(T));
  for (std::size_t n = 0; n < values.size(); ++n) {
    T whole{};
    std::memcpy(&whole, bytes.data() + n * sizeof(T), sizeof(T));
    values[n] = static_cast<double>(whole);
  }
  return values;
}

}  // namespace

Idx TensorInfo::count() const { return count_of(extents); }

std::size_t TensorInfo::bytes(DType dtype) const {
  return static_cast<std::size_t>(count()) * element_bytes(element, dtype);
}

std::vector<Idx> TensorInfo::index(Idx n) const { return index_of(n, extents); }

Idx Operation::output_count() const {
  Idx count = 0;
  for (const TensorInfo& t : outputs) count += t.count();
  return count;
}

std::size_t Operation::output_bytes(DType dtype) const {
  std::size_t bytes = 0;
  for (const TensorInfo& t : outputs) bytes += t.bytes(dtype);
  return bytes;
}

Operation::Place Operation::output_at(Idx n) const {
  std::size_t at = 0;
  while (n >= outputs[at].count()) {
    n -= outputs[at++].count();
    assert(at < outputs.size());
  }
  return {outputs[at], n};
}

double Operation::elements() const {
  double elements = 0;
  for (const auto* tensors : {&outputs, &inputs})
    for (const TensorInfo& t : *tensors) {
      double n = 1;
      for (const Idx e : t.extents) n *= static_cast<double>(e);
      elements += n;
    }
  return elements;
}

std::vector<std::byte> encode(const TensorInfo& tensor, DType dtype, const std::vector<double>& values) {
  if (tensor.is_stored()) return encode(dtype, values);
  return tensor.element == Element::int64 ? encode_as<std::int64_t>(values) : encode_as<std::uint8_t>(values);
}

std::vector<double> decode(const TensorInfo& tensor, DType dtype, std::span<const std::byte> bytes) {
  if (tensor.is_stored()) return decode(dtype, bytes);
  return tensor.element == Element::int64 ? decode_as<std::int64_t>(bytes) : decode_as<std::uint8_t>(bytes);
}

std::vector<double> decode_outputs(const Operation& operation, DType dtype, std::span<const std::byte> bytes) {
  if (operation.outputs.size() == 1) return decode(operation.outputs[0], dtype, bytes);
  std::vector<double> all;
  for (const TensorInfo& t : operation.outputs) {
    const std::vector<double> values = decode(t, dtype, bytes.first(t.bytes(dtype)));
    all.insert(all.end(), values.begin(), values.end());
    bytes = bytes.subspan(t.bytes(dtype));
  }
  return all;
}

std::vector<double> decode_outputs(const Operation& operation, DType dtype, std::span<const std::byte> bytes,
                                   const std::vector<Idx>& places) {
  if (places.empty()) return decode_outputs(operation, dtype, bytes);
  assert(operation.outputs.size() == 1);
  const TensorInfo& output = operation.outputs.front();
  const std::size_t size = element_bytes(output.element, dtype);
  std::vector<std::byte> some(places.size() * size);
  for (std::size_t n = 0; n < places.size(); ++n)
    std::memcpy(some.data() + n * size, bytes.data() + static_cast<std::size_t>(places[n]) * size, size);
  return decode(output, dtype, some);
}

Operation operation_of(Op op, const Problem& problem) {
  if (layer_of(op).id != problem.layer())
    throw UsageError(name_of(op), "", "a problem of its own family", "another operation's");
  require(check(problem));
  const Pass& pass = pass_of(op);
  return {op, problem, tensors_of(pass.inputs, problem), tensors_of(pass.outputs, problem)};
}

}  // namespace cnnspec::checks
