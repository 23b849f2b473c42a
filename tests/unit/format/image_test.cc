#include "format/image.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"

namespace zvfs {
namespace {

using testing::ImageForge;

std::unique_ptr<Image> open(ByteVector bytes, ImageOptions options = {}) {
  auto image = Image::open(std::make_unique<MemorySource>(std::move(bytes)), options);
  if (!image) ADD_FAILURE() << image.error().message;
  return std::move(image).value();
}

Inode find(const Image& image, std::initializer_list<std::string_view> path) {
  Inode inode = image.inode(kRootInode).value();
  for (const std::string_view name : path) {
    inode = image.inode(image.lookup(inode, name).value()).value();
  }
  return inode;
}

ByteVector big_content() {
  ImageForge forge;
  ByteVector content;
  for (std::size_t i = 1; i <= 4; ++i) {
    content.insert(content.end(), forge.frames[i].content.begin(), forge.frames[i].content.end());
  }
  content.resize(1500);
  return content;
}

TEST(Image, ListsNamesInOrderFromAnyEntry) {
  const auto image = open(ImageForge().build());
  const Inode root = image->inode(kRootInode).value();
  std::vector<std::string> names;
  ASSERT_TRUE(image->list(root, 0, [&](const Dentry& dentry) {
    names.emplace_back(dentry.name);
    return true;
  }));
  EXPECT_EQ(names,
            (std::vector<std::string>{"big", "dir", "empty", "hard", "link", "null", "sparse"}));
  names.clear();
  ASSERT_TRUE(image->list(root, 5, [&](const Dentry& dentry) {
    names.emplace_back(dentry.name);
    return false;
  }));
  EXPECT_EQ(names, (std::vector<std::string>{"null"}));
}

TEST(Image, LooksUpEveryNameAndNoOther) {
  const auto image = open(ImageForge().build());
  const Inode root = image->inode(kRootInode).value();
  EXPECT_EQ(image->lookup(root, "big")->value, 2U);
  EXPECT_EQ(image->lookup(root, "sparse")->value, 6U);
  EXPECT_EQ(find(*image, {"dir", "deep"}).number, find(*image, {"hard"}).number);
  for (const std::string_view name : {"", "a", "bi", "bigg", "zzz", ".", "..", "dir/deep"}) {
    const auto missing = image->lookup(root, name);
    ASSERT_FALSE(missing) << name;
    EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  }
}

TEST(Image, GivesAttributes) {
  const auto image = open(ImageForge().build());
  const Inode deep = find(*image, {"dir", "deep"});
  EXPECT_EQ(deep.record.mode, 0104755);
  EXPECT_EQ(deep.record.nlink, 2U);
  EXPECT_EQ(deep.record.mtime_nanoseconds, 123'456'789U);
  EXPECT_TRUE(find(*image, {"null"}).record.is_device());
  EXPECT_EQ(find(*image, {"null"}).record.data, std::uint64_t{1} << 32 | 3);
  EXPECT_EQ(find(*image, {"dir"}).record.parent, 1U);
  EXPECT_EQ(image->inode({0}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(image->inode({9}).error().code, ErrorCode::kNotFound);
}

TEST(Image, ReadsEveryRangeOfAFileOverSeveralFrames) {
  const auto image = open(ImageForge().build());
  const Inode big = find(*image, {"big"});
  const ByteVector content = big_content();
  for (std::size_t begin = 0; begin <= content.size(); begin += 37) {
    for (const std::size_t length : {1UL, 100UL, 512UL, 600UL, 5000UL}) {
      ByteVector read;
      for (const FileSlice& slice : image->read(big, begin, length).value()) {
        read.insert(read.end(), slice.bytes.begin(), slice.bytes.end());
      }
      const std::size_t expected = std::min(length, content.size() - begin);
      ASSERT_EQ(read.size(), expected);
      EXPECT_TRUE(std::equal(read.begin(), read.end(),
                             content.begin() + static_cast<std::ptrdiff_t>(begin)));
    }
  }
  EXPECT_TRUE(image->read(big, ~std::uint64_t{0}, 10)->empty());
  EXPECT_EQ(image->read(big, 1499, ~std::uint64_t{0})->at(0).bytes.size(), 1U);
}

TEST(Image, ReadsHolesAsZeros) {
  ImageForge forge;
  const ByteVector& frame = forge.frames[4].content;
  ByteVector expected(10000);
  std::copy_n(frame.begin() + 220, 50, expected.begin() + 1000);
  std::copy_n(frame.begin() + 270, 26, expected.begin() + 5000);
  const auto image = open(forge.build());
  const Inode sparse = find(*image, {"sparse"});
  EXPECT_EQ(testing::read_whole(*image, sparse).value(), expected);
  for (std::uint64_t offset = 0; offset < 10000; ++offset) {
    EXPECT_EQ(image->read(sparse, offset, 1)->at(0).bytes[0], expected[offset]);
  }
}

TEST(Image, TellsDataFromHoles) {
  const auto image = open(ImageForge().build());
  const Inode sparse = find(*image, {"sparse"});
  const auto expect = [&](std::uint64_t at, std::uint64_t end, bool is_data) {
    const FileSegment segment = image->segment_at(sparse, at).value();
    EXPECT_EQ(segment.begin, at);
    EXPECT_EQ(segment.end, end);
    EXPECT_EQ(segment.is_data, is_data);
  };
  expect(0, 1000, false);
  expect(999, 1000, false);
  expect(1000, 1050, true);
  expect(1049, 1050, true);
  expect(1050, 5000, false);
  expect(5026, 10000, false);
  EXPECT_TRUE(image->segment_at(find(*image, {"big"}), 3)->is_data);
}

TEST(Image, TellsWhereSegmentsLie) {
  const auto image = open(ImageForge().build());
  const FileSegment big = image->segment_at(find(*image, {"big"}), 3).value();
  EXPECT_EQ(big.stream.value, 403U);
  EXPECT_EQ(big.first_frame.value, 1U);
  const FileSegment sparse = image->segment_at(find(*image, {"sparse"}), 5001).value();
  EXPECT_EQ(sparse.stream.value, 400U + 1280 + 271);
  EXPECT_EQ(sparse.first_frame.value, 4U);
}

TEST(Image, GivesTheWholeRunOfAFileInAFrame) {
  const auto image = open(ImageForge().build());
  const ByteVector content = big_content();
  const Inode big = find(*image, {"big"});
  // big lies in frames of 512, 512, 256 and 220 bytes.
  for (const auto& [at, begin, size] : {std::array{0UL, 0UL, 512UL},
                                        {511UL, 0UL, 512UL},
                                        {512UL, 512UL, 512UL},
                                        {1100UL, 1024UL, 256UL},
                                        {1499UL, 1280UL, 220UL}}) {
    const auto run = image->frame_run(big, at).value();
    ASSERT_TRUE(run);
    EXPECT_EQ(run->offset, begin);
    EXPECT_TRUE(std::ranges::equal(run->slice.bytes, ByteSpan(content).subspan(begin, size)));
  }
  const Inode sparse = find(*image, {"sparse"});
  EXPECT_FALSE(image->frame_run(sparse, 0).value());
  EXPECT_FALSE(image->frame_run(sparse, 5026).value());
  EXPECT_EQ(image->frame_run(sparse, 1020).value()->offset, 1000U);
  EXPECT_EQ(image->frame_run(sparse, 1020).value()->slice.bytes.size(), 50U);
}

TEST(Image, VisitsTheWholeFilesOfAFrame) {
  const auto image = open(ImageForge().build());
  const ByteVector expected = testing::read_whole(*image, find(*image, {"hard"})).value();
  const auto visited = [&](std::uint32_t frame, bool wanted) {
    std::vector<std::uint32_t> numbers;
    EXPECT_TRUE(image->visit_files(
        {frame}, [&](InodeNumber) { return wanted ? Image::Choice::kVisit : Image::Choice::kSkip; },
        [&](InodeNumber number, ByteSpan content) {
          numbers.push_back(number.value);
          EXPECT_TRUE(std::ranges::equal(content, expected));
          return true;
        }));
    return numbers;
  };
  EXPECT_EQ(visited(0, true), (std::vector<std::uint32_t>{7}));
  EXPECT_TRUE(visited(0, false).empty());
  EXPECT_TRUE(visited(1, true).empty());  // big goes on in other frames
  EXPECT_TRUE(visited(4, true).empty());  // sparse has holes
  EXPECT_EQ(image->visit_files({6}, {}, {}).error().code, ErrorCode::kNotFound);
}

TEST(Image, ReadsSymlinksAndXattrs) {
  const auto image = open(ImageForge().build());
  EXPECT_EQ(image->symlink_target(find(*image, {"link"})).value(), "dir/deep");
  const Inode deep = find(*image, {"hard"});
  EXPECT_EQ(image->xattr_names(deep).value(), std::string("user.comment\0user.empty\0", 24));
  EXPECT_EQ(as_text(image->xattr(deep, "user.comment").value()), "ccccc");
  EXPECT_TRUE(image->xattr(deep, "user.empty")->empty());
  EXPECT_EQ(image->xattr(deep, "user.none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(image->xattr_names(find(*image, {"big"})).value(), "");
  EXPECT_EQ(image->xattrs(deep)->xattrs().size(), 2U);
  EXPECT_TRUE(image->xattrs(find(*image, {"big"}))->empty());
}

// What a slice pins is its frame, or of a large one a copy.
TEST(Image, SlicesPinNoLargeFrames) {
  ImageForge forge;
  forge.frame_bound = 2 << 20;
  forge.frames[0].content = testing::text_bytes(2 << 20, 9);
  forge.frame_files = {7};
  forge.first_files = {0, 1, 1, 1, 1, 1, 1};
  for (const std::uint32_t number : {2U, 6U}) forge.inode(number).flags = 0;
  const auto image = open(forge.build());
  const auto slices = image->read(find(*image, {"hard"}), 10, 20).value();
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].frame->bytes().size(), 20U);
  EXPECT_TRUE(
      std::ranges::equal(slices[0].bytes, ByteSpan(forge.frames[0].content).subspan(100 + 10, 20)));
  const auto small = open(ImageForge().build());
  const auto pinned = small->read(find(*small, {"hard"}), 10, 20).value();
  EXPECT_EQ(pinned.at(0).frame->bytes().size(), 400U);
}

TEST(Image, OpensWhenAppendedToAnotherFile) {
  ByteVector bytes = testing::random_bytes(12345, 1);
  const ByteVector image_bytes = ImageForge().build();
  bytes.insert(bytes.end(), image_bytes.begin(), image_bytes.end());
  const auto image = open(bytes);
  EXPECT_TRUE(testing::walk_image(*image));
  EXPECT_EQ(testing::read_whole(*image, find(*image, {"big"})).value(), big_content());
}

TEST(Image, WhatIsNoImageIsSaidSo) {
  for (const ByteVector& bytes :
       {ByteVector(), ByteVector(10), ByteVector(5000), testing::text_bytes(100'000, 1)}) {
    const auto image = Image::open(std::make_unique<MemorySource>(bytes), {});
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, ErrorCode::kInvalidArgument);
    EXPECT_TRUE(image.error().message.starts_with("not a zvfs image")) << image.error().message;
  }
}

TEST(Image, ErrorsNameFrameAndOffset) {
  ImageForge forge;
  forge.on_image = [](ByteVector& image) { image[50] ^= std::byte{1}; };
  const auto image = open(forge.build());
  const auto slices = image->read(find(*image, {"hard"}), 0, 10);
  ASSERT_FALSE(slices);
  EXPECT_EQ(slices.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(slices.error().message.starts_with("data frame 0 at 0x0: "))
      << slices.error().message;
}

// A damaged frame costs the files in it, and no other.
TEST(Image, DamageIsContained) {
  ImageForge forge;
  forge.on_image = [](ByteVector& image) { image[50] ^= std::byte{1}; };
  const auto image = open(forge.build());
  EXPECT_FALSE(image->read(find(*image, {"hard"}), 0, 10));
  EXPECT_EQ(testing::read_whole(*image, find(*image, {"big"})).value(), big_content());
  EXPECT_TRUE(testing::read_whole(*image, find(*image, {"sparse"})));
}

TEST(Image, ReadersOfOneFrameDecodeItOnce) {
  const auto image = open(ImageForge().build());
  const Inode big = find(*image, {"big"});
  const std::uint64_t before = image->reader_stats().decodes;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] { EXPECT_TRUE(image->read(big, 0, 10)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(image->reader_stats().decodes, before + 1);
}

TEST(Image, ManyReadersWithATinyCacheReadRight) {
  const auto image = open(ImageForge().build(), ImageOptions{.cache_size_bytes = 1000});
  const Inode big = find(*image, {"big"});
  const ByteVector content = big_content();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 8; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 generator(seed);
      for (int i = 0; i < 1000; ++i) {
        const auto offset = static_cast<std::ptrdiff_t>(generator() % content.size());
        const auto slices = image->read(big, static_cast<std::uint64_t>(offset), 700);
        if (!slices) {
          ++wrong;
          continue;
        }
        auto expected = content.begin() + offset;
        for (const FileSlice& slice : *slices) {
          if (!std::equal(slice.bytes.begin(), slice.bytes.end(), expected)) ++wrong;
          expected += static_cast<std::ptrdiff_t>(slice.bytes.size());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// --- Opening costs the same for any number of files.

class CountingSource final : public ImageSource {
 public:
  struct Count {
    std::atomic<std::uint64_t> reads{0};
    std::atomic<std::uint64_t> bytes{0};
  };
  CountingSource(ByteVector bytes, Count& count) : source_(std::move(bytes)), count_(count) {}
  [[nodiscard]] std::uint64_t size() const override { return source_.size(); }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    ++count_.reads;
    count_.bytes += out.size();
    return source_.read(offset, out);
  }

 private:
  MemorySource source_;
  Count& count_;
};

ByteVector image_with_files(std::uint32_t files) {
  ImageForge forge;
  for (std::uint32_t i = 0; i < files; ++i) {
    const std::string name = fmt::format("{:08}", i);
    forge.inodes.push_back(forge.inode(4));
    forge.inodes.back().mtime_seconds += i * 7919LL % 100'000;
    forge.dentries.push_back({forge.add_string(name), 9 + i, 8, FileType::kRegular});
  }
  InodeRecord directory = forge.inode(3);
  directory.data = 8;
  directory.count = files;
  forge.inodes.push_back(directory);
  forge.dentries[1].inode = static_cast<std::uint32_t>(forge.inodes.size());
  return forge.build();
}

TEST(Image, OpeningCostsTheSameForTenAndForAHundredThousandFiles) {
  for (const std::uint32_t files : {10U, 100'000U}) {
    CountingSource::Count count;
    const auto image =
        Image::open(std::make_unique<CountingSource>(image_with_files(files), count), {});
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(count.reads, 4U) << files;
    EXPECT_LT(count.bytes, 16U * 1024) << files;

    count.reads = 0;
    const Inode root = (*image)->inode(kRootInode).value();
    const Inode directory = (*image)->inode((*image)->lookup(root, "dir").value()).value();
    ASSERT_TRUE((*image)->lookup(directory, fmt::format("{:08}", files / 3)));
    EXPECT_LT(count.reads, 40U) << files;  // two for each step of the search at the most
  }
}

}  // namespace
}  // namespace zvfs
