#include "trust/sha256_backend.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(Sha256Backend, SaysWhatTheProcessorHas) {
  const std::string text = sha256_backend();
  EXPECT_TRUE(text.starts_with("OpenSSL 3.")) << text;
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 13
  EXPECT_EQ(text.ends_with("(sha-ni)"), __builtin_cpu_supports("sha") != 0) << text;
#endif
  EXPECT_TRUE(text.ends_with(")")) << text;
}

}  // namespace
}  // namespace zvfs
