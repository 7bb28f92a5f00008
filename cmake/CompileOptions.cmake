# How every target is compiled. Public SDK headers are C++17; the product is C++20.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(OPENWMI_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")
option(OPENWMI_COVERAGE "Build for coverage reports" OFF)

find_program(OPENWMI_CCACHE ccache)
if(OPENWMI_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${OPENWMI_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${OPENWMI_CCACHE}")
endif()

# The flags of our own code; SDK users and the packages we link never see them.
add_library(openwmi_flags INTERFACE)
target_compile_options(openwmi_flags INTERFACE
    -Wall -Wextra -Wpedantic -Werror
    -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
    -Wcast-align -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough
    -fno-omit-frame-pointer -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 sees dangers that are none through std::string and std::variant once sanitizers are on.
    target_compile_options(openwmi_flags INTERFACE
        -Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
        -Wno-stringop-overread -Wno-array-bounds)
else()
    # clang warns of what g++ 12's own stable_sort does inside.
    target_compile_options(openwmi_flags INTERFACE -Wthread-safety -Wno-deprecated-declarations)
endif()
# Designated initialisers leave out what has its default on purpose.
target_compile_options(openwmi_flags INTERFACE -Wno-missing-field-initializers)
# COM's interfaces have virtual methods and no virtual destructor: their slots are an ABI.
target_compile_options(openwmi_flags INTERFACE -Wno-non-virtual-dtor)
target_compile_definitions(openwmi_flags INTERFACE _FILE_OFFSET_BITS=64
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2> $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

if(OPENWMI_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Boost.Asio has a fence that ThreadSanitizer does not model; what it guards is locked as well.
    target_compile_options(openwmi_flags INTERFACE -Wno-tsan)
endif()
if(OPENWMI_SANITIZE)
    # vptr compares type information, which libraries that meet through interfaces do not share.
    add_compile_options(-fsanitize=${OPENWMI_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${OPENWMI_SANITIZE})
    # Looking at each pointer takes almost a third of the time of compiling. A null pointer ends a test anyway, what lies
    # outside of an object is AddressSanitizer's, and the fuzzers, which clang compiles, look at all of it.
    if(OPENWMI_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-fno-sanitize=null,alignment,object-size,pointer-overflow)
    endif()
endif()
if(OPENWMI_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)  # coverage in every room, so that fuzzers see where they are
endif()
if(OPENWMI_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
add_link_options(-fuse-ld=lld)
