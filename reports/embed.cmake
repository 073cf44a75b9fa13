# Writes assets.cpp: the texts that a page is made of, and the schemas, as C++ (assets.hpp).
# cmake -D out=FILE -D page=FOLDER -D schema=FOLDER [-D chart_js=FILE -D chart_licence=FILE] -P embed.cmake

# A text as a raw string literal.
function(literal result text)
  set(delimiter cnnspec_asset)
  if(text MATCHES "\\)${delimiter}\"")
    message(FATAL_ERROR "a text to embed holds the end of its literal")
  endif()
  set(${result} "R\"${delimiter}(${text})${delimiter}\"" PARENT_SCOPE)
endfunction()

function(file_literal result file)
  file(READ "${file}" text)
  literal(quoted "${text}")
  set(${result} "${quoted}" PARENT_SCOPE)
endfunction()

# What a Content-Security-Policy calls an inline script or style: 'sha256-...', in base64.
function(policy_hash result text)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 digest "${text}")
  string(APPEND digest 00) # 32 bytes are 10 times 3, and 2 more
  set(letters "")
  foreach(at RANGE 0 60 6)
    string(SUBSTRING ${digest} ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR n "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${n} 1 letter)
      string(APPEND letters ${letter})
    endforeach()
  endforeach()
  string(REGEX REPLACE ".$" "=" letters ${letters})
  set(${result} "'sha256-${letters}'" PARENT_SCOPE)
endfunction()

# Texts that stand inside <script> as they are: none may end it, or open a comment.
function(script_text result file)
  file(READ "${file}" text)
  string(TOLOWER "${text}" lower)
  if(lower MATCHES "</script|<!--")
    message(FATAL_ERROR "${file} cannot be a part of a page: it holds ${CMAKE_MATCH_0}")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

set(script "")
file(GLOB scripts "${page}/*.js")
list(SORT scripts)
foreach(file IN LISTS scripts)
  script_text(text "${file}")
  string(APPEND script "${text}")
endforeach()

set(schemas "")
file(GLOB files "${schema}/*.json")
list(SORT files)
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file_literal(text "${file}")
  string(APPEND schemas "    {\"${name}\",\n     ${text}},\n")
endforeach()

file_literal(html "${page}/page.html")
file(READ "${page}/page.css" css)
# Without Chart.js there are no pages; without its licence it may not be a part of them.
set(chart "")
set(licence "")
if(chart_js AND chart_licence)
  script_text(chart "${chart_js}")
  script_text(licence "${chart_licence}")
  if(NOT licence MATCHES "Permission is hereby granted")
    message(FATAL_ERROR "${chart_licence} is not the licence of Chart.js")
  endif()
endif()
policy_hash(style_hash "${css}")
policy_hash(chart_hash "${chart}")
policy_hash(script_hash "${script}")
foreach(text css chart licence script)
  literal(${text} "${${text}}")
endforeach()
file(
  WRITE "${out}"
  "#include \"reports/assets.hpp\"

namespace cnnspec::reports {

const std::string_view page_html = ${html};
const std::string_view page_css = ${css};
const std::string_view page_script = ${script};
const std::string_view chart_js = ${chart};
const std::string_view chart_js_licence = ${licence};
const std::string_view style_hash = \"${style_hash}\";
const std::string_view script_hashes = \"${chart_hash} ${script_hash}\";
const std::map<std::string, std::string_view>& schemas() {
  static const std::map<std::string, std::string_view> all{
${schemas}  };
  return all;
}

}  // namespace cnnspec::reports
")
