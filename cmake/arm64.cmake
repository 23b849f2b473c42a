# A toolchain file: builds for arm64 on another Debian, with the packages of `cross_packages` in
# packaging/debian.sh. What it builds, ctest runs through qemu.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

# pkg-config of the machine that builds would find that machine's libraries.
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)

find_program(ZVFS_QEMU NAMES qemu-aarch64-static qemu-aarch64)
if(ZVFS_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${ZVFS_QEMU})
endif()

# dpkg would name the machine that builds.
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
