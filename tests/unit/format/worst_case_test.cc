// The worst case of each operation, as docs/format.md states it ("Worst cases"): in images made for
// it, and with no cache that could help.
#include <bit>
#include <memory>

#include <gtest/gtest.h>

#include "format/image.h"
#include "tests/support/counting_source.h"
#include "tests/support/image_forge.h"
#include "tests/support/verified_open.h"

namespace zvfs {
namespace {

using testing::CountingSource;
using testing::ImageForge;

constexpr std::uint64_t kIndexFrame = 32 * 1024;
constexpr ImageOptions kNoCache{.cache_size_bytes = 1};

// An image, verified if it has digests, and what an operation on it decodes.
class Counted {
 public:
  explicit Counted(const ImageForge& forge)
      : image(testing::open_with_own_root(forge.build(), kNoCache).value()),
        before_(image->reader_stats()) {}

  [[nodiscard]] std::uint64_t decodes() const {
    return image->reader_stats().decodes - before_.decodes;
  }
  [[nodiscard]] std::uint64_t decoded_bytes() const {
    return image->reader_stats().decoded_bytes - before_.decoded_bytes;
  }

  const std::unique_ptr<Image> image;

 private:
  const FrameReaderStats before_;
};

std::uint64_t log2_of(std::uint64_t count) {
  return static_cast<std::uint64_t>(std::bit_width(count));
}

// A root of `count` files. Names that follow one another lie far apart.
ImageForge with_scattered_names(std::uint32_t count) {
  constexpr std::uint32_t kStride = 251;
  ImageForge forge;
  forge.dentries.clear();
  forge.strings.clear();
  for (std::uint32_t i = 0; i < count; ++i)
    forge.strings += fmt::format("{:0>100}", i % kStride * 1'000'000 + i / kStride);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t place = i / (count / kStride) + i % (count / kStride) * kStride;
    forge.dentries.push_back({std::uint64_t{place} * 100, 4, 100, FileType::kRegular});
  }
  forge.inode(1).data = 0;
  forge.inode(1).count = count;
  return forge;
}

constexpr std::uint32_t kNames = 251 * 40;

TEST(WorstCase, OpeningReadsLittleOfAnyImage) {
  for (const ImageForge& forge : {ImageForge(), with_scattered_names(kNames)}) {
    auto source = std::make_unique<CountingSource>(forge.build());
    const CountingSource& counted = *source;
    const auto image = Image::open(std::move(source), kNoCache).value();
    EXPECT_LE(counted.reads, 4U);
    EXPECT_LT(counted.bytes_read, 64U * 1024);
    EXPECT_EQ(image->reader_stats().decodes, 1U);
  }
}

TEST(WorstCase, OpeningAVerifiedImageReads48BytesForEachIndexFrame) {
  ImageForge forge = with_scattered_names(kNames);
  forge.has_digests = true;
  const ByteVector bytes = forge.build();
  const RootDigest root = testing::open_with_own_root(bytes).value()->raw().verified_root().value();
  auto source = std::make_unique<CountingSource>(bytes);
  const CountingSource& counted = *source;
  ImageOptions options = kNoCache;
  options.root = root;
  const auto image = Image::open(std::move(source), options).value();
  const std::uint64_t index_frames = image->header().index_frame_count;
  EXPECT_GT(index_frames, 30U);
  EXPECT_LE(counted.reads, 5U);
  const std::uint64_t first_frame = image->reader_stats().coded_bytes;
  EXPECT_LE(counted.bytes_read - first_frame, 21 + 328 + 48 * index_frames);
}

TEST(WorstCase, AnInodeTakesOneIndexFrame) {
  const Counted counted({});
  ASSERT_TRUE(counted.image->inode({7}));
  EXPECT_LE(counted.decodes(), 1U);
}

TEST(WorstCase, LookingUpANameTakesThreeIndexFramesAStep) {
  const Counted counted(with_scattered_names(kNames));
  const Inode root = counted.image->inode(kRootInode).value();
  const std::uint64_t before = counted.decodes();
  EXPECT_FALSE(counted.image->lookup(root, "no such name"));
  EXPECT_GE(counted.decodes() - before, log2_of(kNames) / 2);
  EXPECT_LE(counted.decodes() - before, 3 * log2_of(kNames));
}

TEST(WorstCase, ListingTakesThreeIndexFramesAnEntry) {
  const Counted counted(with_scattered_names(kNames));
  const Inode root = counted.image->inode(kRootInode).value();
  const std::uint64_t before = counted.decodes();
  std::uint64_t entries = 0;
  ASSERT_TRUE(counted.image->list(root, 100, [&](const Dentry&) { return ++entries < 200; }));
  EXPECT_GE(counted.decodes() - before, entries / 2);
  EXPECT_LE(counted.decodes() - before, 3 * entries);
}

TEST(WorstCase, ASymlinkTakesTheIndexFramesOfItsTarget) {
  ImageForge forge;
  forge.add_string(std::string(20'000, 'x'));
  forge.inode(5).data = forge.add_string(std::string(65'535, 't'));
  forge.inode(5).size = 65'535;
  const Counted counted(forge);
  const Inode link = counted.image->inode({5}).value();
  const std::uint64_t before = counted.decodes();
  EXPECT_EQ(counted.image->symlink_target(link).value().size(), 65'535U);
  EXPECT_LE(counted.decodes() - before, 65'535 / kIndexFrame + 2);
}

TEST(WorstCase, AttributesTakeTheIndexFramesOfTheirSet) {
  std::vector<Xattr> xattrs;
  for (int i = 0; i < 64; ++i) xattrs.push_back({fmt::format("user.{}", i), ByteVector(65'536)});
  ImageForge forge;
  forge.xattr_data = XattrSet(xattrs).encode();
  const std::uint64_t size = forge.xattr_data.size();
  forge.xattr_sets = {{0, static_cast<std::uint32_t>(size), 64}};
  const Counted counted(forge);
  const Inode deep = counted.image->inode({7}).value();
  std::uint64_t before = counted.decodes();
  EXPECT_TRUE(counted.image->xattr(deep, "user.9"));
  EXPECT_LE(counted.decodes() - before, size / kIndexFrame + 3);
  before = counted.decodes();
  EXPECT_TRUE(counted.image->xattr_names(deep));
  EXPECT_LE(counted.decodes() - before, size / kIndexFrame + 3);
}

// A file of `size` bytes, each in an extent of its own, in frames of the least size that data may
// cross.
ImageForge with_finest_file(std::uint32_t size) {
  constexpr std::uint32_t kFrame = 256;
  ImageForge forge;
  forge.frames.assign(size / kFrame, {ByteVector(kFrame, std::byte{'x'}), {}, {}});
  forge.frame_bound = kFrame;
  forge.frame_files = {2};
  forge.first_files.assign(forge.frames.size() + 1, 1);
  forge.first_files.front() = 0;
  forge.extents.clear();
  for (std::uint32_t i = 0; i < size; ++i) forge.extents.push_back({i, 1, i, i / kFrame});
  InodeRecord& file = forge.inode(2);
  file.size = file.allocated = size;
  file.flags = InodeRecord::kExtentList;
  file.data = 0;
  file.count = size;
  return forge;
}

constexpr std::uint32_t kFileSize = 256 * 1024;
constexpr std::uint64_t kFrames = kFileSize / 256;
constexpr std::uint32_t kAsked = 128 * 1024;
constexpr std::uint32_t kFrom = 100;
// Extents are 32 bytes each, and so are rows of frames.
constexpr std::uint64_t kMostDataFrames = kAsked / 256 + 2;
const std::uint64_t kMostIndexFrames = (kAsked + 2) * 32 / kIndexFrame +
                                       kMostDataFrames * 32 / kIndexFrame + 8 + log2_of(kFileSize) +
                                       log2_of(kFrames);

TEST(WorstCase, AReadTakesAFrameFor256Bytes) {
  const Counted counted(with_finest_file(kFileSize));
  const Inode file = counted.image->inode({2}).value();
  const std::uint64_t before = counted.decodes();
  const auto slices = counted.image->read(file, kFrom, kAsked);
  ASSERT_TRUE(slices) << slices.error().message;
  EXPECT_GE(counted.decodes() - before, kAsked / 256);
  EXPECT_LE(counted.decodes() - before, kMostDataFrames + kMostIndexFrames);
  EXPECT_LE(counted.decoded_bytes(), kAsked + 2 * 256 + (kMostIndexFrames + 1) * kIndexFrame);
}

TEST(WorstCase, AReadOfAVerifiedImageTakesAnIndexFrameMoreForEachDataFrame) {
  ImageForge forge = with_finest_file(kFileSize);
  forge.has_digests = true;
  const Counted counted(forge);
  const Inode file = counted.image->inode({2}).value();
  const std::uint64_t before = counted.decodes();
  const auto slices = counted.image->read(file, kFrom, kAsked);
  ASSERT_TRUE(slices) << slices.error().message;
  EXPECT_GE(counted.decodes() - before, 2 * (kAsked / 256));
  EXPECT_LE(counted.decodes() - before, 2 * kMostDataFrames + kMostIndexFrames);
}

TEST(WorstCase, ReadingAheadTakesTheDataFramesOfARead) {
  const Counted counted(with_finest_file(kFileSize));
  const Inode file = counted.image->inode({2}).value();
  const std::uint64_t before = counted.decodes();
  ASSERT_TRUE(counted.image->read_ahead(file, kFrom, kAsked, [] { return true; }));
  EXPECT_GE(counted.decodes() - before, kAsked / 256);
  EXPECT_LE(counted.decodes() - before, kMostDataFrames + 4 * kMostIndexFrames);
}

TEST(WorstCase, AFillTakesOneDataFrame) {
  const Counted counted(with_finest_file(kFileSize));
  const Inode file = counted.image->inode({2}).value();
  const std::uint64_t before = counted.decodes();
  ASSERT_TRUE(counted.image->frame_run(file, kAsked));
  EXPECT_LE(counted.decodes() - before, 1 + 8 + log2_of(kFileSize) + log2_of(kFrames));
}

TEST(WorstCase, TheSegmentAfterAnotherTakesThreeIndexFrames) {
  constexpr std::uint32_t kSize = 4096;
  const Counted counted(with_finest_file(kSize));
  const Inode file = counted.image->inode({2}).value();
  FileSegment segment;
  while (segment.end < kSize) {
    const std::uint64_t before = counted.decodes();
    segment = counted.image->segment_at(file, segment.end, segment.next_extent).value();
    EXPECT_LE(counted.decodes() - before, 3U);
  }
  const std::uint64_t before = counted.decodes();
  ASSERT_TRUE(counted.image->segment_at(file, kSize / 2));
  EXPECT_LE(counted.decodes() - before, log2_of(kSize) + 4);
}

}  // namespace
}  // namespace zvfs
