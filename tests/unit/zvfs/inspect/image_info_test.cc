// zvfs info: its totals, and the space that files take.
#include "zvfs/inspect/image_info.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/image_forge.h"
#include "zvfs/inspect/file_footprint.h"
#include "zvfs/inspect/info_text.h"

namespace zvfs {
namespace {

using testing::ImageForge;

std::unique_ptr<Image> open(const ImageForge& forge) {
  return Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
}

FileFootprint footprint_of(const Image& image, std::uint32_t inode) {
  return FootprintReader(image).of(image.inode({inode}).value()).value();
}

// The sum of the coded bytes of the frames [begin, end).
std::uint64_t coded_size(const Image& image, std::uint32_t begin, std::uint32_t end) {
  IndexReader::Cursor cursor(image.raw().index());
  std::uint64_t size = 0;
  for (; begin < end; ++begin) {
    size += image.raw().frame_table().frame(cursor, {begin})->location.coded_size;
  }
  return size;
}

TEST(ImageInfo, AddsUpAllFramesAndFiles) {
  const auto image = open({});
  const ImageInfo info = gather_info(*image).value();
  EXPECT_EQ(info.frames.frames, 6U);
  EXPECT_EQ(info.frames.decoded_bytes, image->header().stream_size);
  EXPECT_EQ(info.frames.coded_bytes, image->header().data_size);
  std::uint64_t by_kind = 0;
  std::uint64_t by_size = 0;
  for (const FrameTotals& totals : info.by_kind) by_kind += totals.coded_bytes;
  for (const FrameTotals& totals : info.by_size) by_size += totals.coded_bytes;
  EXPECT_EQ(by_kind, info.frames.coded_bytes);
  EXPECT_EQ(by_size, info.frames.coded_bytes);
  EXPECT_EQ(info.by_kind[1].frames, 1U);   // stored
  EXPECT_EQ(info.by_size[9].frames, 4U);   // 257 to 512 bytes: 400, 512, 512, 400
  EXPECT_EQ(info.by_size[8].frames, 1U);   // 256
  EXPECT_EQ(info.by_size[10].frames, 1U);  // 1,024
  EXPECT_EQ(info.files, 4U);
  EXPECT_EQ(info.directories, 2U);
  EXPECT_EQ(info.symlinks, 1U);
  EXPECT_EQ(info.specials, 1U);
  EXPECT_EQ(info.hard_links, 1U);
  EXPECT_EQ(info.index_size + info.seek_table_size + info.header.data_size,
            image->header().image_size);
  EXPECT_EQ(info.codec(), "zstd");
}

TEST(ImageInfo, TellsTheCodecFromTheFrames) {
  ImageForge forge;
  forge.encoder = {Codec::kLz4, 1};
  const auto image = open(forge);
  EXPECT_EQ(gather_info(*image)->codec(), "lz4");
  EXPECT_NE(info_page(*gather_info(*image), "x").find("lz4 frames"), std::string::npos);
}

TEST(ImageInfo, FailsWhereTheIndexIsDamaged) {
  ImageForge forge;
  forge.on_frame_rows = [](std::vector<FrameRecord>& rows) { rows.at(2).stream_offset = 1; };
  EXPECT_FALSE(gather_info(*open(forge)));
}

TEST(ImageInfo, ShowsHostileTextAsOneLine) {
  const auto image = open({});
  ImageInfo info = gather_info(*image).value();
  info.header.builder = "x\n\x1b[2J\xff";
  const std::string page = info_page(info, "image\n\x1b");
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_NE(page.find("x\\n\\033[2J\\377"), std::string::npos);
  const auto json = nlohmann::json::parse(info_json(info, "image\n\xff"));
  EXPECT_EQ(json["image"], "image\n\uFFFD");
  EXPECT_EQ(json["image_base64"], "aW1hZ2UK/w==");
}

TEST(FrameContents, CountsFilesDataOnce) {
  ImageForge forge;
  forge.inode(4).size = 50;  // the empty file now shares the data of deep
  forge.inode(4).data = 100;
  forge.frame_files = {7, 4, 2, 6};
  forge.first_files = {0, 2, 3, 3, 3, 4, 4};
  const FrameContents contents = FrameContents::of(*open(forge));
  const std::vector<std::uint32_t> expected = {50, 512, 512, 256, 220 + 50 + 26, 0};
  for (std::uint32_t frame = 0; frame < expected.size(); ++frame) {
    EXPECT_EQ(contents.data_bytes({frame}), expected[frame]) << frame;
  }
}

TEST(FileFootprint, TakesItsPartOfAllDataInAFrame) {
  const auto image = open({});
  const FileFootprint big = footprint_of(*image, 2);  // frames 1 to 3, and 220 of 296 in frame 4
  EXPECT_EQ(big.first_frame.value, 1U);
  EXPECT_EQ(big.last_frame.value, 4U);
  const auto whole = static_cast<double>(coded_size(*image, 1, 4));
  const auto part = static_cast<double>(coded_size(*image, 4, 5)) * 220 / 296;
  EXPECT_NEAR(big.coded_bytes, whole + part, 1e-6);

  const FileFootprint deep = footprint_of(*image, 7);  // the only file data in frame 0
  EXPECT_NEAR(deep.coded_bytes, static_cast<double>(coded_size(*image, 0, 1)), 1e-6);
  EXPECT_EQ(deep.last_frame.value, 0U);
}

TEST(FileFootprint, IsNoMoreThanItsFramesWhateverTheIndexSays) {
  ImageForge forge;
  forge.frame_files = {1, 1, 1};
  const auto image = open(forge);
  const auto frame = static_cast<double>(coded_size(*image, 0, 1));
  EXPECT_NEAR(footprint_of(*image, 7).coded_bytes, frame, 1e-6);
}

TEST(FileFootprint, LeavesOutHoles) {
  const auto image = open({});
  const FileFootprint sparse = footprint_of(*image, 6);
  EXPECT_TRUE(sparse.has_data);
  EXPECT_LT(sparse.coded_bytes, 400);
  EXPECT_FALSE(footprint_of(*image, 4).has_data);  // empty
  EXPECT_EQ(footprint_of(*image, 4).coded_bytes, 0);
}

TEST(InfoLines, FitTheirHeadings) {
  const auto image = open({});
  const InfoLines lines(image->header(), SizeStyle::kBytes);
  IndexReader::Cursor cursor(image->raw().index());
  const DataFrame frame = image->raw().frame_table().frame(cursor, {1}).value();
  EXPECT_EQ(lines.frame(frame).size(), lines.frame_heading().size());
  FileFootprint footprint;
  footprint.coded_bytes = 250.4;
  const std::string line = lines.file(footprint, 1000, "a\nb");
  EXPECT_EQ(line.substr(lines.file_heading().find("path")), "a\\nb");
  EXPECT_NE(line.find(" 250 "), std::string::npos);
  EXPECT_NE(line.find(" 25% "), std::string::npos);
}

// Each of 3,000 files has all 3,000 extents of the image: together more than files of their own
// could have.
TEST(Footprints, EndWhereFilesShareTooMuch) {
  constexpr std::uint32_t kCount = 3000;
  ImageForge forge;
  forge.frames.at(0).content.resize(kCount);
  forge.frame_bound = 1 << 20;
  forge.extents.clear();
  for (std::uint32_t i = 0; i < kCount; ++i) forge.extents.push_back({i, 1, i, 0});
  InodeRecord file = forge.inode(6);
  file.data = 0;
  file.count = kCount;
  file.size = kCount;
  const std::uint32_t first = static_cast<std::uint32_t>(forge.inodes.size()) + 1;
  forge.inodes.resize(forge.inodes.size() + kCount, file);
  const auto image = open(forge);
  FootprintReader reader(*image);
  std::uint32_t found = 0;
  Result<FileFootprint> footprint = FileFootprint();
  while (found < kCount && footprint) {
    footprint = reader.of(image->inode({first + found}).value());
    if (footprint) ++found;
  }
  EXPECT_GT(found, 100U);
  ASSERT_LT(found, 1000U);
  EXPECT_EQ(footprint.error().message.find("files share their data, and take more than "), 0U);
  EXPECT_TRUE(reader.of(image->inode({first}).value()));  // is known
}

}  // namespace
}  // namespace zvfs
