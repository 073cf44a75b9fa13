// What goes wrong where a kernel takes something in blocks: channels, features, pixels, taps or elements in vectors of
// so many, tiles, or shares of a sum. What remains after whole blocks is forgotten, or counts twice; or a block takes
// the place of another.
#include <array>

#include "checks/layers/problems.hpp"
#include "checks/misreadings/parts.hpp"
#include "checks/misreadings/tables.hpp"

namespace cnnspec::checks {
namespace {

constexpr std::array<Idx, 8> block_sizes{2, 4, 8, 16, 32, 64, 128, 256};
/// Where counters and grids end.
constexpr std::array<Idx, 6> limits{512, 1024, 32767, 32768, 65535, 65536};
constexpr std::array<Idx, 3> shares{2, 4, 8};

const cnnspec_conv2d& conv2d_of(const Operation& o) { return o.problem.as<cnnspec_conv2d>(); }

/// Something that there are many of: the index of one or more axes of a tensor.
struct Sequence {
  std::string name;    // in the plural
  std::string vector;  // what so many of them together are called
  std::function<bool(Op)> applies;
  Role (*role)(Op);  // of the tensor
  std::function<Idx(const Index&, const TensorInfo&, const Operation&)> number;
  std::function<Idx(const TensorInfo&, const Operation&)> count;
  bool (*is_summed)(Op);  // each output is a sum over it, where the operation adds up
  Idx most = block_sizes.back();
  /// How far apart in memory one of the sequence is from the next.
  std::function<Idx(const TensorInfo&)> step = [](const TensorInfo&) { return Idx{1}; };
};

bool is_conv2d_sum(Op op) { return layer_id(op) == LayerId::conv2d; }
bool is_pooling(Op op) { return layer_id(op) == LayerId::max_pool2d; }
bool is_relu(Op op) { return layer_id(op) == LayerId::relu; }
bool is_linear_sum(Op op) { return layer_id(op) == LayerId::linear; }
bool is_sum(Op op) { return is_conv2d_sum(op) || is_linear_sum(op); }
bool has_images(Op op) { return !is_relu(op); }
bool has_planes(Op op) { return is_conv2d_sum(op) || is_pooling(op); }
bool adds(Op op) { return is_sum(op) || op == Op::max_pool2d_backward; }

template <Role role>
Role of(Op) {
  return role;
}
bool none(Op) { return false; }

/// Several axes of a tensor taken for one.
Sequence flat(const std::string& name, const std::function<bool(Op)>& applies, Role (*role)(Op),
              const std::vector<std::size_t>& axes, bool (*is_summed)(Op), Idx most = block_sizes.back()) {
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

/// The elements of the sequence of which `is(number, count)`.
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

/// Whether there are more than `most` of the sequence, or as many.
std::function<bool(const Operation&)> at_least(const Sequence& s, Idx most) {
  return [role = s.role, count = s.count, most](const Operation& o) {
    const TensorInfo* const t = tensor_of(o, role(o.op));
    return t != nullptr && count(*t, o) >= most;
  };
}

Compute without_some(const Sequence& s, const Region& region) {
  return [role = s.role, region](const Call& call) { return without(role(call.operation.op), region)(call); };
}
Compute some_doubled(const Sequence& s, const Region& region) {
  return [role = s.role, region](const Call& call) { return doubled(role(call.operation.op), region)(call); };
}

Region after_blocks(const Sequence& s, Idx block) {
  return where(s, [block](Idx n, Idx count) { return n >= count / block * block; });
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

  /// `told_from`: with how many of the sequence it can be told.
  void add(const Sequence& s, Idx told_from, const std::string& name, const std::string& sentence,
           const std::function<bool(Op)>& applies, const Compute& compute) {
    Misreading m{name, sentence, applies, compute};
    m.told_by = at_least(s, told_from);
    entries.push_back(std::move(m));
  }
};

std::string in_blocks(const Sequence& s, Idx block) {
  return "The kernel takes the " + s.name + " in " + s.vector + "s of " + std::to_string(block);
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
  table.add(s, block, after(s, block) + " left out", in_blocks(s, block) + " and leaves out those that remain.",
            s.applies, without_some(s, after_blocks(s, block)));
  table.add(s, block, last_of(s, block),
            in_blocks(s, block) + " of which the last alone counts, as where each replaces the one before.", s.applies,
            without_some(s, before_last(s, block)));
}
void cut_off_after(Table& table, const Sequence& s, Idx block) {
  table.add(s, block + 1, first_of(s, block),
            "The kernel uses, or computes, the first " + std::to_string(block) + " " + s.name + " and no others.",
            s.applies, without_some(s, after_first(s, block)));
}

void counted_twice(Table& table, const Sequence& s, Idx block) {
  const auto applies = [applies = s.applies](Op op) { return applies(op) && adds(op); };
  table.add(s, block, after(s, block) + " counted twice", in_blocks(s, block) + " and counts those that remain twice.",
            applies, some_doubled(s, after_blocks(s, block)));
  const Region shared =
      where(s, [block](Idx n, Idx count) { return count >= block && n >= count - block && n < count / block * block; });
  table.add(s, block + 1,
            s.name + " shared by the last two " + s.vector + "s of " + std::to_string(block) + " counted twice",
            in_blocks(s, block) +
                " and moves the last one back to where it ends with them, so that what it shares "
                "with the one before counts twice.",
            applies, some_doubled(s, shared));
}

/// As a kernel that adds up in vectors may lose or repeat terms.
void lanes(Table& table, const Sequence& s, Idx block) {
  const Region repeated =
      where(s, [block](Idx n, Idx count) { return n >= count / block && n < count / block * block; });
  table.add(s, block,
            s.name + " from the number of " + s.vector + "s of " + std::to_string(block) + " on counted twice",
            in_blocks(s, block) + " and begins what remains at the number of these, so that it counts many twice.",
            s.is_summed, some_doubled(s, repeated));
  const Region lost = where(s, [block](Idx n, Idx count) {
    return n < count / block * block && count % block > 0 && n % block >= count % block;
  });
  table.add(s, block + 1, "lanes beyond a short last vector of " + std::to_string(block) + " " + s.name + " lost",
            "The kernel adds up the " + s.name + " in vectors of " + std::to_string(block) +
                ", and a last one that is shorter overwrites the sums in the lanes that it does not use.",
            s.is_summed, without_some(s, lost));
  const Region replaced =
      where(s, [block](Idx n, Idx count) { return n < count / block * block && n % block < count % block; });
  table.add(s, block + 1, "lanes of a short last vector of " + std::to_string(block) + " " + s.name + " replaced",
            "The kernel adds up the " + s.name + " in vectors of " + std::to_string(block) +
                ", and a last one that is shorter replaces the sums in the lanes that it uses.",
            s.is_summed, without_some(s, replaced));
}

/// Of a sum that is divided among so many workers.
void divided(Table& table, const Sequence& s, Idx workers) {
  const auto size = [workers](Idx count) { return (count + workers - 1) / workers; };
  const std::string many = std::to_string(workers);
  const std::string begin = "The kernel divides the " + s.name + " into " + many + " shares of a sum and uses the ";
  table.add(s, 2 * workers, "only the first of " + many + " shares of the " + s.name,
            begin + "first alone; it should add them up.", s.is_summed,
            without_some(s, where(s, [size](Idx n, Idx count) { return n >= size(count); })));
  table.add(
      s, 2 * workers, "only the last of " + many + " shares of the " + s.name,
      begin + "last alone; it should add them up.", s.is_summed,
      without_some(s, where(s, [size](Idx n, Idx count) { return n < (count - 1) / size(count) * size(count); })));
}

std::function<bool(Op)> with_bias(const Sequence& s) {
  return [applies = s.applies](Op op) { return applies(op) && takes_bias(op); };
}
void but_for_the_bias(Table& table, const Sequence& s, Idx block) {
  table.add(s, block, after(s, block) + " have the bias alone",
            in_blocks(s, block) + " and adds nothing but the bias to those that remain.", with_bias(s),
            zero_but_bias(after_blocks(s, block)));
  table.add(s, block, last_of(s, block) + ", and the bias",
            in_blocks(s, block) + " and adds nothing but the bias to all but the last.", with_bias(s),
            zero_but_bias(before_last(s, block)));
}
void cut_off_but_for_the_bias(Table& table, const Sequence& s, Idx block) {
  table.add(s, block + 1, first_of(s, block) + ", and the bias",
            "The kernel adds nothing but the bias after the first " + std::to_string(block) + " " + s.name + ".",
            with_bias(s), zero_but_bias(after_first(s, block)));
}

// ---- Not written ----

Compute zero_times_old_added(const Region& region) {
  return changed_in(region, [](std::vector<Real>& output, std::size_t n, const Call& call) {
    output[n] += Real(0 * call.garbage.value);
  });
}
std::string writes_in(const Sequence& s, Idx block) {
  return "The kernel writes the " + s.name + " of its output in " + s.vector + "s of " + std::to_string(block);
}
void not_written(Table& table, const Sequence& s, Idx block) {
  table.add(s, block, after(s, block) + " not written", writes_in(s, block) + " and does not write those that remain.",
            s.applies, unwritten(after_blocks(s, block)));
  table.add(s, block, last_of(s, block) + " written", writes_in(s, block) + " and does not write any but the last.",
            s.applies, unwritten(before_last(s, block)));
  table.add(s, block, "0 times what was there added to " + after(s, block),
            writes_in(s, block) +
                "; where it writes those that remain, it multiplies what the output held by 0 and adds "
                "it, so that a NaN stays.",
            s.applies, zero_times_old_added(after_blocks(s, block)));
}
/// What remains is what so many before it are, as where the last block is computed from where the one before began.
void repeated(Table& table, const Sequence& s, Idx block) {
  const Region rest = where(s, [block](Idx n, Idx count) { return count >= block && n >= count / block * block; });
  table.add(s, block + 1, after(s, block) + " repeat those before",
            writes_in(s, block) + " and, where fewer remain, writes some of those before once more.", s.applies,
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

// ---- What there is to be taken in blocks ----

constexpr auto is_y = is<Op::conv2d_forward>;
constexpr auto is_conv2d_dx = is<Op::conv2d_backward_input>;
constexpr auto is_y_or_dx = is<Op::conv2d_forward, Op::conv2d_backward_input>;

/// x has the input features; where it is not there, w does.
Role of_features(Op op) { return op == Op::linear_backward_input ? Role::w : Role::x; }

/// The output channels of one group, and the groups.
Sequence channels_of_group() {
  const auto size = [](const TensorInfo&, const Operation& o) {
    return conv2d_of(o).out_channels / conv2d_of(o).groups;
  };
  const auto number = [size](const Index& y, const TensorInfo& t, const Operation& o) { return y[1] % size(t, o); };
  return {"output channels of each group", "block", is_conv2d_sum, of<Role::y>, number, size, is_conv2d_dx};
}
Sequence groups() {
  const auto number = [](const Index& y, const TensorInfo&, const Operation& o) {
    return y[1] / (conv2d_of(o).out_channels / conv2d_of(o).groups);
  };
  const auto count = [](const TensorInfo&, const Operation& o) { return conv2d_of(o).groups; };
  return {"groups", "block", is_conv2d_sum, of<Role::y>, number, count, none};
}
constexpr auto sums_pixels = is<Op::conv2d_backward_kernel, Op::conv2d_backward_bias>;

/// The terms of a sum as a matrix product has them: taps of all channels, or pixels of all images.
Role of_terms(Op op) { return sums_pixels(op) ? Role::y : Role::w; }
Idx outputs_of_group(const Operation& o) { return conv2d_of(o).out_channels / conv2d_of(o).groups; }
Sequence terms() {
  const auto number = [](const Index& i, const TensorInfo& t, const Operation& o) {
    const Idx first = sums_pixels(o.op) ? i[0] : is_y(o.op) ? i[1] : i[0] % outputs_of_group(o);
    return (first * t.extents[2] + i[2]) * t.extents[3] + i[3];
  };
  const auto count = [](const TensorInfo& t, const Operation& o) {
    const Idx first = sums_pixels(o.op) ? t.extents[0] : is_y(o.op) ? t.extents[1] : outputs_of_group(o);
    return first * t.extents[2] * t.extents[3];
  };
  const auto sums = [](Op op) { return is_conv2d_sum(op); };
  return {"terms of a sum", "block", sums, of_terms, number, count, is_conv2d_sum};
}

/// What is used.
std::vector<Sequence> used_sequences() {
  constexpr Idx most_cells = 64;
  return {
      flat("input channels", is_conv2d_product, of<Role::w>, {1}, is_y),
      flat("output channels", is_conv2d_sum, of<Role::y>, {1}, none),
      channels_of_group(),
      groups(),
      flat("images", has_images, of<Role::y>, {0}, sums_over_batch),
      flat("output rows", has_planes, of<Role::y>, {2}, none),
      flat("output columns", has_planes, of<Role::y>, {3}, none),
      flat("output pixels", has_planes, of<Role::y>, {2, 3}, sums_pixels),
      flat("input rows", is_conv2d_product, of<Role::x>, {2}, none),
      flat("input columns", is_conv2d_product, of<Role::x>, {3}, none),
      flat("input pixels", is_conv2d_product, of<Role::x>, {2, 3}, none),
      flat("cells of the window", is_conv2d_product, of<Role::w>, {2, 3}, is_y_or_dx, most_cells),
      terms(),
      flat("channels", is_pooling, of<Role::y>, {1}, none),
      flat("input features", is_linear_product, of_features, {1}, is<Op::linear_forward>),
      flat("output features", is_linear_sum, of<Role::y>, {1}, is<Op::linear_backward_input>),
      flat("elements", is_relu, of<Role::y>, {0}, none),
  };
}

Role of_output(Op op) {
  if (is_forward(op)) return Role::y;
  if (is<Op::conv2d_backward_input, Op::max_pool2d_backward, Op::relu_backward, Op::linear_backward_input>(op))
    return Role::x;
  return is<Op::conv2d_backward_kernel, Op::linear_backward_weight>(op) ? Role::w : Role::b;
}
bool writes_planes(Op op) { return has_planes(op) && op != Op::conv2d_backward_bias; }
bool writes_pixels(Op op) { return has_planes(op) && !sums_pixels(op); }
bool writes_images(Op op) { return has_images(op) && !sums_over_batch(op); }
bool writes_features(Op op) { return is_linear_sum(op) && op != Op::linear_backward_bias; }
constexpr auto writes_matrix = is<Op::linear_forward, Op::linear_backward_input>;
constexpr auto writes_filters = is<Op::conv2d_backward_kernel>;

/// All elements of the output, in the order of memory.
Sequence elements() {
  const auto number = [](const Index& index, const TensorInfo& t, const Operation&) {
    Idx n = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) n = n * t.extents[axis] + index[axis];
    return n;
  };
  const auto count = [](const TensorInfo& t, const Operation&) { return t.count(); };
  return {"elements", "vector", any, of_output, number, count, none};
}

/// What is written.
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

/// Of a pooling window, the cells that a kernel looks at.
template <class Is>
Compute cells_seen(Is is) {
  return pooled({.sees = [is](Idx r, Idx s, Idx, Idx, const cnnspec_pool2d& p) {
    return is(r * p.kernel_width + s, p.kernel_height * p.kernel_width);
  }});
}
void cells_of_windows(Table& table) {
  for (const Idx block : block_sizes) {
    const std::string many = std::to_string(block),
                      begin = "The kernel looks at the cells of a window in blocks of " + many;
    const auto add = [&](Idx from, const std::string& name, const std::string& sentence, const Compute& compute) {
      Misreading m{name, sentence, is_pooling, compute};
      m.told_by = [from](const Operation& o) {
        const auto& p = o.problem.as<cnnspec_pool2d>();
        return p.kernel_height * p.kernel_width >= from;
      };
      table.entries.push_back(std::move(m));
    };
    add(block, "cells of the window after the last block of " + many + " left out",
        begin + " and leaves out those that remain.",
        cells_seen([block](Idx n, Idx count) { return n < count / block * block; }));
    add(block + 1, "only the first " + many + " cells of the window",
        begin + " and uses the maximum of the first block alone.",
        cells_seen([block](Idx n, Idx) { return n < block; }));
    add(block + 1, "only the last block of " + many + " cells of the window",
        begin + " and uses the maximum of the last block alone.",
        cells_seen([block](Idx n, Idx count) { return n >= (count - 1) / block * block; }));
  }
}

/// The rest after the last vector does without the comparison.
void copied_rest(Table& table, const Sequence& s) {
  for (const Idx block : block_sizes) {
    const Region rest = after_blocks(s, block);
    table.add(s, block, after(s, block) + " copied",
              in_blocks(s, block) + " and copies those that remain without comparing them with 0.", is_relu,
              changed_in(rest, [](std::vector<Real>& output, std::size_t n, const Call& call) {
                output[n] = call.inputs.back()[n];
              }));
  }
}

/// A linear layer in square tiles of images and features.
void partial_tiles(Table& table) {
  for (const Idx block : block_sizes) {
    const std::string many = std::to_string(block);
    const Region tiles = either(tail(0, block), tail(1, block));
    Misreading m{
        "0 times what was there added to partial tiles of " + many,
        "The kernel writes tiles of " + many + " images and " + many +
            " features; where a tile is smaller, it multiplies what the output held by 0 and adds it, so that a "
            "NaN stays.",
        writes_matrix, zero_times_old_added(tiles)};
    m.told_by = [block](const Operation& o) { return o.outputs.front().extents[0] > block && o.outputs.front().extents[1] > block; };
    table.entries.push_back(std::move(m));
  }
}

/// Rows of a matrix in memory that are read from where a vector may begin: at, before or after their begin.
void unaligned_rows(Table& table) {
  struct Rows {
    const char* name;
    bool (*applies)(Op);
    Role role;
  };
  constexpr auto reads_x =
      is<Op::conv2d_forward, Op::conv2d_backward_kernel, Op::linear_forward, Op::linear_backward_weight>;
  constexpr auto reads_w =
      is<Op::conv2d_forward, Op::conv2d_backward_input, Op::linear_forward, Op::linear_backward_input>;
  constexpr auto reads_dy =
      is<Op::conv2d_backward_input, Op::conv2d_backward_kernel, Op::linear_backward_input, Op::linear_backward_weight>;
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
                         " in wide loads, which begin at the "
                         "multiple of " +
                         many + " elements " + where + " a row where the row does not begin at one.",
                     rows.applies, compute};
        m.told_by = [=, role = rows.role](const Operation& o) {
          const TensorInfo& t = *tensor_of(o, role);
          return row_length(t) >= block && row_length(t) < t.count();
        };
        table.entries.push_back(std::move(m));
      }
}

}  // namespace

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
  copied_rest(table, elements()), cells_of_windows(table), unaligned_rows(table), partial_tiles(table);
  return table.entries;
}

}  // namespace cnnspec::checks
