// Placement and memory: the addresses of a case's tensors, and the content of memory that a kernel allocates.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <set>
#include <string>
#include <vector>

#include "checks/judge/case_judge.hpp"
#include "checks/layers/problems.hpp"
#include "checks/sanitized.hpp"
#include "tests/broken_kernels.hpp"

namespace cnnspec::tests {
namespace {

using namespace checks;

/// The data that the kernel's process passes to the test.
template <class T>
class Told {
 public:
  Told() : memory_(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  ~Told() { munmap(memory_, sizeof(T)); }
  Told(const Told&) = delete;
  T& operator*() const { return *static_cast<T*>(memory_); }
  T* operator->() const { return static_cast<T*>(memory_); }
  void clear() const { std::memset(memory_, 0, sizeof(T)); }

 private:
  void* memory_;
};

// ---- Addresses ----

struct Call {
  std::uintptr_t x, dy, dx;
  std::uint64_t sum;  // identifies x
};
struct Calls {
  std::size_t count;
  std::array<Call, 64> all;
};
const Told<Calls> told;

constexpr Idx elements = 100;  // 400 bytes: at neither end of a page does it begin at a multiple of 64
constexpr std::uintptr_t bytes = elements * sizeof(float), cache_line = 64;

int telling(const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
  const auto place = [](const float* tensor) { return reinterpret_cast<std::uintptr_t>(tensor); };
  Call& c = told->all[told->count++ % told->all.size()] = {place(x), place(dy), place(dx), 0};
  for (Idx n = 0; n < p->count; ++n) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, x + n, sizeof bits);
    c.sum = 31 * c.sum + bits;
  }
  return healthy.f32.relu_backward(p, x, dy, dx);
}

/// The calls of one case.
std::vector<Call> calls_of(std::uint64_t seed, const std::string& data = "", std::size_t alignment = 1) {
  checks::Kernel kernel{.name = "telling", .description = ""};
  kernel.f32.relu_backward = telling;
  Conditions conditions;
  conditions.isolation.alignment = alignment;
  told.clear();
  const CaseResult r =
      judge_case(kernel, {Op::relu_backward, DType::f32, cnnspec_elementwise{elements}, seed, data}, conditions);
  EXPECT_FALSE(r.failure);
  EXPECT_LE(told->count, told->all.size());
  return {told->all.begin(), told->all.begin() + static_cast<std::ptrdiff_t>(told->count)};
}

std::uintptr_t page() { return static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE)); }

Placement placement_of(std::uintptr_t tensor) {
  if (tensor % page() == 0) return Placement::at_begin;
  if ((tensor + bytes) % page() == 0) return Placement::at_end;
  return tensor % cache_line == 0 ? Placement::aligned : Placement::unaligned;
}

/// All tensors of a call have the same placement.
std::set<Placement> placements_in(const std::vector<Call>& calls) {
  std::set<Placement> found;
  for (const Call& c : calls) {
    found.insert(placement_of(c.x));
    EXPECT_EQ(placement_of(c.dy), placement_of(c.x));
    EXPECT_EQ(placement_of(c.dx), placement_of(c.x));
    if (placement_of(c.x) == Placement::unaligned) {
      EXPECT_EQ(c.x % cache_line, sizeof(float)) << "by one element";
    }
  }
  return found;
}

const std::set<Placement> all_placements(placements.begin(), placements.end());

TEST(Placements, of_one_set_of_data_are_all) {
  for (const char* data : {"ones", "rounded", "x[3]=1 dy[3]=2"}) {
    const std::vector<Call> calls = calls_of(1, data);
    EXPECT_EQ(calls.size(), placements.size());
    EXPECT_EQ(placements_in(calls), all_placements) << data;
  }
}

TEST(Placements, of_two_cases_are_all) {
  for (std::uint64_t seed = 2; seed < 8; seed += 2) {
    std::vector<Call> calls = calls_of(seed);
    EXPECT_GE(placements_in(calls).size(), 3u) << "of one";
    const std::vector<Call> others = calls_of(seed + 1);
    calls.insert(calls.end(), others.begin(), others.end());
    EXPECT_EQ(placements_in(calls), all_placements);
  }
}

TEST(Placements, of_two_calls_that_follow_each_other_are_one_with_other_data) {
  for (std::uint64_t seed = 1; seed < 7; ++seed) {
    const std::vector<Call> calls = calls_of(seed);
    const auto is_again = [](const Call& a, const Call& b) {
      return a.x == b.x && a.dy == b.dy && a.dx == b.dx && a.sum != b.sum;
    };
    EXPECT_NE(std::ranges::adjacent_find(calls, is_again), calls.end()) << seed;
  }
}

TEST(Placements, keep_the_alignment_that_was_asked_for) {
  for (const std::size_t alignment : {8, 16, 64, 128, 4096})
    for (const char* data : {"", "ones"})
      for (const std::uint64_t seed : {1, 2})
        for (const Call& c : calls_of(seed, data, alignment))
          EXPECT_EQ((c.x | c.dy | c.dx) % alignment, 0u) << alignment << " " << data;
}

// ---- What a kernel allocates ----

#ifdef M_PERTURB

constexpr std::array<std::size_t, 12> sizes{24,     40,      100,     256,     1'000,  1'032,
                                            1'100,  4'096,   65'536,  200'000, 1 << 20, 4 << 20};
struct Memory {
  std::size_t calls;
  std::array<std::array<unsigned char, sizes.size()>, 32> byte;  // the byte that fills a block; 0: several bytes
  bool zeroed;                                                   // whether all memory that must be zero is zero
};
const Told<Memory> memory;

/// The byte that fills a block, if all bytes are equal.
unsigned char byte_of(void* allocated, std::size_t size) {
  void* volatile const where = allocated;  // volatile: the compiler must not know its content
  const auto* const block = static_cast<const volatile unsigned char*>(where);
  const unsigned char first = block[0];
  return std::all_of(block, block + size, [&](unsigned char b) { return b == first; }) ? first : 0;
}

int allocating(const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
  if (memory->calls == 0) memory->zeroed = true;
  // Nothing is freed before all blocks are allocated: a freed block would be handed out again unchanged.
  std::array<void*, sizes.size()> blocks{}, zeros{};
  for (std::size_t n = 0; n < sizes.size(); ++n) blocks[n] = std::malloc(sizes[n]);
  for (std::size_t n = 0; n < sizes.size(); ++n) zeros[n] = std::calloc(1, sizes[n]);
  for (std::size_t n = 0; n < sizes.size(); ++n) {
    memory->byte[memory->calls][n] = byte_of(blocks[n], sizes[n]);
    const auto* const cleared = static_cast<const unsigned char*>(zeros[n]);
    memory->zeroed &= std::all_of(cleared, cleared + sizes[n], [](unsigned char b) { return b == 0; });
  }
  for (std::size_t n = 0; n < sizes.size(); ++n) std::free(blocks[n]), std::free(zeros[n]);
  ++memory->calls;
  return healthy.f32.relu_backward(p, x, dy, dx);
}

constexpr std::size_t many = 200, small = 40;
struct SmallBlocks {
  std::array<unsigned char, many> byte;
};
const Told<SmallBlocks> small_blocks;

TEST(DirtyHeap, holds_nothing_of_what_the_judge_has_freed) {
  if (sanitized) GTEST_SKIP() << "a sanitizer has memory of its own";
  checks::Kernel kernel{.name = "allocating", .description = ""};
  kernel.f32.relu_backward = [](const cnnspec_elementwise* p, const float* x, const float* dy, float* dx) {
    if (small_blocks->byte[0] == 0)
      for (unsigned char& b : small_blocks->byte) b = byte_of(std::malloc(small), small);
    return healthy.f32.relu_backward(p, x, dy, dx);
  };
  small_blocks.clear();
  // Each between two blocks that stay, so that freed blocks are not merged.
  std::vector<void*> kept, freed;
  for (std::size_t n = 0; n < many; ++n) {
    freed.push_back(std::calloc(1, small));
    kept.push_back(std::calloc(1, small));
  }
  for (void* block : freed) std::free(block);
  EXPECT_FALSE(judge_case(kernel, {Op::relu_backward, DType::f32, cnnspec_elementwise{elements}, 1}).failure);
  for (void* block : kept) std::free(block);
  EXPECT_EQ(std::set<int>(small_blocks->byte.begin(), small_blocks->byte.end()).size(), 1u)
      << testing::PrintToString(small_blocks->byte);
  EXPECT_NE(small_blocks->byte.back(), 0);
}

TEST(DirtyHeap, is_never_zero_at_first_and_differs_from_call_to_call) {
  if (sanitized) GTEST_SKIP() << "a sanitizer has memory of its own";
  checks::Kernel kernel{.name = "allocating", .description = ""};
  kernel.f32.relu_backward = allocating;
  memory.clear();
  ASSERT_FALSE(judge_case(kernel, {Op::relu_backward, DType::f32, cnnspec_elementwise{elements}, 1}).failure);
  ASSERT_GE(memory->calls, 2u);
  ASSERT_LE(memory->calls, memory->byte.size());
  EXPECT_TRUE(memory->zeroed) << "calloc";
  const std::set<int> first(memory->byte[0].begin(), memory->byte[0].end());
  EXPECT_EQ(first.size(), 1u) << "one byte everywhere: " << testing::PrintToString(memory->byte[0]);
  EXPECT_FALSE(first.contains(0));
  // A freed block may hold what its owner or the C library left in it. Large blocks are new.
  for (std::size_t call = 0; call + 1 < memory->calls; ++call) {
    const unsigned char now = memory->byte[call].back(), next = memory->byte[call + 1].back();
    EXPECT_NE(now, 0) << call;
    EXPECT_NE(now, next) << call;
  }
}

#endif

}  // namespace
}  // namespace cnnspec::tests
