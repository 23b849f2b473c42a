#include "mkimage/device_rest.h"

#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "base/units.h"
#include "format/image_end.h"
#include "format/image_source.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::ScratchDirectory;

constexpr std::uint64_t kSize = 60 * kMiB;
constexpr std::uint64_t kImageEnd = 5;

// A disk with an image of five bytes, and one byte of something else at each of `others`.
class Disk {
 public:
  explicit Disk(const std::vector<std::uint64_t>& others)
      : path_(directory_.write("disk", "image")), fd_(::open(path_.c_str(), O_RDWR)) {
    EXPECT_EQ(::ftruncate(fd_.get(), kSize), 0);
    for (const std::uint64_t at : others) {
      EXPECT_EQ(::pwrite(fd_.get(), "x", 1, static_cast<off_t>(at)), 1);
    }
  }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint64_t found_end() const {
    return find_image_end(**FileSource::open(path_)).value();
  }

 private:
  ScratchDirectory directory_;
  std::string path_;
  UniqueFd fd_;
};

TEST(DeviceRest, OlderEndsAreNotFound) {
  const std::vector<std::vector<std::uint64_t>> cases = {
      {}, {kImageEnd}, {kSize - kMaxZeroRun - 1}, {kMiB, 18 * kMiB, 40 * kMiB, 59 * kMiB}};
  for (const auto& others : cases) {
    const Disk disk(others);
    ASSERT_TRUE(clear_what_is_found(disk.fd(), kImageEnd));
    EXPECT_EQ(disk.found_end(), kImageEnd);
  }
}

TEST(DeviceRest, FullDiskIsCleared) {
  std::vector<std::uint64_t> others;
  for (std::uint64_t at = kMiB; at < kSize; at += kMiB) others.push_back(at);
  const Disk disk(others);
  EXPECT_GT(disk.found_end(), kImageEnd);
  ASSERT_TRUE(clear_what_is_found(disk.fd(), kImageEnd));
  EXPECT_EQ(disk.found_end(), kImageEnd);
}

TEST(DeviceRest, NothingIsWrittenThatNeedNotBe) {
  const Disk disk({20 * kMiB});
  ASSERT_TRUE(clear_what_is_found(disk.fd(), 20 * kMiB + 1));
  EXPECT_EQ(disk.found_end(), 20 * kMiB + 1);
}

TEST(DeviceRest, FileIsNoDevice) {
  const Disk disk({kSize - 1});
  ASSERT_TRUE(clear_behind_image(disk.fd()));
  EXPECT_EQ(disk.found_end(), kSize);
}

TEST(DeviceRest, FailureIsTold) {
  const ScratchDirectory directory;
  const std::string path = directory.write("disk", "image and older end");
  const UniqueFd fd(::open(path.c_str(), O_RDONLY));
  const auto cleared = clear_what_is_found(fd.get(), kImageEnd);
  ASSERT_FALSE(cleared);
  EXPECT_NE(cleared.error().message.find("cannot clear what follows the image"), std::string::npos);
}

}  // namespace
}  // namespace zvfs
