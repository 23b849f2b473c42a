#include "mkimage/scan/missing_pages.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

constexpr std::size_t kPages = 64;

// A file of kPages that is not in the page cache.
class MissingPagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    struct statfs filesystem;
    ASSERT_EQ(::statfs(directory_.path().c_str(), &filesystem), 0);
    if (filesystem.f_type == TMPFS_MAGIC) GTEST_SKIP() << "files of tmpfs are always in memory";
    const std::string path = directory_.write("file", std::string(kPages * page_, 'x'));
    fd_ = UniqueFd(::open(path.c_str(), O_RDWR));
    ASSERT_EQ(::fsync(fd_.get()), 0);
    ASSERT_EQ(::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED), 0);
    MissingPages::stop_readahead(fd_.get());
    if (cached() != std::string(kPages, '.')) GTEST_SKIP() << "pages cannot be dropped here";
  }

  void read(std::size_t offset, std::size_t length) {
    std::string buffer(length, '?');
    ASSERT_EQ(::pread(fd_.get(), buffer.data(), length, static_cast<off_t>(offset)),
              static_cast<ssize_t>(length));
  }

  // A letter for each page: whether it is in the page cache.
  std::string cached() {
    void* const mapping = ::mmap(nullptr, kPages * page_, PROT_READ, MAP_SHARED, fd_.get(), 0);
    EXPECT_NE(mapping, MAP_FAILED);
    std::vector<unsigned char> pages(kPages);
    EXPECT_EQ(::mincore(mapping, kPages * page_, pages.data()), 0);
    ::munmap(mapping, kPages * page_);
    std::string text;
    for (const unsigned char page : pages) text += (page & 1) != 0 ? '#' : '.';
    return text;
  }

  const std::size_t page_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  testing::ScratchDirectory directory_;
  UniqueFd fd_;
};

TEST_F(MissingPagesTest, AreDroppedAfterARead) {
  MissingPages missing;
  missing.find(fd_.get(), 0, kPages * page_);
  read(0, kPages * page_);
  EXPECT_EQ(cached(), std::string(kPages, '#'));
  missing.drop(fd_.get());
  EXPECT_EQ(cached(), std::string(kPages, '.'));
}

TEST_F(MissingPagesTest, AreNotThoseThatWereThere) {
  read(3 * page_, 2 * page_);
  read(40 * page_, page_);
  const std::string before = cached();
  ASSERT_EQ(before.substr(0, 6), "...##.");
  MissingPages missing;
  missing.find(fd_.get(), 0, kPages * page_);
  read(0, kPages * page_);
  missing.drop(fd_.get());
  EXPECT_EQ(cached(), before);
}

TEST_F(MissingPagesTest, AreThoseOfTheRun) {
  MissingPages missing;
  missing.find(fd_.get(), 8 * page_ + 100, 4 * page_);  // five pages
  read(0, kPages * page_);
  missing.drop(fd_.get());
  EXPECT_EQ(cached(), std::string(8, '#') + "....." + std::string(kPages - 13, '#'));
  missing.find(fd_.get(), 0, 4 * page_);
  missing.drop(fd_.get());
  EXPECT_EQ(cached().substr(0, 9), "########.");
}

TEST_F(MissingPagesTest, AreKnownToRootAndTheOwner) {
  struct stat status;
  ASSERT_EQ(::fstat(fd_.get(), &status), 0);
  EXPECT_TRUE(MissingPages::are_known_of(status));
  status.st_uid = ::geteuid() + 1;
  EXPECT_EQ(MissingPages::are_known_of(status), ::geteuid() == 0);
}

TEST_F(MissingPagesTest, MayLieBeyondTheEnd) {
  MissingPages missing;
  missing.find(fd_.get(), 0, kPages * page_);
  ASSERT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(page_)), 0);
  missing.drop(fd_.get());
  missing.find(fd_.get(), 10 * page_, page_);
  missing.drop(fd_.get());
}

TEST_F(MissingPagesTest, AreNoneWhereTheKernelDoesNotTell) {
  const UniqueFd null(::open("/dev/null", O_RDONLY));
  MissingPages missing;
  missing.find(null.get(), 0, page_);
  missing.drop(null.get());
  read(0, kPages * page_);
  missing.drop(fd_.get());  // not what an earlier find() saw
  EXPECT_EQ(cached(), std::string(kPages, '#'));
}

}  // namespace
}  // namespace zvfs
