#include "checks/conventions/page.hpp"

#include <fmt/format.h>

#include "checks/conventions/convention.hpp"

namespace cnnspec::checks {
namespace {

/// The operations for which some type has the convention; a layer's name stands for all of its operations.
std::string operations_of(const Convention& c) {
  std::string text;
  bool is_of_f32_alone = false;
  const auto add = [&](const std::string& name) { text += (text.empty() ? "" : ", ") + name; };
  for (const Layer* layer : layers()) {
    std::string some;
    bool is_all = true;
    for (const Pass& pass : layer->passes) {
      if (c.applies(pass.op, DType::f32))
        some += (some.empty() ? "" : ", ") + std::string(pass.name);
      else
        is_all = false;
      is_of_f32_alone |= c.applies(pass.op, DType::f32) && !c.applies(pass.op, DType::f64);
    }
    if (!some.empty()) add(is_all ? std::string("all of ") + layer->name : some);
  }
  return text + (is_of_f32_alone ? "; f32" : "");
}

constexpr const char* head = R"(# Conventions: different is not wrong

<!-- Written by `cnnspec conventions --markdown`, from the registry in checks/conventions. -->

A kernel may differ from the [definition](../spec/cnnspec) on purpose. For example, published libraries flush subnormal
numbers, or give the gradient of a tie to all tied cells. Each such rule is a *convention*. A convention is as exact as
the definition: it has a proof of what is right under it, and no tolerance. What real libraries answer is in
[where libraries differ](../reports/conventions.md).

The judge's table has a row for each operation and storage type. If one set of conventions explains every deviation in
a row, on every element of every case, the row's verdict is `differs`, and it names the conventions. The exit status is
still 1: only you can accept a convention. To do so, name it:

```text
cnnspec judge ./libmykernel.so --accept ftz,ties-shared
```

The verdict is then a pass under those rules. Everything else is judged as strictly as before. A kernel that follows a
convention only in some cases is wrong, and so is one that is off by more than the rule allows. Some conventions
exclude each other. You may accept several of these; a kernel follows one of them.

| name | about | operations |
|---|---|---|
)";

constexpr const char* tail = R"(
Winograd and FFT convolutions are not conventions. They need a bound instead of equality, and this judge knows no bound
for them.
)";

}  // namespace

std::string list_of_conventions() {
  std::string text = fmt::format("{:<24} {:<26} {}\n", "convention, for --accept", "about", "operations");
  for (const Convention& c : conventions())
    text += fmt::format("{:<24} {:<26} {}\n", c.name, c.group, operations_of(c));
  return text;
}

std::string page_of_conventions() {
  std::string text = head;
  for (const Convention& c : conventions())
    text += fmt::format("| [`{0}`](#{0}) | {1} | {2} |\n", c.name, c.group, operations_of(c));
  for (const Convention& c : conventions())
    text += fmt::format("\n## {0}\n\n{1}\n\n*What is right, and why.* {2}\n\n"
                        "*Option:* `--accept {0}`. *Who follows it:* {3}.\n",
                        c.name, c.rule, c.proof,
                        *c.followers == '\0' ? "none of the libraries that were asked" : c.followers);
  return text + tail;
}

}  // namespace cnnspec::checks
