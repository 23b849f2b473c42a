// Writes tests/should_fail/: write_should_fail DIRECTORY. Run by hand when the format or its
// MUST-reject list changes; the files are committed, so that every build reads the same bytes.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/support/forgeries.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: write_should_fail DIRECTORY\n", stderr);
    return 1;
  }
  for (const zvfs::testing::Forgery& forgery : zvfs::testing::forgeries()) {
    zvfs::testing::ImageForge forge;
    forgery.apply(forge);
    const zvfs::ByteVector image = forge.build();
    std::ofstream file(std::filesystem::path(argv[1]) / (std::string(forgery.name) + ".zst"),
                       std::ios::binary);
    file.write(reinterpret_cast<const char*>(image.data()),
               static_cast<std::streamsize>(image.size()));
    if (!file) return 1;
  }
  return 0;
}
