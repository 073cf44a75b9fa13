#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "reports/markdown/markdown.hpp"
#include "reports/markdown/text.hpp"

namespace cnnspec::reports {
namespace {

std::string get(const Json& j, const char* key) { return j.at(key).get<std::string>(); }

/// An operation of which no case is supported is no pass, and nothing is wrong with it.
std::string verdict_of(const Json& operation) {
  if (operation["cases"] == 0) return "no case";
  return operation["cases"] == operation["unsupported"] ? "not supported" : get(operation, "verdict");
}

/// The largest error in units of its bound, of an operation or a step: of wrong elements, where there are any.
std::string worst_ratio(const Json& j) {
  const Json& wrong = j["worst_wrong_ratio"];
  return number(wrong.is_null() ? j["worst_ratio"] : wrong);
}

std::string operations(const Json& rows) {
  Table table(
      {"operation", "dtype", "verdict", "cases", "wrong", "unsupported", "not judged", "error/bound", "sensitivity"},
      3);
  for (const Json& r : rows)
    table.add({code(get(r, "op")), get(r, "dtype"), verdict_of(r), number(r["cases"]), number(r["failed"]),
               number(r["unsupported"]), number(r["not_judged"]), r["elements"] == 0 ? "-" : worst_ratio(r),
               percent(r["sensitivity"])});
  return table.text();
}

/// "ftz,ties-all"
std::string names_of(const Json& conventions) {
  std::string names;
  for (const Json& c : conventions) names += (names.empty() ? "" : ",") + c.get<std::string>();
  return names;
}
std::string conventions(const Json& some) {
  return (some.size() == 1 ? "the convention " : "the conventions ") + code(names_of(some));
}

/// What there is to say of operations beyond their rows.
std::string remarks(const Json& rows) {
  std::string text;
  for (const Json& r : rows) {
    const auto say = [&](const std::string& what) {
      text += fmt::format("- {} {}: {}\n", code(get(r, "op")), get(r, "dtype"), what);
    };
    if (!r["given_up_after"].is_null())
      say(fmt::format("given up after {} cases, because too many hung", number(r["given_up_after"])));
    if (r["sampled"] > 0)
      say(fmt::format("some data of {} cases was judged on a sample of their outputs", number(r["sampled"])));
    if (r.value("windows_in_turn", 0) > 0)
      say(fmt::format("windows of {} cases are so large that a cell of them counts as shown once it is in one window",
                      number(r["windows_in_turn"])));
    if (!r["conventions"].empty())
      say(r["accepted"].get<bool>() ? "judged under " + conventions(r["conventions"]) + ", as it is accepted"
                                    : "differs: it follows " + conventions(r["conventions"]) +
                                          "; to accept it: " + code("--accept " + names_of(r["conventions"])));
    if (!r["nearest"].is_null())
      say(fmt::format("explained by {}: {} of its {} failed cases", conventions(r["nearest"]["conventions"]),
                      number(r["nearest"]["cases"]), number(r["failed"])));
    if (r["behaves_like"].is_string()) say("behaves like " + code(get(r, "behaves_like")));
  }
  return text.empty() ? "" : text + "\n";
}

/// Which sizes no case had, if that is to be said.
std::string missed_sizes(const Json& r) {
  const std::string line = get(r, "sizes_not_met");
  return line.empty() ? "" : words(line) + ".\n\n";
}

/// Which elements are wrong, and the first of them.
std::string wrong_elements(const Json& f) {
  const bool rounds = f["bound"].is_number() && f["bound"] > 0;
  std::string text =
      fmt::format("{} of {} judged element{} {} wrong. ", number(f["elements_wrong"]), number(f["elements"]),
                  f["elements"] == 1 ? "" : "s", f["elements_wrong"] == 1 ? "is" : "are");
  text += fmt::format("The first, {}: expected {}, got {}; {}.\n\n", code(get(f, "tensor") + f["first_index"].dump()),
                      number(f["expected"], 9), number(f["actual"], 9),
                      rounds ? fmt::format("off by {} times what rounding explains", number(f["ratio"]))
                             : "nothing rounds here, so only equality is right");
  std::string picture;
  for (const Json& line : f["picture"]) picture += (picture.empty() ? "" : "\n") + line.get<std::string>();
  return picture.empty() ? text : text + block(picture) + "\n";
}

/// The cases that a failure needs before its own.
std::string history(const Json& f, const char* key) {
  if (!f.contains(key)) return "";
  std::string texts;
  for (const Json& text : f[key]) texts += (texts.empty() ? "" : "\n") + text.get<std::string>();
  return "It shows only after these cases in the same process:\n\n" + block(texts) + "\n";
}

/// `f`: with its "layer", if it is a network's.
std::string failure(const Json& f) {
  std::string text =
      fmt::format("#### {}{} {}: {}\n\n{}, data {}, seed {}\n\n",
                  f.contains("layer") ? code(get(f, "layer")) + " " : "", code(get(f, "op")), get(f, "dtype"),
                  get(f, "kind"), code(get(f, "descriptor")), code(get(f, "data")), f["seed"].dump());
  if (f.contains("detail")) text += block(get(f, "detail")) + "\n";
  if (f.contains("elements_wrong")) text += wrong_elements(f);
  if (!f["conventions"].empty()) text += "This case is right under " + conventions(f["conventions"]) + ".\n\n";
  for (const Json& d : f["diagnosis"])
    text += fmt::format("**{}**: {}\n\n", words(get(d, "name")), words(get(d, "sentence")));
  if (f.contains("shrunk_repro"))
    text += "The plainest case that still fails, " + code(get(f, "shrunk_descriptor")) + ":\n\n" +
            history(f, "shrunk_history") + block(get(f, "shrunk_repro")) + "\n";
  return text + history(f, "history") + "Again:\n\n" + block(get(f, "repro"));
}

/// The first tells enough of them.
bool are_alike(const Json& a, const Json& b) {
  const auto names = [](const Json& f) {
    Json all = Json::array();
    for (const Json& d : f["diagnosis"]) all.push_back(d["name"]);
    return all;
  };
  return a["op"] == b["op"] && a["dtype"] == b["dtype"] && a["kind"] == b["kind"] &&
         a["conventions"] == b["conventions"] && names(a) == names(b);
}

/// A comment on GitHub takes 65,536 characters, and there is more to say than this.
constexpr std::size_t most_characters = 40'000;

/// Failures that are like the first: how to see each again, folded; of a network, which is repeated as a whole, where.
std::string more_like_it(std::span<const Json> failures) {
  if (failures.empty()) return "";
  std::string lines, layers;
  for (const Json& f : failures) {
    lines += (lines.empty() ? "" : "\n") + get(f, "repro");
    if (f.contains("layer")) layers += (layers.empty() ? "" : ", ") + code(get(f, "layer"));
  }
  if (!layers.empty()) return "\nThe same in " + layers + ".\n";
  return fmt::format("\n<details><summary>{} more like it</summary>\n\n{}\n</details>\n", failures.size(),
                     block(lines));
}

/// Each kind of failure once, as far as there is room.
std::string failures(std::vector<Json> all) {
  std::string text = all.empty() ? "" : "### What is wrong\n";
  for (auto first = all.begin(); first != all.end();) {
    const auto next =
        std::stable_partition(first + 1, all.end(), [&](const Json& other) { return are_alike(*first, other); });
    const std::string group = "\n" + failure(*first) + more_like_it({first + 1, next});
    if (text.size() + group.size() > most_characters)
      return text + fmt::format("\nAnd {} more, which the JSON result has.\n", all.end() - first);
    text += group;
    first = next;
  }
  return text;
}

/// "profile ieee, ", or "profiles ieee, f32-acc, "; nothing where there is no row.
std::string profiles_of(const Json& rows) {
  std::vector<std::string> names;
  for (const Json& r : rows)
    if (std::ranges::find(names, get(r, "profile")) == names.end()) names.push_back(get(r, "profile"));
  std::string text = names.empty() ? "" : names.size() == 1 ? "profile " : "profiles ";
  for (const std::string& name : names) text += name + ", ";
  return text;
}

/// `rows`: where the result has its operations or steps.
std::string facts(const Json& r, const char* rows) {
  return fmt::format("{}seed {}, {:.1f} s", profiles_of(r.at(rows)), r["seed"].dump(), r["seconds"].get<double>());
}

}  // namespace

std::string markdown_of_judge(const Json& r) {
  return fmt::format("## Judge {}: {}\n\n{} ({}{}).\n\n", code(get(r, "kernel")), get(r, "verdict"),
                     words(get(r, "sentence")), facts(r, "operations"),
                     r["complete"].get<bool>() ? "" : "; the run did not come to its end") +
         operations(r["operations"]) + remarks(r["operations"]) + missed_sizes(r) +
         failures(r["failures"].get<std::vector<Json>>());
}

std::string markdown_of_judge_network(const Json& r) {
  std::string text =
      fmt::format("## Judge {} on {}: {}\n\n{} ({}).\n\n", code(get(r, "kernel")), code(get(r, "network")),
                  get(r, "verdict"), words(get(r, "sentence")), facts(r, "steps"));
  if (r["first_wrong_layer"].is_string()) text += "First wrong layer: " + code(get(r, "first_wrong_layer")) + "\n\n";
  Table table({"layer", "operation", "dtype", "problem", "verdict", "error/bound"}, 5);
  std::vector<Json> wrong;
  for (const Json& s : r["steps"]) {
    table.add({code(get(s, "layer")), code(get(s, "op")), get(s, "dtype"), code(get(s, "descriptor")),
               get(s, "verdict"), worst_ratio(s)});
    if (s.contains("failure")) {
      wrong.push_back(s["failure"]);
      wrong.back()["layer"] = s["layer"];
    }
  }
  return text + table.text() + failures(wrong) + "\nAgain:\n\n" + block(get(r, "repro"));
}

}  // namespace cnnspec::reports
