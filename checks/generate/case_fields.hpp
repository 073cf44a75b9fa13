// Fields: the numbers of a generated case, in the order in which the case lists them.
//
// A case has one function, list_fields(Fields&), which lists each of its fields in turn. The argument decides the
// effect: FieldsFromBytes fills the fields from a fuzzer's bytes, FieldsToBytes writes them as such bytes, and
// FieldsFromChoices draws them for a property test. So the order in that function is the format of the corpora, and no
// other code defines it.
//
// The bytes. A number in [least, most] is stored as its distance from `least`, in as many bytes (1, 2, 4 or 8, lowest
// first) as the largest distance needs. A larger distance is taken modulo the number of values. Missing bytes at the
// end are zero: they mean the least number, which should be the plainest. Text is the remaining bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checks/generate/choices.hpp"

namespace cnnspec::checks {

using Bytes = std::vector<std::uint8_t>;

class Fields {
 public:
  virtual ~Fields() = default;

  /// An integer in [least, most].
  void number(Idx& value, Idx least, Idx most) {
    assert(least <= most);
    do_number(value, least, most);
  }
  /// One of an enumeration's first `count` values.
  template <class Enum>
  void choice(Enum& value, Idx count) {
    auto number_of_it = static_cast<Idx>(value);
    number(number_of_it, 0, count - 1);
    value = static_cast<Enum>(number_of_it);
  }
  /// Any Idx at all, preferring hostile ones: small numbers and famous large ones take one byte, all others nine.
  void any(Idx& value);
  /// Mostly an integer in [least, most], sometimes any Idx at all.
  void mostly(Idx& value, Idx least, Idx most);
  /// The remaining bytes as text. Must be listed last.
  virtual void text(std::string& value) = 0;

 private:
  virtual void do_number(Idx& value, Idx least, Idx most) = 0;
};

/// Reads what FieldsToBytes writes; every sequence of bytes is a case.
class FieldsFromBytes final : public Fields {
 public:
  explicit FieldsFromBytes(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  void text(std::string& value) override;

 private:
  void do_number(Idx& value, Idx least, Idx most) override;
  std::span<const std::uint8_t> rest_;
};

class FieldsToBytes final : public Fields {
 public:
  /// Numbers must be in their ranges.
  void text(std::string& value) override;
  const Bytes& bytes() const { return bytes_; }

 private:
  void do_number(Idx& value, Idx least, Idx most) override;
  Bytes bytes_;
};

/// For property tests and tools: each number is a decision.
class FieldsFromChoices final : public Fields {
 public:
  explicit FieldsFromChoices(Choices& choices) : choices_(choices) {}
  void text(std::string& value) override;

 private:
  void do_number(Idx& value, Idx least, Idx most) override;
  Choices& choices_;
};

/// Changes nothing; checks whether every number is in its range.
class FieldsInRange final : public Fields {
 public:
  void text(std::string&) override {}
  bool all() const { return all_; }

 private:
  void do_number(Idx& value, Idx least, Idx most) override { all_ = all_ && least <= value && value <= most; }
  bool all_ = true;
};

/// The case that a fuzzer's input stands for.
template <class Case>
Case decode_case(std::span<const std::uint8_t> bytes) {
  Case result;
  FieldsFromBytes fields(bytes);
  result.list_fields(fields);
  return result;
}
/// The case that a property test draws.
template <class Case>
Case draw_case_of(Choices& choices) {
  Case result;
  FieldsFromChoices fields(choices);
  result.list_fields(fields);
  return result;
}
/// decode_case<Case>(encode_case(c)) is c, for every case that decode_case makes.
template <class Case>
Bytes encode_case(Case c) {
  FieldsToBytes fields;
  c.list_fields(fields);
  return fields.bytes();
}

}  // namespace cnnspec::checks
