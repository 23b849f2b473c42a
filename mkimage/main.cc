// mkimage: packs a directory into a zvfs image. See packaging/man/mkimage.1.
#include <cstddef>

#include "mkimage/mkimage_program.h"

int main(int argc, char** argv) {
  return static_cast<int>(zvfs::run_mkimage({argv, static_cast<std::size_t>(argc)}));
}
