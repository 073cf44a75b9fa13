# The larger census, as its deployment files run it.
if(NOT TARGET cnnspec_cli)
  return()
endif()

add_test(NAME CensusSource.is_another_one_when_a_file_is
         COMMAND ${CMAKE_COMMAND} -D SCRIPT=${PROJECT_SOURCE_DIR}/checks/census/source.cmake
                 -D FOLDER=${CMAKE_CURRENT_BINARY_DIR}/census_source -P ${CMAKE_CURRENT_LIST_DIR}/census_source.cmake)

find_program(SLURMCTLD slurmctld PATHS /usr/sbin)
find_program(SLURMD slurmd PATHS /usr/sbin)
find_program(MUNGED munged PATHS /usr/sbin)
mark_as_advanced(SLURMCTLD SLURMD MUNGED)
if(SLURMCTLD AND SLURMD AND MUNGED AND PYTHON3)
  add_test(NAME CensusOnSlurm.a_job_array_gives_the_census_of_one_run
           COMMAND ${CMAKE_CURRENT_LIST_DIR}/slurm/census_on_one_node.sh $<TARGET_FILE:cnnspec_cli>)
  set_tests_properties(CensusOnSlurm.a_job_array_gives_the_census_of_one_run PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
else()
  message(STATUS "census: the job array is not tested, slurmctld, slurmd or munged is absent")
endif()

find_python_with(yaml)
if(python_with_yaml)
  add_test(NAME CensusOnKubernetes.what_the_pods_run_adds_up
           COMMAND ${python_with_yaml} ${CMAKE_CURRENT_LIST_DIR}/kubernetes_test.py
                   ${PROJECT_SOURCE_DIR}/deploy/census/kubernetes.yaml $<TARGET_FILE:cnnspec_cli>)
else()
  message(STATUS "census: the Kubernetes job is not tested, no Python has yaml")
endif()

if(PYTHON3)
  add_test(NAME CensusPage.every_command_prints_what_it_shows
           COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/readme_test.py ${PROJECT_SOURCE_DIR}/docs/census.md
                   $<TARGET_FILE:cnnspec_cli> ${PROJECT_SOURCE_DIR}/examples)
endif()
