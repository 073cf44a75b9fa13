#include "checks/vocabulary/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "checks/vocabulary/text.hpp"
#include "checks/vocabulary/usage_error.hpp"
#include "checks/vocabulary/window.hpp"

namespace cnnspec::checks {
namespace {

/// A problem that is described correctly but cannot be judged here. In a list of shapes it is left out, and the run
/// continues.
class Unsupported : public UsageError {
 public:
  Unsupported(const std::string& where, const std::string& position, const std::string& expected,
              const std::string& given, const std::string& reason_)
      : UsageError(where, position, expected, given), reason(reason_) {}
  std::string reason;
};

// ---- Reading: characters -----------------------------------------------------------------------------------------

constexpr Idx largest_size = std::numeric_limits<Idx>::max();

bool is_letter(char c) { return 'a' <= c && c <= 'z'; }
bool is_digit(char c) { return '0' <= c && c <= '9'; }
bool is_space(char c) { return c == ' ' || ('\t' <= c && c <= '\r'); }

/// A position in a text, and the errors at this position.
class Cursor {
 public:
  Cursor(std::string_view text, std::string where, Idx first_column)
      : text_(text), where_(std::move(where)), first_column_(first_column) {}

  bool at_end() const { return position_ == text_.size(); }
  char peek(std::size_t ahead = 0) const { return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0'; }
  Idx column() const { return first_column_ + static_cast<Idx>(position_); }
  void skip() { ++position_; }

  template <class Predicate>
  std::string_view take_while(Predicate predicate) {
    const std::size_t begin = position_;
    while (!at_end() && predicate(peek())) skip();
    return text_.substr(begin, position_ - begin);
  }
  /// A number. The error message names the item after which it was expected.
  Idx number(const std::string& expected) {
    const Idx begin = column();
    if (!is_digit(peek())) fail(begin, expected, here());
    const std::string_view digits = take_while(is_digit);
    Idx value = 0;
    for (const char c : digits) {
      const Idx digit = c - '0';
      if (!product_fits(10, value) || !sum_fits(10 * value, digit))
        fail(begin, "a number of at most " + std::to_string(largest_size), std::string(digits.substr(0, 40)));
      value = 10 * value + digit;
    }
    return value;
  }
  /// The text of a real number, with sign, point and exponent if it has them: 0.125, -3, 1e-05.
  std::string real(const std::string& expected) {
    const Idx begin = column();
    const std::size_t first = position_;
    if (peek() == '-') skip();
    if (!is_digit(peek())) fail(begin, expected, std::string(text_.substr(first, 40)));
    take_while(is_digit);
    if (peek() == '.' && is_digit(peek(1))) skip(), take_while(is_digit);
    if (peek() == 'e' && (peek(1) == '-' || peek(1) == '+') && is_digit(peek(2))) skip(), skip(), take_while(is_digit);
    return std::string(text_.substr(first, position_ - first));
  }
  /// The text between the quotes of n"...".
  std::string name() {
    const Idx begin = column();
    skip(), skip();
    const std::string_view inside = take_while([](char c) { return c != '"'; });
    if (at_end())
      fail(begin, "a name that ends with a quote", in_quotes(text_.substr(text_.size() - inside.size() - 2)));
    skip();
    return std::string(inside);
  }
  bool at_name() const { return peek() == 'n' && peek(1) == '"'; }

  std::string here() const { return at_end() ? "the end" : in_quotes(text_.substr(position_)); }
  const std::string& where() const { return where_; }
  static std::string position(Idx column) { return "column " + std::to_string(column); }
  [[noreturn]] void fail(Idx column, const std::string& expected, const std::string& given) const {
    throw UsageError(where_, position(column), expected, given);
  }

 private:
  std::string_view text_;
  std::string where_;
  Idx first_column_;
  std::size_t position_ = 0;
};

// ---- Reading: items ----------------------------------------------------------------------------------------------

struct Item {
  std::string key;
  Idx value, column;
  std::string text{};  // as written, if the value is not an integer: a real number, or a word after a colon
};

constexpr std::size_t most_items = 30;  // greater than the number of keys

struct Items {
  std::vector<Item> items;
  std::string name, where;
  Idx end = 0;  // the column after the last character

  const Item* find(std::string_view key) const {
    const auto found = std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.key == key; });
    return found == items.end() ? nullptr : &*found;
  }
  std::optional<Idx> value(std::string_view key) const {
    const Item* item = find(key);
    return item ? std::optional(item->value) : std::nullopt;
  }
  Idx required(const std::string& key) const {
    if (const Item* item = find(key)) return item->value;
    throw UsageError(where, Cursor::position(end), key + ", which is missing", "the end");
  }
};

const Field* field_with_key(const Layer& layer, std::string_view key) {
  for (const Field& f : layer.fields)
    if (f.key == key) return &f;
  return nullptr;
}
/// Whether the key is a real field of `layer`, or of any layer if it is null.
bool is_real_key(const Layer* layer, std::string_view key) {
  const auto is_real = [&](const Layer& l) {
    const Field* const f = field_with_key(l, key);
    return f != nullptr && f->kind == Field::Kind::real;
  };
  return layer != nullptr ? is_real(*layer)
                          : std::ranges::any_of(layers(), [&](const Layer* l) { return is_real(*l); });
}

/// A key and its value. `layer`: the layer of the key, if it is known.
Item read_item(Cursor& cursor, const Layer* layer) {
  const Idx column = cursor.column();
  const std::string here = cursor.here(), key(cursor.take_while(is_letter));
  if (key.empty()) cursor.fail(column, "a key such as ic", here);
  const std::string shown = key.size() < 10 ? key : in_quotes(key);
  if (cursor.peek() == ':') {
    cursor.skip();
    return {key, 0, column, ":" + std::string(cursor.take_while([](char c) { return c != '_'; }))};
  }
  if (is_real_key(layer, key)) return {key, 0, column, cursor.real("a number after " + shown)};
  return {key, cursor.number("a number after " + shown), column};
}

Items read_items(Cursor cursor, const Layer* layer) {
  Items result;
  result.where = cursor.where();
  while (true) {
    cursor.take_while([](char c) { return c == '_'; });
    if (cursor.at_end()) break;
    const Idx column = cursor.column();
    if (cursor.at_name()) {
      if (!result.name.empty()) cursor.fail(column, "one name", "a second one");
      result.name = cursor.name();
      continue;
    }
    const std::string here = cursor.here();
    Item item = read_item(cursor, layer);
    if (result.find(item.key))
      cursor.fail(column, (item.key.size() < 10 ? item.key : in_quotes(item.key)) + " once only", "a second one");
    if (result.items.size() == most_items) cursor.fail(column, "at most " + std::to_string(most_items) + " keys", here);
    result.items.push_back(std::move(item));
  }
  result.end = cursor.column();
  return result;
}

struct Extents {
  Idx count = 1;
  std::string name;
};

/// 8x16x7x7, and the items that may follow.
Extents read_extents(Cursor& cursor, bool is_all) {
  Extents result;
  for (bool first = true; first || cursor.peek() == 'x'; first = false) {
    if (!first) cursor.skip();
    const Idx column = cursor.column(), extent = cursor.number("an extent, as in 8x16x7x7");
    if (extent < 1) cursor.fail(column, "an extent of at least 1 (C1)", "0");
    if (!product_fits(result.count, extent))
      cursor.fail(column, "at most " + std::to_string(largest_size) + " elements (C3)", "more");
    result.count *= extent;
  }
  if (!is_all) return result;
  cursor.take_while([](char c) { return c == '_'; });
  if (cursor.at_name()) result.name = cursor.name();
  if (!cursor.at_end()) cursor.fail(cursor.column(), "x and another extent", cursor.here());
  return result;
}

// ---- Reading: problems -------------------------------------------------------------------------------------------

constexpr std::string_view depth_keys = "id od kd sd pd dd";

bool among(std::string_view list, std::string_view key) {
  for (std::size_t at = list.find(key); at != list.npos; at = list.find(key, at + 1)) {
    const std::size_t after = at + key.size();
    if ((at == 0 || list[at - 1] == ' ') && (after == list.size() || list[after] == ' ')) return true;
  }
  return false;
}

/// The keys of a layer with an integer or a word, in descriptor order.
std::string keys_of(const Layer& layer) {
  if (*layer.keys != '\0') return layer.keys;
  std::string keys;
  for (const Field& f : layer.fields)
    if (*f.key != '\0') keys += (keys.empty() ? "" : " ") + std::string(f.key);
  return keys;
}

/// The clause that a number below its least value violates.
const char* clause_of(Field::Kind kind, std::string_view key) {
  if (key == "g") return "C5";
  return kind == Field::Kind::number ? "C8" : "C1";
}

/// Checks an integer or a word that a key may have.
void check_item(const Items& items, const Item& item, const Field* field) {
  const std::string position = Cursor::position(item.column);
  const auto kind = field == nullptr ? Field::Kind::extent : field->kind;
  if (kind == Field::Kind::real) return;
  if (kind == Field::Kind::choice) {
    std::vector<std::string> words(field->choices.begin(), field->choices.end());
    if (std::ranges::find(words, item.text.substr(std::min<std::size_t>(item.text.size(), 1))) == words.end())
      throw UsageError(items.where, position, item.key + ": and " + one_of(words, item.text),
                       item.key + (item.text.empty() ? std::to_string(item.value) : item.text));
    return;
  }
  const std::string given = item.key + (item.text.empty() ? std::to_string(item.value) : item.text);
  if (!item.text.empty()) throw UsageError(items.where, position, "a number after " + item.key, given);
  const auto least = static_cast<Idx>(field == nullptr ? 1 : among("dh dw", item.key) ? 0 : field->least);
  if (item.value < least)
    throw UsageError(items.where, position,
                     fmt::format("{} of at least {} ({})", item.key, least, clause_of(kind, item.key)), given);
  if (kind == Field::Kind::flag && item.value > 1)
    throw UsageError(items.where, position, fmt::format("{0}0 or {0}1 (C1)", item.key), given);
}

/// Checks each item alone: its layer has the key, and the key may have the value.
void check_items(const Items& items, const Layer& layer) {
  const std::string keys = keys_of(layer);
  for (const Item& item : items.items) {
    const std::string position = Cursor::position(item.column);
    if (among(depth_keys, item.key) && !among(keys, item.key))
      throw Unsupported(items.where, position, "a two-dimensional problem", item.key + std::to_string(item.value),
                        "three-dimensional");
    if (!among(keys, item.key))
      throw UsageError(items.where, position, std::string("a key of ") + layer.name + ", which are " + keys,
                       in_quotes(item.key));
    check_item(items, item, field_with_key(layer, item.key));
  }
}

[[noreturn]] void refuse_clause(const Items& items, const Violation& v) {
  const std::string text = items.where + ": " + ShapeError(v).what();
  if (v.clause == Clause::C4)
    throw Unsupported(text, "", "", "", std::string("C4: more padding than ") + v.operation + " can have");
  throw UsageError(text, "", "", "");
}

/// max(a - b, 0), for b >= 0.
Idx excess(Idx a, Idx b) { return a > b ? a - b : 0; }

/// Completes one axis. `axis` is 'h' or 'w'; a missing w key has the value of its h twin.
Line read_line(const Items& items, const Problem& problem, char axis) {
  const char* const operation = layer_of(problem).name;
  const auto find = [&](std::string key, char own) {
    const Item* item = items.find(key + own);
    return item || axis == 'h' ? item : items.find(key + (own == 'r' ? 'b' : 'h'));
  };
  const auto value_or = [](const Item* item, Idx otherwise) { return item ? item->value : otherwise; };
  const Item *in = find("i", axis), *out = find("o", axis), *kernel = find("k", axis), *before = find("p", axis);
  const Item* after = find("p", axis == 'h' ? 'b' : 'r');
  const Idx dilation_from_zero = value_or(find("d", axis), 0);
  const char* name = axis == 'h' ? "height" : "width";
  const auto refuse_unless_ok = [&](const Violation& v) {
    if (!v.ok()) refuse_clause(items, v);
  };

  Line line;
  line.in = in ? in->value : items.required(std::string("i") + axis);
  line.kernel = kernel ? kernel->value : items.required(std::string("k") + axis);
  line.axis.stride = value_or(find("s", axis), 1);
  if (dilation_from_zero == largest_size)
    refuse_unless_ok({Clause::C3, operation, name, "a dilation below", largest_size, largest_size});
  line.axis.dilation = dilation_from_zero + 1;
  if (!out) {
    line.axis.before = value_or(before, 0);
    line.axis.after = value_or(after, line.axis.before);
    refuse_unless_ok(check_axis(operation, name, line.in, line.kernel, line.axis));
    line.out = outputs_of(problem, line);
    return line;
  }

  // The padding that the given output needs determines the paddings that are missing.
  line.out = out->value;
  if (const Violation v = check_axis(operation, name, line.in, line.kernel, line.axis); v.clause == Clause::C3)
    refuse_clause(items, v);
  const Idx window = line.axis.dilation * (line.kernel - 1) + 1;
  if (!product_fits(line.out - 1, line.axis.stride) || !sum_fits((line.out - 1) * line.axis.stride, window))
    refuse_clause(items, {Clause::C3, operation, name, "a padded extent of at most", largest_size, line.out});
  const Idx needed = (line.out - 1) * line.axis.stride + window;
  line.axis.before = before  ? before->value
                     : after ? excess(excess(needed, line.in), after->value)
                             : excess(needed, line.in) / 2;
  line.axis.after = after ? after->value : excess(excess(needed, line.in), line.axis.before);
  refuse_unless_ok(check_axis(operation, name, line.in, line.kernel, line.axis));
  if (const Idx expected = outputs_of(problem, line); line.out != expected) {
    const std::string given =
        out->key + std::to_string(line.out) + (out->key.back() == axis ? "" : " for the width too");
    throw Unsupported(items.where, Cursor::position(out->column),
                      std::string("o") + axis + std::to_string(expected) + " (C6), as no padding is below 0", given,
                      "negative padding");
  }
  return line;
}

void read_window(const Items& items, Problem& problem) {
  const auto given = [&](std::string_view key) { return items.find(key) != nullptr; };
  const std::array<std::string_view, 7> height_keys{"ih", "oh", "kh", "sh", "ph", "pb", "dh"};
  const bool one_row = given("iw") && std::none_of(height_keys.begin(), height_keys.end(), given);
  set_height(problem, one_row ? Line{} : read_line(items, problem, 'h'));
  set_width(problem, read_line(items, problem, 'w'));
}

/// Whether a field is one of a window's lines.
bool is_of_window(const Field& f) {
  return std::ranges::any_of(
      std::array{"_height", "_width", "pad_top", "pad_left", "pad_bottom", "pad_right"},
      [&](const char* part) { return std::string_view(f.name).find(part) != std::string::npos; });
}

double real_of(const Items& items, const Item& item, const Field& field) {
  double value = 0;
  const char* const end = item.text.data() + item.text.size();
  if (const auto [last, error] = std::from_chars(item.text.data(), end, value); error != std::errc{} || last != end)
    throw UsageError(items.where, Cursor::position(item.column), "a number after " + item.key, in_quotes(item.text));
  if (!is_real_of(field, value))
    throw UsageError(items.where, Cursor::position(item.column),
                     fmt::format("{} of at least {}, and finite (C8)", item.key, field.least), item.key + item.text);
  return value;
}

/// Reads a field that is not part of a window.
void read_field(const Items& items, const Field& f, std::size_t n, Problem& problem) {
  const Item* const item = items.find(f.key);
  if (item == nullptr && !f.usual) static_cast<void>(items.required(f.key));
  if (f.kind == Field::Kind::real)
    problem.set_real(n, item != nullptr ? real_of(items, *item, f) : *f.usual);
  else if (item == nullptr)
    problem.set(n, static_cast<Idx>(*f.usual));
  else if (f.kind == Field::Kind::choice)
    problem.set(n, std::ranges::find(f.choices, std::string_view(item->text).substr(1), [](const char* c) {
                     return std::string_view(c);
                   }) - f.choices.begin());
  else
    problem.set(n, item->value);
}

/// Applies the keys that are not fields but multiply one.
void multiply_factors(const Items& items, const Layer& layer, Problem& problem) {
  std::vector<std::pair<std::string, Idx>> values;
  for (const Factor& factor : layer.factors) {
    Idx value = 1;
    for (const auto& [key, other] : values)
      if (key == factor.otherwise) value = other;
    value = items.value(factor.key).value_or(value);
    values.emplace_back(factor.key, value);
    std::size_t n = 0;
    while (std::string_view(layer.fields[n].key) != factor.field) ++n;
    if (!product_fits(problem.integer(n), value))
      refuse_clause(items, {Clause::C3, layer.name, layer.fields[n].name, "a product of at most", largest_size, value});
    problem.set(n, problem.integer(n) * value);
  }
}

struct Described {
  Problem problem;
  std::string name;
};

Described read(const Layer& layer, Cursor cursor, std::optional<Idx> batch) {
  Problem problem(layer.id, layer.fields.size());
  const bool begins_with_extents = field_with_key(layer, "") != nullptr;
  if (begins_with_extents) {
    const Extents extents = read_extents(cursor, layer.fields.size() == 1);
    problem.set(0, extents.count);
    if (layer.fields.size() == 1) return {problem, extents.name};
  }
  const Items items = read_items(cursor, &layer);
  check_items(items, layer);
  for (std::size_t n = 0; n < layer.fields.size(); ++n)
    if (const Field& f = layer.fields[n]; *f.key != '\0' && !is_of_window(f)) read_field(items, f, n, problem);
  if (has_window(layer)) read_window(items, problem);
  multiply_factors(items, layer, problem);
  for (std::size_t n = 0; batch && n < layer.fields.size(); ++n)
    if (layer.fields[n].key == std::string_view(batch_field.key)) problem.set(n, *batch);
  if (const Violation v = check(problem); !v.ok()) refuse_clause(items, v);
  return {problem, items.name};
}

const Layer& guess(const Cursor& cursor) {
  std::vector<std::string> keys;
  if (is_digit(cursor.peek()))
    keys.emplace_back();
  else
    for (const Item& item : read_items(cursor, nullptr).items) keys.push_back(item.key);
  for (const Layer* layer : layers())
    if (layer->is_meant_by != nullptr && layer->is_meant_by(keys)) return *layer;
  return *layers().front();
}

Cursor cursor_of(std::string_view descriptor) { return {descriptor, "descriptor " + in_quotes(descriptor), 1}; }

}  // namespace

LayerId guess_layer(std::string_view descriptor) { return guess(cursor_of(descriptor)).id; }

Problem parse_descriptor(LayerId layer, std::string_view descriptor, std::optional<Idx> batch) {
  return read(layer_of(layer), cursor_of(descriptor), batch).problem;
}

// ---- Writing -----------------------------------------------------------------------------------------------------

namespace {

void put(std::string& text, std::string_view key, Idx value) { text.append(key) += std::to_string(value); }

/// The bottom padding that a reader derives from the output and the top padding.
Idx derived_after(const Line& line) {
  const Idx needed = (line.out - 1) * line.axis.stride + line.axis.dilation * (line.kernel - 1) + 1;
  return excess(excess(needed, line.in), line.axis.before);
}

/// The keys of a window that must be written so that it reads back unchanged.
struct Wanted {
  bool out, stride, before, after, dilation;
};

void put_line(std::string& text, const Line& line, char axis, const Wanted& wanted) {
  const auto put_key = [&](char quantity, Idx value) { put(text, std::string{quantity, axis}, value); };
  put_key('i', line.in);
  if (wanted.out) put_key('o', line.out);
  put_key('k', line.kernel);
  if (wanted.stride) put_key('s', line.axis.stride);
  if (wanted.dilation) put_key('d', line.axis.dilation - 1);
  if (wanted.before) put_key('p', line.axis.before);
  if (wanted.after) put(text, axis == 'h' ? "pb" : "pr", line.axis.after);
}

/// Writes both axes, or only the height if the width is the same. A key is written for both axes or for neither: so
/// oneDNN's tester, which knows no twins of single keys, reads the same problem.
void put_window(std::string& text, const Problem& p) {
  const Line h = height_of(p), w = width_of(p);
  const auto either = [&](auto predicate) { return predicate(h) || predicate(w); };
  const bool derived = !either([](const Line& l) { return l.axis.after != derived_after(l); });
  const bool symmetric = !either([](const Line& l) { return l.axis.after != l.axis.before; });
  const Wanted wanted{.out = derived || !symmetric,
                      .stride = either([](const Line& l) { return l.axis.stride != 1; }),
                      .before = either([](const Line& l) { return l.axis.before != 0 || l.axis.after != 0; }),
                      .after = !derived && !symmetric,
                      .dilation = either([](const Line& l) { return l.axis.dilation != 1; })};
  put_line(text += '_', h, 'h', wanted);
  if (!(h == w)) put_line(text += '_', w, 'w', wanted);
}

/// Writes a field that is not part of a window, unless it has its usual value.
void put_field(std::string& text, const Problem& p, std::size_t n, const Field& f) {
  if (f.kind == Field::Kind::real) {
    if (!f.usual || p.real(n) != *f.usual) text += fmt::format("{}{}{}", text.empty() ? "" : "_", f.key, p.real(n));
    return;
  }
  const Idx value = p.integer(n);
  if (f.usual && static_cast<Idx>(*f.usual) == value && f.key != std::string_view(batch_field.key)) return;
  if (f.kind == Field::Kind::choice)
    text += fmt::format("{}{}:{}", text.empty() ? "" : "_", f.key, f.choices[static_cast<std::size_t>(value)]);
  else if (f.kind == Field::Kind::flag || f.kind == Field::Kind::number)
    put(text += '_', f.key, value);
  else
    put(text, f.key, value);
}

std::string text_of(const Problem& p) {
  const Layer& layer = layer_of(p);
  std::string text;
  const auto put_key = [&](std::string_view key) {
    for (std::size_t n = 0; n < layer.fields.size(); ++n)
      if (layer.fields[n].key == key && !is_of_window(layer.fields[n])) put_field(text, p, n, layer.fields[n]);
  };
  if (field_with_key(layer, "") != nullptr) text = std::to_string(p.integer(0));
  std::istringstream keys(keys_of(layer));
  bool is_put = !has_window(layer);
  for (std::string key; keys >> key;) {
    const Field* const f = field_with_key(layer, key);
    if (f == nullptr) continue;
    const bool is_attribute = f->kind != Field::Kind::extent && f->kind != Field::Kind::derived;
    if (is_attribute && !is_put) put_window(text, p), is_put = true;
    put_key(key);
  }
  if (!is_put) put_window(text, p);
  return text;
}

}  // namespace

std::string to_descriptor(const Problem& problem) { return text_of(problem); }

// ---- Lists -------------------------------------------------------------------------------------------------------

namespace {

/// How often items were left out of a list, and the line of the first one.
struct LeftOut {
  std::string reason;
  Idx times, first_line;
};

void leave_out(std::vector<LeftOut>& all, const std::string& reason, Idx line) {
  for (LeftOut& one : all)
    if (one.reason == reason) return void(++one.times);
  all.push_back({reason, 1, line});
}

/// The next word of a line, and its position. White space and `#` between the quotes of a name belong to the word.
std::string_view next_word(std::string_view line, std::size_t& at) {
  while (at < line.size() && is_space(line[at])) ++at;
  const std::size_t begin = at;
  for (bool in_name = false; at < line.size() && (in_name || (!is_space(line[at]) && line[at] != '#')); ++at)
    if (line[at] == '"') in_name = !in_name;
  return line.substr(begin, at - begin);
}

}  // namespace

ShapeList read_shapes(std::optional<LayerId> layer, std::istream& in, const std::string& file,
                      std::optional<Idx> batch) {
  ShapeList list;
  std::vector<LeftOut> left_out;
  std::string line;
  for (Idx number = 1; std::getline(in, line); ++number) {
    std::size_t at = 0;
    for (std::string_view word; !(word = next_word(line, at)).empty();) {
      if (word.starts_with("--")) {
        leave_out(left_out, "options of another tool", number);
        break;
      }
      const Idx column = static_cast<Idx>(word.data() - line.data()) + 1;
      const Cursor cursor(word, file + ":" + std::to_string(number), column);
      try {
        Described d = read(layer ? layer_of(*layer) : guess(cursor), cursor, batch);
        list.shapes.push_back({std::move(d.problem), std::string(word), std::move(d.name), number});
      } catch (const Unsupported& e) {
        leave_out(left_out, e.reason, number);
      }
    }
  }
  if (in.bad()) throw UsageError(file, "", "a file that can be read", "an error while reading");
  for (const LeftOut& one : left_out)
    list.notes.push_back(file + ":" + std::to_string(one.first_line) + ": left out: " + one.reason +
                         (one.times == 1 ? "" : " (" + std::to_string(one.times) + " times)"));
  return list;
}

}  // namespace cnnspec::checks
