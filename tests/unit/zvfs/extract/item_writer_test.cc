#include "zvfs/extract/item_writer.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/support/extraction.h"
#include "tests/support/image_walk.h"

namespace zvfs {
namespace {

using testing::Extraction;

using Existing = ExtractOptions::Existing;
using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

class ItemWriterTest : public ::testing::Test {
 protected:
  ItemWriterTest() {
    extraction.open();
    top = extraction.tree->top();
  }

  ExtractItem item(std::uint32_t number, const std::string& name) {
    return {.where = {top, name}, .inode = extraction.inode(number)};
  }
  // The file big, in three pieces.
  ExtractItem piecewise() {
    ExtractItem big = item(2, "big");
    big.piecewise = std::make_unique<PiecewiseFile>(3);
    return big;
  }
  ItemWriter writer() {
    return ItemWriter(*extraction.image, *extraction.tree, *extraction.restorer, extraction.options,
                      extraction.report);
  }
  [[nodiscard]] std::string content(std::uint32_t number) const {
    const auto bytes = testing::read_whole(*extraction.image, extraction.inode(number)).value();
    return std::string(as_text(bytes));
  }
  [[nodiscard]] std::string written(std::string_view name) const {
    return testing::read_file(extraction.out / name);
  }

  Extraction extraction;
  DirectoryRef top;
};

// --- At one go

TEST_F(ItemWriterTest, WritesRegularFiles) {
  ExtractItem big = item(2, "big");
  writer().write_whole(big);
  EXPECT_EQ(written("big"), content(2));
  struct stat status {};
  ASSERT_EQ(::stat((extraction.out / "big").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, 0100644U);
  EXPECT_EQ(status.st_mtim.tv_sec, 1'600'000'000);
  EXPECT_EQ(status.st_mtim.tv_nsec, 123'456'789);
  EXPECT_FALSE(big.where.directory);  // let go
  EXPECT_EQ(extraction.report.bytes_done, 1500U);
  EXPECT_EQ(extraction.report.lost_count(), 0U);
}

TEST_F(ItemWriterTest, WritesHolesUpToTheEnd) {
  ExtractItem sparse = item(6, "sparse");
  writer().write_whole(sparse);
  EXPECT_EQ(fs::file_size(extraction.out / "sparse"), 10'000U);
  EXPECT_EQ(written("sparse"), content(6));
}

TEST_F(ItemWriterTest, MakesSymlinksAndFifos) {
  ExtractItem link = item(5, "link");
  writer().write_whole(link);
  EXPECT_EQ(fs::read_symlink(extraction.out / "link"), "dir/deep");
  ExtractItem fifo = item(8, "fifo");
  fifo.inode.record.mode = 0010640;
  writer().write_whole(fifo);
  struct stat status {};
  ASSERT_EQ(::lstat((extraction.out / "fifo").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, 0010640U);
  EXPECT_EQ(status.st_mtim.tv_sec, 1'600'000'000);
}

TEST_F(ItemWriterTest, RefusesOrReplacesWhatIsThere) {
  extraction.scratch.write("out/big", "before");
  ExtractItem refused = item(2, "big");
  writer().write_whole(refused);
  EXPECT_EQ(written("big"), "before");
  EXPECT_EQ(extraction.report.lost_count(), 1U);
  EXPECT_EQ(extraction.report.bytes_done, 0U);
  EXPECT_FALSE(refused.where.directory);
  extraction.options.existing = Existing::kReplace;
  ExtractItem replaced = item(2, "big");
  writer().write_whole(replaced);
  EXPECT_EQ(written("big"), content(2));
  EXPECT_EQ(extraction.report.lost_count(), 1U);
}

TEST_F(ItemWriterTest, ReplacesASymlinkAndNotItsTarget) {
  extraction.scratch.write("target", "untouched");
  fs::create_symlink("../target", extraction.out / "big");
  extraction.options.existing = Existing::kReplace;
  ExtractItem big = item(2, "big");
  writer().write_whole(big);
  EXPECT_FALSE(fs::is_symlink(extraction.out / "big"));
  EXPECT_EQ(testing::read_file(extraction.scratch / "target"), "untouched");
}

TEST_F(ItemWriterTest, LeavesNothingOfAFileWhoseDataIsDamaged) {
  ExtractItem big = item(2, "big");
  big.inode.record.data = 3100;  // it would exceed the stream
  writer().write_whole(big);
  EXPECT_FALSE(fs::exists(extraction.out / "big"));
  ASSERT_EQ(extraction.told.size(), 1U);
  EXPECT_EQ(extraction.told[0].find("big: "), 0U) << extraction.told[0];
}

// --- Piece by piece

TEST_F(ItemWriterTest, WritesASinglePiece) {
  ExtractItem deep = item(7, "deep");
  const std::string bytes = content(7);
  writer().write_piece(deep, {0, as_bytes(bytes)});
  EXPECT_EQ(written("deep"), bytes);
  EXPECT_FALSE(deep.where.directory);
}

TEST_F(ItemWriterTest, WritesPiecesInAnyOrder) {
  const std::string bytes = content(2);
  const auto piece = [&](std::size_t begin, std::size_t end) {
    return FilePiece{begin, as_bytes(bytes).subspan(begin, end - begin)};
  };
  ExtractItem big = piecewise();
  writer().write_piece(big, piece(1000, 1500));
  writer().write_piece(big, piece(0, 500));
  EXPECT_TRUE(big.where.directory);
  EXPECT_EQ(extraction.report.bytes_done, 0U);
  writer().write_piece(big, piece(500, 1000));
  EXPECT_EQ(written("big"), bytes);
  EXPECT_FALSE(big.where.directory);
  EXPECT_EQ(extraction.report.bytes_done, 1500U);
  struct stat status {};
  ASSERT_EQ(::stat((extraction.out / "big").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1'600'000'000);
}

TEST_F(ItemWriterTest, LeavesNothingOfAFileThatLostAPiece) {
  const std::string bytes = content(2);
  ExtractItem big = piecewise();
  writer().write_piece(big, {0, as_bytes(bytes).first(500)});
  EXPECT_TRUE(fs::exists(extraction.out / "big"));
  writer().lose_piece(big, {ErrorCode::kCorrupt, "first"});
  writer().lose_piece(big, {ErrorCode::kCorrupt, "second"});
  EXPECT_FALSE(fs::exists(extraction.out / "big"));
  EXPECT_FALSE(big.where.directory);
  EXPECT_EQ(extraction.told, Lines{"big: first"});
  EXPECT_EQ(extraction.report.lost_count(), 1U);
}

TEST_F(ItemWriterTest, KeepsWhatItDidNotMake) {
  extraction.scratch.write("out/big", "before");
  const std::string bytes = content(2);
  ExtractItem big = piecewise();
  for (int i = 0; i < 3; ++i) writer().write_piece(big, {0, as_bytes(bytes).first(500)});
  EXPECT_EQ(written("big"), "before");
  EXPECT_EQ(extraction.report.lost_count(), 1U);
}

TEST_F(ItemWriterTest, AbandonsAFileWhoseRestWillNotCome) {
  ExtractItem big = piecewise();
  const std::string bytes = content(2);
  writer().write_piece(big, {0, as_bytes(bytes).first(500)});
  writer().abandon(big);
  EXPECT_FALSE(fs::exists(extraction.out / "big"));
  EXPECT_FALSE(big.where.directory);
  ExtractItem untouched = piecewise();
  extraction.scratch.write("out/big", "another's");
  writer().abandon(untouched);
  EXPECT_EQ(written("big"), "another's");
}

TEST_F(ItemWriterTest, TellsOfWhatWasNeitherWrittenNorLost) {
  ExtractItem big = piecewise();
  const std::string bytes = content(2);
  writer().write_piece(big, {0, as_bytes(bytes).first(500)});
  writer().lose_unfinished(big);
  EXPECT_FALSE(fs::exists(extraction.out / "big"));
  EXPECT_FALSE(big.where.directory);
  ExtractItem deep = item(7, "deep");
  writer().lose_unfinished(deep);
  ExtractItem link = item(5, "link");
  writer().write_whole(link);
  writer().lose_unfinished(link);  // is finished
  EXPECT_TRUE(fs::is_symlink(extraction.out / "link"));
  EXPECT_EQ(extraction.told, (Lines{"big: the frames do not hold all its data",
                                    "deep: the frames do not hold all its data"}));
  EXPECT_EQ(extraction.report.lost_count(), 2U);
}

TEST_F(ItemWriterTest, TellsOnceOfAnUnfinishedFileThatLostAPiece) {
  ExtractItem big = piecewise();
  writer().lose_piece(big, {ErrorCode::kCorrupt, "first"});
  writer().lose_unfinished(big);
  EXPECT_EQ(extraction.told, Lines{"big: first"});
  EXPECT_FALSE(big.where.directory);
}

// --- Further names

TEST_F(ItemWriterTest, MakesHardLinks) {
  ExtractItem deep = item(7, "deep");
  const auto first_name = std::make_shared<FirstName>(OutputName{top, "deep"});
  deep.first_name = first_name;
  HardLink early{{top, "early"}, first_name};
  writer().make_link(early);
  EXPECT_EQ(extraction.told, Lines{"early: hard link to deep, which was not restored"});
  EXPECT_FALSE(fs::exists(extraction.out / "early"));
  writer().write_whole(deep);
  HardLink link{{top, "hard"}, first_name};
  writer().make_link(link);
  EXPECT_TRUE(fs::equivalent(extraction.out / "deep", extraction.out / "hard"));
  EXPECT_FALSE(link.where.directory);
  EXPECT_EQ(extraction.report.lost_count(), 1U);
}

}  // namespace
}  // namespace zvfs
