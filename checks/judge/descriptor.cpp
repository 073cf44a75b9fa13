#include "checks/judge/descriptor.hpp"

#include <algorithm>
#include <array>

#include "checks/describe/text.hpp"
#include "checks/generate/geometry.hpp"
#include "checks/usage_error.hpp"

namespace cnnspec::checks {
namespace {

/// A problem that is well described but not ours to judge: in a list of shapes it is left out instead of ending the
/// run.
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

/// A place in a text, and how to complain about it.
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
  /// A number, or an error that says after what it was expected.
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
};

constexpr std::size_t most_items = 30;  // more than there are keys

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

Items read_items(Cursor cursor) {
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
    const std::string here = cursor.here(), key(cursor.take_while(is_letter));
    if (key.empty()) cursor.fail(column, "a key such as ic", here);
    const std::string shown = key.size() < 10 ? key : in_quotes(key);
    const Idx value = cursor.number("a number after " + shown);
    if (result.find(key)) cursor.fail(column, shown + " once only", "a second one");
    if (result.items.size() == most_items) cursor.fail(column, "at most " + std::to_string(most_items) + " keys", here);
    result.items.push_back({key, value, column});
  }
  result.end = cursor.column();
  return result;
}

struct Extents {
  Idx count = 1;
  std::string name;
};

/// 8x16x7x7
Extents read_extents(Cursor cursor) {
  Extents result;
  for (bool first = true; first || cursor.peek() == 'x'; first = false) {
    if (!first) cursor.skip();
    const Idx column = cursor.column(), extent = cursor.number("an extent, as in 8x16x7x7");
    if (extent < 1) cursor.fail(column, "an extent of at least 1 (C1)", "0");
    if (!product_fits(result.count, extent))
      cursor.fail(column, "at most " + std::to_string(largest_size) + " elements (C3)", "more");
    result.count *= extent;
  }
  cursor.take_while([](char c) { return c == '_'; });
  if (cursor.at_name()) result.name = cursor.name();
  if (!cursor.at_end()) cursor.fail(cursor.column(), "x and another extent", cursor.here());
  return result;
}

// ---- Reading: problems -------------------------------------------------------------------------------------------

struct Keys {
  const char* of;
  std::string_view list;
};
constexpr Keys conv2d_keys{"conv2d", "g mb ic ih iw oc oh ow kh kw sh sw ph pw pb pr dh dw"};
constexpr Keys pool_keys{"max_pool2d", "mb ic ih iw oh ow kh kw sh sw ph pw pb pr dh dw"};
constexpr Keys linear_keys{"linear", "mb ic ih iw oc"};
constexpr std::string_view depth_keys = "id od kd sd pd dd", from_zero_keys = "ph pw pb pr dh dw";

bool among(std::string_view list, std::string_view key) {
  for (std::size_t at = list.find(key); at != list.npos; at = list.find(key, at + 1)) {
    const std::size_t after = at + key.size();
    if ((at == 0 || list[at - 1] == ' ') && (after == list.size() || list[after] == ' ')) return true;
  }
  return false;
}

/// Every item on its own: a key that this kind of problem has, and a number that the key can have.
void check_items(const Items& items, const Keys& keys) {
  for (const Item& item : items.items) {
    const std::string position = Cursor::position(item.column), given = item.key + std::to_string(item.value);
    if (among(depth_keys, item.key))
      throw Unsupported(items.where, position, "a two-dimensional problem", given, "three-dimensional");
    if (!among(keys.list, item.key))
      throw UsageError(items.where, position,
                       std::string("a key of ") + keys.of + ", which are " + std::string(keys.list),
                       in_quotes(item.key));
    const Idx least = among(from_zero_keys, item.key) ? 0 : 1;
    if (item.value < least)
      throw UsageError(items.where, position,
                       item.key + " of at least " + std::to_string(least) + (item.key == "g" ? " (C5)" : " (C1)"),
                       given);
  }
}

[[noreturn]] void refuse_clause(const Items& items, const Violation& v) {
  const std::string text = items.where + ": " + ShapeError(v).what();
  if (v.clause == Clause::C4) throw Unsupported(text, "", "", "", "C4: more padding than max_pool2d can have");
  throw UsageError(text, "", "", "");
}

/// max(a - b, 0), for b >= 0.
Idx excess(Idx a, Idx b) { return a > b ? a - b : 0; }

/// Completes one axis. `axis` is 'h' or 'w'; a w key that is missing is as its h twin.
Line read_line(const Items& items, const char* operation, char axis) {
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
    line.out = conv_out(line.in, line.kernel, line.axis);
    return line;
  }

  // What the given output needs, and from it the paddings.
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
  if (const Idx expected = conv_out(line.in, line.kernel, line.axis); line.out != expected) {
    const std::string given =
        out->key + std::to_string(line.out) + (out->key.back() == axis ? "" : " for the width too");
    throw Unsupported(items.where, Cursor::position(out->column),
                      std::string("o") + axis + std::to_string(expected) + " (C6), as no padding is below 0", given,
                      "negative padding");
  }
  return line;
}

template <class P>
void read_window(const Items& items, const char* operation, P& p) {
  const auto given = [&](std::string_view key) { return items.find(key) != nullptr; };
  const std::array<std::string_view, 7> height_keys{"ih", "oh", "kh", "sh", "ph", "pb", "dh"};
  const bool one_row = given("iw") && std::none_of(height_keys.begin(), height_keys.end(), given);
  set_height(p, one_row ? Line{} : read_line(items, operation, 'h'));
  set_width(p, read_line(items, operation, 'w'));
}

cnnspec_conv2d read_conv2d(const Items& items) {
  check_items(items, conv2d_keys);
  cnnspec_conv2d p{};
  p.groups = items.value("g").value_or(1);
  p.in_channels = items.required("ic");
  p.out_channels = items.required("oc");
  read_window(items, conv2d_keys.of, p);
  return p;
}

cnnspec_pool2d read_pool2d(const Items& items) {
  check_items(items, pool_keys);
  cnnspec_pool2d p{};
  p.channels = items.required("ic");
  read_window(items, pool_keys.of, p);
  return p;
}

cnnspec_linear read_linear(const Items& items) {
  check_items(items, linear_keys);
  cnnspec_linear p{};
  p.in_features = items.required("ic");
  p.out_features = items.required("oc");
  const Idx height = items.value("ih").value_or(1), width = items.value("iw").value_or(height);
  for (const Idx factor : {height, width}) {
    if (!product_fits(p.in_features, factor))
      refuse_clause(items, {Clause::C3, "linear", "in_features", "a product of at most", largest_size, factor});
    p.in_features *= factor;
  }
  return p;
}

struct Described {
  Problem problem;
  std::string name;
};

Described read(Family family, const Cursor& cursor, std::optional<Idx> batch) {
  if (family == Family::elementwise) {
    const Extents extents = read_extents(cursor);
    return {cnnspec_elementwise{extents.count}, extents.name};
  }
  const Items items = read_items(cursor);
  const auto complete = [&](auto p) -> Described {
    p.batch = batch.value_or(items.value("mb").value_or(2));
    if (const Violation v = check(p); !v.ok()) refuse_clause(items, v);
    return {p, items.name};
  };
  if (family == Family::conv2d) return complete(read_conv2d(items));
  if (family == Family::max_pool2d) return complete(read_pool2d(items));
  return complete(read_linear(items));
}

Family guess(const Cursor& cursor) {
  if (is_digit(cursor.peek())) return Family::elementwise;
  const Items items = read_items(cursor);
  const bool out_channels = items.find("oc");
  if (items.find("kh") || items.find("kw") || items.find("kd"))
    return out_channels ? Family::conv2d : Family::max_pool2d;
  return out_channels && !items.find("oh") && !items.find("ow") ? Family::linear : Family::conv2d;
}

Cursor cursor_of(std::string_view descriptor) { return {descriptor, "descriptor " + in_quotes(descriptor), 1}; }

}  // namespace

Family guess_family(std::string_view descriptor) { return guess(cursor_of(descriptor)); }

Problem parse_descriptor(Family family, std::string_view descriptor, std::optional<Idx> batch) {
  return read(family, cursor_of(descriptor), batch).problem;
}

// ---- Writing -----------------------------------------------------------------------------------------------------

namespace {

void put(std::string& text, std::string_view key, Idx value) { text.append(key) += std::to_string(value); }

/// The bottom padding that a reader derives from the output and the top padding.
Idx derived_after(const Line& line) {
  const Idx needed = (line.out - 1) * line.axis.stride + line.axis.dilation * (line.kernel - 1) + 1;
  return excess(excess(needed, line.in), line.axis.before);
}

/// What has to be written of a window for it to be read back as it is.
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

/// Both axes, or the height alone where the width is the same. A key is written for both or for neither: so the other
/// tool, which knows no twins of single keys, reads the same.
template <class P>
void put_window(std::string& text, const P& p) {
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

std::string text_of(const cnnspec_conv2d& p) {
  std::string text;
  if (p.groups != 1) put(text, "g", p.groups);
  put(text, "mb", p.batch);
  put(text, "ic", p.in_channels);
  put(text, "oc", p.out_channels);
  put_window(text, p);
  return text;
}

std::string text_of(const cnnspec_pool2d& p) {
  std::string text;
  put(text, "mb", p.batch);
  put(text, "ic", p.channels);
  put_window(text, p);
  return text;
}

std::string text_of(const cnnspec_linear& p) {
  std::string text;
  put(text, "mb", p.batch);
  put(text, "ic", p.in_features);
  put(text, "oc", p.out_features);
  return text;
}

std::string text_of(const cnnspec_elementwise& p) { return std::to_string(p.count); }

}  // namespace

std::string to_descriptor(const Problem& problem) {
  return std::visit([](const auto& p) { return text_of(p); }, problem);
}

// ---- Lists -------------------------------------------------------------------------------------------------------

namespace {

/// How often something was left out of a list, and where first.
struct LeftOut {
  std::string reason;
  Idx times, first_line;
};

void leave_out(std::vector<LeftOut>& all, const std::string& reason, Idx line) {
  for (LeftOut& one : all)
    if (one.reason == reason) return void(++one.times);
  all.push_back({reason, 1, line});
}

/// The next word of a line, and where it begins; white space and `#` inside a name's quotes are part of the word.
std::string_view next_word(std::string_view line, std::size_t& at) {
  while (at < line.size() && is_space(line[at])) ++at;
  const std::size_t begin = at;
  for (bool in_name = false; at < line.size() && (in_name || (!is_space(line[at]) && line[at] != '#')); ++at)
    if (line[at] == '"') in_name = !in_name;
  return line.substr(begin, at - begin);
}

}  // namespace

ShapeList read_shapes(std::optional<Family> family, std::istream& in, const std::string& file,
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
        Described d = read(family ? *family : guess(cursor), cursor, batch);
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
