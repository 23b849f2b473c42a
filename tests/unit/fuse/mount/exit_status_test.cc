#include "fuse/mount/exit_status.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(ExitStatus, FollowsMount8) {
  EXPECT_EQ(system_failure(EACCES, "x").status, ExitStatus::kUsage);
  EXPECT_EQ(system_failure(EPERM, "x").status, ExitStatus::kUsage);
  EXPECT_EQ(system_failure(ENOMEM, "x").status, ExitStatus::kSystem);
  EXPECT_EQ(system_failure(EAGAIN, "x").status, ExitStatus::kSystem);
  EXPECT_EQ(system_failure(ENOENT, "x").status, ExitStatus::kMountFailure);
  EXPECT_EQ(system_failure(ENOENT, "x").message, "x: No such file or directory");
}

}  // namespace
}  // namespace zvfs
