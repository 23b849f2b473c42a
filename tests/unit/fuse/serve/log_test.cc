#include "fuse/serve/log.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "fuse/serve/lowlevel.h"

namespace zvfs {
namespace {

template <typename Write>
std::string written_by(const Write& write) {
  ::testing::internal::CaptureStderr();
  write();
  return ::testing::internal::GetCapturedStderr();
}

TEST(Log, KeepsALineOneLine) {
  EXPECT_EQ(written_by([] { log_error("no\nmount.zvfs: \x1b[31mfake"); }),
            "mount.zvfs: no\\nmount.zvfs: \\033[31mfake\n");
}

// One message of libfuse for each request that it cannot answer: any user could fill the log.
TEST(Log, BoundsMessagesOfLibfuse) {
  take_libfuse_messages();
  const std::string lines = written_by([] {
    for (int i = 0; i < 1000; ++i) {
      fuse_log(FUSE_LOG_ERR, "fuse: writing device: %s\n", "Invalid\nargument");
    }
  });
  EXPECT_EQ(std::ranges::count(lines, '\n'), 10);
  EXPECT_TRUE(lines.starts_with("fuse: writing device: Invalid\\nargument\n")) << lines;
}

TEST(Log, BoundsFailures) {
  const std::string lines = written_by([] {
    for (int i = 0; i < 1000; ++i) log_failure("read", 7, {ErrorCode::kCorrupt, "bad"});
  });
  EXPECT_LE(std::ranges::count(lines, '\n'), 10);  // fewer after other tests
  EXPECT_TRUE(lines.starts_with("mount.zvfs: read of inode 7: bad\n")) << lines;
}

// `-d` prints every request, some on several lines.
TEST(Log, PrintsAllOfADebugMessage) {
  take_libfuse_messages();
  const std::string lines = written_by([] {
    for (int i = 0; i < 100; ++i) fuse_log(FUSE_LOG_DEBUG, "INIT: 7.37\nflags=0x%x\n", 1U);
  });
  EXPECT_EQ(std::ranges::count(lines, '\n'), 200);
  EXPECT_TRUE(lines.starts_with("INIT: 7.37\nflags=0x1\n")) << lines;
}

}  // namespace
}  // namespace zvfs
