#include "zvfs/command/listing.h"

#include <functional>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

// The output of `print` on standard output and standard error.
std::string printed(const std::function<void()>& print) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  print();
  const std::string out = ::testing::internal::GetCapturedStdout();
  return out + ::testing::internal::GetCapturedStderr();
}

TEST(Listing, PrintsLines) {
  Listing listing;
  EXPECT_EQ(printed([&] {
              EXPECT_TRUE(listing.print("a"));
              EXPECT_TRUE(listing.print(""));
            }),
            "a\n\n");
  EXPECT_EQ(listing.status(), CommandStatus::kSuccess);
}

TEST(Listing, EndsLinesAsItIsTold) {
  Listing listing('\0');
  EXPECT_EQ(printed([&] { EXPECT_TRUE(listing.print("a\nb")); }), std::string("a\nb\0", 4));
}

TEST(Listing, TellsWhatIsLost) {
  Listing listing;
  const Error error{ErrorCode::kCorrupt, "bad bytes"};
  EXPECT_EQ(printed([&] {
              listing.lost("a/b\n", error);
              listing.lost("", error);
            }),
            "zvfs: a/b\\n: bad bytes\nzvfs: .: bad bytes\n");
  EXPECT_EQ(listing.status(), CommandStatus::kPartial);
}

TEST(Listing, TellsWhatIsMissing) {
  Listing listing;
  EXPECT_EQ(printed([&] { listing.missing({}); }), "");
  EXPECT_EQ(listing.status(), CommandStatus::kSuccess);
  EXPECT_EQ(printed([&] {
              listing.missing({"x", "y*"});
            }),
            "zvfs: x: not in the image\nzvfs: y*: not in the image\n");
  EXPECT_EQ(listing.status(), CommandStatus::kPartial);
}

}  // namespace
}  // namespace zvfs
