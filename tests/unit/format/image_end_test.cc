#include "format/image_end.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/units.h"
#include "format/image.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

// Bytes at the front and zeros after them; counts the bytes that are read.
class PaddedSource final : public ImageSource {
 public:
  PaddedSource(ByteVector bytes, std::uint64_t size) : bytes_(std::move(bytes)), size_(size) {}

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    if (offset > size_ || out.size() > size_ - offset) return fail(ErrorCode::kIo, "past the end");
    bytes_read += out.size();
    std::ranges::fill(out, std::byte{0});
    if (offset >= bytes_.size()) return {};
    const std::size_t count = std::min<std::size_t>(out.size(), bytes_.size() - offset);
    std::ranges::copy(ByteSpan(bytes_).subspan(offset, count), out.begin());
    return {};
  }

  mutable std::uint64_t bytes_read = 0;

 private:
  ByteVector bytes_;
  std::uint64_t size_;
};

std::uint64_t end_of(ByteVector bytes, std::uint64_t size) {
  return find_image_end(PaddedSource(std::move(bytes), size)).value();
}

// As in an image: some byte that is not zero in every kMaxZeroRun, and at the end.
ByteVector content(std::size_t size) {
  ByteVector bytes(size);
  for (std::size_t at = 0; at < size; at += kMaxZeroRun - 1) bytes[at] = std::byte{1};
  bytes.back() = std::byte{0x8F};
  return bytes;
}

TEST(ImageEnd, IsWherePaddingBegins) {
  for (const std::uint64_t padding :
       {0U, 1U, 511U, 512U, 1U << 20, 17U << 20, (17U << 20) + 1, 99U << 20}) {
    EXPECT_EQ(end_of(content(567), 567 + padding), 567U) << padding;
    EXPECT_EQ(end_of(content(100 * kMiB), 100 * kMiB + padding), 100 * kMiB) << padding;
  }
}

TEST(ImageEnd, IsZeroWithoutContent) {
  EXPECT_EQ(end_of({}, 0), 0U);
  EXPECT_EQ(end_of({}, 1), 0U);
  EXPECT_EQ(end_of({}, 10 * kGiB), 0U);
}

TEST(ImageEnd, IsExactInTheLastRun) {
  ByteVector bytes = content(567);
  bytes.resize(30 * kMiB);  // zeros that no image has
  bytes.back() = std::byte{1};
  EXPECT_EQ(end_of(std::move(bytes), 31 * kMiB), 30 * kMiB);
}

TEST(ImageEnd, TakesFewReadsHoweverLargeTheDevice) {
  const PaddedSource zeros({}, kGiB * kGiB);
  EXPECT_EQ(find_image_end(zeros).value(), 0U);
  EXPECT_LE(zeros.bytes_read, 40 * kMaxZeroRun);  // 2^60 / kMaxZeroRun is below 2^36

  const PaddedSource image(content(100 * kMiB), 1024 * kGiB);
  EXPECT_EQ(find_image_end(image).value(), 100 * kMiB);
  EXPECT_LE(image.bytes_read, 20 * kMaxZeroRun);
}

TEST(ImageEnd, LetsAPaddedImageBeOpened) {
  const ByteVector image = testing::ImageForge().build();
  for (const std::uint64_t padding : {1U, 21U, 4096U, 64U << 20}) {
    auto opened = Image::open(std::make_unique<PaddedSource>(image, image.size() + padding), {});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ((*opened)->raw().start(), 0U);
    EXPECT_EQ((*opened)->header().image_size, image.size());
  }
}

TEST(ImageEnd, FindsAPaddedImageBehindOtherBytes) {
  ByteVector bytes(1000, std::byte{'#'});
  const ByteVector image = testing::ImageForge().build();
  bytes.insert(bytes.end(), image.begin(), image.end());
  auto opened = Image::open(std::make_unique<PaddedSource>(bytes, 40 * kMiB), {});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ((*opened)->raw().start(), 1000U);
}

TEST(ImageEnd, IsNamedInTheErrorOfATruncatedImage) {
  ByteVector image = testing::ImageForge().build();
  image.resize(image.size() - 9);
  ASSERT_NE(image.back(), std::byte{0});
  const std::size_t size = image.size();
  const auto opened = Image::open(std::make_unique<PaddedSource>(std::move(image), size + 100), {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message,
            fmt::format("not a zvfs image, or truncated: no seek table at {}, before 100 bytes of "
                        "zero padding",
                        size));
}

}  // namespace
}  // namespace zvfs
