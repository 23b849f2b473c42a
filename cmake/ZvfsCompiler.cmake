# Compiler settings shared by every target: C++20, warnings, hardening, sanitizers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# -O2, as Debian builds; CMake's default of -O3 makes zvfs larger but no faster.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

option(ZVFS_WERROR "Treat compiler warnings as errors" OFF)
set(ZVFS_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize= (address,undefined or thread)")
option(ZVFS_PCH "Precompile the headers that nearly all files include" ON)
option(ZVFS_UNITY "Compile the files of a folder together: faster from scratch, slower after a change" OFF)
option(ZVFS_LIBFUZZER "Link the fuzz targets with libFuzzer (needs clang)" OFF)

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety)
endif()
if(ZVFS_WERROR)
  add_compile_options(-Werror)
endif()
add_compile_definitions(_FILE_OFFSET_BITS=64)
# Relative __FILE__ and debug paths: the same source gives the same binary in any directory.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

if(ZVFS_SANITIZE)
  add_compile_options(-fsanitize=${ZVFS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ZVFS_SANITIZE})
else()
  # Hardening; all of it together costs less than 2 % of a tool's time. Sanitizers bring their own
  # checks and dislike FORTIFY.
  include(CheckCXXCompilerFlag)
  include(CheckPIESupported)
  check_pie_supported()
  add_compile_options(-fstack-protector-strong -fstack-clash-protection)
  # x86's alone: other compilers refuse it.
  check_cxx_compiler_flag(-fcf-protection ZVFS_HAS_CF_PROTECTION)
  if(ZVFS_HAS_CF_PROTECTION)
    add_compile_options(-fcf-protection)
  endif()
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -ftrivial-auto-var-init=zero)
    add_compile_definitions(_GLIBCXX_ASSERTIONS)
  endif()
endif()
if(ZVFS_LIBFUZZER)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

include_directories(${CMAKE_SOURCE_DIR})

# If ccache is installed, a second build takes unchanged files from its cache.
find_program(ZVFS_CCACHE ccache)
if(ZVFS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${ZVFS_CCACHE})
  if(ZVFS_PCH)
    # clang refuses a precompiled header out of the cache if a header has another time now.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
                        "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endif()

# zvfs_layer(<folder> LINK <targets...>): the static library of one layer, from all sources in its
# folder and the folders below it, except main.cc, so that tests can link the logic of a tool, and
# lazy/, which programs choose.
# With ZVFS_UNITY, the files of one folder are compiled together.
function(zvfs_layer name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$|/lazy/")
  add_library(zvfs_${name} STATIC ${sources})
  target_link_libraries(zvfs_${name} PUBLIC ${ARG_LINK})
  zvfs_precompile(zvfs_${name})
  if(ZVFS_UNITY)
    set_target_properties(zvfs_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    foreach(source IN LISTS sources)
      get_filename_component(folder ${source} DIRECTORY)
      get_filename_component(folder ${folder} NAME)
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder})
    endforeach()
  endif()
endfunction()

# zvfs_precompile(<target> [<header>...]): with ZVFS_PCH, compiles the target with precompiled
# headers: those of zvfs_base or, if given further headers, its own. Each file must still include
# what it uses (CI builds once without ZVFS_PCH).
function(zvfs_precompile target)
  set(common ${CMAKE_SOURCE_DIR}/base/precompiled.h)
  if(NOT ZVFS_PCH)
    return()
  endif()
  # With precompiled headers, g++ 12 forgets which code is the system's, and warns about it.
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow>)
  if(ARGN OR target STREQUAL "zvfs_base")
    target_precompile_headers(${target} PRIVATE ${common} ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM zvfs_base)
  endif()
endfunction()
