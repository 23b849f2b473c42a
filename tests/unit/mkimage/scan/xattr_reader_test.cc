#include "mkimage/scan/xattr_reader.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/xattr.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

class XattrReaderTest : public ::testing::TestWithParam<XattrReader::Way> {
 protected:
  void SetUp() override {
    if (GetParam() == XattrReader::Way::kAtCalls && XattrReader::best_way() != GetParam()) {
      GTEST_SKIP() << "this kernel has no listxattrat()";
    }
    directory_.write("file", "");
    if (!set("file", "user.probe", ""))
      GTEST_SKIP() << "no user attributes in " << directory_.path();
    ASSERT_EQ(::removexattr((directory_ / "file").c_str(), "user.probe"), 0);
    fd_ = UniqueFd(::open(directory_.path().c_str(), O_PATH | O_DIRECTORY));
    ASSERT_TRUE(reader_.check());
  }

  bool set(const char* name, const char* attribute, std::string_view value) {
    return ::lsetxattr((directory_ / name).c_str(), attribute, value.data(), value.size(), 0) == 0;
  }

  testing::ScratchDirectory directory_;
  UniqueFd fd_;
  XattrReader reader_{{}, GetParam()};
};

TEST_P(XattrReaderTest, ReadsAllSorted) {
  const std::string large(3500, 'x');  // ext4 holds no 4,096 bytes in all
  ASSERT_TRUE(set("file", "user.b", "value"));
  ASSERT_TRUE(set("file", "user.a", std::string_view("\0\n", 2)));
  ASSERT_TRUE(set("file", "user.empty", ""));
  ASSERT_TRUE(set("file", "user.large", large));
  const auto set_read = reader_.read(fd_.get(), "file");
  ASSERT_TRUE(set_read) << set_read.error().message;
  const auto bytes = [](std::string_view text) {
    return ByteVector(as_bytes(text).begin(), as_bytes(text).end());
  };
  EXPECT_EQ(*set_read, XattrSet({{"user.a", bytes(std::string_view("\0\n", 2))},
                                 {"user.b", bytes("value")},
                                 {"user.empty", {}},
                                 {"user.large", bytes(large)}}));
}

TEST_P(XattrReaderTest, ReadsManyNames) {
  const std::string filler(40, 'n');
  int count = 0;
  while (count < 100 && set("file", fmt::format("user.{}{}", filler, count).c_str(), "")) ++count;
  ASSERT_GT(count, 40);  // more than the first buffer holds
  const auto set_read = reader_.read(fd_.get(), "file");
  ASSERT_TRUE(set_read);
  EXPECT_EQ(set_read->xattrs().size(), static_cast<std::size_t>(count));
}

TEST_P(XattrReaderTest, FindsNone) {
  const auto set_read = reader_.read(fd_.get(), "file");
  ASSERT_TRUE(set_read);
  EXPECT_TRUE(set_read->empty());
}

TEST_P(XattrReaderTest, DoesNotFollowSymlinks) {
  ASSERT_TRUE(set("file", "user.a", "of the file"));
  std::filesystem::create_symlink("file", directory_ / "symlink");
  const auto set_read = reader_.read(fd_.get(), "symlink");
  ASSERT_TRUE(set_read);
  EXPECT_TRUE(set_read->empty());
}

TEST_P(XattrReaderTest, ReadsOfAPath) {
  ASSERT_TRUE(set("file", "user.a", "value"));
  const auto set_read = reader_.read(AT_FDCWD, (directory_ / "file").c_str());
  ASSERT_TRUE(set_read) << set_read.error().message;
  EXPECT_EQ(set_read->xattrs().size(), 1U);
}

TEST_P(XattrReaderTest, FailsOnAFileThatIsGone) {
  const auto set_read = reader_.read(fd_.get(), "gone");
  ASSERT_FALSE(set_read);
  EXPECT_EQ(set_read.error().code, ErrorCode::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(BothWays, XattrReaderTest,
                         ::testing::Values(XattrReader::Way::kAtCalls, XattrReader::Way::kProc));

}  // namespace
}  // namespace zvfs
