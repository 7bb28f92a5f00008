# Installs the SDK into FOLDER, builds and installs the stranger's project against it, and runs its program from both
# trees. usage: cmake -DBUILD=… -DFOLDER=… -DCOMPILER=… -DFLAGS=… -P run.cmake
function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${ARGN}\n${output}")
    endif()
endfunction()

file(REMOVE_RECURSE "${FOLDER}")
set(prefix "${FOLDER}/prefix")
run("${CMAKE_COMMAND}" --install "${BUILD}" --component sdk --prefix "${prefix}")
run("${CMAKE_COMMAND}" -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}" -B "${FOLDER}/build" "-DCMAKE_PREFIX_PATH=${prefix}"
    "-DCMAKE_INSTALL_PREFIX=${prefix}" "-DCMAKE_INSTALL_RPATH=${prefix}/lib" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_CXX_FLAGS=${FLAGS} -Wall -Wextra -Wpedantic -Werror")
run("${CMAKE_COMMAND}" --build "${FOLDER}/build" -j 1)
run("${CMAKE_COMMAND}" -E env "OPENWMI_CLASSES_PATH=${FOLDER}/build/classes.d" "${FOLDER}/build/stranger_program")

run("${CMAKE_COMMAND}" --install "${FOLDER}/build")
run("${CMAKE_COMMAND}" -E env "OPENWMI_CLASSES_PATH=${prefix}/share/openwmi/classes.d" "${prefix}/bin/stranger_program")

find_program(pkg_config pkg-config REQUIRED)
file(GLOB_RECURSE pc "${prefix}/openwmi.pc")
get_filename_component(pc_folder "${pc}" DIRECTORY)
run("${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${pc_folder}" sh -c
    "${COMPILER} -std=c++17 ${FLAGS} '${CMAKE_CURRENT_LIST_DIR}/program.cpp' -o '${FOLDER}/by_pkg_config' $('${pkg_config}' --cflags --libs openwmi)")
