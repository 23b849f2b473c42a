#include "fuse/serve/error_number.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(ErrorNumber, DamageIsAnIoError) {
  const auto number = [](ErrorCode code) { return error_number(Error{code, ""}); };
  EXPECT_EQ(number(ErrorCode::kCorrupt), EIO);
  EXPECT_EQ(number(ErrorCode::kIo), EIO);
  EXPECT_EQ(number(ErrorCode::kUnsupported), EIO);
  EXPECT_EQ(number(ErrorCode::kExhausted), EIO);
  EXPECT_EQ(number(ErrorCode::kTooLarge), EOVERFLOW);
  EXPECT_EQ(number(ErrorCode::kNotFound), ENOENT);
  EXPECT_EQ(number(ErrorCode::kInvalidArgument), EINVAL);
  EXPECT_EQ(number(ErrorCode::kNoMemory), ENOMEM);
  EXPECT_EQ(number(ErrorCode::kCancelled), EINTR);
}

}  // namespace
}  // namespace zvfs
