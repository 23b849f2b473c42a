// mkimage: packs a directory into a zvfs image. See packaging/man/mkimage.1.
#include <cstddef>

#include "base/standard_streams.h"
#include "mkimage/mkimage_program.h"

int main(int argc, char** argv) {
  zvfs::open_standard_streams();
  zvfs::fail_at_size_limit();
  return static_cast<int>(zvfs::run_mkimage({argv, static_cast<std::size_t>(argc)}));
}
