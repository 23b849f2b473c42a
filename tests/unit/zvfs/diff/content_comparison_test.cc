#include "zvfs/diff/content_comparison.h"

#include <gtest/gtest.h>

#include "tests/support/fake_tree.h"
#include "tests/support/image_forge.h"
#include "tests/support/scratch_directory.h"
#include "zvfs/diff/image_tree.h"

namespace zvfs {
namespace {

using testing::FakeContent;
using testing::FakeTree;
using testing::ImageForge;

using Ends = std::vector<std::uint64_t>;

bool differs(FakeContent old_content, FakeContent new_content, std::uint64_t size) {
  const FakeTree tree;
  return ContentComparison(tree, tree).differs(old_content, new_content, size).value();
}

TEST(ContentComparison, ComparesAllBytes) {
  for (std::size_t at = 0; at < 10; ++at) {
    std::string other = "0123456789";
    other[at] = 'x';
    EXPECT_TRUE(differs(FakeContent("0123456789"), FakeContent(other), 10)) << at;
    EXPECT_EQ(differs(FakeContent("0123456789"), FakeContent(other), 5), at < 5) << at;
  }
  EXPECT_FALSE(differs(FakeContent("0123456789"), FakeContent("0123456789"), 10));
}

TEST(ContentComparison, MindsNoBoundsOfRuns) {
  const std::string content = "0123456789";
  for (const Ends& old_ends : {Ends{1, 10}, Ends{3, 5, 10}, Ends{9, 10}}) {
    for (const Ends& new_ends : {Ends{10}, Ends{3, 10}, Ends{2, 4, 6, 8, 10}}) {
      EXPECT_FALSE(differs(FakeContent(content, old_ends), FakeContent(content, new_ends), 10));
      for (std::size_t at = 0; at < 10; ++at) {
        std::string other = content;
        other[at] = 'x';
        EXPECT_TRUE(differs(FakeContent(content, old_ends), FakeContent(other, new_ends), 10));
      }
    }
  }
}

TEST(ContentComparison, TakesZerosForAHole) {
  const std::string zeros(6, '\0');
  // Of one run with a byte that is not zero, all is data; of three, those between are holes.
  const std::string content = "ab" + zeros + "c";
  EXPECT_FALSE(differs(FakeContent(content), FakeContent(content, {2, 8, 9}), 9));
  EXPECT_FALSE(differs(FakeContent(content, {2, 8, 9}), FakeContent(content), 9));
  std::string other = content;
  other[5] = 'x';
  EXPECT_TRUE(differs(FakeContent(other), FakeContent(content, {2, 8, 9}), 9));
  EXPECT_TRUE(differs(FakeContent(content, {2, 8, 9}), FakeContent(other), 9));
}

TEST(ContentComparison, ReadsNoHoleThatBothHave) {
  const FakeTree tree;
  FakeContent a(std::string(100, '\0'));
  FakeContent b(std::string(100, '\0'), {50, 100});
  EXPECT_FALSE(ContentComparison(tree, tree).differs(a, b, 100).value());
  EXPECT_EQ(a.reads + b.reads, 0);
}

TEST(ContentComparison, PassesErrorsOn) {
  const FakeTree tree;
  FakeContent whole("0123456789", {5, 10});
  for (const bool is_old : {false, true}) {
    FakeContent damaged("0123456789", {5, 10});
    damaged.fails_at = 7;
    const auto result = ContentComparison(tree, tree)
                            .differs(is_old ? damaged : whole, is_old ? whole : damaged, 10);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "read failed");
  }
}

// --- Two images

// Trees of two forged images. The file is big: 512 bytes in frame 1, 512 in frame 2, 256 in frame
// 3 and 220 of the 400 in frame 4.
class ImageContents : public ::testing::Test {
 protected:
  static std::unique_ptr<ComparableTree> open(const testing::ScratchDirectory& scratch,
                                              const ImageForge& forge) {
    const ByteVector bytes = forge.build();
    return open_image_tree(scratch.write("image", as_text(bytes)).string()).value();
  }

  // Whether the file differs, and how many frames have to be decoded to tell.
  void expect(bool is_different, std::uint64_t decodes, InodeNumber file = {2}) {
    const auto old_tree = open(old_scratch, old_forge);
    const auto new_tree = open(new_scratch, new_forge);
    const std::uint64_t size = old_tree->inode(file).value().size;
    const auto old_file = old_tree->open(file, kRootInode, "").value();
    const auto new_file = new_tree->open(file, kRootInode, "").value();
    const std::uint64_t before = decodes_of(*old_tree) + decodes_of(*new_tree);
    ContentComparison comparison(*old_tree, *new_tree);
    EXPECT_EQ(comparison.differs(*old_file, *new_file, size).value(), is_different);
    // Each image has one index frame, which may be decoded meanwhile.
    const std::uint64_t index_frames = before < 2 ? 2 - before : 0;
    EXPECT_EQ(decodes_of(*old_tree) + decodes_of(*new_tree) - before, decodes + index_frames);
  }

  ImageForge old_forge;
  ImageForge new_forge;

 private:
  static std::uint64_t decodes_of(const ComparableTree& tree) {
    return tree.image()->reader_stats().decodes;
  }

  const testing::ScratchDirectory old_scratch;
  const testing::ScratchDirectory new_scratch;
};

TEST_F(ImageContents, AreEqualWithoutDecoding) { expect(false, 0); }

TEST_F(ImageContents, DifferWithoutDecodingWhereAWholeFrameDoes) {
  new_forge.frames.at(2).content.at(511) ^= std::byte{1};
  expect(true, 0);
}

// The frame goes on behind the file, and may differ only there.
TEST_F(ImageContents, AreDecodedWhereAFrameIsShared) {
  new_forge.frames.at(4).content.at(219) ^= std::byte{1};
  expect(true, 2);
  new_forge = {};
  new_forge.frames.at(4).content.at(220) ^= std::byte{1};
  expect(false, 2);
}

// The same frame tells nothing of a file that lies elsewhere in it.
TEST_F(ImageContents, AreDecodedWhereTheFileHasMoved) {
  new_forge.inode(7).data = 101;
  expect(true, 2, {7});
}

TEST_F(ImageContents, AreDecodedWhereTheCodingDiffers) {
  new_forge.encoder.codec = Codec::kLz4;
  expect(false, 8);
}

}  // namespace
}  // namespace zvfs
