#include "checks/vocabulary/operation.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "checks/vocabulary/extents.hpp"
#include "checks/vocabulary/storage.hpp"
#include "checks/vocabulary/usage_error.hpp"

namespace cnnspec::checks {
namespace {

std::vector<TensorInfo> tensors_of(std::span<const Port> ports, const Problem& problem) {
  std::vector<TensorInfo> tensors;
  for (const Port& p : ports)
    tensors.push_back({p.name, p.extents(problem), p.role, p.is_compared, p.is_optional, p.element});
  return tensors;
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

std::size_t bytes_of(const TensorInfo& tensor, DType dtype) {
  const std::size_t each = tensor.element == Element::int64 ? sizeof(std::int64_t) : element_bytes(dtype);
  return static_cast<std::size_t>(tensor.count()) * each;
}

std::size_t output_bytes(const Operation& operation, DType dtype) {
  std::size_t bytes = 0;
  for (const TensorInfo& t : operation.outputs) bytes += bytes_of(t, dtype);
  return bytes;
}

std::vector<std::byte> encode(const TensorInfo& tensor, DType dtype, const std::vector<double>& values) {
  if (tensor.element == Element::storage) return encode(dtype, values);
  std::vector<std::byte> bytes;
  for (const double v : values) {
    const auto whole = std::bit_cast<std::array<std::byte, sizeof(std::int64_t)>>(static_cast<std::int64_t>(v));
    bytes.insert(bytes.end(), whole.begin(), whole.end());
  }
  return bytes;
}

std::vector<double> decode_outputs(const Operation& operation, DType dtype, std::span<const std::byte> bytes) {
  if (operation.outputs.size() == 1 && operation.outputs[0].element == Element::storage) return decode(dtype, bytes);
  std::vector<double> all;
  for (const TensorInfo& t : operation.outputs) {
    const std::span<const std::byte> own = bytes.first(bytes_of(t, dtype));
    bytes = bytes.subspan(own.size());
    if (t.element == Element::storage) {
      const std::vector<double> values = decode(dtype, own);
      all.insert(all.end(), values.begin(), values.end());
      continue;
    }
    for (std::size_t n = 0; n < own.size(); n += sizeof(std::int64_t)) {
      std::int64_t whole = 0;
      std::memcpy(&whole, own.data() + n, sizeof(whole));
      all.push_back(static_cast<double>(whole));
    }
  }
  return all;
}

Operation operation_of(Op op, const Problem& problem) {
  if (layer_of(op).id != problem.layer())
    throw UsageError(name_of(op), "", "a problem of its own family", "another operation's");
  require(check(problem));
  const Pass& pass = pass_of(op);
  return {op, problem, tensors_of(pass.inputs, problem), tensors_of(pass.outputs, problem)};
}

}  // namespace cnnspec::checks
