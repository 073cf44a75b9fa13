# Projects that use cnnspec: found by find_package after an installation, by add_subdirectory, by FetchContent.
set(prefix ${CMAKE_CURRENT_BINARY_DIR}/consumer/installed)
add_test(NAME Consumer.install COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${prefix})
set_tests_properties(Consumer.install PROPERTIES FIXTURES_SETUP installed_package)
add_test(NAME Consumer.runs_the_installed_command COMMAND ${prefix}/bin/cnnspec --version)
set_tests_properties(Consumer.runs_the_installed_command
                     PROPERTIES FIXTURES_REQUIRED installed_package PASS_REGULAR_EXPRESSION
                                "^cnnspec ${PROJECT_VERSION}\n$")

# Installed somewhere else, judged there, and removed.
if(TARGET cnnspec_cli)
  add_test(NAME Consumer.installed_judges_and_is_uninstalled
           COMMAND ${CMAKE_COMMAND} -D BUILD=${PROJECT_BINARY_DIR} -D ONEDNN=${oneDNN_FOUND} -D
                   PREFIX=${CMAKE_CURRENT_BINARY_DIR}/consumer/uninstalled -D
                   UNINSTALL=${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake -P ${CMAKE_CURRENT_SOURCE_DIR}/consumer/install.cmake)
  # Both write the manifest of the build folder.
  set_tests_properties(Consumer.install Consumer.installed_judges_and_is_uninstalled PROPERTIES RESOURCE_LOCK install_manifest)
endif()

# For what compiles cnnspec anew: of the compilers that are there, the quicker one.
set(quick_compiler ${CMAKE_CXX_COMPILER})
if(CLANGXX)
  execute_process(COMMAND ${CLANGXX} -dumpversion OUTPUT_VARIABLE clang_version OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(clang_version VERSION_GREATER_EQUAL 14)
    set(quick_compiler ${CLANGXX})
  endif()
endif()

# cnnspec_consumer(name FROM CHECKS), see run.cmake
function(cnnspec_consumer name from checks)
  set(compiler ${CMAKE_CXX_COMPILER}) # as what is installed
  set(flags ${CMAKE_CXX_FLAGS_${configuration}})
  if(NOT from STREQUAL "package")
    set(compiler ${quick_compiler})
    set(flags -O0)
  endif()
  add_test(NAME Consumer.${name}
           COMMAND ${CMAKE_COMMAND} -D COMPILER=${compiler} -D LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER} -D
                   WERROR=${CNNSPEC_WERROR} -D GENERATOR=${CMAKE_GENERATOR} -D FROM=${from} -D CHECKS=${checks} -D
                   SOURCE=${PROJECT_SOURCE_DIR} -D PREFIX=${prefix} -D FLAGS=${flags} -D
                   BUILD=${CMAKE_CURRENT_BINARY_DIR}/consumer/${name} -P
                   ${CMAKE_CURRENT_SOURCE_DIR}/consumer/run.cmake)
  if(from STREQUAL "package")
    set_tests_properties(Consumer.${name} PROPERTIES FIXTURES_REQUIRED installed_package)
  endif()
endfunction()

string(TOUPPER "${CMAKE_BUILD_TYPE}" configuration)
cnnspec_consumer(the_spec_alone_needs_no_library_as_a_package package OFF)
cnnspec_consumer(the_spec_alone_needs_no_library_as_a_subdirectory subdirectory OFF)
cnnspec_consumer(the_spec_alone_needs_no_library_by_FetchContent fetch OFF)
cnnspec_consumer(the_checks_are_found_as_a_package package ON)
cnnspec_consumer(the_checks_are_built_as_a_subdirectory subdirectory ON)
# It compiles all of checks/ again, with two compilers at once.
set_tests_properties(Consumer.the_checks_are_built_as_a_subdirectory PROPERTIES PROCESSORS 2 TIMEOUT 1800)

foreach(major 1 2 3 4)
  if(major MATCHES "[23]")
    set(test Consumer.version_${major}_of_oneDNN_is_found_in_its_prefix)
    set(expected "oneDNN ${major}\\.7\\.0 is found\n")
  else()
    set(test Consumer.version_${major}_of_oneDNN_is_not_found)
    set(expected "version 2 or 3 is needed; [^\n]* is ${major}\\.7\\.0\n$")
  endif()
  add_test(NAME ${test}
           COMMAND ${CMAKE_COMMAND} -D MAJOR=${major} -D WORK=${CMAKE_CURRENT_BINARY_DIR}/consumer/${test} -D
                   MODULES=${PROJECT_SOURCE_DIR}/cmake -P ${CMAKE_CURRENT_SOURCE_DIR}/consumer/onednn_version.cmake)
  set_tests_properties(${test} PROPERTIES PASS_REGULAR_EXPRESSION "${expected}" FAIL_REGULAR_EXPRESSION "CMake Error")
endforeach()
