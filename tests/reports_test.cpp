// Results as Markdown and as pages: what is refused, what is escaped, what a page is made of.
#include <gtest/gtest.h>

#include "checks/usage_error.hpp"
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

const std::vector<std::string> examples{"judge_pass",       "judge_fail", "judge_vacuous",  "judge_hostile",
                                        "judge_network",    "gradcheck",  "gradcheck_fail", "census",
                                        "census_disproved", "mutants",    "bench"};

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

TEST(Markdown, of_each_example_has_its_verdict_in_the_heading) {
  const auto heading = [](const std::string& name) {
    const std::string text = markdown_of({parse_result(example(name), name)});
    return text.substr(0, text.find('\n'));
  };
  EXPECT_TRUE(contains(heading("judge_pass"), ": pass")) << heading("judge_pass");
  EXPECT_TRUE(contains(heading("judge_fail"), ": fail")) << heading("judge_fail");
  EXPECT_TRUE(contains(heading("judge_vacuous"), ": vacuous")) << heading("judge_vacuous");
  EXPECT_TRUE(contains(heading("gradcheck_fail"), ": fail")) << heading("gradcheck_fail");
  EXPECT_TRUE(contains(heading("census"), "proved")) << heading("census");
  EXPECT_TRUE(contains(heading("census_disproved"), "disproved")) << heading("census_disproved");
}

TEST(Markdown, of_a_benchmark_says_how_it_was_measured) {
  const std::string text = markdown(parse_result(example("bench"), "file"));
  EXPECT_TRUE(
      contains(text, "- Gradient check, Specification: 2024-05-06, load average 0.12 at the start, 1.05 at the end\n"))
      << text;
  EXPECT_TRUE(contains(text, "at the end, with --quick: few runs, and parts left out\n")) << text;
}

TEST(Markdown, of_a_failure_ends_with_the_line_that_repeats_it) {
  const Json json = example_json("judge_fail");
  const std::string text = markdown_of({parse_result(json.dump(), "x")});
  for (const Json& f : json["failures"])
    EXPECT_TRUE(contains(text, "```\n" + f["repro"].get<std::string>() + "\n```\n")) << f["repro"];
}

TEST(Markdown, keeps_foreign_text_where_it_stands) {
  EXPECT_EQ(code("a`b|c"), "``a`b\\|c``");
  EXPECT_EQ(code("`"), "`` ` ``");
  EXPECT_EQ(code("two\nlines"), "`two?lines`");
  EXPECT_EQ(code(""), "");
  EXPECT_EQ(block("a\n```\n<b>"), "````\na\n```\n<b>\n````\n");
  EXPECT_EQ(words("<img> [x](y) @me"), "\\<img\\> \\[x\\](y) \\@me");
  EXPECT_EQ(number(Json(1234567)), "1,234,567");
  EXPECT_EQ(number(Json("inf")), "inf");
  EXPECT_EQ(number(Json()), "");
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
