#include "fuse/mount/stderr_capture.h"

#include <cstdlib>
#include <unistd.h>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(StderrCapture, CatchesLibrariesAndChildren) {
  StderrCapture capture;
  std::fputs("fuse: first\n", stderr);
  ASSERT_EQ(std::system("echo 'fusermount3: the reason' >&2"), 0);
  EXPECT_EQ(capture.last_line(), "the reason");
}

TEST(StderrCapture, GivesStandardErrorBack) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const UniqueFd read_end(ends[0]);
  const UniqueFd saved(dup(STDERR_FILENO));
  ASSERT_EQ(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
  close(ends[1]);
  {
    const StderrCapture capture;
    std::fputs("caught\n", stderr);
  }
  std::fputs("seen\n", stderr);
  std::fflush(stderr);
  dup2(saved.get(), STDERR_FILENO);  // closes the pipe's last write end
  char text[64] = {};
  EXPECT_EQ(read(read_end.get(), text, sizeof(text)), 5);
  EXPECT_STREQ(text, "seen\n");
}

TEST(StderrCapture, LastMessageIsWithoutTheProgramsName) {
  EXPECT_EQ(last_message("a\nfuse: mount failed: Device busy\n\n"), "mount failed: Device busy");
  EXPECT_EQ(last_message("/usr/bin/fusermount3: no\n"), "no");
  EXPECT_EQ(last_message("plain"), "plain");
  EXPECT_EQ(last_message("\n\n"), "");
  EXPECT_EQ(last_message(""), "");
}

}  // namespace
}  // namespace zvfs
