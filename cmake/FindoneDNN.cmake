# Finds oneDNN's CPU library: target oneDNN::oneDNN. (oneDNN's own package file requires the headers of OpenCL. A CPU
# engine does not need them, and Debian does not install them with oneDNN.) Only versions 2 and 3 are accepted, because
# other versions have another interface. If the prefix oneDNN_ROOT is given, only the oneDNN in it is accepted.
set(only_there "")
if(oneDNN_ROOT)
  set(only_there PATHS ${oneDNN_ROOT} NO_DEFAULT_PATH)
endif()
if(NOT "${oneDNN_ROOT}" STREQUAL "${oneDNN_ROOT_SEARCHED}") # an earlier run found another oneDNN
  unset(oneDNN_INCLUDE_DIR CACHE)
  unset(oneDNN_LIBRARY CACHE)
endif()
set(oneDNN_ROOT_SEARCHED "${oneDNN_ROOT}" CACHE INTERNAL "")
find_path(oneDNN_INCLUDE_DIR dnnl.hpp ${only_there} PATH_SUFFIXES include)
find_library(oneDNN_LIBRARY dnnl ${only_there} PATH_SUFFIXES lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE})
mark_as_advanced(oneDNN_INCLUDE_DIR oneDNN_LIBRARY)
if(oneDNN_ROOT AND NOT (oneDNN_INCLUDE_DIR AND oneDNN_LIBRARY))
  message(STATUS "oneDNN: not found in the prefix ${oneDNN_ROOT}")
endif()

set(oneDNN_IS_VERSION_2_OR_3 OFF)
if(oneDNN_INCLUDE_DIR)
  set(version_header ${oneDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h) # version 1 has it in another place
  if(EXISTS ${version_header})
    file(STRINGS ${version_header} numbers REGEX "^#define DNNL_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
    string(REGEX REPLACE "[^0-9;]" "" numbers "${numbers}")
    list(JOIN numbers "." oneDNN_VERSION)
  else()
    set(oneDNN_VERSION unknown)
  endif()
  if(oneDNN_VERSION MATCHES "^[23]\\.")
    set(oneDNN_IS_VERSION_2_OR_3 ON)
  else()
    message(STATUS "oneDNN: version 2 or 3 is needed; the version in ${oneDNN_INCLUDE_DIR} is ${oneDNN_VERSION}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(oneDNN REQUIRED_VARS oneDNN_LIBRARY oneDNN_INCLUDE_DIR oneDNN_IS_VERSION_2_OR_3
                                  VERSION_VAR oneDNN_VERSION)

if(oneDNN_FOUND AND NOT TARGET oneDNN::oneDNN)
  add_library(oneDNN::oneDNN UNKNOWN IMPORTED)
  set_target_properties(oneDNN::oneDNN PROPERTIES IMPORTED_LOCATION "${oneDNN_LIBRARY}"
                                                  INTERFACE_INCLUDE_DIRECTORIES "${oneDNN_INCLUDE_DIR}")
endif()
