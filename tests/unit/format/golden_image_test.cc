// An image of this version stays readable for ever, with digests or without, and the document shows
// the very bytes of one.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>

#include <gtest/gtest.h>

#include "format/image.h"
#include "tests/support/image_walk.h"

namespace zvfs {
namespace {

const std::filesystem::path kTestsDirectory = ZVFS_TESTS_DIR;

ByteVector golden_bytes(std::string_view name) {
  std::ifstream file(kTestsDirectory / "golden" / name, std::ios::binary);
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

// What stands between backquotes behind "Its root is" in "Example".
std::string root_in_document() {
  std::ifstream file(kTestsDirectory.parent_path() / "docs" / "format.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = text.find("Its root is `") + 13;
  return text.substr(begin, text.find('`', begin) - begin);
}

constexpr std::string_view kWithDigests = "empty_directory_digests.zst";
constexpr std::string_view kWithoutDigests = "empty_directory.zst";

TEST(GoldenImage, IsTheExampleOfTheDocument) {
  EXPECT_EQ(bytes_in_document(), golden_bytes(kWithDigests));
}

void expect_empty_directory(std::string_view name, std::optional<RootDigest> verified_root) {
  const auto image =
      Image::open(std::make_unique<MemorySource>(golden_bytes(name)), {.root = verified_root});
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

TEST(GoldenImage, ReadsAsTheDocumentSays) { expect_empty_directory(kWithDigests, std::nullopt); }

TEST(GoldenImage, HasTheRootOfTheDocument) {
  expect_empty_directory(kWithDigests, RootDigest::parse(root_in_document()).value());
}

TEST(GoldenImage, IsReadableWithoutDigests) {
  expect_empty_directory(kWithoutDigests, std::nullopt);
}

}  // namespace
}  // namespace zvfs
