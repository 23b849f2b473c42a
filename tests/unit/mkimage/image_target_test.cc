#include "mkimage/image_target.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(ImageTarget, NameMayPromiseWhatTheImageIs) {
  for (const char* name : {"a", "a.img", "a.tar.zst", "a.zst", "a.tzst", "dir.tgz/a", "-", ""}) {
    EXPECT_EQ(problem_of_name(name, Codec::kZstd), "") << name;
    EXPECT_EQ(problem_of_name(name, Codec::kAdaptive), "") << name;
  }
  EXPECT_EQ(problem_of_name("a.tar.lz4", Codec::kLz4), "");
}

TEST(ImageTarget, NamePromisesNoOtherFormat) {
  EXPECT_EQ(problem_of_name("x.tgz", Codec::kZstd),
            "the name suggests gzip, but the image is a .tar.zst");
  EXPECT_EQ(problem_of_name("x.tar.zst", Codec::kLz4),
            "the name suggests zstd, but the image is a .tar.lz4");
  EXPECT_EQ(problem_of_name("x.tar.lz4", Codec::kAdaptive),
            "the name suggests lz4, but the image is a .tar.zst");
}

}  // namespace
}  // namespace zvfs
