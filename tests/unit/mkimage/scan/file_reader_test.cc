#include "mkimage/scan/file_reader.h"

#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>

#include "mkimage/frames/planner.h"
#include "mkimage/scan/scanner.h"
#include "tests/support/sanitizers.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::ScratchDirectory;
namespace fs = std::filesystem;

// A directory with one file, "dir/file", that is scanned and planned at once, and read when a
// test has done something to it.
class FileReaderTest : public ::testing::Test {
 protected:
  void scan(std::string_view content, std::uint64_t size = 0) {
    path_ = directory_.write("dir/file", content);
    if (size != 0) fs::resize_file(path_, size);
    fd_ = UniqueFd(::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY));
    Progress progress;
    ASSERT_TRUE(Scanner(fd_.get(), EntryRules(), {}, tree_, warnings_, progress).scan());
    Planner planner(tree_, {});
    FramePlan plan;
    while (*planner.next(plan)) {
    }
  }

  std::string read(std::uint64_t offset, std::size_t size) {
    const InodeRecord& directory = tree_.inode(InodeNumber{2});
    const Link link{InodeNumber{2}, static_cast<std::uint32_t>(directory.data)};
    std::string content(size, '?');
    FileReader(tree_, fd_.get(), warnings_)
        .read(link, offset, std::as_writable_bytes(std::span(content)));
    return content;
  }

  std::string peek(std::uint64_t offset, std::size_t size) {
    const InodeRecord& directory = tree_.inode(InodeNumber{2});
    const Link link{InodeNumber{2}, static_cast<std::uint32_t>(directory.data)};
    std::string content(size, '?');
    const bool peeked = FileReader(tree_, fd_.get(), warnings_)
                            .peek(link, offset, std::as_writable_bytes(std::span(content)));
    return peeked ? content : "failed";
  }

  void touch_later() {
    const timespec times[2] = {{0, UTIME_OMIT}, {2'000'000'000, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  }

  ScratchDirectory directory_;
  fs::path path_;
  UniqueFd fd_;
  Tree tree_;
  std::vector<std::string> said_;
  Warnings warnings_{
      [this](const Warning& warning) { said_.push_back(warning.path + ": " + warning.message); }};
};

using Lines = std::vector<std::string>;

TEST_F(FileReaderTest, ReadsAnyPart) {
  scan("0123456789");
  EXPECT_EQ(read(0, 10), "0123456789");
  EXPECT_EQ(read(3, 4), "3456");
  EXPECT_EQ(said_, Lines());
}

TEST_F(FileReaderTest, ReadsTheDataBetweenHoles) {
  scan("begin", 1 << 20);
  const InodeRecord& file = tree_.inode(InodeNumber{3});
  ASSERT_TRUE(file.has_extent_list());
  const std::string content = read(0, file.allocated);
  EXPECT_EQ(content.substr(0, 5), "begin");
  EXPECT_EQ(content.find_first_not_of('\0', 5), std::string::npos);
  EXPECT_EQ(read(2, 3), "gin");
}

TEST_F(FileReaderTest, PadsAFileThatShrinks) {
  scan("0123456789");
  fs::resize_file(path_, 4);
  EXPECT_EQ(read(2, 8), std::string("23\0\0\0\0\0\0", 8));
  EXPECT_EQ(said_, Lines({"dir/file: file shrank by 6 bytes as we read it; padded with zeros"}));
  EXPECT_EQ(warnings_.changed(), 1U);
}

TEST_F(FileReaderTest, CutsAFileThatGrows) {
  scan("0123456789");
  directory_.write("dir/file", "0123456789abc");
  EXPECT_EQ(read(0, 10), "0123456789");
  EXPECT_EQ(said_, Lines({"dir/file: file grew by 3 bytes as we read it; truncated"}));
}

TEST_F(FileReaderTest, NoticesAChangeOfTheSameSize) {
  scan("0123456789");
  directory_.write("dir/file", "ABCDEFGHIJ");
  touch_later();
  EXPECT_EQ(read(0, 10), "ABCDEFGHIJ");
  EXPECT_EQ(said_, Lines({"dir/file: file changed as we read it"}));
}

TEST_F(FileReaderTest, NoticesAChangeWhoseTimeIsSetBack) {
  scan("0123456789");
  struct stat before;
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);
  struct stat after = before;
  while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
         after.st_ctim.tv_nsec == before.st_ctim.tv_nsec) {
    directory_.write("dir/file", "ABCDEFGHIJ");
    const timespec times[2] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
    ASSERT_EQ(::stat(path_.c_str(), &after), 0);
  }
  EXPECT_EQ(read(0, 10), "ABCDEFGHIJ");
  EXPECT_EQ(said_, Lines({"dir/file: file changed as we read it"}));
}

TEST_F(FileReaderTest, ReportsAFileOnce) {
  scan("0123456789");
  touch_later();
  read(0, 5);
  read(5, 5);
  EXPECT_EQ(said_.size(), 1U);
  EXPECT_EQ(warnings_.changed(), 1U);
}

// Leaves this process no descriptor to open while it exists.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const UniqueFd lowest(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const rlimit none{static_cast<rlim_t>(lowest.get()), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_F(FileReaderTest, BlamesNoFileWhenDescriptorsRunOut) {
  // clang's check of virtual calls makes a pipe to learn whether memory can be read.
  if (testing::kUndefinedBehaviorSanitizer) GTEST_SKIP() << "the sanitizer needs descriptors";
  scan("content");
  {
    const NoDescriptors none;
    EXPECT_EQ(peek(0, 7), "failed");
    EXPECT_EQ(read(0, 7), std::string(7, '\0'));
  }
  EXPECT_EQ(warnings_.unreadable() + warnings_.changed(), 0U);
  ASSERT_FALSE(warnings_.check());
  EXPECT_EQ(warnings_.check().error().code, ErrorCode::kExhausted);
  EXPECT_EQ(read(0, 7), "content");
}

TEST_F(FileReaderTest, GivesZerosForAFileThatIsGone) {
  scan("0123456789");
  fs::remove(path_);
  EXPECT_EQ(read(0, 10), std::string(10, '\0'));
  EXPECT_EQ(said_,
            Lines({"dir/file: file removed before we read it; the image has zeros instead of its "
                   "content"}));
  EXPECT_EQ(warnings_.changed(), 1U);
  EXPECT_EQ(warnings_.unreadable(), 0U);
}

TEST_F(FileReaderTest, TakesAFileForGoneWhenItsDirectoryIs) {
  scan("0123456789");
  fs::remove_all(directory_ / "dir");
  EXPECT_EQ(read(0, 10), std::string(10, '\0'));
  EXPECT_EQ(warnings_.changed(), 1U);
}

TEST_F(FileReaderTest, PeeksWithoutAWord) {
  scan("0123456789");
  touch_later();
  EXPECT_EQ(peek(2, 4), "2345");
  EXPECT_EQ(peek(8, 2), "89");
  EXPECT_EQ(peek(8, 3), "failed");
  fs::remove(path_);
  EXPECT_EQ(peek(0, 1), "failed");
  fs::create_symlink("elsewhere", path_);
  EXPECT_EQ(peek(0, 1), "failed");
  EXPECT_EQ(said_, Lines());
}

TEST_F(FileReaderTest, DoesNotFollowASymlinkInPlaceOfTheFile) {
  scan("0123456789");
  fs::rename(path_, directory_ / "elsewhere");
  fs::create_symlink("../elsewhere", path_);
  EXPECT_EQ(read(0, 10), std::string(10, '\0'));
  EXPECT_EQ(warnings_.unreadable(), 1U);
}

TEST_F(FileReaderTest, DoesNotFollowASymlinkInPlaceOfTheDirectory) {
  scan("0123456789");
  fs::rename(directory_ / "dir", directory_ / "moved");
  fs::create_symlink("moved", directory_ / "dir");
  EXPECT_EQ(read(0, 10), std::string(10, '\0'));
  EXPECT_EQ(warnings_.unreadable(), 1U);
}

TEST_F(FileReaderTest, DoesNotWaitForAFifoInPlaceOfTheFile) {
  scan("0123456789");
  fs::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(read(0, 10), std::string(10, '\0'));
  EXPECT_EQ(said_.size(), 1U);
}

}  // namespace
}  // namespace zvfs
