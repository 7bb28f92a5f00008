# room(NAME [NEEDS room...] [LINKS library...])
#
# A room is one folder of src/, one namespace and one static library. It sees the rooms it names in NEEDS and
# what those need; naming a room that is not declared yet stops configuration, so rooms are listed lowest first.
# tests/layering checks that no file includes a room that its own room did not name.
# *_test.cpp beside the code becomes the room's test program.
set_property(GLOBAL PROPERTY OPENWMI_ROOMS "")

function(room name)
    cmake_parse_arguments(ROOM "" "" "NEEDS;LINKS" ${ARGN})
    string(REPLACE "/" "_" target "openwmi_${name}")
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
    set(tests ${sources})
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
    list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")

    set(libraries "")
    foreach(needed IN LISTS ROOM_NEEDS)
        string(REPLACE "/" "_" needed_target "openwmi_${needed}")
        if(NOT TARGET ${needed_target})
            message(FATAL_ERROR "room ${name} needs room ${needed}, which is not declared above it in src/CMakeLists.txt")
        endif()
        list(APPEND libraries ${needed_target})
    endforeach()

    if(sources)
        add_library(${target} STATIC ${sources})
        target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/src")
        target_link_libraries(${target} PUBLIC ${libraries} ${ROOM_LINKS} PRIVATE openwmi_flags)
    else()
        add_library(${target} INTERFACE)
        target_include_directories(${target} INTERFACE "${PROJECT_SOURCE_DIR}/src")
        target_link_libraries(${target} INTERFACE ${libraries} ${ROOM_LINKS})
    endif()
    set_property(GLOBAL APPEND_STRING PROPERTY OPENWMI_ROOMS "${name}:${ROOM_NEEDS}\n")

    if(OPENWMI_TESTS AND tests)
        string(REPLACE "/" "_" test_name "${name}_test")
        add_executable(${test_name} ${tests})
        target_include_directories(${test_name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
        target_link_libraries(${test_name} PRIVATE ${target} openwmi_test_support openwmi_flags GTest::gmock)
        add_test(NAME ${test_name} COMMAND ${test_name})
        set_tests_properties(${test_name} PROPERTIES LABELS unit)
    endif()
endfunction()

# program(NAME ROOM): the executable NAME, whose main.cpp lies in ROOM, in bin/ of the build folder. Its CMake target is
# program_NAME, because the library that plug-ins link is named openwmi, too.
function(program name room)
    set(target "program_${name}")
    string(REPLACE "/" "_" room_target "openwmi_${room}")
    add_executable(${target} "${CMAKE_CURRENT_SOURCE_DIR}/${room}/main.cpp")
    target_link_libraries(${target} PRIVATE ${room_target} openwmi_flags)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
    install(TARGETS ${target} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    add_dependencies(product ${target})
endfunction()

# Writes the rooms and what each may use, for the layering test.
function(write_room_list file)
    get_property(rooms GLOBAL PROPERTY OPENWMI_ROOMS)
    file(WRITE "${file}" "${rooms}")
endfunction()
