// Mistakes of kernels that process something in blocks: channels, features, pixels, taps or elements in vectors, in
// tiles, or in shares of a sum. The remainder after whole blocks is forgotten or counted twice, or a block replaces
// another one.
#include "checks/misreadings/blocks.hpp"

#include <algorithm>

#include "checks/misreadings/misreadings_of_layer.hpp"
#include "checks/misreadings/tables.hpp"

namespace cnnspec::checks {
namespace {

/// Common limits of counters and grids.
constexpr std::array<Idx, 6> limits{512, 1024, 32767, 32768, 65535, 65536};
constexpr std::array<Idx, 3> shares{2, 4, 8};

/// The elements of the sequence for which `is(number, count)` is true.
template <class Is>
Region where(const Sequence& s, Is is) {
  return [number = s.number, count = s.count, is](const Index& index, const TensorInfo& t, const Operation& o) {
    return is(number(index, t, o), count(t, o));
  };
}

const TensorInfo* tensor_of(const Operation& o, Role role) {
  if (role_of(o.outputs.front()) == role) return &o.outputs.front();
  for (const TensorInfo& t : o.inputs)
    if (role_of(t) == role) return &t;
  return nullptr;
}

}  // namespace

Sequence flat(const std::string& name, const std::function<bool(Op)>& applies, Role (*role)(Op),
              const std::vector<std::size_t>& axes, bool (*is_summed)(Op), Idx most) {
  const auto number = [axes](const Index& index, const TensorInfo& t, const Operation&) {
    Idx n = 0;
    for (const std::size_t axis : axes) n = n * t.extents[axis] + index[axis];
    return n;
  };
  const auto count = [axes](const TensorInfo& t, const Operation&) {
    Idx n = 1;
    for (const std::size_t axis : axes) n *= t.extents[axis];
    return n;
  };
  const auto step = [axes](const TensorInfo& t) {
    Idx n = 1;
    for (std::size_t axis = axes.back() + 1; axis < t.extents.size(); ++axis) n *= t.extents[axis];
    return n;
  };
  return {name, "block", applies, role, number, count, is_summed, most, step};
}

Region after_blocks(const Sequence& s, Idx block) {
  return where(s, [block](Idx n, Idx count) { return n >= count / block * block; });
}
std::function<bool(const Operation&)> at_least(const Sequence& s, Idx most) {
  return [role = s.role, count = s.count, most](const Operation& o) {
    const TensorInfo* const t = tensor_of(o, role(o.op));
    return t != nullptr && count(*t, o) >= most;
  };
}

namespace {

Compute without_some(const Sequence& s, const Region& region) {
  return [role = s.role, region](const Call& call) { return without(role(call.operation.op), region)(call); };
}
Compute some_doubled(const Sequence& s, const Region& region) {
  return [role = s.role, region](const Call& call) { return doubled(role(call.operation.op), region)(call); };
}

Region after_first(const Sequence& s, Idx block) {
  return where(s, [block](Idx n, Idx) { return n >= block; });
}
Region before_last(const Sequence& s, Idx block) {
  return where(s, [block](Idx n, Idx count) { return n < (count - 1) / block * block; });
}

class Table {
 public:
  std::vector<Misreading> entries;

  /// `told_from`: the length of the sequence from which the misreading can be told from others.
  void add(const Sequence& s, Idx told_from, const std::string& name, const std::string& sentence,
           const std::function<bool(Op)>& applies, const Compute& compute) {
    Misreading m{name, sentence, applies, compute};
    m.told_by = at_least(s, told_from);
    entries.push_back(std::move(m));
  }
};

std::string in_blocks(const Sequence& s, Idx block) {
  return "The kernel processes the " + s.name + " in " + s.vector + "s of " + std::to_string(block);
}
std::string after(const Sequence& s, Idx block) {
  return s.name + " after the last " + s.vector + " of " + std::to_string(block);
}
std::string first_of(const Sequence& s, Idx block) { return "only the first " + std::to_string(block) + " " + s.name; }
std::string last_of(const Sequence& s, Idx block) {
  return "only the last " + s.vector + " of " + std::to_string(block) + " " + s.name;
}

// ---- Left out, or counted twice ----

void left_out(Table& table, const Sequence& s, Idx block) {
  table.add(s, block, after(s, block) + " left out", in_blocks(s, block) + " and leaves out the remaining ones.",
            s.applies, without_some(s, after_blocks(s, block)));
  table.add(s, block, last_of(s, block),
            in_blocks(s, block) + " and only the last one counts, as though each replaced the one before.", s.applies,
            without_some(s, before_last(s, block)));
}
void cut_off_after(Table& table, const Sequence& s, Idx block) {
  table.add(s, block + 1, first_of(s, block),
            "The kernel uses, or computes, the first " + std::to_string(block) + " " + s.name + " and no others.",
            s.applies, without_some(s, after_first(s, block)));
}

void counted_twice(Table& table, const Sequence& s, Idx block) {
  const auto applies = [applies = s.applies](Op op) { return applies(op) && adds(op); };
  table.add(s, block, after(s, block) + " counted twice", in_blocks(s, block) + " and counts the remaining ones twice.",
            applies, some_doubled(s, after_blocks(s, block)));
  const Region shared =
      where(s, [block](Idx n, Idx count) { return count >= block && n >= count - block && n < count / block * block; });
  table.add(s, block + 1,
            s.name + " shared by the last two " + s.vector + "s of " + std::to_string(block) + " counted twice",
            in_blocks(s, block) +
                " and moves the last one back to fit, so that what it shares with the one before counts twice.",
            applies, some_doubled(s, shared));
}

/// Terms that a kernel may lose or repeat when it adds in vectors.
void lanes(Table& table, const Sequence& s, Idx block) {
  const Region repeated =
      where(s, [block](Idx n, Idx count) { return n >= count / block && n < count / block * block; });
  table.add(s, block,
            s.name + " from the number of " + s.vector + "s of " + std::to_string(block) + " on counted twice",
            in_blocks(s, block) + " and begins the rest at an index equal to the number of " + s.vector +
                "s, so that many count twice.",
            s.is_summed, some_doubled(s, repeated));
  const Region lost = where(s, [block](Idx n, Idx count) {
    return n < count / block * block && count % block > 0 && n % block >= count % block;
  });
  table.add(s, block + 1, "lanes beyond a short last vector of " + std::to_string(block) + " " + s.name + " lost",
            "The kernel adds up the " + s.name + " in vectors of " + std::to_string(block) +
                ", and a shorter last one overwrites the sums in the lanes that it does not use.",
            s.is_summed, without_some(s, lost));
  const Region replaced =
      where(s, [block](Idx n, Idx count) { return n < count / block * block && n % block < count % block; });
  table.add(s, block + 1, "lanes of a short last vector of " + std::to_string(block) + " " + s.name + " replaced",
            "The kernel adds up the " + s.name + " in vectors of " + std::to_string(block) +
                ", and a shorter last one replaces the sums in the lanes that it uses.",
            s.is_summed, without_some(s, replaced));
}

/// Mistakes in a sum that is divided among `workers` workers.
void divided(Table& table, const Sequence& s, Idx workers) {
  const auto size = [workers](Idx count) { return (count + workers - 1) / workers; };
  const std::string many = std::to_string(workers);
  const std::string begin =
      "The kernel divides the sum over the " + s.name + " into " + many + " shares and uses only the ";
  table.add(s, 2 * workers, "only the first of " + many + " shares of the " + s.name,
            begin + "first; it should add all of them.", s.is_summed,
            without_some(s, where(s, [size](Idx n, Idx count) { return n >= size(count); })));
  table.add(
      s, 2 * workers, "only the last of " + many + " shares of the " + s.name,
      begin + "last; it should add all of them.", s.is_summed,
      without_some(s, where(s, [size](Idx n, Idx count) { return n < (count - 1) / size(count) * size(count); })));
}

std::function<bool(Op)> with_bias(const Sequence& s) {
  return [applies = s.applies](Op op) { return applies(op) && takes_bias_of_channels(op); };
}
void but_for_the_bias(Table& table, const Sequence& s, Idx block) {
  table.add(s, block, after(s, block) + " have the bias alone",
            in_blocks(s, block) + " and adds nothing but the bias to the remaining ones.", with_bias(s),
            zero_but_bias(after_blocks(s, block)));
  table.add(s, block, last_of(s, block) + ", and the bias",
            in_blocks(s, block) + " and gives nothing but the bias to all except the last.", with_bias(s),
            zero_but_bias(before_last(s, block)));
}
void cut_off_but_for_the_bias(Table& table, const Sequence& s, Idx block) {
  table.add(s, block + 1, first_of(s, block) + ", and the bias",
            "The kernel adds nothing but the bias after the first " + std::to_string(block) + " " + s.name + ".",
            with_bias(s), zero_but_bias(after_first(s, block)));
}

// ---- Not written ----

std::string writes_in(const Sequence& s, Idx block) {
  return "The kernel writes the " + s.name + " of its output in " + s.vector + "s of " + std::to_string(block);
}
void not_written(Table& table, const Sequence& s, Idx block) {
  table.add(s, block, after(s, block) + " not written", writes_in(s, block) + " and does not write the remaining ones.",
            s.applies, unwritten(after_blocks(s, block)));
  table.add(s, block, last_of(s, block) + " written", writes_in(s, block) + " and writes only the last.", s.applies,
            unwritten(before_last(s, block)));
  table.add(s, block, "0 times what was there added to " + after(s, block),
            writes_in(s, block) + "; for the remaining ones, it adds 0 times the old output, so that a NaN stays.",
            s.applies, zero_times_old_added(after_blocks(s, block)));
}
/// The remainder repeats the elements one block before it. This happens if the last block starts from the inputs of the
/// one before.
void repeated(Table& table, const Sequence& s, Idx block) {
  const Region rest = where(s, [block](Idx n, Idx count) { return count >= block && n >= count / block * block; });
  table.add(s, block + 1, after(s, block) + " repeat those before",
            writes_in(s, block) + "; where fewer remain, it writes some of the earlier results again.", s.applies,
            changed_in(rest, [step = s.step, block](std::vector<Real>& output, std::size_t n, const Call& call) {
              output[n] = output[n - static_cast<std::size_t>(block * step(call.operation.outputs.front()))];
            }));
}
void not_written_after(Table& table, const Sequence& s, Idx block) {
  table.add(s, block + 1, first_of(s, block) + " written",
            "The kernel does not write what comes after the first " + std::to_string(block) + " " + s.name +
                " of its output.",
            s.applies, unwritten(after_first(s, block)));
}

// ---- The sequences that are processed in blocks ----

bool multiplies_matrices(Op op) { return is_product(op) && !has_windows(op); }
bool has_filters(Op op) { return has_weights(op) && has_windows(op); }
bool has_matrix(Op op) { return has_weights(op) && !has_windows(op); }
constexpr auto pools_planes = all_of<has_windows, is_not<has_weights>>;
constexpr auto sums_pixels = all_of<has_windows, sums_over_batch>;
bool writes_bias(Op op) { return writes(op, Role::b); }
bool writes_weights(Op op) { return writes(op, Role::w); }
bool writes_x(Op op) { return writes(op, Role::x); }

/// x has the input features; if the operation does not read x, w has them.
Role of_features(Op op) { return reads(op, Role::x) ? Role::x : Role::w; }

/// The sequences that a kernel reads.
std::vector<Sequence> used_sequences() {
  constexpr Idx most_cells = 64;
  constexpr auto sums_taps = all_of<multiplies_windows, is_not<sums_over_batch>>;
  std::vector<Sequence> all{
      flat("input channels", multiplies_windows, of<Role::w>, {1}, all_of<multiplies_windows, is_forward>),
      flat("output channels", has_filters, of<Role::y>, {1}, none),
      flat("images", has_batch, of<Role::y>, {0}, sums_over_batch),
      flat("output rows", has_windows, of<Role::y>, {2}, none),
      flat("output columns", has_windows, of<Role::y>, {3}, none),
      flat("output pixels", has_windows, of<Role::y>, {2, 3}, sums_pixels),
      flat("input rows", multiplies_windows, of<Role::x>, {2}, none),
      flat("input columns", multiplies_windows, of<Role::x>, {3}, none),
      flat("input pixels", multiplies_windows, of<Role::x>, {2, 3}, none),
      flat("cells of the window", multiplies_windows, of<Role::w>, {2, 3}, sums_taps, most_cells),
      flat("channels", pools_planes, of<Role::y>, {1}, none),
      flat("input features", multiplies_matrices, of_features, {1}, all_of<multiplies_matrices, is_forward>),
      flat("output features", has_matrix, of<Role::y>, {1}, all_of<multiplies_matrices, writes_x>),
      flat("elements", is_not<has_batch>, of<Role::y>, {0}, none),
  };
  for (const Layer* layer : layers()) {
    const auto sequences = misreadings_of(*layer).sequences;
    if (sequences == nullptr) continue;
    for (Sequence& s : sequences()) {
      const auto before = std::ranges::find(all, s.follows, &Sequence::name);
      all.insert(before == all.end() ? before : before + 1, std::move(s));
    }
  }
  return all;
}

Role of_output(Op op) { return pass_of(op).outputs.front().role; }
constexpr auto writes_planes = all_of<has_windows, is_not<writes_bias>>;
constexpr auto writes_pixels = all_of<has_windows, is_not<sums_over_batch>>;
constexpr auto writes_filters = all_of<has_windows, writes_weights>;
constexpr auto writes_images = all_of<has_batch, is_not<sums_over_batch>>;
constexpr auto writes_features = all_of<has_matrix, is_not<writes_bias>>;

/// The sequences that a kernel writes.
std::vector<Sequence> written_sequences() {
  std::vector<Sequence> all{
      elements(),
      flat("columns", writes_planes, of_output, {3}, none),
      flat("rows", writes_planes, of_output, {2}, none),
      flat("pixels", writes_pixels, of_output, {2, 3}, none),
      flat("channels", writes_planes, of_output, {1}, none),
      flat("filters", writes_filters, of_output, {0}, none),
      flat("images", writes_images, of_output, {0}, none),
      flat("features", writes_features, of_output, {1}, none),
  };
  all[1].vector = "vector";
  return all;
}

/// The cells of a pooling window that a kernel reads.
template <class Is>
Compute cells_seen(Is is) {
  return walked({.sees = [is](Idx r, Idx s, Idx, Idx, const Line& height, const Line& width) {
    return is(r * width.kernel + s, height.kernel * width.kernel);
  }});
}

/// Rows of a matrix that are read from an address where a vector may begin: at the begin of the row, before it or after
/// it.
void unaligned_rows(Table& table) {
  struct Rows {
    const char* name;
    bool (*applies)(Op);
    Role role;
  };
  constexpr auto reads_x = [](Op op) { return is_product(op) && reads(op, Role::x); };
  constexpr auto reads_w = [](Op op) { return is_product(op) && reads(op, Role::w); };
  constexpr auto reads_dy = [](Op op) { return is_product(op) && reads(op, Role::y); };
  for (const Rows& rows : {Rows{"x", reads_x, Role::x}, Rows{"w", reads_w, Role::w}, Rows{"dy", reads_dy, Role::y}})
    for (const Idx block : {2, 4, 8, 16})
      for (const bool up : {false, true}) {
        const auto row_length = [role = rows.role](const TensorInfo& t) {
          return role == Role::w ? t.count() / t.extents[0] : t.extents.back();
        };
        const auto compute = with_inputs([=, role = rows.role](Call& call) {
          std::vector<Real>& all = *find_input(call, role);
          const std::vector<Real> given = all;
          const Idx length = row_length(*tensor_of(call.operation, role)), count = static_cast<Idx>(given.size());
          for (Idx n = 0; n < count; ++n) {
            const Idx begin = n / length * length, down = begin / block * block;
            const Idx from = n - begin + (up && down < begin ? down + block : down);
            all[static_cast<std::size_t>(n)] = from < count ? given[static_cast<std::size_t>(from)] : Real(0);
          }
        });
        const std::string where = up ? "after" : "before", many = std::to_string(block);
        Misreading m{std::string("rows of ") + rows.name + " read from the multiple of " + many + " " + where + " them",
                     std::string("The kernel reads the rows of ") + rows.name +
                         " in wide loads; where a row does not begin at a multiple of " + many +
                         " elements, they begin at the multiple " + where + " it.",
                     rows.applies, compute};
        m.told_by = [=, role = rows.role](const Operation& o) {
          const TensorInfo& t = *tensor_of(o, role);
          return row_length(t) >= block && row_length(t) < t.count();
        };
        table.entries.push_back(std::move(m));
      }
}

}  // namespace

Sequence elements() {
  const auto number = [](const Index& index, const TensorInfo& t, const Operation&) {
    Idx n = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) n = n * t.extents[axis] + index[axis];
    return n;
  };
  const auto count = [](const TensorInfo& t, const Operation&) { return t.count(); };
  return {"elements", "vector", any, of_output, number, count, none};
}

std::vector<Misreading> cells_in_blocks(const std::string& result, bool (*applies)(Op)) {
  std::vector<Misreading> table;
  const auto add = [&](Idx from, const std::string& name, const std::string& sentence, const Compute& compute) {
    Misreading m{name, sentence, applies, compute};
    m.told_by = [from](const Operation& o) { return height_of(o.problem).kernel * width_of(o.problem).kernel >= from; };
    table.push_back(std::move(m));
  };
  for (const Idx block : block_sizes) {
    const std::string many = std::to_string(block),
                      begin = "The kernel looks at the cells of a window in blocks of " + many;
    add(block, "cells of the window after the last block of " + many + " left out",
        begin + " and leaves out the remaining ones.",
        cells_seen([block](Idx n, Idx count) { return n < count / block * block; }));
    add(block + 1, "only the first " + many + " cells of the window",
        begin + " and uses the " + result + " of the first block alone.",
        cells_seen([block](Idx n, Idx) { return n < block; }));
    add(block + 1, "only the last block of " + many + " cells of the window",
        begin + " and uses the " + result + " of the last block alone.",
        cells_seen([block](Idx n, Idx count) { return n >= (count - 1) / block * block; }));
  }
  return table;
}

std::vector<Misreading> block_misreadings() {
  Table table;
  for (const Sequence& s : used_sequences()) {
    const bool is_of_y = s.role == of<Role::y>, is_added_up = s.is_summed != none;
    for (const Idx block : block_sizes) {
      if (block > s.most) break;
      left_out(table, s, block), cut_off_after(table, s, block), counted_twice(table, s, block);
      if (is_of_y) but_for_the_bias(table, s, block), cut_off_but_for_the_bias(table, s, block);
      if (is_added_up) lanes(table, s, block);
    }
    for (const Idx block : limits) {
      cut_off_after(table, s, block);
      if (is_of_y) cut_off_but_for_the_bias(table, s, block);
    }
    for (const Idx workers : shares)
      if (is_added_up) divided(table, s, workers);
  }
  for (const Sequence& s : written_sequences()) {
    for (const Idx block : block_sizes)
      not_written(table, s, block), repeated(table, s, block), not_written_after(table, s, block);
    for (const Idx block : limits) not_written_after(table, s, block);
  }
  unaligned_rows(table);
  return table.entries;
}

}  // namespace cnnspec::checks
