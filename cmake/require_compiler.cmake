# Ends with the name of a package if there is no C++ compiler. CMake itself names none. Before project().
if(NOT CMAKE_CXX_COMPILER AND NOT CMAKE_TOOLCHAIN_FILE)
  set(cnnspec_names c++ g++ clang++ icpx)
  if(NOT "$ENV{CXX}" STREQUAL "")
    separate_arguments(cnnspec_names UNIX_COMMAND "$ENV{CXX}")
    list(GET cnnspec_names 0 cnnspec_names) # without its options
  endif()
  find_program(cnnspec_compiler NAMES ${cnnspec_names})
  mark_as_advanced(cnnspec_compiler)
  if(NOT cnnspec_compiler)
    message(FATAL_ERROR "cnnspec: there is no C++ compiler. On Debian/Ubuntu: apt-get install g++")
  endif()
endif()
