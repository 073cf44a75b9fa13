# A digest of what a census depends on: results of different specifications are so never added up.
#
# Included: adds the generated file to cnnspec_checks. Run with `cmake -P`: writes it.

if(CMAKE_SCRIPT_MODE_FILE)
  set(digests "")
  foreach(file IN LISTS FILES)
    file(SHA256 ${ROOT}/${file} digest)
    string(APPEND digests "${digest} ${file}\n")
  endforeach()
  string(SHA256 digest "${digests}")
  string(SUBSTRING ${digest} 0 16 digest)
  file(WRITE ${OUTPUT} "#include \"checks/census/source.hpp\"\n\n"
                       "namespace cnnspec::checks {\n\n"
                       "const char* census_source() { return \"${digest}\"; }\n\n"
                       "}  // namespace cnnspec::checks\n")
  return()
endif()

file(GLOB_RECURSE files RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/spec/*.hpp ${PROJECT_SOURCE_DIR}/checks/census/*.hpp
     ${PROJECT_SOURCE_DIR}/checks/census/*.cpp ${PROJECT_SOURCE_DIR}/checks/twins/*.hpp)
# Of each layer's room: the functions that are run, what they are compared with, and the problems.
file(GLOB of_rooms RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/checks/layers/*/census.* ${PROJECT_SOURCE_DIR}/checks/layers/*/correlation.hpp
     ${PROJECT_SOURCE_DIR}/checks/layers/*/description.cpp ${PROJECT_SOURCE_DIR}/checks/layers/*/functions.hpp
     ${PROJECT_SOURCE_DIR}/checks/layers/*/problem.hpp ${PROJECT_SOURCE_DIR}/checks/layers/*/twin*.hpp)
list(APPEND files ${of_rooms} checks/layers/registry.cpp
     checks/scalars/formal_polynomial.hpp checks/scalars/modular_polynomial.hpp
     # The functions' results, the geometry of a problem, and the random numbers.
     checks/laws/functions.hpp checks/laws/layer_functions.hpp checks/laws/tensors.hpp checks/vocabulary/problem.hpp
     checks/vocabulary/shapes.hpp checks/vocabulary/stream.hpp checks/vocabulary/window.hpp
     checks/vocabulary/window.cpp)
list(SORT files)
list(TRANSFORM files PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE paths)
set(generated ${CMAKE_CURRENT_BINARY_DIR}/census_source.cpp)
add_custom_command(
  OUTPUT ${generated}
  COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -D "FILES=${files}" -D OUTPUT=${generated}
          -P ${CMAKE_CURRENT_LIST_FILE}
  DEPENDS ${paths} ${CMAKE_CURRENT_LIST_FILE}
  COMMENT "Digest of what a census depends on"
  VERBATIM
)
target_sources(cnnspec_checks PRIVATE ${generated})
