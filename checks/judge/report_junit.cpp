#include <fmt/format.h>

#include "checks/judge/report.hpp"

namespace cnnspec::checks {
namespace {

/// Escapes text for XML 1.0. Most control characters and invalid UTF-8 cannot be represented: each becomes '?'.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "&#10;";
        break;
      default:
        result += c < ' ' || c > '~' ? '?' : c;
    }
  }
  return result;
}

std::string test_case(const KernelResult& r, const OperationResult& o) {
  std::string text = fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.3f}")",
                                 escaped(fmt::format("{}.{}", r.kernel, name_of(o.dtype))), name_of(o.op), o.seconds);
  if (o.verdict(r.least_sensitivity) == Verdict::differs)
    return text + fmt::format(">\n      <failure type=\"differs\" message=\"follows {0}; to accept it: --accept {0}\">"
                              "{1}</failure>\n    </testcase>\n",
                              o.conventions.names(), escaped(describe_failures(r, &o)));
  if (o.failed > 0)
    return text + fmt::format(">\n      <failure type=\"fail\" message=\"{}\">{}</failure>\n    </testcase>\n",
                              describe_count(o.failed, o.cases - o.unsupported), escaped(describe_failures(r, &o)));
  if (o.verdict(r.least_sensitivity) == Verdict::vacuous)
    return text + fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                              o.cases == o.unsupported ? "the kernel supports none of these cases"
                                                       : "vacuous: too little of what could be wrong would have shown");
  return text + "/>\n";
}

}  // namespace

std::string to_junit(const KernelResult& r) {
  Idx failed = 0, skipped = 0;
  double seconds = 0;
  std::string cases;
  for (const OperationResult& o : r.operations) {
    const Verdict verdict = o.verdict(r.least_sensitivity);
    failed += verdict == Verdict::fail || verdict == Verdict::differs, skipped += verdict == Verdict::vacuous;
    seconds += o.seconds;
    cases += test_case(r, o);
  }
  return fmt::format(R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="cnnspec judge {}" tests="{}" failures="{}" errors="0" skipped="{}" time="{:.3f}">
{}  </testsuite>
</testsuites>
)",
                     escaped(r.kernel), r.operations.size(), failed, skipped, seconds, cases);
}

}  // namespace cnnspec::checks
