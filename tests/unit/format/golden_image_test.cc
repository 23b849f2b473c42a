// An image of this version stays readable for ever, and the document shows its very bytes.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "format/image.h"
#include "tests/support/image_walk.h"

namespace zvfs {
namespace {

const std::filesystem::path kTestsDirectory = ZVFS_TESTS_DIR;

ByteVector golden_bytes() {
  std::ifstream file(kTestsDirectory / "golden" / "empty_directory.zst", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const ByteSpan bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

// The hexdump in "Example": four spaces, an offset, two spaces, up to 16 bytes.
ByteVector bytes_in_document() {
  std::ifstream file(kTestsDirectory.parent_path() / "docs" / "format.md");
  ByteVector bytes;
  bool in_example = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) in_example = line == "## Example";
    if (!in_example || !line.starts_with("    ")) continue;
    EXPECT_EQ(std::stoul(line.substr(4, 4), nullptr, 16), bytes.size()) << line;
    std::istringstream row(line.substr(10, 47));
    for (std::string byte; row >> byte;) {
      bytes.push_back(static_cast<std::byte>(std::stoul(byte, nullptr, 16)));
    }
  }
  return bytes;
}

TEST(GoldenImage, IsTheExampleOfTheDocument) { EXPECT_EQ(bytes_in_document(), golden_bytes()); }

TEST(GoldenImage, ReadsAsTheDocumentSays) {
  const auto image = Image::open(std::make_unique<MemorySource>(golden_bytes()), {});
  ASSERT_TRUE(image) << image.error().message;
  const auto walked = testing::walk_image(**image);
  EXPECT_TRUE(walked) << walked.error().message;
  const Inode root = (*image)->inode(kRootInode).value();
  InodeRecord expected;
  expected.mode = 0040755;
  expected.nlink = 2;
  expected.parent = 1;
  EXPECT_EQ(root.record, expected);
  EXPECT_EQ((*image)->header().stream_size, 1536U);
}

}  // namespace
}  // namespace zvfs
