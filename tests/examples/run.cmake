# Installs the SDK into FOLDER, builds the examples against it, the consumer with make and pkg-config, too, and runs TEST
# with what came out. usage: cmake -DBUILD=… -DEXAMPLES=… -DFOLDER=… -DCOMPILER=… -DFLAGS=… -DTEST=… -P run.cmake
function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${ARGN}\n${output}")
    endif()
endfunction()

file(REMOVE_RECURSE "${FOLDER}")
set(prefix "${FOLDER}/prefix")
run("${CMAKE_COMMAND}" --install "${BUILD}" --component sdk --prefix "${prefix}")
foreach(example event_provider event_consumer method_provider)
    run("${CMAKE_COMMAND}" -G Ninja -S "${EXAMPLES}/${example}" -B "${FOLDER}/${example}" "-DCMAKE_PREFIX_PATH=${prefix}"
        "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS} -Wall -Wextra -Wpedantic -Werror")
    run("${CMAKE_COMMAND}" --build "${FOLDER}/${example}" -j 1)
endforeach()

file(COPY "${EXAMPLES}/event_consumer/" DESTINATION "${FOLDER}/by_make")
file(GLOB_RECURSE pc "${prefix}/openwmi.pc")
get_filename_component(pc_folder "${pc}" DIRECTORY)
run("${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${pc_folder}" make -C "${FOLDER}/by_make" "CXX=${COMPILER}" "CXXFLAGS=${FLAGS}")

foreach(consumer "${FOLDER}/event_consumer/classes.d" "${FOLDER}/by_make/classes.d")
    run("${CMAKE_COMMAND}" -E env "OPENWMI_CLASSES_PATH=${FOLDER}/event_provider/classes.d:${FOLDER}/method_provider/classes.d:${consumer}" "${TEST}")
endforeach()
