// The texts that pages are made of, and the schemas of results: compiled in by embed.cmake.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cnnspec::reports {

extern const std::string_view page_html, page_css;
extern const std::string_view page_script;                 // all of page/*.js
extern const std::string_view chart_js, chart_js_licence;  // empty: built without
/// What a Content-Security-Policy calls page_css, and chart_js and page_script: 'sha256-...'
extern const std::string_view style_hash, script_hashes;

/// The JSON Schema of each type of result.
const std::map<std::string, std::string_view>& schemas();

}  // namespace cnnspec::reports
