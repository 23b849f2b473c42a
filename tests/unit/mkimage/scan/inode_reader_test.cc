#include "mkimage/scan/inode_reader.h"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using Runs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
constexpr std::uint64_t kMiB = 1 << 20;

// A file of `size` bytes with one block of data at each of `offsets`.
UniqueFd make_file(const testing::ScratchDirectory& directory, std::uint64_t size,
                   std::initializer_list<std::uint64_t> offsets) {
  UniqueFd fd(::open((directory / "file").c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  EXPECT_EQ(::ftruncate(fd.get(), static_cast<off_t>(size)), 0);
  for (const std::uint64_t offset : offsets) {
    EXPECT_EQ(::pwrite(fd.get(), "x", 1, static_cast<off_t>(offset)), 1);
  }
  return fd;
}

Runs runs_of(const UniqueFd& fd, std::uint64_t size) {
  Runs runs;
  for (const ExtentRecord& extent : *find_data(fd.get(), size)) {
    runs.emplace_back(extent.file_offset, extent.length);
  }
  return runs;
}

TEST(FindData, FindsRunsBetweenHoles) {
  const testing::ScratchDirectory directory;
  const UniqueFd fd = make_file(directory, 8 * kMiB, {kMiB, 4 * kMiB});
  const Runs runs = runs_of(fd, 8 * kMiB);
  ASSERT_EQ(runs.size(), 2U) << "the filesystem of the temporary directory knows no holes";
  EXPECT_EQ(runs[0].first, kMiB);
  EXPECT_EQ(runs[1].first, 4 * kMiB);
}

TEST(FindData, CutsTheLastRunAtTheSize) {
  const testing::ScratchDirectory directory;
  const UniqueFd fd = make_file(directory, 2 * kMiB + 1, {2 * kMiB});
  EXPECT_EQ(runs_of(fd, 2 * kMiB + 1), Runs({{2 * kMiB, 1}}));
}

TEST(FindData, FindsNothingInAHole) {
  const testing::ScratchDirectory directory;
  EXPECT_EQ(runs_of(make_file(directory, 8 * kMiB, {}), 8 * kMiB), Runs());
}

TEST(FindData, StaysWithinASizeThatTheFileHasLeft) {
  const testing::ScratchDirectory directory;
  const UniqueFd fd = make_file(directory, 8 * kMiB, {4 * kMiB, 6 * kMiB});
  EXPECT_EQ(runs_of(fd, 2 * kMiB), Runs());       // grown since it was measured
  EXPECT_EQ(runs_of(fd, 100 * kMiB).size(), 2U);  // shrunk
}

}  // namespace
}  // namespace zvfs
