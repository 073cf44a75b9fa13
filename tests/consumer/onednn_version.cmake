# A prefix, WORK, has the files of a oneDNN of version MAJOR, and an earlier run has found another one: says whether the
# one in the prefix is found.
file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/include/oneapi/dnnl/dnnl_version.h
     "#define DNNL_VERSION_MAJOR ${MAJOR}\n#define DNNL_VERSION_MINOR 7\n#define DNNL_VERSION_PATCH 0\n")
file(WRITE ${WORK}/include/dnnl.hpp "")
file(WRITE ${WORK}/lib64/libdnnl.so "")
set(oneDNN_INCLUDE_DIR /elsewhere/include CACHE PATH "")
set(oneDNN_LIBRARY /elsewhere/lib/libdnnl.so CACHE FILEPATH "")

# What a script has not, and a project has.
set(CMAKE_FIND_LIBRARY_PREFIXES lib)
set(CMAKE_FIND_LIBRARY_SUFFIXES .so)
function(add_library)
endfunction()
function(set_target_properties)
endfunction()

cmake_policy(SET CMP0074 NEW)
set(oneDNN_ROOT ${WORK})
list(APPEND CMAKE_MODULE_PATH ${MODULES})
find_package(oneDNN QUIET MODULE)
if(oneDNN_FOUND)
  if(NOT "${oneDNN_INCLUDE_DIR} ${oneDNN_LIBRARY}" STREQUAL "${WORK}/include ${WORK}/lib64/libdnnl.so")
    message(FATAL_ERROR "found elsewhere: ${oneDNN_INCLUDE_DIR} ${oneDNN_LIBRARY}")
  endif()
  message(STATUS "oneDNN ${oneDNN_VERSION} is found")
endif()
