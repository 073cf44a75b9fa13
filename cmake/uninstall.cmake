# Removes the files that `cmake --install` wrote last, which its manifest in BUILD lists. Then removes the folders below
# its prefix that are empty. DESTDIR must have the same value as for the installation.
#
#   cmake -D BUILD=build/release -P cmake/uninstall.cmake
set(manifest ${BUILD}/install_manifest.txt)
if(NOT EXISTS ${manifest})
  message(FATAL_ERROR "${manifest}: expected the manifest of an installation, found none: is BUILD the build folder, and was "
                      "it installed from there?")
endif()
file(STRINGS ${manifest} files)

# The prefix: the longest path that all files share.
list(GET files 0 prefix)
get_filename_component(prefix "${prefix}" DIRECTORY)
foreach(file IN LISTS files)
  string(FIND "${file}" "${prefix}/" begin)
  while(NOT begin EQUAL 0)
    get_filename_component(prefix "${prefix}" DIRECTORY)
    string(FIND "${file}" "${prefix}/" begin)
  endwhile()
endforeach()

set(count 0)
foreach(file IN LISTS files)
  if(EXISTS "$ENV{DESTDIR}${file}" OR IS_SYMLINK "$ENV{DESTDIR}${file}")
    file(REMOVE "$ENV{DESTDIR}${file}")
    math(EXPR count "${count} + 1")
  endif()
  get_filename_component(folder "${file}" DIRECTORY)
  while(NOT folder STREQUAL prefix)
    execute_process(COMMAND rmdir "$ENV{DESTDIR}${folder}" RESULT_VARIABLE status ERROR_QUIET) # fails if not empty
    if(NOT status EQUAL 0)
      break()
    endif()
    get_filename_component(folder "${folder}" DIRECTORY)
  endwhile()
endforeach()
list(LENGTH files all)
message(STATUS "${count} of ${all} files removed from $ENV{DESTDIR}${prefix}")
