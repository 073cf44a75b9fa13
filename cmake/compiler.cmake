# How our own sources are compiled. This does not affect projects that use cnnspec.
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14))
  message(FATAL_ERROR "cnnspec needs g++ 12 or clang++ 14, or newer; "
                      "${CMAKE_CXX_COMPILER} is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
endif()

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, ..." FORCE)
  endif()
  find_program(CNNSPEC_CCACHE ccache)
  mark_as_advanced(CNNSPEC_CCACHE)
  if(CNNSPEC_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CNNSPEC_CCACHE})
  endif()
  # There are many test programs, and each is linked with code that has tens of thousands of symbols.
  include(CheckLinkerFlag)
  check_linker_flag(CXX -fuse-ld=lld CNNSPEC_HAVE_LLD)
  if(CNNSPEC_HAVE_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
  if(CNNSPEC_STATIC)
    # Nothing of the libraries that is not used, so that no newer C library is asked for than what is used needs.
    add_link_options(-static-libstdc++ -static-libgcc LINKER:--exclude-libs,ALL LINKER:--gc-sections)
  endif()
endif()

# Compiles `target` as the project's own code: C++20, with the project's warnings, and without contraction of a*b+c, so
# that the roundings are those of the source.
function(cnnspec_own target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(
    ${target}
    PRIVATE -ffp-contract=off
            -Wall
            -Wextra
            -Wpedantic
            -Wconversion
            -Wno-sign-conversion
            -Wshadow
            # g++ 12 warns of "x" + std::string (GCC bug 105651)
            $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
            # with sanitizers, it wrongly reports numbers of Boost as uninitialised
            $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CNNSPEC_SANITIZED}>>:-Wno-maybe-uninitialized>
            $<$<BOOL:${CNNSPEC_WERROR}>:-Werror>)
endfunction()

# cnnspec_precompile(target ...): target_precompile_headers(target ...), in a way that ccache supports. (For this,
# CCACHE_SLOPPINESS must be pch_defines,time_macros; ./cnnspec sets it.)
function(cnnspec_precompile target)
  target_precompile_headers(${target} ${ARGN})
  if(CNNSPEC_CCACHE)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>
                                             "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endfunction()

# cnnspec_unite(target folder...): the sources of each folder are compiled as one file, so that included headers are
# read once, and their templates are compiled once. Sources with their own compile options stay separate. (After a
# change, the whole folder is compiled again. If you change much in one folder, turn CNNSPEC_UNITE off.)
function(cnnspec_unite target)
  if(NOT CNNSPEC_UNITE)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  foreach(folder ${ARGN})
    set(united ${sources})
    list(FILTER united INCLUDE REGEX "(^|/)${folder}/[^/]+\\.cpp$")
    set_source_files_properties(${united} PROPERTIES UNITY_GROUP ${folder})
  endforeach()
endfunction()
