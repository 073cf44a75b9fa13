#include "reports/html.hpp"

#include <cassert>
#include <cstdint>

#include "checks/vocabulary/text.hpp"
#include "reports/assets.hpp"
#include "reports/markdown/markdown.hpp"

namespace cnnspec::reports {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

bool fits_javascript(const Json& integer) {
  constexpr std::int64_t most = (std::int64_t{1} << 53) - 1;
  if (integer.is_number_unsigned()) return integer.get<std::uint64_t>() <= std::uint64_t{most};
  return -most <= integer.get<std::int64_t>() && integer.get<std::int64_t>() <= most;
}

/// Integers that a number of JavaScript cannot hold, such as seeds, become strings.
void keep_digits(Json& json) {
  if (json.is_structured())
    for (Json& part : json) keep_digits(part);
  else if (json.is_number_integer() && !fits_javascript(json))
    json = json.dump();
}

/// Inside <script>: nothing in it can end the element or open a comment.
std::string script_data(const std::vector<Result>& results) {
  Json all = Json::array();
  for (const Result& r : results) all.push_back(r.json);
  keep_digits(all);
  std::string text = all.dump(-1, ' ', false, Json::error_handler_t::replace);
  replace_all(text, "<", "\\u003c");
  return text;
}

std::string title_of(const std::vector<Result>& results) {
  std::string title = "cnnspec";
  for (const Result& r : results) {
    title += (title == "cnnspec" ? " " : ", ") + r.type;
    for (const char* key : {"kernel", "target"})
      if (r.json.contains(key)) title += " " + checks::printable(r.json[key].get<std::string>());
  }
  return title;
}

/// What stands between "{{" and "}}" in the page.
std::string part(std::string_view name, const std::vector<Result>& results) {
  if (name == "title") return escaped(title_of(results));
  if (name == "style") return std::string(page_css);
  if (name == "style_hash") return std::string(style_hash);
  if (name == "script_hashes") return std::string(script_hashes);
  if (name == "chart_licence") return std::string(chart_js_licence);
  if (name == "chart") return std::string(chart_js);
  if (name == "script") return std::string(page_script);
  if (name == "results") return script_data(results);
  assert(name == "plain");
  return escaped(markdown_of(results));
}

}  // namespace

bool can_write_html() { return !chart_js.empty(); }

std::string html_of(const std::vector<Result>& results) {
  std::string page;
  std::string_view rest = page_html;
  for (std::size_t open = rest.find("{{"); open != std::string_view::npos; open = rest.find("{{")) {
    const std::size_t close = rest.find("}}", open);
    assert(close != std::string_view::npos);
    page += rest.substr(0, open);
    page += part(rest.substr(open + 2, close - open - 2), results);
    rest.remove_prefix(close + 2);
  }
  return page += rest;
}

}  // namespace cnnspec::reports
