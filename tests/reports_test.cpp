// Results as Markdown and as pages: what is refused, what is escaped, and the parts of a page.
#include <gtest/gtest.h>

#include "checks/vocabulary/usage_error.hpp"
#include "reports/assets.hpp"
#include "reports/html.hpp"
#include "reports/markdown/markdown.hpp"
#include "reports/markdown/text.hpp"
#include "tests/folder.hpp"

namespace cnnspec::reports {
namespace {

using tests::content_of;

std::string example(const std::string& name) {
  return content_of(std::string(CNNSPEC_TEST_REPORTS) + "/" + name + ".json");
}
Json example_json(const std::string& name) { return Json::parse(example(name)); }

std::string refusal(const std::string& text) {
  try {
    parse_result(text, "file");
  } catch (const checks::UsageError& e) {
    return e.what();
  }
  return "accepted";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::vector<std::string> hostile_examples{"judge_hostile", "judge_network_hostile", "gradcheck_hostile",
                                                "census_hostile"};
const std::vector<std::string> examples{
    "judge_pass", "judge_fail",     "judge_vacuous",     "judge_hostile", "judge_network",    "judge_network_hostile",
    "gradcheck",  "gradcheck_fail", "gradcheck_hostile", "census",        "census_disproved", "census_hostile",
    "mutants",    "bench"};

TEST(Reports, each_type_of_result_has_a_schema_and_an_example_that_fits_it) {
  std::map<std::string, int> seen;
  for (const std::string& name : examples) ++seen[parse_result(example(name), name).type];
  for (const auto& [type, schema] : schemas()) EXPECT_GT(seen[type], 0) << type;
}

TEST(Reports, what_is_no_result_is_refused_with_its_place) {
  EXPECT_EQ(refusal("[]"), "file: expected a result of cnnspec, a JSON object, got array");
  EXPECT_TRUE(contains(refusal("{}"), "at /type: expected one of bench, census"));
  EXPECT_TRUE(contains(refusal(R"({"type": "juge"})"), "did you mean \"judge\"?"));
  EXPECT_TRUE(contains(refusal(R"({"type": 7})"), "at /type"));
  EXPECT_TRUE(contains(refusal("{"), "at line 1, column"));
  Json wrong = example_json("judge_fail");
  wrong["operations"][0]["verdict"] = "maybe";
  EXPECT_TRUE(contains(refusal(wrong.dump()), "at /operations/0/verdict: expected a \"judge\" result"))
      << refusal(wrong.dump());
  wrong = example_json("census");
  wrong.erase("bounds");
  EXPECT_TRUE(contains(refusal(wrong.dump()), "bounds")) << refusal(wrong.dump());
  wrong = example_json("gradcheck");
  wrong["more"] = 1;
  EXPECT_TRUE(contains(refusal(wrong.dump()), "more")) << refusal(wrong.dump());
}

TEST(Reports, a_result_of_another_schema_is_refused_by_both_numbers) {
  for (const char* name : {"judge_pass", "judge_network"}) {
    Json old = example_json(name);
    old["schema"] = 1;
    for (const std::string part : {"/schema", "schema 2", "schema 1"})
      EXPECT_TRUE(contains(refusal(old.dump()), part)) << refusal(old.dump());
  }
}

TEST(Markdown, of_each_example_has_its_verdict_in_the_heading) {
  const auto heading = [](const std::string& name) {
    const std::string text = markdown_of({parse_result(example(name), name)});
    return text.substr(0, text.find('\n'));
  };
  EXPECT_TRUE(contains(heading("judge_pass"), ": pass")) << heading("judge_pass");
  EXPECT_TRUE(contains(heading("judge_fail"), ": fail")) << heading("judge_fail");
  EXPECT_TRUE(contains(heading("judge_vacuous"), ": vacuous")) << heading("judge_vacuous");
  EXPECT_TRUE(contains(heading("judge_differs"), ": differs")) << heading("judge_differs");
  EXPECT_TRUE(contains(heading("gradcheck_fail"), ": fail")) << heading("gradcheck_fail");
  EXPECT_TRUE(contains(heading("census"), "proved")) << heading("census");
  EXPECT_TRUE(contains(heading("census_disproved"), "disproved")) << heading("census_disproved");
}

TEST(Markdown, of_a_benchmark_says_how_it_was_measured) {
  const std::string text = markdown_of({parse_result(example("bench"), "bench")});
  EXPECT_TRUE(
      contains(text, "- Gradient check, Specification: 2024-05-06, load average 0.12 at the start, 1.05 at the end\n"))
      << text;
  EXPECT_TRUE(contains(text, "at the end, with --quick: few runs, and parts left out\n")) << text;
}

std::string markdown_of_json(const Json& json) { return markdown_of({parse_result(json.dump(), "x")}); }

TEST(Markdown, of_a_failure_has_the_line_that_repeats_it) {
  const Json json = example_json("judge_fail");
  const std::string text = markdown_of_json(json);
  for (const Json& f : json["failures"])
    EXPECT_TRUE(contains(text, "\n" + f["repro"].get<std::string>() + "\n")) << f["repro"];
}

TEST(Markdown, of_judge_has_all_that_the_terminal_says_of_an_operation) {
  Json json = example_json("judge_pass");
  Json& row = json["operations"][0];
  row["given_up_after"] = 12, row["sampled"] = 3, row["behaves_like"] = "tf32";
  const std::string text = markdown_of_json(json);
  const std::string name = "- `" + row["op"].get<std::string>() + "` f32: ";
  for (const std::string said : {"given up after 12 cases", "some data of 3 cases", "behaves like `tf32`"})
    EXPECT_TRUE(contains(text, name + said)) << said << text;
}

TEST(Markdown, says_which_sizes_no_case_had) {
  Json json = example_json("judge_pass");
  json["sizes_not_met"] = "sizes not met: 1 of 17 of relu_forward f32 (elements 65)";
  EXPECT_TRUE(contains(markdown_of_json(json), "\nsizes not met: 1 of 17 of ")) << markdown_of_json(json);
  json["sizes_not_met"] = "";
  EXPECT_FALSE(contains(markdown_of_json(json), "sizes not met"));
}

TEST(Markdown, says_which_conventions_an_operation_follows) {
  Json json = example_json("judge_differs");
  const std::string accept = "`--accept padded-taps-multiplied`", right = "right under the convention `padded-";
  EXPECT_TRUE(contains(markdown_of_json(json), accept)) << markdown_of_json(json);
  EXPECT_TRUE(contains(markdown_of_json(json), right)) << markdown_of_json(json);
  Json& row = json["operations"][0];
  row["accepted"] = true;
  EXPECT_TRUE(contains(markdown_of_json(json), "judged under the convention `padded-taps-multiplied`"));
  row["conventions"] = Json::array(), row["accepted"] = false;
  row["nearest"] = {{"conventions", {"ftz", "tf32"}}, {"cases", 7}};
  EXPECT_TRUE(contains(markdown_of_json(json), "explained by the conventions `ftz,tf32`: 7 of its 13 failed cases"))
      << markdown_of_json(json);
}

TEST(Markdown, shows_how_wrong_an_operation_is_and_no_number_where_there_is_none) {
  Json json = example_json("judge_pass");
  Json& row = json["operations"][0];
  row["worst_ratio"] = 0.25, row["worst_wrong_ratio"] = "inf", row["sensitivity"] = nullptr;
  const std::string op = row["op"];
  const auto line = [&] {
    const std::string text = markdown_of_json(json);
    const std::size_t begin = text.find("| `" + op + "`");
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  EXPECT_TRUE(line().ends_with("| inf | - |")) << line();
  row["worst_wrong_ratio"] = nullptr;
  EXPECT_TRUE(line().ends_with("| 0.25 | - |")) << line();
  row["cases"] = row["unsupported"] = row["elements"] = 0;
  EXPECT_TRUE(contains(line(), "| no case |")) << line();
  row["cases"] = row["unsupported"] = 3;
  EXPECT_TRUE(contains(line(), "| not supported |")) << line();
}

TEST(Markdown, of_a_network_has_its_sentence_its_failure_and_how_to_see_it_again) {
  const Json json = example_json("judge_network");
  const std::string text = markdown_of_json(json);
  const std::string sentence = json["sentence"], repro = json["repro"];
  EXPECT_TRUE(contains(text, sentence)) << text;
  EXPECT_TRUE(contains(text, "\nAgain:\n\n```\n" + repro + "\n```\n")) << text;
  EXPECT_TRUE(contains(text, "### What is wrong\n\n#### `conv1` `conv2d_forward` f32: wrong-value\n")) << text;
  EXPECT_TRUE(contains(text, "\nThe same in `conv2`.\n")) << text;
  for (const Json& s : json["steps"]) {
    if (s["verdict"] != "not in the kernel") continue;
    EXPECT_TRUE(contains(text, "`" + s["descriptor"].get<std::string>() + "` | not in the kernel | - |")) << s;
  }
}

TEST(Markdown, marks_tensors_of_which_the_bound_shows_nothing) {
  Json json = example_json("gradcheck");
  json["verdict"] = "vacuous";
  Json& tensor = json["tensors"][0];
  tensor["exact"] = false, tensor["bound"] = 12.5, tensor["vacuous"] = true;
  EXPECT_TRUE(contains(markdown_of_json(json), "| 12.5 ! |")) << markdown_of_json(json);
  EXPECT_TRUE(contains(markdown_of_json(json), "use --scalar exact"));
  tensor["certified"] = false;
  EXPECT_TRUE(contains(markdown_of_json(json), "| not proved |"));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

TEST(Markdown, tells_failures_that_are_alike_once) {
  Json json = example_json("judge_fail");
  const Json failure = json["failures"][0];
  json["failures"] = Json::array();
  for (int n = 0; n < 3; ++n) {
    json["failures"].push_back(failure);
    json["failures"].back()["repro"] = "again " + std::to_string(n);
  }
  std::string text = markdown_of_json(json);
  EXPECT_EQ(count(text, "\n#### "), 1);
  EXPECT_TRUE(contains(text, "\nagain 0\n"));
  EXPECT_TRUE(contains(text, "<details><summary>2 more like it</summary>\n\n```\nagain 1\nagain 2\n```\n"));
  json["failures"][1]["kind"] = "crash";
  text = markdown_of_json(json);
  EXPECT_EQ(count(text, "\n#### "), 2) << "the third is like the first";
  EXPECT_TRUE(contains(text, "<details><summary>1 more like it</summary>\n\n```\nagain 2\n```\n"));
}

/// A comment on GitHub may have 65,536 characters.
TEST(Markdown, stays_short_enough_for_a_comment) {
  Json json = example_json("judge_fail");
  const Json failure = json["failures"][0];
  for (int n = 0; n < 200; ++n) {
    json["failures"].push_back(failure);
    json["failures"].back()["kind"] = n % 2 == 0 ? "crash" : "hang";
  }
  const std::string text = markdown_of_json(json);
  EXPECT_LT(text.size(), 65'536);
  EXPECT_TRUE(contains(text, " more, which the JSON result has.\n"));
  EXPECT_LT(markdown_of_json(example_json("judge_fail")).size(), 65'536);
}

/// Markdown without its code, which shows text unchanged.
std::string without_code(const std::string& markdown) {
  std::string rest;
  for (std::size_t n = 0; n < markdown.size();) {
    std::size_t fence = 0;
    while (n + fence < markdown.size() && markdown[n + fence] == '`') ++fence;
    const bool is_escaped = n > 0 && markdown[n - 1] == '\\';
    if (fence == 0 || is_escaped) {
      rest += markdown[n++];
      continue;
    }
    const std::string mark(fence, '`');
    std::size_t end = n + fence;
    while ((end = markdown.find(mark, end)) != std::string::npos && end + fence < markdown.size() &&
           markdown[end + fence] == '`')
      end = markdown.find_first_not_of('`', end);
    EXPECT_NE(end, std::string::npos) << "code without an end";
    if (end == std::string::npos) return rest;
    const bool is_block = fence >= 3 && (n == 0 || markdown[n - 1] == '\n');
    EXPECT_TRUE(is_block || markdown.substr(n, end - n).find('\n') == std::string::npos) << markdown.substr(n, 80);
    n = end + fence;
  }
  return rest;
}

/// Whether `part` occurs without a backslash before it.
bool has_bare(const std::string& text, const std::string& part) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at)
    if (at == 0 || text[at - 1] != '\\') return true;
  return false;
}

TEST(Markdown, of_hostile_results_is_no_markup_no_link_no_mention_and_no_line_of_theirs) {
  for (const std::string& name : hostile_examples) {
    SCOPED_TRACE(name);
    const std::string text = markdown_of_json(example_json(name));
    ASSERT_TRUE(contains(text, "window.broken")) << "the texts are there";
    for (const char* unseen : {"\x1b", "\u202e", "\u2028"}) EXPECT_FALSE(contains(text, unseen));
    const std::string rest = without_code(text);
    for (const char* bare : {"<img", "</script", "<!--", "](http", "http://", "@everyone", "`"})
      EXPECT_FALSE(has_bare(rest, bare)) << bare << "\n" << rest;
    for (const char* line : {"\n# big", "\n- item", "\n1. item", "\nout"}) EXPECT_FALSE(contains(rest, line)) << line;
  }
}

TEST(Markdown, of_mutants_tells_what_ran_and_what_passes_the_gradient_checks) {
  Json json = example_json("mutants");
  const auto text = [&] { return markdown_of({parse_result(json.dump(), "x")}); };
  EXPECT_TRUE(contains(text(), "48 of 1,939 mutants of version `0.1.0` were judged, each until a part"));
  EXPECT_TRUE(contains(text(), "| `independent twins` | 10 | 4 | 0 |"));
  EXPECT_TRUE(
      contains(text(), "4 pass them all; 3 of these are killed: 3 by laws, 2 by independent twins, 0 by neither"));
  json["parts"] = "thorough", json["sample"]["seed"] = 7;
  EXPECT_TRUE(contains(text(), "drawn with seed 7, by every part of the suite"));
  json["mutants"][0]["status"] = "survived", json["mutants"][0]["file"] = "<img src=x>";
  EXPECT_TRUE(contains(text(), "- `<img src=x>:"));
}

TEST(Markdown, keeps_foreign_text_where_it_stands) {
  EXPECT_EQ(code("a`b|c"), "``a`b|c``");
  EXPECT_EQ(code("`"), "`` ` ``");
  EXPECT_EQ(code("two\nlines"), "`two?lines`");
  EXPECT_EQ(code(""), "");
  EXPECT_EQ(block("a\n```\n<b>"), "````\na\n```\n<b>\n````\n");
  EXPECT_EQ(words("<img> [x](y) @me"), "\\<img\\> \\[x\\](y) \\@\u2060me");
  EXPECT_EQ(words("http://x www.x a:b"), "http\\://x www\\.x a:b");
  EXPECT_EQ(words("- a - b"), "\\- a - b");
  EXPECT_EQ(words("  12. a 1."), "12\\. a 1.");
  EXPECT_EQ(words("12 of 13 cases"), "12 of 13 cases");
  EXPECT_EQ(words(""), "");
  EXPECT_EQ(code("a\u202eb"), "`a?b`");
  Table table({"a", "b"}, 1);
  table.add({code("x|y"), code("x\\|y")});
  EXPECT_TRUE(contains(table.text(), "| `x\\|y` | `x\\?y` |\n")) << table.text();
  EXPECT_EQ(number(Json(1234567)), "1,234,567");
  EXPECT_EQ(number(Json("inf")), "inf");
  EXPECT_EQ(number(Json()), "-");
  EXPECT_EQ(percent(Json()), "-");
  EXPECT_EQ(percent(Json(1.0)), "100.0%");
  EXPECT_EQ(percent(Json(0.99996)), "99.9%") << "what is not all does not read as all";
  EXPECT_EQ(percent(Json(0.29)), "29.0%");
}

TEST(Html, has_no_place_left_open) {
  if (!can_write_html()) GTEST_SKIP() << "built without Chart.js";
  for (const char* place : {"title", "style", "chart_licence", "chart", "script", "results", "plain"})
    EXPECT_TRUE(contains(std::string(page_html), std::string("{{") + place + "}}")) << place;
  const std::string page = html_of({parse_result(example("judge_pass"), "x")});
  EXPECT_FALSE(contains(page, "{{"));
}

TEST(Html, holds_the_results_and_no_foreign_markup) {
  if (!can_write_html()) GTEST_SKIP() << "built without Chart.js";
  std::vector<Result> results;
  for (const std::string& name : examples) results.push_back(parse_result(example(name), name));
  const std::string page = html_of(results);
  EXPECT_TRUE(contains(page, "Chart.js"));
  const std::size_t data = page.find("id=\"results\"");
  ASSERT_NE(data, std::string::npos);
  const std::size_t begin = page.find('>', data) + 1, end = page.find("</script>", begin);
  const std::string inside = page.substr(begin, end - begin);
  EXPECT_FALSE(contains(inside, "<"));
  EXPECT_EQ(Json::parse(inside).size(), results.size()) << "what the page holds is the results themselves";
  EXPECT_EQ(Json::parse(inside)[3], results[3].json);
  EXPECT_FALSE(contains(page, "<img src=x")) << "the hostile example's markup";
  for (const char* outside : {"src=\"http", "href=\"http", "@import", "url(http"})
    EXPECT_FALSE(contains(page, outside));
}

}  // namespace
}  // namespace cnnspec::reports
