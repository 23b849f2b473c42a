#include "format/image_source.h"

#include <array>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::ScratchDirectory;

// A file and the same bytes in memory.
class ImageSourceTest : public ::testing::Test {
 protected:
  const ByteVector bytes_ = testing::random_bytes(100'000, 1);
  const ScratchDirectory scratch_;
  const std::filesystem::path path_ = scratch_.write("image", as_text(bytes_));
  const std::unique_ptr<FileSource> file_ = FileSource::open(path_).value();
  const MemorySource memory_{bytes_};
};

TEST_F(ImageSourceTest, FillsPartsInTheirOrder) {
  for (const ImageSource* source :
       {static_cast<const ImageSource*>(file_.get()), static_cast<const ImageSource*>(&memory_)}) {
    ByteVector a(12), b(50'000), c(3), d(0), e(49'000 - 15);
    const std::array<MutableByteSpan, 5> parts = {a, b, c, d, e};
    ASSERT_TRUE(source->read_scattered(1000, parts));
    ByteVector joined;
    for (const MutableByteSpan part : parts) joined.insert(joined.end(), part.begin(), part.end());
    EXPECT_TRUE(std::ranges::equal(joined, ByteSpan(bytes_).last(99'000)));
    EXPECT_TRUE(source->read_scattered(0, {}));
  }
}

TEST_F(ImageSourceTest, RefusesPartsBeyondTheEnd) {
  ByteVector a(10), b(10);
  const std::array<MutableByteSpan, 2> parts = {a, b};
  for (const std::uint64_t offset : {std::uint64_t{99'981}, ~std::uint64_t{0}}) {
    EXPECT_EQ(file_->read_scattered(offset, parts).error().code, ErrorCode::kIo);
    EXPECT_EQ(memory_.read_scattered(offset, parts).error().code, ErrorCode::kIo);
  }
  EXPECT_TRUE(file_->read_scattered(99'980, parts));
  std::filesystem::resize_file(path_, 99'990);  // cut while it is open
  EXPECT_EQ(file_->read_scattered(99'980, parts).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace zvfs
