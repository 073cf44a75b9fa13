# Writes assets.cpp: the texts that a page is made of, and the schemas, as C++ (assets.hpp).
# cmake -D out=FILE -D page=FOLDER -D schema=FOLDER -D chart_js=FILE -D chart_licence=FILE -P embed.cmake

# A text as a raw string literal.
function(literal result text)
  set(delimiter cnnspec_asset)
  if(text MATCHES "\\)${delimiter}\"")
    message(FATAL_ERROR "a text to embed holds the end of its literal")
  endif()
  set(${result} "R\"${delimiter}(${text})${delimiter}\"" PARENT_SCOPE)
endfunction()

function(file_literal result file)
  set(text "")
  if(file AND EXISTS "${file}")
    file(READ "${file}" text)
  endif()
  literal(quoted "${text}")
  set(${result} "${quoted}" PARENT_SCOPE)
endfunction()

set(script "")
file(GLOB scripts "${page}/*.js")
list(SORT scripts)
foreach(file IN LISTS scripts)
  file(READ "${file}" text)
  string(APPEND script "${text}")
endforeach()
literal(script "${script}")

set(schemas "")
file(GLOB files "${schema}/*.json")
list(SORT files)
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file_literal(text "${file}")
  string(APPEND schemas "    {\"${name}\",\n     ${text}},\n")
endforeach()

file_literal(html "${page}/page.html")
file_literal(css "${page}/page.css")
file_literal(chart "${chart_js}")
file_literal(licence "${chart_licence}")
file(
  WRITE "${out}"
  "#include \"reports/assets.hpp\"

namespace cnnspec::reports {

const std::string_view page_html = ${html};
const std::string_view page_css = ${css};
const std::string_view page_script = ${script};
const std::string_view chart_js = ${chart};
const std::string_view chart_js_licence = ${licence};
const std::map<std::string, std::string_view>& schemas() {
  static const std::map<std::string, std::string_view> all{
${schemas}  };
  return all;
}

}  // namespace cnnspec::reports
")
