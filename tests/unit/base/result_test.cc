#include "base/result.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

Error error_of(int error_number) { return fail_errno(error_number, "a file").error(); }

TEST(FailErrno, NamesTheReason) {
  EXPECT_EQ(error_of(EACCES).message, "a file: Permission denied");
  EXPECT_EQ(fail_errno(EACCES, "").error().message, "Permission denied");
}

TEST(FailErrno, TellsFaultsOfTheSystemFromThoseOfAFile) {
  for (const int error_number : {EMFILE, ENFILE, ENOSPC, EDQUOT}) {
    EXPECT_EQ(error_of(error_number).code, ErrorCode::kExhausted);
    EXPECT_TRUE(is_of_system(error_of(error_number)));
  }
  EXPECT_EQ(error_of(ENOMEM).code, ErrorCode::kNoMemory);
  EXPECT_TRUE(is_of_system(error_of(ENOMEM)));
  for (const int error_number : {EIO, EACCES, ENOENT, EROFS}) {
    EXPECT_EQ(error_of(error_number).code, ErrorCode::kIo);
    EXPECT_FALSE(is_of_system(error_of(error_number)));
  }
}

}  // namespace
}  // namespace zvfs
